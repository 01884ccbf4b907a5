"""Removing a label from a task and bringing it back: what it would mean in numbers, first."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.source import SourceProblem, texts_in
from al_core.store import Store
from al_core.store.removed_labels import LabelLoss, RemovedLabel
from al_core.types import Heuristic, Label, Person, Task

__all__ = ["LabelRemoval", "RemovedLabel", "look_before_removing", "remove_label", "removed_labels", "restore_label"]


@dataclass(frozen=True, slots=True)
class LabelRemoval:
    """What removing a label means: for answers and truth, how many certificates end, which heuristics say it."""

    label: Label
    loss: LabelLoss
    n_certificates: int
    heuristics: tuple[str, ...]


def look_before_removing(store: Store, task: Task, label: Label) -> LabelRemoval:
    """Return what removing a label would mean; raises NotFound and InvalidInput as `remove_label` does."""
    loss = store.removed_labels.look_before(task.task_id, label.label_id)
    every = store.heuristics.all(task.task_id)
    certificates = sum(
        look.threshold is not None and not look.withdrawn
        for one in every
        for look in store.certificates.of(one.heuristic_id)
    )
    return LabelRemoval(label, loss, certificates, tuple(one.name for one in every if _says(store, one, label)))


def remove_label(store: Store, task: Task, label: Label, person: Person) -> LabelLoss:
    """Return what taking a label out of a task changed; its answers are kept, and come back with it.

    Raises NotFound where it is not in the task (any more), InvalidInput for the last label of a task.
    """
    return store.removed_labels.remove(task.task_id, label.label_id, person.person_id)


def restore_label(store: Store, task: Task, label: Label, person: Person) -> Label:
    """Return a removed label as it is in the task again; without its key where another label has that now.

    Raises NotFound where it is back already, Conflict where another label has its name.
    """
    return store.removed_labels.restore(task.task_id, label.label_id, person.person_id)


def removed_labels(store: Store, task: Task) -> tuple[RemovedLabel, ...]:
    """Return the labels that can be restored, the last removed first."""
    return store.removed_labels.of(task.task_id)


def _says(store: Store, heuristic: Heuristic, label: Label) -> bool:
    """Return whether a heuristic's current run predicts a label, or its newest source names it."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is not None and label.label_id in store.runs.labels_said(run.run_id):
        return True
    try:
        return label.name in texts_in(heuristic.source)
    except SourceProblem:
        return False  # code that cannot be read says nothing
