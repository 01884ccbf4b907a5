"""Runs of heuristics: start, one learner, twenty, a million vectors; against a new process a run.

The baseline is how refinery runs a learner: a process a run, vectors parsed from bz2-packed CSV, every second
label trained on, no out-of-fold predictions. Both sides fit and predict the same model on the same data.
"""

from __future__ import annotations

import bz2
import contextlib
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.execution import FitPredict, Limits, Outcome
from al_core.execution.local import LocalExecutor
from al_core.learning.folds import deal
from benchmarks.figures import Figure, compared, measured, parse_arguments, report

SEED = 7
RECORDS, DIM, CLASSES, LABELLED, FOLDS, HEURISTICS = 10_000, 384, 10, 500, 5, 20
MILLION = 1_000_000
REPEATS, COLD_REPEATS, BASELINE_REPEATS = 9, 3, 3
TEMPLATE = """\
from sklearn.linear_model import LogisticRegression

class Learner(LearningClassifier):
    def __init__(self):
        self.model = LogisticRegression(C={C}, max_iter=1000)
"""
TOUCH = """\
class Touch(LearningClassifier):
    def fit(self, embeddings, labels): pass
    def predict_proba(self, embeddings):
        import numpy
        touched = embeddings.sum() * 0 + 0.5
        return numpy.full((len(embeddings), 2), touched)
"""
RULE = """\
import numpy as np

class Rule(LearningClassifier):
    def fit(self, embeddings, labels):
        self.classes_ = sorted(set(labels))
    def predict_proba(self, embeddings):
        return np.eye(len(self.classes_))[(embeddings[:, 0] > 0).astype(int)]
"""
COLD = (
    TEMPLATE.format(C=10).replace("(LearningClassifier)", "")
    + """\
import numpy
vectors = numpy.load({vectors!r}, mmap_mode="r")
learner = Learner()
learner.model.fit(vectors[:20], ["a", "b"] * 10)
learner.model.predict_proba(vectors[:10])
"""
)
REFINERY = """\
import bz2, json, sys
from sklearn.linear_model import LogisticRegression
vectors_path, labels_path, out_path = sys.argv[1:]
vectors = []
with bz2.open(vectors_path, "rt") as lines:
    for line in lines:
        vectors.append([float(number) for number in line.split(",")])
labelled = json.load(open(labels_path))
training = [int(row) for row in list(labelled)[::2]]
model = LogisticRegression(C=10, max_iter=1000)
model.fit([vectors[row] for row in training], [labelled[str(row)] for row in training])
found = model.predict_proba(vectors)
best = {row: [max(scores), str(model.classes_[scores.argmax()])] for row, scores in enumerate(found)}
json.dump(best, open(out_path, "w"))
"""


