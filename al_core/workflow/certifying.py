"""Certifying: a promise about a heuristic, issued by an act, paid for by its look, and marked as things move on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.evaluation import certificate as promises
from al_core.evaluation.certificate import look_share, needed_kept
from al_core.evaluation.precision import keep
from al_core.learning.methods import read_method
from al_core.store import Store
from al_core.store.certificates import ALL_LABELS, Look, Population, StoredLook
from al_core.store.run_results import WHOLE
from al_core.store.runs import Judged
from al_core.types import Heuristic, Person, Run, Task
from al_core.workflow.judging import measurable

DEFAULT_CONFIDENCE = 0.95
EXACT, TESTED = "exact", "tested, not proved"
# never fitted to the labels that judge them
_EXACT_KINDS = ("labeling_function", "precomputed")

_looking = threading.Lock()  # the number of a look and its result belong together


@dataclass(frozen=True, slots=True)
class Question:
    """What a promise is asked for: precision of `target` at least, with `confidence`, for one label id or all (0)."""

    target: float
    confidence: float = DEFAULT_CONFIDENCE
    label_id: int = ALL_LABELS

    @property
    def delta(self) -> float:
        """Return how often, at most, the promise may be wrong."""
        return 1 - self.confidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """The labelled predictions that a promise rests on, and which of them [n] are right."""

    rows: Judged
    correct: NDArray[np.bool_]
    population: Population

    @property
    def of_spans(self) -> bool:
        """Return whether the predictions are spans."""
        return bool((self.rows.start != WHOLE).any())


@dataclass(frozen=True, slots=True)
class Standing:
    """How a promise stands: `certified` is the look that holds, `last` the newest one that was asked this question.

    `look_no`, `needed` and `available` speak of the next look: its number, the fewest kept labels that it needs, all
    right, and how many labels it would have. `mark` says what is newer than the certificate.
    """

    question: Question
    certified: StoredLook | None
    last: StoredLook | None
    look_no: int
    needed: int
    available: int
    population: Population
    mark: str

    @property
    def possible(self) -> bool:
        """Return whether another look could find anything that the last one did not."""
        return self.available >= self.needed


def standing(store: Store, heuristic: Heuristic, question: Question) -> Standing | None:
    """Return how a promise stands for a heuristic, None before its first finished run; looks at nothing."""
    return next(iter(standings(store, heuristic, [question])), None)


def standings(store: Store, heuristic: Heuristic, questions: Sequence[Question]) -> tuple[Standing, ...]:
    """Return how each of several promises stands, in their order; empty before the first finished run."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        return ()
    looks = store.certificates.of(heuristic.heuristic_id)
    made = store.certificates.looks(heuristic.task_id)
    sample = labels_of(store, run, heuristic.task_id)
    found = []
    for question in questions:
        asked = [one for one in looks if _asks(one, question)]
        holds = next((one for one in asked if one.threshold is not None and not one.withdrawn), None)
        look_no = made.get(question.label_id, 0) + 1
        share = look_share(question.delta, look_no)
        rests_on = evidence(sample, question, share)
        found.append(
            Standing(
                question=question,
                certified=holds,
                last=asked[0] if asked else None,
                look_no=look_no,
                needed=needed_kept(question.target, share),
                available=len(rests_on.rows.record_no),
                population=rests_on.population,
                mark=mark(store, holds, run) if holds is not None else "",
            )
        )
    return tuple(found)


def mark(store: Store, look: StoredLook, run: Run) -> str:
    """Return what has moved on since a certificate, such as "of run 12, 22 labels newer"; empty where nothing has."""
    newer = store.answers.newer(look.task_id, look.label_revision)
    labels = f"{newer:,} label{'' if newer == 1 else 's'} newer" if newer else ""
    of_run = f"of run {look.run_id}" if look.run_id != run.run_id or newer else ""
    return ", ".join(part for part in (of_run, labels) if part)


def certify(store: Store, heuristics: Sequence[Heuristic], question: Question, person: Person) -> tuple[Look, ...]:
    """Return one look a heuristic, now stored: all of them are one look, which splits its share of delta evenly.

    Heuristics without a finished run are left out. The same question about the same run and labels is not looked at
    again: it spends nothing and returns no look. Raises InvalidInput for a target that cannot be promised.
    """
    _check(question)
    with _looking:
        fresh = [one for one in heuristics if _unanswered(store, one, [question])]
        return _look(store, fresh, [question], person)


def certify_labels(
    store: Store, heuristic: Heuristic, task: Task, question: Question, person: Person
) -> tuple[Look, ...]:
    """Return one look for each label of a task, now stored; the promise for each label is made by itself."""
    _check(question)
    asked = [Question(question.target, question.confidence, label.label_id) for label in task.labels]
    with _looking:
        return _look(store, [heuristic], _unanswered(store, heuristic, asked), person)


def _check(question: Question) -> None:
    if not 0.5 <= question.confidence <= 0.999:
        raise InvalidInput(
            f"A confidence of {question.confidence:g} is not offered.", "Use 0.5 to 0.999, such as 0.95."
        )
    needed_kept(question.target, question.delta)


