"""Label names as a guess: what they get right alone, what descriptions add, and which of them are confused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.execution import FitPredict, LearnerContext
from al_core.learning.methods import NAMES
from al_core.learning.prototypes import confusions
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.types import Heuristic, Label, Run, Task
from al_core.workflow.label_meaning import (
    Started,
    meaning_of_labels,
    named_path,
    pulled_path,
    starts_from_names,
    why_names_say_nothing,
)
from al_core.workflow.protection import limits_of
from al_core.workflow.results import aligned
from al_core.workflow.underway import Underway

# prototypes are centred: unrelated ones have a cosine of 0 or less. In the sample project the one pair above it is the
# one that the names mix up most.
TOO_CLOSE = 0.1
LEAST_COMPARED = 10  # records; below, who is better is chance
LIKELIER = 0.5

WORSE_FIRST = "A few answers can make the guess worse before they make it better; 100 are enough as a rule."

Ints = NDArray[np.int64]
Guesses = dict[bool, tuple[Ints, Ints]]  # described or not -> record numbers [k] and a guessed label id [k] for each


class Labelled(Protocol):
    """What a learner learns from, with one label a record or several: `rows` [m] count the vectors."""

    @property
    def files(self) -> tuple[VectorFile, ...]:
        """Return the vectors."""

    @property
    def rows(self) -> Ints:
        """Return the labelled rows [m]."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all labels [L]."""

    @property
    def label_ids(self) -> Ints:
        """Return their ids [L]."""

    @property
    def record_nos(self) -> Ints:
        """Return the record numbers [n] of all rows of the vectors."""


@dataclass(frozen=True, slots=True)
class ConfusedNames:
    """Two labels whose names attract the same texts, with the cosine of their prototypes."""

    first: Label
    second: Label
    cosine: float


def guess_labelled(under_way: Underway, training: Labelled, around: LearnerContext, on_start: Started) -> Guesses:
    """Return what the names alone say of the labelled records, with descriptions and, where there are any, without."""
    if not around.starts_from_names or not len(training.rows):
        return {}
    found = {True: _guess(under_way, training, around)}
    if any(label.description.strip() for label in under_way.task.labels):
        labels = under_way.task.labels
        plain = [meaning_of_labels(under_way.store, labels, file, on_start, described=False) for file in training.files]
        vectors = tuple(one.vectors for one in plain if one.vectors is not None)
        if len(vectors) == len(plain):
            found[False] = _guess(under_way, training, replace(around, label_vectors=vectors))
    return {described: guess for described, guess in found.items() if len(guess[0])}


def _guess(under_way: Underway, training: Labelled, around: LearnerContext) -> tuple[Ints, Ints]:
    """Return (record numbers [k], label ids [k]) that a learner fitted on nothing guesses; empty where it fails.

    Every labelled record is there: once for each label likelier than not where it may have several, with 0 for none.
    """
    nothing = np.zeros(0, dtype=np.int64)
    handle = under_way.executor.start(
        FitPredict(
            source=under_way.heuristic.source,
            vectors=tuple(file.path for file in training.files),
            train_rows=nothing,
            train_labels=(),
            predict_rows=training.rows,
            limits=limits_of(under_way.store, under_way.task.project_id),
            around=around,
        )
    )
    under_way.context.on_cancel(handle.cancel, handle.pid)
    outcome = handle.wait()
    under_way.context.check()
    if outcome.kind != "ok":
        under_way.log.say(f"names alone could not be tried: {outcome.message}")
        return nothing, nothing
    record_nos, proba = training.record_nos[training.rows], aligned(outcome, training.names)
    if not around.several:
        return record_nos, training.label_ids[proba.argmax(axis=1)]
    row, column = np.nonzero(proba > LIKELIER)
    none = record_nos[~(proba > LIKELIER).any(axis=1)]
    ids = np.concatenate([training.label_ids[column], np.zeros(len(none), dtype=np.int64)])
    return np.concatenate([record_nos[row], none]), ids


def store_guesses(under_way: Underway, guesses: Guesses) -> None:
    """Store the guesses of a finished run."""
    for described, (record_nos, label_ids) in guesses.items():
        under_way.store.name_guesses.add(under_way.run_id, record_nos, label_ids, described=described)


def notes(store: Store, task: Task, heuristic: Heuristic, run: Run, n_judged: int) -> tuple[str, ...]:
    """Return what a person should know about a heuristic that starts from label names, in sentences; often nothing."""
    if not starts_from_names(heuristic):
        return ()
    several = task.kind == "multi_label"
    found = list(_several_compared(store, task, run) if several else _comparisons(store, task, run))
    if run.method == NAMES and n_judged == 0:
        found.insert(0, "This is a guess from the label names, not measured yet. The first answers will judge it.")
    why_not = why_names_say_nothing(task.labels)
    return (*found, f"Names are not used. {why_not}") if why_not else tuple(found)


def _comparisons(store: Store, task: Task, run: Run) -> Iterator[str]:
    compared = store.name_guesses.compared(run.run_id, task.task_id)
    named = compared.get(True)
    if named is None or named.n < LEAST_COMPARED:
        return
    if named.by_run < named.by_names:
        yield (
            f"On the {named.n} labelled records the label names alone get {named.by_names} right, with the answers it "
            f"is {named.by_run}. {WORSE_FIRST}"
        )
    plain = compared.get(False)
    if plain is not None and plain.n == named.n:
        yield (
            f"The descriptions of labels: {named.by_names} of {named.n} labelled records are guessed right with them, "
            f"{plain.by_names} with the names alone."
        )


def _several_compared(store: Store, task: Task, run: Run) -> Iterator[str]:
    compared = store.name_guesses.compared_several(run.run_id, task.task_id)
    named = compared.get(True)
    if named is None or named.n < LEAST_COMPARED:
        return
    if named.by_run < named.by_names:
        yield (
            f"On the {named.n} labelled records the label names alone reach an F1 of {named.by_names:.2f} at 0.50, "
            f"with the answers it is {named.by_run:.2f}. {WORSE_FIRST}"
        )
    plain = compared.get(False)
    if plain is not None and plain.n == named.n:
        yield (
            f"The descriptions of labels: on {named.n} labelled records the guess reaches an F1 of "
            f"{named.by_names:.2f} at 0.50 with them, {plain.by_names:.2f} with the names alone."
        )


def confused_names(store: Store, task: Task, *, limit: int = 5) -> tuple[ConfusedNames, ...]:
    """Return the labels that a guess from names will mix up, the closest first; empty while nothing was computed."""
    for embedding in store.embeddings.all(task.project_id):
        is_other = embedding.granularity != task.granularity or embedding.attribute_id != task.attribute.attribute_id
        file = None if is_other else store.embeddings.vectors(embedding)
        if file is None:
            continue
        path = pulled_path(named_path(file, task.labels))
        if path.is_file():
            close = confusions(np.load(path, allow_pickle=False), above=TOO_CLOSE)[:limit]
            return tuple(ConfusedNames(task.labels[one.first], task.labels[one.second], one.cosine) for one in close)
    return ()
