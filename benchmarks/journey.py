"""The journey through a real data set: 13,083 messages with 77 intents, from the file to figures.

Import with hidden labels, embed, 400 simulated answers, a learner, its run and its evaluation, through the same use
cases as the pages. Seconds are wall-clock: a person waits for them. The truth of the records that nobody labelled is
known here, so the precision that the evaluation says is shown beside the one that the rest of the data really gets.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np

from al_core.evaluation.precision import keep
from al_core.importers import Mapping
from al_core.types import Heuristic, Person, Project, Task
from al_core.workflow import heuristics
from al_core.workflow.embedding import embed
from al_core.workflow.evaluating import Evaluation, evaluate
from al_core.workflow.exporting import export
from al_core.workflow.importing import ImportPlan, LabelImport, import_file
from al_core.workflow.labeling import queue
from al_core.workflow.running import run
from al_core.workflow.simulating import simulate
from al_core.workflow.workspace import Workspace
from benchmarks.figures import Figure, benchmark_set, measured, parse_arguments, report

SEED = 1
N_ANSWERS = 400
QUEUES = 21
STARTER = "Logistic regression"
Result = TypeVar("Result")


def main() -> None:
    """Print the figures of one journey."""
    arguments = parse_arguments(__doc__)
    path = benchmark_set("banking77")
    figures: list[Figure] = []
    if path is not None:
        with tempfile.TemporaryDirectory() as folder, closing(Workspace(Path(folder))) as workspace:
            figures = journey(workspace, path)
    report(figures, arguments.json)


def journey(workspace: Workspace, path: Path) -> list[Figure]:
    """Return the figures of one journey in an empty workspace."""
    person = workspace.store.projects.person("Benchmark")
    figures: list[Figure] = []

    def timed(figure: str, work: Callable[[], Result]) -> Result:
        print(figure, file=sys.stderr, flush=True)
        started = time.perf_counter()
        result = work()
        figures.append(measured(figure, time.perf_counter() - started, "s"))
        return result

    project, task = timed("import of all records with hidden labels", lambda: import_all(workspace, path, person))
    figures.append(measured("records", workspace.store.records.count(project.project_id), "records"))
    timed("embedding of all texts", lambda: embed_all(workspace, project, task, person))
    rng = np.random.default_rng(SEED)
    timed(
        f"{N_ANSWERS} simulated answers, seed {SEED}",
        lambda: simulate(workspace.store, task, N_ANSWERS, "smart", rng),
    )
    learner = heuristics.create(workspace.store, task, STARTER, STARTER, person)
    workspace.executor  # noqa: B018  # started beforehand, as the app does
    timed("run: 5 folds and the shipped model", lambda: wait_for_run(workspace, learner, person))
    evaluation = timed("evaluation", lambda: evaluate(workspace.store, learner))
    assert evaluation is not None
    timed("export", lambda: export(workspace.store, project, workspace.folder / "all.csv"))
    figures.append(measured("next records on the Label page", milliseconds_of_a_queue(workspace, task, person), "ms"))
    return figures + honesty(workspace, task, evaluation)


def import_all(workspace: Workspace, path: Path, person: Person) -> tuple[Project, Task]:
    """Return the project and its task, with all labels hidden."""
    project = workspace.store.projects.create("Banking")
    mapping = Mapping(("text",), "id", "label")
    plan = ImportPlan(path, mapping, labels=LabelImport("intent", "all", hidden=True))
    workspace.jobs.wait(import_file(workspace, project, plan, person, then_embed=False).job_id)
    return project, workspace.store.projects.task_named(project.project_id, "intent")


def embed_all(workspace: Workspace, project: Project, task: Task, person: Person) -> None:
    """Compute the vectors with the best embedder that works here."""
    workspace.jobs.wait(embed(workspace, project, task.attribute, "", person).job_id)


def wait_for_run(workspace: Workspace, learner: Heuristic, person: Person) -> None:
    """Run a learner to its end."""
    workspace.jobs.wait(run(workspace, learner, person).job_id)


def honesty(workspace: Workspace, task: Task, evaluation: Evaluation) -> list[Figure]:
    """Return what the evaluation says at its threshold, and what the unlabelled records really get."""
    estimate = evaluation.estimate
    hidden = workspace.store.answers.hidden(task.task_id)
    kept = kept_in_pool(workspace, task, evaluation)
    right = sum(hidden[number][0][0] == label_id for number, label_id in kept.items())
    truth = right / len(kept) if kept else float("nan")
    at = f"at {evaluation.threshold:.2f}"
    return [
        measured(f"precision, estimated {at}", estimate.precision or 0.0, "share"),
        measured(f"lower end of its 95 % interval {at}", estimate.low, "share"),
        measured(f"upper end of its 95 % interval {at}", estimate.high, "share"),
        measured(f"precision on all unlabelled records {at}", truth, "share", at_least=estimate.low),
        measured(f"labelled records kept {at}", estimate.kept, "records"),
        measured(f"coverage of the unlabelled records {at}", estimate.coverage, "share"),
    ]


def kept_in_pool(workspace: Workspace, task: Task, evaluation: Evaluation) -> dict[int, int]:
    """Return the label ids that the heuristic gives, by record number, where nobody labelled and it is sure enough."""
    labelled = set(workspace.store.answers.answered(task.task_id).tolist())
    predicted = workspace.store.runs.export_rows(evaluation.run.run_id)
    return {
        number: label_id
        for number, (label_id, confidence) in predicted.items()
        if number not in labelled and bool(keep(confidence, evaluation.threshold))
    }


def milliseconds_of_a_queue(workspace: Workspace, task: Task, person: Person) -> float:
    """Return the median time of what the Label page asks after each answer: the next records."""
    rng = np.random.default_rng(SEED)
    seconds = []
    for _ in range(QUEUES):
        started = time.perf_counter()
        queue(workspace.store, task, person, "Smart", rng)
        seconds.append(time.perf_counter() - started)
    return 1000 * float(np.median(seconds))


if __name__ == "__main__":
    main()
