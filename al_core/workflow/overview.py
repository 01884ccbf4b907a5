"""What a project has, and what a person should do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from al_core.learning.methods import NAMES
from al_core.store import Store
from al_core.store.answers import AnswerCounts
from al_core.types import Project, Task
from al_core.workflow.jobs import JobBoard

FIRST_LABELS = 40  # enough for a first learner on a handful of labels
ENOUGH_NEWER = 20  # answers since the newest run that make running again worth it

Page = Literal["Label", "Heuristics", "Tune", "Project"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next: a heading, why, what the button says, and the page it leads to."""

    heading: str
    why: str
    button: str
    page: Page


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts of a project and one of its tasks."""

    n_records: int
    n_tasks: int
    counts: AnswerCounts
    n_heuristics: int
    step: NextStep


def overview(store: Store, jobs: JobBoard, project: Project, task: Task | None) -> Overview:
    """Return what is there and what to do next."""
    n_records = store.records.count(project.project_id)
    if task is None:
        nothing = AnswerCounts(0, 0, 0, 0, {}, None)
        step = (
            NextStep("Next: define a task", "Say what people decide about each record.", "Define a task", "Project")
            if n_records
            else NextStep("Next: import texts", "The project is empty.", "Import a file", "Project")
        )
        return Overview(n_records, 0, nothing, 0, step)
    counts = store.answers.counts(task.task_id)
    heuristics = store.heuristics.all(task.task_id)
    return Overview(
        n_records=n_records,
        n_tasks=len(store.projects.tasks(project.project_id)),
        counts=counts,
        n_heuristics=len(heuristics),
        step=_next_step(store, task, counts, n_records, len(heuristics)),
    )


def _next_step(store: Store, task: Task, counts: AnswerCounts, n_records: int, n_heuristics: int) -> NextStep:
    if counts.labelled < FIRST_LABELS:
        left = max(0, min(FIRST_LABELS, n_records) - counts.labelled)
        goal = f"{left} more and the first learner has something to learn from." if left else "Every answer helps."
        run = store.runs.newest_of_task(task.task_id)
        if run is not None and run.method == NAMES:
            goal = "There is a first guess from the label names. Every answer corrects it, and shows how good it is."
        return NextStep(
            f"Next: label records for {task.name}", f"{counts.labelled} are labelled. {goal}", "Label", "Label"
        )
    if not n_heuristics:
        why = f"{counts.labelled} records are labelled: enough for a first active learner."
        return NextStep("Next: write a heuristic", why, "New heuristic", "Heuristics")
    run = store.runs.newest_of_task(task.task_id)
    if run is None:
        return NextStep("Next: run the heuristics", "None of them has a result yet.", "Run all", "Tune")
    newer = store.answers.newer(task.task_id, run.label_revision)
    if newer >= ENOUGH_NEWER:
        return NextStep(
            "Next: run the heuristics again", f"{newer} labels are newer than the last run.", "Run all", "Tune"
        )
    if counts.labelled < n_records:
        why = "The learner now picks the records it is unsure of. Tune shows what its threshold is worth."
        return NextStep("Next: label what the learner finds hard", why, "Label", "Label")
    return NextStep("Next: choose a threshold", "Every record is labelled.", "Tune", "Tune")