def _asks(look: StoredLook, question: Question) -> bool:
    return (look.target, look.confidence, look.label_id) == (question.target, question.confidence, question.label_id)


def _unanswered(store: Store, heuristic: Heuristic, questions: Sequence[Question]) -> list[Question]:
    """Return the questions that nobody has asked about this run and these labels; none without a finished run."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        return []
    revision = store.answers.revision(heuristic.task_id)
    known = [
        one
        for one in store.certificates.of(heuristic.heuristic_id)
        if one.run_id == run.run_id and one.label_revision == revision and not one.withdrawn
    ]
    return [question for question in questions if not any(_asks(one, question) for one in known)]


def _look(
    store: Store, heuristics: Sequence[Heuristic], questions: Sequence[Question], person: Person
) -> tuple[Look, ...]:
    looks: list[Look] = []
    for heuristic in heuristics if questions else []:
        found = _reading(store, heuristic)
        made = store.certificates.looks(heuristic.task_id)
        for question in questions:
            look_no = made.get(question.label_id, 0) + 1
            share = look_share(question.delta, look_no, len(heuristics))
            looks.append(_one_look(heuristic, found, question, look_no, share))
    store.certificates.add(looks, person.person_id)
    return tuple(looks)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a look reads of a heuristic, once for all its questions."""

    run: Run
    revision: int
    sample: Evidence
    task_labels: tuple[int, ...]


def _reading(store: Store, heuristic: Heuristic) -> _Reading:
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    assert run is not None
    task = store.projects.task(heuristic.task_id)
    # read before the labels: an answer that comes between makes the certificate look older than it is, never newer
    revision = store.answers.revision(heuristic.task_id)
    sample = labels_of(store, run, heuristic.task_id)
    return _Reading(run, revision, sample, tuple(label.label_id for label in task.labels))


def _one_look(heuristic: Heuristic, found: _Reading, question: Question, look_no: int, share: float) -> Look:
    rests_on = evidence(found.sample, question, share)
    rows = rests_on.rows
    certified = promises.certify(rows.confidence, rests_on.correct, question.target, share)
    kept = np.zeros(len(rows.record_no), dtype=np.bool_)
    if certified.threshold is not None:
        kept = keep(rows.confidence, certified.threshold)
    return Look(
        task_id=heuristic.task_id,
        heuristic_id=heuristic.heuristic_id,
        run_id=found.run.run_id,
        label_id=question.label_id,
        target=question.target,
        confidence=question.confidence,
        delta_spent=share,
        look_no=look_no,
        label_revision=found.revision,
        population=rests_on.population,
        method=_method(heuristic, found.run, rests_on),
        n_available=certified.available,
        n_needed=certified.needed,
        n_kept=certified.kept,
        n_correct=certified.correct,
        threshold=certified.threshold,
        task_labels=found.task_labels,
        counted_records=rows.record_no[kept],
        counted_labels=rows.truth[kept],
    )


def _method(heuristic: Heuristic, run: Run, rests_on: Evidence) -> str:
    """Return whether a promise is exact: what judged it was never fitted to the labels that it rests on.

    Spans of one record are not independent, which the sums behind a promise take them to be: those are tested.
    """
    if rests_on.of_spans:
        return TESTED
    apart = read_method(run.method).audit_kept_out and rests_on.population == "audit"
    return EXACT if heuristic.kind in _EXACT_KINDS or apart else TESTED


def labels_of(store: Store, run: Run, task_id: int) -> Evidence:
    """Return all labelled predictions of a run, those of the audit sample judged by their blind answers.

    An audit answer that was corrected with the prediction on screen stays in the sample, as it was answered before.
    """
    judged = store.runs.judged(run.run_id, task_id)
    if not measurable(judged, run):
        judged = Judged(**{name: getattr(judged, name)[:0] for name in Judged.__slots__})
    truth, audit = judged.truth.copy(), judged.audit.copy()
    replaced, labels = store.certificates.first_answers(task_id)
    place = np.flatnonzero(np.isin(judged.record_no, replaced))
    truth[place] = labels[np.searchsorted(replaced, judged.record_no[place])]
    audit[place] = True
    if read_method(run.method).audit_kept_out:
        # an answer that became part of the audit sample after it was fitted on proves nothing
        audit &= judged.new | np.isin(judged.record_no, store.runs.out_of_fit(run.run_id))
    correct = judged.predicted == truth
    found = Evidence(replace(judged, audit=audit), correct, "all")
    if found.of_spans:
        # what the earlier answer said of a span is not kept apart: it counts as wrong, which breaks no promise
        correct[place] = False
    return found


def evidence(sample: Evidence, question: Question, share: float) -> Evidence:
    """Return what a promise rests on: audit answers once they are twice what it needs at least, else all labels."""
    rows = sample.rows
    mine = rows.predicted == question.label_id if question.label_id else np.ones_like(rows.audit)
    enough = int((mine & rows.audit).sum()) >= 2 * needed_kept(question.target, share)
    chosen = mine & rows.audit if enough else mine
    only = Judged(**{name: getattr(rows, name)[chosen] for name in Judged.__slots__})
    return Evidence(only, sample.correct[chosen], "audit" if enough else "all")
