"""What an extractor learns from: labels of tokens, their vectors, folds by record, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.spans import Spans, token_labels
from al_core.learning.folds import holdout
from al_core.source import Settings
from al_core.store import Store
from al_core.store.token_vectors import TokenFile
from al_core.text import Tokens, tokenize, tokens_under
from al_core.types import Heuristic, LabelSpan, Task
from al_core.workflow.audit_apart import keeps_audit_out
from al_core.workflow.training import NotEvaluable, RunFailed, folds_of, vector_files

Ints = NDArray[np.int64]

TEXTS_AT_ONCE = 5_000
NOTHING_HERE = "nothing here"


@dataclass(frozen=True, slots=True)
class SpanTraining:
    """What an extractor learns from.

    `rows` [m] count the records of the vectors; of them `audit`, `fold` (-1 where never held out) and `apart` (kept
    out of the fit). `true` are the spans of these records in tokens, with the label's place in `names`; `truth` holds
    the same as people gave them, by record number. `fresh` [n] tells whose vectors belong to the present text.
    """

    tokens: tuple[TokenFile, ...]
    rows: Ints
    audit: NDArray[np.bool_]
    fold: Ints
    apart: NDArray[np.bool_]
    true: Spans
    truth: dict[int, frozenset[tuple[int, int, int]]]
    names: tuple[str, ...]
    label_ids: Ints
    pool: Ints
    fresh: NDArray[np.bool_]
    n_without_vector: int
    n_cut: int

    @property
    def record_nos(self) -> Ints:
        """Return the record numbers [n] of all records of the vectors."""
        return np.asarray(self.tokens[0].file.record_nos)

    @property
    def counts(self) -> Ints:
        """Return how many tokens each record of the vectors has, [n]."""
        return self.tokens[0].counts

    @property
    def held_out(self) -> tuple[int, ...]:
        """Return the fold numbers that are held out in turn."""
        return tuple(int(fold) for fold in np.unique(self.fold[~self.apart]) if fold != -1)

    def labels_of(self, places: Ints) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """Return label [N] and span beginnings [N] of the tokens of some of the training records, by place."""
        renumbered = np.full(len(self.rows), -1, dtype=np.int64)
        renumbered[places] = np.arange(len(places))
        chosen = self.true.only(renumbered[self.true.record] >= 0)
        moved = Spans(renumbered[chosen.record], chosen.label, chosen.start, chosen.stop, chosen.confidence)
        label, begins = token_labels(moved, self.counts[self.rows[places]])
        return label.astype(np.int16), begins


def span_training(store: Store, task: Task, heuristic: Heuristic, settings: Settings) -> SpanTraining:
    """Return the labels and token vectors of an extractor, with the fold of each record; dealt where new."""
    tokens = tuple(store.token_vectors.of(file) for file in vector_files(store, task, heuristic, settings))
    check_same_tokens(tokens)
    # in this order: a record answered in between is learnt from, and therefore not in the pool
    answered = store.answers.answered(task.task_id)
    labelled = store.answers.labelled(task.task_id)
    truths = store.answers.truths(task.task_id)
    pool = np.setdiff1d(store.records.numbers(task.project_id), np.union1d(answered, labelled.record_no))
    fresh = fresh_records(store, task, tokens)
    record_nos = np.asarray(tokens[0].file.record_nos)
    usable = np.isin(labelled.record_no, record_nos[fresh]) & np.isin(labelled.record_no, list(truths))
    numbers = labelled.record_no[usable]
    place = {label.label_id: i for i, label in enumerate(task.labels)}
    given = [[span for span in truths[int(number)].labels if span.label_id in place] for number in numbers]
    true, n_cut = _in_tokens(texts_of(store, task, numbers), given, place)
    classes = [task.label_name(spans[0].label_id) if spans else NOTHING_HERE for spans in given]
    if settings.train_test_split is None:
        fold = folds_of(store, task, numbers, classes)
    else:
        out = holdout(classes, settings.train_test_split, np.random.default_rng(task.task_id))
        fold = np.where(out, 0, -1).astype(np.int64)
    return SpanTraining(
        tokens=tokens,
        rows=np.searchsorted(record_nos, numbers),
        audit=labelled.audit[usable],
        fold=fold,
        apart=labelled.audit[usable] & keeps_audit_out(store, heuristic),
        true=true,
        truth={int(n): frozenset(_keys(spans)) for n, spans in zip(numbers, given, strict=True)},
        names=tuple(label.name for label in task.labels),
        label_ids=np.array([label.label_id for label in task.labels], dtype=np.int64),
        pool=pool,
        fresh=fresh,
        n_without_vector=int((~usable).sum()),
        n_cut=n_cut,
    )


def check_same_tokens(tokens: Sequence[TokenFile]) -> None:
    """Raise RunFailed unless all sets of vectors have the same records with the same numbers of tokens."""
    first = tokens[0]
    for other in tokens[1:]:
        same = np.array_equal(first.file.record_nos, other.file.record_nos)
        if not same or not np.array_equal(first.offsets, other.offsets):
            names = f"{first.file.embedding.name!r} and {other.file.embedding.name!r}"
            raise RunFailed("embedding", f"{names} were computed for different texts. Compute both again first.")


def fresh_records(store: Store, task: Task, tokens: Sequence[TokenFile]) -> NDArray[np.bool_]:
    """Return which records [n] of the vectors still have the text that the vectors were computed for."""
    file = tokens[0].file
    numbers, shas = store.records.shas(task.attribute.attribute_id)
    place = np.minimum(np.searchsorted(numbers, file.record_nos), max(len(numbers) - 1, 0))
    if not len(numbers):
        return np.zeros(len(file.record_nos), dtype=bool)
    return np.asarray((numbers[place] == file.record_nos) & (shas[place] == file.shas))


def texts_of(store: Store, task: Task, numbers: Ints) -> list[str]:
    """Return the present texts of records, which must exist, in the order of their numbers."""
    texts: list[str] = []
    for start in range(0, len(numbers), TEXTS_AT_ONCE):
        part = [int(number) for number in numbers[start : start + TEXTS_AT_ONCE]]
        records = store.records.get(task.project_id, task.attribute.attribute_id, part)
        texts += [records[number].text for number in part]
    return texts


def _in_tokens(texts: Sequence[str], given: Sequence[Sequence[LabelSpan]], place: dict[int, int]) -> tuple[Spans, int]:
    """Return people's spans as tokens, and how many of them cut a token: learners see the covering tokens."""
    found: list[tuple[int, int, int, int]] = []
    n_cut = 0
    for record, (text, spans) in enumerate(zip(texts, given, strict=True)):
        tokens = tokenize(text) if spans else ()
        for one in spans:
            touched = tokens_under(tokens, one.start or 0, one.end or 0)
            if touched is not None:
                found.append((record, place[one.label_id], *touched))
                n_cut += _is_cut(one, tokens, touched)
    columns = np.array(found, dtype=np.int64).reshape(-1, 4).T
    return Spans(columns[0], columns[1], columns[2], columns[3], np.ones(len(found))), n_cut


