"""The label matrix: what several heuristics say about the same units, and what each of them adds.

A unit is whatever is voted on: a record, a record and a label of a task with several labels, or a place in a text.
Nothing here knows which; a unit is a row of whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

ABSTAINED = -1  # the vote of a heuristic that does not vote

Ints = NDArray[np.int64]
Votes = NDArray[np.int32]
Part = Literal["voted", "overlap", "conflict", "alone"]


@dataclass(frozen=True, slots=True)
class LabelMatrix:
    """Votes of m heuristics on n units.

    `units` int64 [n, k] ascending; `votes` int32 [n, m] label ids, ABSTAINED where there is none; `heuristic_ids`
    names the columns.
    """

    units: Ints
    votes: Votes
    heuristic_ids: tuple[int, ...]

    @property
    def voted(self) -> NDArray[np.bool_]:
        """Return who voted [n, m]."""
        return np.asarray(self.votes != ABSTAINED)

    def part(self, part: Part, truth: Votes | None = None) -> NDArray[np.bool_]:
        """Return which votes [n, m] are such: any, on a unit that another one votes on, votes differently on, or alone.

        A vote is `alone` when it is the only one that is the `truth` [n]; without a truth none is.

        >>> matrix = label_matrix({7: ([1, 2], [10, 20]), 8: ([2, 3], [10, 10])})
        >>> matrix.part("conflict").tolist()
        [[False, False], [True, True], [False, False]]
        """
        voted = self.voted
        if part == "voted":
            return voted
        if part == "alone":
            right = self.right(truth)
            return np.asarray(right & (right.sum(axis=1) == 1)[:, None])
        several = voted.sum(axis=1) > 1
        if part == "overlap":
            return np.asarray(voted & several[:, None])
        # a row has a conflict when its least and its greatest vote differ; then every voter in it has an opponent
        none = np.iinfo(np.int32).max
        least = np.where(voted, self.votes, none).min(axis=1, initial=none)
        greatest = self.votes.max(axis=1, initial=ABSTAINED)
        return np.asarray(voted & (several & (least != greatest))[:, None])

    def right(self, truth: Votes | None) -> NDArray[np.bool_]:
        """Return which votes [n, m] are the truth [n]; none where it is ABSTAINED, and without one."""
        return np.zeros_like(self.voted) if truth is None else np.asarray(self.voted & (self.votes == truth[:, None]))

    def truth_of(self, units: ArrayLike, labels: ArrayLike) -> Votes:
        """Return the label [n] of each row of the matrix from some labelled `units`, ABSTAINED where it has none.

        >>> matrix = label_matrix({7: (np.array([1, 2, 5]), np.array([10, 20, 10]))})
        >>> matrix.truth_of([5, 1, 9], [20, 10, 10]).tolist()
        [10, -1, 20]
        """
        labelled, found = _rows_of_units(units), np.asarray(labels, dtype=np.int32)
        both, place = _numbered(np.concatenate([self.units, labelled]))
        by_unit = np.full(len(both), ABSTAINED, dtype=np.int32)
        by_unit[place[len(self.units) :]] = found
        return np.asarray(by_unit[place[: len(self.units)]])


@dataclass(frozen=True, slots=True)
class VoteSummary:
    """What one heuristic does among the others, in units.

    `hits` it votes on; on `overlaps` of them another one votes too, on `conflicts` another one votes differently.
    `correct` counts votes that are the truth, `alone` those that no other heuristic gives: its marginal value.
    """

    heuristic_id: int
    hits: int
    overlaps: int
    conflicts: int
    correct: int
    alone: int


def label_matrix(columns: Mapping[int, tuple[ArrayLike, ArrayLike]]) -> LabelMatrix:
    """Return the matrix of votes given as (units [v] or [v, k], label ids [v]) by heuristic id.

    A unit that nobody votes on has no row. Raises ValueError where a heuristic votes twice on a unit, or units
    differ in their width.

    >>> matrix = label_matrix({7: ([1, 2], [10, 20]), 8: ([2, 3], [10, 10])})
    >>> matrix.units[:, 0].tolist(), matrix.votes.tolist()
    ([1, 2, 3], [[10, -1], [20, 10], [-1, 10]])
    """
    given = [(_rows_of_units(units), np.asarray(labels, dtype=np.int32)) for units, labels in columns.values()]
    widths = {units.shape[1] for units, _ in given if len(units)}
    if len(widths) > 1:
        raise ValueError(f"units of different widths: {sorted(widths)}")
    width = widths.pop() if widths else 1
    everything = [units if len(units) else units.reshape(0, width) for units, _ in given]
    units, place = _numbered(np.concatenate(everything) if everything else np.zeros((0, 1), dtype=np.int64))
    votes = np.full((len(units), len(given)), ABSTAINED, dtype=np.int32)
    start = 0
    for column, (own, labels) in enumerate(given):
        rows = place[start : start + len(own)]
        if len(np.unique(rows)) != len(own):
            raise ValueError(f"heuristic {list(columns)[column]} votes twice on a unit")
        votes[rows, column] = labels
        start += len(own)
    return LabelMatrix(units, votes, tuple(columns))


def summarise(matrix: LabelMatrix, truth: Votes | None = None) -> tuple[VoteSummary, ...]:
    """Return what each heuristic of a matrix does among the others, in the order of the columns.

    `truth` [n] are the true label ids of the rows, ABSTAINED where unknown; without it nothing is correct.

    >>> matrix = label_matrix({7: ([1, 2], [10, 20]), 8: ([2, 3], [10, 10])})
    >>> summarise(matrix, np.array([10, 10, -1], dtype=np.int32))[0]
    VoteSummary(heuristic_id=7, hits=2, overlaps=1, conflicts=1, correct=1, alone=1)
    """
    counts = {part: matrix.part(part, truth).sum(axis=0) for part in get_args(Part)}
    correct = matrix.right(truth).sum(axis=0)
    return tuple(
        VoteSummary(
            heuristic_id=heuristic_id,
            hits=int(counts["voted"][column]),
            overlaps=int(counts["overlap"][column]),
            conflicts=int(counts["conflict"][column]),
            correct=int(correct[column]),
            alone=int(counts["alone"][column]),
        )
        for column, heuristic_id in enumerate(matrix.heuristic_ids)
    )


def coverage(matrix: LabelMatrix, n_units: int) -> float:
    """Return the share of `n_units` that at least one heuristic votes on, 0 where there are none.

    >>> coverage(label_matrix({7: ([1, 2], [10, 20])}), 4)
    0.5
    """
    return float(matrix.voted.any(axis=1).sum() / n_units) if n_units else 0.0


def _rows_of_units(units: ArrayLike) -> Ints:
    rows = np.asarray(units, dtype=np.int64)
    return rows[:, None] if rows.ndim == 1 else rows


def _numbered(rows: Ints) -> tuple[Ints, Ints]:
    """Return the distinct rows [n, k], ascending, and the place of each given row among them."""
    if rows.shape[1] == 1:
        distinct, place = np.unique(rows[:, 0], return_inverse=True)
        return distinct[:, None], place.astype(np.int64)
    distinct, place = np.unique(rows, axis=0, return_inverse=True)
    return distinct, place.reshape(-1).astype(np.int64)
