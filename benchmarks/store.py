"""The store under stress: a writer killed again and again, a second process, and how fast people's acts are.

`python -m benchmarks.store [--json]`. Kills say nothing of power loss: the system's buffers survive a process.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.errors import WorkspaceInUse
from al_core.store import Store
from al_core.store.runs import FinishedRun, TopTwo
from al_core.types import Answer, Heuristic, LabelSpan, Person, Project, Task
from al_core.workflow.evaluating import evaluate
from al_core.workflow.labeling import queue, submit
from benchmarks.figures import ROOT, Figure, measured, parse_arguments, report

RECORDS = 100_000
KILLS = 30
ROUND = 3  # answers in a round of the writer that is killed
WRITER = """
import sys
from pathlib import Path
from benchmarks.store import write_rounds
write_rounds(Path(sys.argv[1]))
"""


def write_rounds(folder: Path) -> None:
    """Add rounds of answers until killed; each round is named on stdout once it is stored."""
    store = Store(folder)
    task = store.projects.tasks(store.projects.all()[0].project_id)[0]
    person = store.projects.person("Writer")
    while True:
        name = uuid.uuid4()
        store.answers.add([_answer(task, person, n, str(uuid.uuid5(name, str(n)))) for n in range(ROUND)])
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


def _answer(task: Task, person: Person, record_no: int, answer_id: str | None = None) -> Answer:
    label = task.labels[record_no % len(task.labels)].label_id
    return Answer(
        answer_id=answer_id or str(uuid.uuid4()),
        task_id=task.task_id,
        record_no=record_no,
        person_id=person.person_id,
        verdict="accept",
        labels=(LabelSpan(label),),
    )


def filled(store: Store, folder: Path, n: int) -> tuple[Project, Task]:
    """Return a project of `n` short texts with a task of seven labels."""
    project = store.projects.create("Stress")
    staged = folder / "staged.parquet"
    columns = {
        "row": range(n),
        "external_id": [f"id-{i}" for i in range(n)],
        "text": [f"message {i} about parcel {i % 997}, which did not arrive in week {i % 52}" for i in range(n)],
        "channel": [("mail", "chat", "phone")[i % 3] for i in range(n)],
    }
    pq.write_table(pa.table(columns), staged)
    store.records.ingest(project.project_id, staged, ["text"], file="staged", sha="0")
    text = store.projects.attributes(project.project_id)[0]
    return project, store.projects.create_task(text, "topic", "single_label", [f"label {i}" for i in range(7)])


def kill_series(folder: Path, kills: int = KILLS) -> dict[str, int]:
    """Return how many rounds were acknowledged, and how many were lost, stored in part, or left no readable file."""
    with closing(Store(folder)) as store:
        filled(store, folder, 100)
    counted = {"acknowledged": 0, "lost": 0, "partial": 0, "unreadable": 0}
    rng = np.random.default_rng(0)
    for _ in range(kills):
        names = _killed_writer(folder, float(rng.uniform(0.05, 0.5)))
        counted["acknowledged"] += len(names)
        try:
            store = Store(folder)
        except Exception:  # whatever stops it from opening is the figure
            counted["unreadable"] += 1
            return counted
        with closing(store):
            stored = {str(row[0]) for row in store._database.rows("SELECT answer_id FROM answer")}
            labels = store._database.value("SELECT count(*) FROM answer_label")
        expected = [{str(uuid.uuid5(uuid.UUID(name), str(n))) for n in range(ROUND)} for name in names]
        counted["lost"] += sum(not ids <= stored for ids in expected)
        counted["partial"] += (len(stored) % ROUND != 0) + (labels != len(stored))
    return counted


def _killed_writer(folder: Path, seconds: float) -> list[str]:
    """Return the rounds that a writer named before it was killed, `seconds` after its first one."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(seconds)
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    return [line for line in [first.strip(), *rest.split("\n")[:-1]] if line]


def is_locked_out(folder: Path) -> bool:
    """Return whether a second process is told the first one's id in one line."""
    code = "import sys; from pathlib import Path; from al_core.store import Store; Store(Path(sys.argv[1]))"
    other = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
    last = other.stderr.strip().splitlines()[-1]
    return WorkspaceInUse.__name__ in last and f"process {os.getpid()} " in last


