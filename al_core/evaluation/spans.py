"""Spans: built from labels of tokens, turned back into them, and compared with the truth.

A confidence belongs to a span, never to a token alone: spans are built first, from all tokens, and kept or left out
whole afterwards. Filtering tokens first would join what a weak token parts and cut off weak ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

OUTSIDE = -1  # label of a token in no span


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of several records, in order. Arrays [s]: the record's place, label, tokens `start` up to `stop`."""

    record: Integers
    label: Integers
    start: Integers
    stop: Integers
    confidence: Floats

    def __len__(self) -> int:
        return len(self.record)

    def only(self, chosen: NDArray[np.bool_] | Integers) -> Spans:
        """Return the chosen spans."""
        return Spans(*(getattr(self, name)[chosen] for name in Spans.__slots__))


def built(label: Integers, begins: NDArray[np.bool_], confidence: Floats, lengths: Integers) -> Spans:
    """Return the spans of tokens [N] laid end to end in records of `lengths` [n] tokens.

    A span starts where `begins`, where its record starts, or where the label before was another one; its confidence
    is the smallest of its tokens'. `label` is OUTSIDE where there is no span.

    >>> spans = built(np.array([0, 0, 1]), np.array([True, False, True]), np.array([0.9, 0.5, 0.8]), np.array([3]))
    >>> spans.start.tolist(), spans.stop.tolist(), spans.confidence.tolist()
    ([0, 2], [2, 3], [0.5, 0.8])
    """
    is_first = np.zeros(len(label), dtype=bool)
    begin_of = np.cumsum(lengths) - lengths
    is_first[begin_of[lengths > 0]] = True
    within = label != OUTSIDE
    changes = is_first | (np.diff(label, prepend=OUTSIDE - 1) != 0)
    starts = np.flatnonzero(within & (changes | begins))
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return Spans(none, none, none, none, np.zeros(0))
    # every piece ends where the next begins, be it a span or a stretch of no span
    edges = np.flatnonzero(changes | (within & begins))
    ends = np.append(edges[1:], len(label))
    stops = ends[np.searchsorted(edges, starts)]
    weakest = np.minimum.reduceat(confidence, edges)[np.searchsorted(edges, starts)]
    record = np.repeat(np.arange(len(lengths)), lengths)[starts]
    offset = begin_of[record]
    return Spans(record, label[starts], starts - offset, stops - offset, weakest.astype(np.float64))


def token_labels(spans: Spans, lengths: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Return the label [N] of each token, OUTSIDE in no span, and where a span begins [N]: the reverse of `built`.

    Of spans that overlap, the later one counts where they do.

    >>> one = Spans(np.array([0]), np.array([7]), np.array([1]), np.array([3]), np.array([1.0]))
    >>> [array.tolist() for array in token_labels(one, np.array([4]))]
    [[-1, 7, 7, -1], [False, True, False, False]]
    """
    label = np.full(int(lengths.sum()), OUTSIDE, dtype=np.int64)
    begins = np.zeros(len(label), dtype=bool)
    begin_of = np.cumsum(lengths) - lengths
    starts, stops = begin_of[spans.record] + spans.start, begin_of[spans.record] + spans.stop
    for start, stop, name in zip(starts.tolist(), stops.tolist(), spans.label.tolist(), strict=True):
        label[start:stop] = name
        begins[start:stop] = False
        begins[start] = True
    return label, begins


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which predicted spans [s] and which true ones [t] have a partner, by four ways of looking."""

    exact: NDArray[np.bool_]
    exact_found: NDArray[np.bool_]
    touching: NDArray[np.bool_]
    touching_found: NDArray[np.bool_]
    same_type: NDArray[np.bool_]
    same_type_found: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 from counts; None where nothing was predicted, or nothing was there."""

    correct: int
    predicted: int
    found: int
    true: int

    @property
    def precision(self) -> float | None:
        """Return the share of the predicted that are right."""
        return self.correct / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Return the share of the true that were found."""
        return self.found / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall, 0 where either is."""
        if self.precision is None or self.recall is None:
            return None
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How predicted spans stand against the truth.

    `exact`: borders and label; `overlapping`: at least one token in common, whatever the label; `type_only`: one
    token in common with a span of the same label; `token`: labels of single tokens.
    """

    exact: Score
    overlapping: Score
    type_only: Score
    token: Score


def agreement(predicted: Spans, true: Spans) -> Agreement:
    """Return which predicted and true spans have a partner.

    >>> one = lambda *span: Spans(*(np.array([value]) for value in span))
    >>> found = agreement(one(0, 7, 1, 3, 0.9), one(0, 7, 2, 4, 1.0))
    >>> found.exact.tolist(), found.touching.tolist(), found.same_type.tolist()
    ([False], [True], [True])
    """
    flags = {name: np.zeros(len(predicted), dtype=bool) for name in ("exact", "touching", "same_type")}
    founds = {name: np.zeros(len(true), dtype=bool) for name in flags}
    ends = np.searchsorted(true.record, predicted.record, side="right")
    begins = np.searchsorted(true.record, predicted.record, side="left")
    for row, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        for other in range(begin, end):
            if not (predicted.start[row] < true.stop[other] and true.start[other] < predicted.stop[row]):
                continue
            same_label = bool(predicted.label[row] == true.label[other])
            same_borders = predicted.start[row] == true.start[other] and predicted.stop[row] == true.stop[other]
            for name, holds in (("touching", True), ("same_type", same_label), ("exact", same_label and same_borders)):
                flags[name][row] |= holds
                founds[name][other] |= holds
    return Agreement(
        flags["exact"],
        founds["exact"],
        flags["touching"],
        founds["touching"],
        flags["same_type"],
        founds["same_type"],
    )


def scores(predicted: Spans, true: Spans, lengths: Integers) -> SpanScores:
    """Return precision, recall and F1 of spans in records of `lengths` [n] tokens, both sorted by record.

    >>> one = lambda *span: Spans(*(np.array([value]) for value in span))
    >>> found = scores(one(0, 7, 1, 3, 0.9), one(0, 7, 2, 4, 1.0), np.array([5]))
    >>> found.exact.f1, found.type_only.f1, found.token.precision
    (0.0, 1.0, 0.5)
    """
    pairs = agreement(predicted, true)

    def counted(right: NDArray[np.bool_], found: NDArray[np.bool_]) -> Score:
        return Score(int(right.sum()), len(right), int(found.sum()), len(found))

    given, _ = token_labels(predicted, lengths)
    wanted, _ = token_labels(true, lengths)
    right = int(((given == wanted) & (given != OUTSIDE)).sum())
    return SpanScores(
        exact=counted(pairs.exact, pairs.exact_found),
        overlapping=counted(pairs.touching, pairs.touching_found),
        type_only=counted(pairs.same_type, pairs.same_type_found),
        token=Score(right, int((given != OUTSIDE).sum()), right, int((wanted != OUTSIDE).sum())),
    )