class Project:
    """Vectors of ten overlapping classes, some labelled, as files of both sides."""

    def __init__(self, folder: Path) -> None:
        rng = np.random.default_rng(SEED)
        truth = rng.integers(0, CLASSES, RECORDS)
        centres = rng.normal(size=(CLASSES, DIM))
        vectors = (centres[truth] + 2.5 * rng.normal(size=(RECORDS, DIM))).astype(np.float32)
        self.vectors = folder / "vectors.npy"
        np.save(self.vectors, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
        self.rows = np.sort(rng.choice(RECORDS, LABELLED, replace=False))
        self.labels = tuple(f"class {number}" for number in truth[self.rows])
        self.fold = deal(self.labels, [], np.empty(0, np.int8), k=FOLDS)
        self.packed, self.labels_file = folder / "vectors.csv.bz2", folder / "labels.json"
        with bz2.open(self.packed, "wt") as packed:
            np.savetxt(packed, np.load(self.vectors), delimiter=",")
        self.labels_file.write_text(json.dumps(dict(zip(map(str, self.rows), self.labels, strict=True))))
        self.program, self.result = folder / "refinery.py", folder / "result.json"
        self.program.write_text(REFINERY)

    def jobs(self, source: str) -> list[FitPredict]:
        """Return the jobs of one learner: a fold each, and the shipped model."""
        parts = [(self.fold != fold, self.rows[self.fold == fold]) for fold in range(FOLDS)]
        everything = np.ones(LABELLED, bool)
        return [self._job(source, fitted, predicted) for fitted, predicted in [*parts, (everything, None)]]

    def _job(self, source: str, fitted: NDArray[np.bool_], predicted: NDArray[np.int64] | None) -> FitPredict:
        labels = tuple(itertools.compress(self.labels, fitted))
        return FitPredict(source, (self.vectors,), self.rows[fitted], labels, predicted, seed=SEED)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall-clock seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def finish(executor: LocalExecutor, jobs: Sequence[FitPredict]) -> list[Outcome]:
    """Return the outcomes of jobs that are started together; a benchmark of failures would be worthless."""
    outcomes = [handle.wait() for handle in [executor.start(job) for job in jobs]]
    for outcome in outcomes:
        if outcome.kind != "ok":
            raise RuntimeError(f"{outcome.kind}: {outcome.message}")
    return outcomes


def start_of_a_run(executor: LocalExecutor, project: Project) -> Figure:
    """Return the seconds from source to result of a tiny fit, against a new process that does the same."""
    source = TEMPLATE.format(C=10)
    job = FitPredict(source, (project.vectors,), np.arange(20), ("a", "b") * 10, np.arange(10))
    cold_program = COLD.replace("{vectors!r}", repr(str(project.vectors)))
    warm, cold = [], []
    for repeat in range(REPEATS):
        warm.append(seconds(lambda: finish(executor, [job])))
        if repeat < COLD_REPEATS:
            cold.append(seconds(lambda: subprocess.run([sys.executable, "-I", "-c", cold_program], check=True)))
    return compared("a run, from source to result", min(warm), "s", min(cold), at_least=40)


def refinery_run(project: Project) -> tuple[float, float]:
    """Return wall-clock and CPU seconds of one run as refinery does it."""
    words = [sys.executable, "-I", str(project.program)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = [str(project.packed), str(project.labels_file), str(project.result)]
    wall = seconds(lambda: subprocess.run([*words, *arguments], check=True))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def one_learner(executor: LocalExecutor, project: Project, baseline: float) -> Figure:
    """Return the seconds of a learner with 5-fold out-of-fold predictions and all records predicted."""
    jobs = project.jobs(TEMPLATE.format(C=10))
    walls = [seconds(lambda: finish(executor, jobs)) for _ in range(3)]
    return compared(f"one learner, {RECORDS:,} records, out-of-fold", min(walls), "s", baseline)


def twenty_heuristics(executor: LocalExecutor, project: Project, walls: float, cpus: float) -> list[Figure]:
    """Return wall-clock and CPU seconds of a project's twenty heuristics, the app's own share included."""
    learners = [project.jobs(TEMPLATE.format(C=1 + number)) for number in range(HEURISTICS)]
    rules = [project.jobs(RULE)[-1] for _ in range(5)]
    mixed = [*itertools.chain(*learners[:5]), *(jobs[-1] for jobs in learners[5:15]), *rules]
    wall, cpu = _work(executor, mixed)
    all_wall, all_cpu = _work(executor, list(itertools.chain(*learners)))
    name = "20 heuristics (5 learners out-of-fold, 10 fitted once, 5 rules)"
    return [
        compared(f"{name}; against 20 x the mean of {BASELINE_REPEATS}", wall, "s", HEURISTICS * walls),
        compared(f"{name}: work", cpu, "CPU-s", HEURISTICS * cpus),
        measured(f"{name}: work", cpu, "CPU-s", at_most=2.5),
        compared("20 learners, all out-of-fold, 120 processes", all_wall, "s", HEURISTICS * walls),
        compared("20 learners, all out-of-fold: work", all_cpu, "CPU-s", HEURISTICS * cpus),
    ]


def _work(executor: LocalExecutor, jobs: Sequence[FitPredict]) -> tuple[float, float]:
    """Return wall-clock and CPU seconds of jobs that are started together."""
    before = _cpu_seconds(executor)
    wall = seconds(lambda: finish(executor, jobs))
    return wall, _cpu_seconds(executor) - before


def _cpu_seconds(executor: LocalExecutor) -> float:
    """Return CPU seconds of this process, of the warm process, and of the children that it has buried."""
    ticks = 0
    for pid in executor.warm_pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return time.process_time() + ticks / 100


def a_million_vectors(executor: LocalExecutor, folder: Path) -> Figure:
    """Return the seconds until a run has touched a million vectors, against reading their file once."""
    path = folder / "million.npy"
    written = np.lib.format.open_memmap(path, "w+", np.float32, (MILLION, DIM))
    for start in range(0, MILLION, 50_000):
        written[start : start + 50_000] = np.float32(0.1)
    written.flush()
    del written
    job = FitPredict(TOUCH, (path,), np.arange(4), ("a", "b") * 2, limits=Limits(seconds=300))
    buffer = bytearray(16 << 20)

    def read() -> None:
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass

    read()  # both sides find the file in memory
    handed, reading = [], []
    for _ in range(3):
        handed.append(seconds(lambda: finish(executor, [job])))
        reading.append(seconds(read))
    return compared(f"{MILLION:,} x {DIM} handed over and touched; reading once", min(handed), "s", min(reading))


def main() -> None:
    """Print the figures."""
    arguments = parse_arguments(__doc__)
    executor = LocalExecutor()
    with contextlib.closing(executor), tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        project = Project(folder)
        finish(executor, project.jobs(TEMPLATE.format(C=10)))
        walls, cpus = zip(*(refinery_run(project) for _ in range(BASELINE_REPEATS)), strict=True)
        figures = [
            start_of_a_run(executor, project),
            one_learner(executor, project, min(walls)),
            *twenty_heuristics(executor, project, statistics.mean(walls), statistics.mean(cpus)),
            a_million_vectors(executor, folder),
        ]
    print(f"sandbox: {executor.tier}, seed {SEED}", file=sys.stderr)
    report(figures, arguments.json)


if __name__ == "__main__":
    main()