def milliseconds(act: Callable[[], object], times: int) -> list[float]:
    """Return how long each of several calls took."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append(1000 * (time.perf_counter() - started))
    return found


def finished_run(store: Store, task: Task, person: Person) -> Heuristic:
    """Return a heuristic with a stored run over all records: random probabilities, seven labels."""
    rng = np.random.default_rng(0)
    heuristic = store.heuristics.create(task.task_id, "Stress", "active_learner", "", "", person.person_id)
    run_id = store.runs.create(heuristic.heuristic_id, 1, str(uuid.uuid4()))
    labelled = store.answers.labelled(task.task_id).record_no
    numbers = store.records.numbers(task.project_id)
    store.runs.start(run_id, label_revision=0, n_labelled=len(labelled), embedding_shas=[])
    ids = np.array([label.label_id for label in task.labels], dtype=np.int64)

    def top(of: np.ndarray) -> TopTwo:
        n = len(of)
        return TopTwo(of, rng.choice(ids, n), rng.random(n), rng.random(n), rng.choice(ids, n), rng.random(n))

    in_pool = ~np.isin(numbers, labelled)
    ranked = rng.permutation(numbers[in_pool])[:2000]
    store.runs.finish(
        run_id,
        FinishedRun(
            predictions=top(numbers),
            in_pool=in_pool,
            out_of_fold=top(labelled),
            fold_no=np.zeros(len(labelled), dtype=np.int64),
            candidates={"margin": (ranked, np.linspace(1, 0, len(ranked)))},
            calibrator="{}",
            method="5-fold",
            pool_size=int(in_pool.sum()),
            classes=(),
            proba_path="",
            log="",
        ),
    )
    return heuristic


def latencies(folder: Path) -> list[Figure]:
    """Return how long people wait in a project of RECORDS records with 2,000 answers and one run."""
    with closing(Store(folder)) as store:
        started = time.perf_counter()
        _, task = filled(store, folder, RECORDS)
        taken_in = time.perf_counter() - started
        ann, rng = store.projects.person("Ann"), np.random.default_rng(1)
        store.answers.add([_answer(task, ann, number) for number in range(2000)])
        heuristic = finished_run(store, task, ann)
        numbers = iter(range(10_000, RECORDS))
        ask = milliseconds(lambda: queue(store, task, ann, "Smart", rng), 20)
        label = task.labels[0].label_id
        say = milliseconds(lambda: submit(store, ann, [_message(task, next(numbers), label)]), 30)
        ten = milliseconds(lambda: submit(store, ann, [_message(task, next(numbers), label) for _ in range(10)]), 10)
        judge = milliseconds(lambda: evaluate(store, heuristic), 10)
        busy = _while_writing(store, task, lambda: submit(store, ann, [_message(task, next(numbers), label)]))
        size = f"in {RECORDS:,} records"
        return [
            measured(f"import of {RECORDS:,} staged records", taken_in, "s", at_most=30),
            measured(f"queue of the Label page {size}, median", statistics.median(ask), "ms", at_most=50),
            measured(f"one answer stored {size}, median", statistics.median(say), "ms", at_most=100),
            measured(f"ten answers stored at once {size}, median", statistics.median(ten), "ms", at_most=150),
            measured(f"one answer while 1,000,000 rows are written {size}, slowest", max(busy), "ms", at_most=1000),
            measured(f"evaluation of a heuristic {size}, median", statistics.median(judge), "ms", at_most=200),
        ]


def _message(task: Task, record_no: int, label_id: int) -> dict[str, object]:
    return {
        "answer_id": str(uuid.uuid4()),
        "task_id": task.task_id,
        "record_no": record_no,
        "verdict": "accept",
        "labels": [{"label_id": label_id}],
    }


def _while_writing(store: Store, task: Task, act: Callable[[], object]) -> list[float]:
    """Return the milliseconds of acts during a bulk write of a million predictions."""

    def write() -> None:
        with store._database.transaction("bulk") as cursor:
            cursor.execute(
                "INSERT INTO prediction SELECT 0, range, 1, 1, NULL, NULL, random(), random(), true FROM range(1000000)"
            )

    writer = threading.Thread(target=write)
    found = []
    writer.start()
    while writer.is_alive() or not found:
        found += milliseconds(act, 1)
    writer.join()
    return found


def main() -> None:
    """Run the series and print the figures."""
    arguments = parse_arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="al-store-") as folder:
        kills = kill_series(Path(folder) / "kills")
        with closing(Store(Path(folder) / "kills")):
            locked = is_locked_out(Path(folder) / "kills")
        figures = [
            measured(f"rounds acknowledged before {KILLS} kills", kills["acknowledged"], "rounds"),
            measured("of these lost", kills["lost"], "rounds", at_most=0),
            measured("stored in part", kills["partial"], "kills", at_most=0),
            measured("files that did not open", kills["unreadable"], "kills", at_most=0),
            measured("a second process is told who holds the file", int(locked), "of 1", at_least=1),
            *latencies(Path(folder) / "latency"),
        ]
    sys.exit(not report(figures, arguments.json))


if __name__ == "__main__":
    main()