def _is_cut(span: LabelSpan, tokens: Tokens, touched: tuple[int, int]) -> bool:
    first, stop = touched
    return (span.start, span.end) != (tokens[first][0], tokens[stop - 1][1])


def _keys(spans: Sequence[LabelSpan]) -> list[tuple[int, int, int]]:
    return [(one.label_id, one.start or 0, one.end or 0) for one in spans]


def check_spans_evaluable(training: SpanTraining) -> None:
    """Raise NotEvaluable where there is no label, no span, or not enough records to hold some out."""
    n = len(training.rows)
    if not n:
        raise NotEvaluable("Not evaluable yet: no record is labelled.", "Label about 30 records, then run again.")
    if not len(training.true):
        raise NotEvaluable(f"Not evaluable yet: all {n} labelled records say nothing here.", "Mark some spans.")
    if not (~training.apart).any():
        raise NotEvaluable(
            f"Not evaluable yet: all {n} labels are in the audit sample, which is not fitted on.",
            "Label records in the Smart queue, or let the heuristic learn from the audit sample too.",
        )
    cross_validated = bool((training.fold[~training.apart] != -1).all())
    if len(training.held_out) < (2 if cross_validated else 1):
        raise NotEvaluable(f"Not evaluable yet: {n} labelled records.", "Label some more.")
