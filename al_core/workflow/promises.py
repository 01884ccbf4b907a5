"""All promises of a task: the list of its certificates, and every heuristic set to what it can promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from al_core.store import Store
from al_core.store.certificates import ALL_LABELS, StoredLook
from al_core.types import Heuristic, Person, Task
from al_core.workflow.certifying import Question, certify, mark, standing

SET_BY = "certificate"


@dataclass(frozen=True, slots=True)
class ListedPromise:
    """A look at the labels and what has become of it, in words; `label` is empty for a promise about all labels."""

    heuristic: str
    label: str
    look: StoredLook
    state: str


@dataclass(frozen=True, slots=True)
class BeforeSet:
    """The thresholds of a heuristic before it was set to its promise, for the undo."""

    heuristic_id: int
    threshold: float
    set_by: str
    by_label: dict[int, float]


@dataclass(frozen=True, slots=True)
class AllSet:
    """What setting every heuristic did: names with and without a promise, and what `undo_all` needs."""

    kept: tuple[str, ...]
    without: tuple[str, ...]
    before: tuple[BeforeSet, ...]


def promise_list(store: Store, task: Task) -> tuple[ListedPromise, ...]:
    """Return every look of a task's heuristics, newest first, with its state of now."""
    found = []
    for heuristic in store.heuristics.all(task.task_id):
        names = {label.label_id: label.name for label in task.labels} | {ALL_LABELS: ""}
        for look in store.certificates.of(heuristic.heuristic_id):
            label = names.get(look.label_id, "a deleted label")
            found.append(ListedPromise(heuristic.name, label, look, _state(store, heuristic, look)))
    return tuple(sorted(found, key=lambda one: -one.look.certificate_id))


def _state(store: Store, heuristic: Heuristic, look: StoredLook) -> str:
    if look.threshold is None:
        return "no threshold found"
    if look.labels_changed:
        return "withdrawn: the task has other labels now"
    if look.n_changed:
        return f"withdrawn: {look.n_changed:,} answer{'' if look.n_changed == 1 else 's'} changed"
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    return (mark(store, look, run) if run is not None else "") or "holds"


def set_every_promise(store: Store, heuristics: Sequence[Heuristic], question: Question, person: Person) -> AllSet:
    """Return what was done: all heuristics certified with one look, each with a certificate set to its threshold.

    Thresholds of single labels are removed there, as the promise is about all labels together. A heuristic without a
    certificate keeps its thresholds. Raises InvalidInput for a target that cannot be promised.
    """
    certify(store, heuristics, question, person)
    kept, without, before = [], [], []
    for heuristic in heuristics:
        stands = standing(store, heuristic, question)
        if stands is None or stands.certified is None or stands.certified.threshold is None:
            without.append(heuristic.name)
            continue
        threshold, set_by = store.heuristics.threshold(heuristic.heuristic_id) or (stands.certified.threshold, SET_BY)
        by_label = store.label_thresholds.of(heuristic.heuristic_id)
        before.append(BeforeSet(heuristic.heuristic_id, threshold, set_by, by_label))
        _put(store, BeforeSet(heuristic.heuristic_id, stands.certified.threshold, SET_BY, {}), person)
        kept.append(heuristic.name)
    return AllSet(tuple(kept), tuple(without), tuple(before))


def undo_all(store: Store, done: AllSet, person: Person) -> None:
    """Put the thresholds back that were in force before `set_every_promise`; the looks stay paid for."""
    for one in done.before:
        _put(store, one, person)


def _put(store: Store, wanted: BeforeSet, person: Person) -> None:
    store.heuristics.set_threshold(wanted.heuristic_id, wanted.threshold, wanted.set_by, person.person_id)
    store.label_thresholds.put(wanted.heuristic_id, wanted.by_label, wanted.set_by, person.person_id)
