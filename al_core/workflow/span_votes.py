"""Votes of heuristics on spans: what touches in a record is one group, and a group is what they are compared on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.store import Store
from al_core.types import Heuristic, Run, Task
from al_core.votes import ABSTAINED, LabelMatrix, label_matrix
from al_core.workflow.thresholds import is_kept

Ints = NDArray[np.int64]
OTHER_SPAN = 0  # the vote of a span that is not in the truth: it agrees with nobody who is right


@dataclass(frozen=True, slots=True)
class SpanVotes:
    """Kept spans of one heuristic: record, label id, characters and confidence, all [s]; `truth` 0 where not right."""

    record_no: Ints
    label: Ints
    start: Ints
    end: Ints
    confidence: NDArray[np.float64]
    truth: Ints


def span_groups(record_no: Ints, start: Ints, end: Ints) -> Ints:
    """Return for each span [s] where the group of touching spans of its record begins.

    >>> span_groups(np.array([1, 1, 1, 2]), np.array([0, 3, 9, 0]), np.array([5, 7, 12, 4])).tolist()
    [0, 0, 9, 0]
    """
    order = np.lexsort((start, record_no))
    if not len(order):
        return np.zeros(0, dtype=np.int64)
    _, rank = np.unique(record_no[order], return_inverse=True)
    step = int(end.max()) + 1  # later records lie behind all earlier ones on one line
    reached = np.maximum.accumulate(rank * step + end[order])
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = rank[1:] * step + start[order][1:] >= reached[:-1]
    groups = np.empty(len(order), dtype=np.int64)
    groups[order] = start[order][np.flatnonzero(opens)][np.cumsum(opens) - 1]
    return groups


def span_matrix(votes: dict[int, SpanVotes], *, right_only: bool = False) -> tuple[LabelMatrix, NDArray[np.int32]]:
    """Return the votes on groups by heuristic id, the surest span of each, and the true label of each group.

    With `right_only` a span that is not in the truth votes for OTHER_SPAN, so that only right votes agree.
    """
    everything = [end_to_end(votes.values(), name) for name in ("record_no", "start", "end")]
    groups = span_groups(*everything)
    columns: dict[int, tuple[Ints, Ints]] = {}
    units, labels, at = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for heuristic_id, one in votes.items():
        unit = np.column_stack([one.record_no, groups[at : at + len(one.label)]])
        at += len(one.label)
        order = np.argsort(-one.confidence, kind="stable")
        _, first = np.unique(unit[order], axis=0, return_index=True)
        said = np.where(one.truth == one.label, one.label, OTHER_SPAN) if right_only else one.label
        columns[heuristic_id] = (unit[order][first], said[order][first])
        units.append(unit[one.truth > 0])
        labels.append(one.truth[one.truth > 0])
    matrix = label_matrix(columns)
    if matrix.units.shape[1] != 2:
        return matrix, np.full(len(matrix.units), ABSTAINED, dtype=np.int32)
    known, place = np.unique(np.concatenate(units), axis=0, return_index=True)
    return matrix, matrix.truth_of(known, np.concatenate(labels)[place])


def end_to_end(votes: Iterable[SpanVotes], name: str) -> Ints:
    """Return one column of several heuristics' spans, end to end."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *(getattr(one, name) for one in votes)])


def kept_span_votes(store: Store, voters: Sequence[tuple[Heuristic, Run]]) -> LabelMatrix:
    """Return what the kept spans of heuristics, each at a run, say of each group of touching spans."""
    votes = {}
    for heuristic, run in voters:
        said = store.views.said(run.run_id)
        columns = (said.record_no, said.label, said.start, said.end, said.confidence)
        votes[heuristic.heuristic_id] = _kept(store, heuristic, SpanVotes(*columns, np.zeros_like(said.label)))
    return span_matrix(votes)[0]


def judged_span_votes(
    store: Store, task: Task, voters: Sequence[tuple[Heuristic, Run]]
) -> tuple[LabelMatrix, NDArray[np.int32]]:
    """Return (votes of kept spans of labelled records, predicted without the labels, the true label of each row)."""
    votes = {}
    for heuristic, run in voters:
        one = store.runs.judged(run.run_id, task.task_id)
        columns = (one.record_no, one.predicted, one.start, one.end, one.confidence, one.truth)
        votes[heuristic.heuristic_id] = _kept(store, heuristic, SpanVotes(*columns))
    return span_matrix(votes, right_only=True)


def _kept(store: Store, heuristic: Heuristic, one: SpanVotes) -> SpanVotes:
    kept = is_kept(store, heuristic.heuristic_id, one.label, one.confidence)
    return SpanVotes(*(getattr(one, name)[kept] for name in SpanVotes.__slots__))
