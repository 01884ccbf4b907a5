"""What a run of an extractor leaves behind: spans with calibrated confidences, and the records to ask about next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.spans import Spans, built
from al_core.execution import TokenTags
from al_core.learning.calibration import Calibrator, fit_calibrator
from al_core.store.run_results import PredictedRows
from al_core.text import characters_of, tokenize
from al_core.workflow.given_results import span_rows as as_rows

Ints = NDArray[np.int64]
Candidates = dict[str, tuple[Ints, NDArray[np.float64]]]

CANDIDATES = 2000
ENOUGH_RANDOM = 100  # the calibrator is fitted on the spans of the audit sample alone from here on


@dataclass(frozen=True, slots=True)
class Found:
    """Predicted spans of records `numbers` [n]: places in it, label ids, characters and raw confidence, all [s]."""

    numbers: Ints
    record: Ints
    label_id: Ints
    start: Ints
    end: Ints
    raw: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_]) -> Found:
        """Return the chosen spans."""
        kept = (getattr(self, name)[chosen] for name in ("record", "label_id", "start", "end", "raw"))
        return Found(self.numbers, *kept)

    def of_labels(self, label_ids: Ints) -> Found:
        """Return the spans of some labels."""
        return self.only(np.isin(self.label_id, label_ids))

    def of_records(self, numbers: Ints) -> Found:
        """Return the spans of some records, and these records alone."""
        stays = np.isin(self.numbers, numbers)
        chosen = self.only(stays[self.record])
        place = np.cumsum(stays) - 1
        columns = (getattr(chosen, name) for name in ("label_id", "start", "end", "raw"))
        return Found(self.numbers[stays], place[chosen.record], *columns)

    def are_in(self, truth: dict[int, frozenset[tuple[int, int, int]]]) -> NDArray[np.bool_]:
        """Return which spans [s] are exactly in the truth: label and both borders, in characters."""
        keys = zip(self.label_id.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        numbers = self.numbers[self.record].tolist()
        right = [key in truth.get(number, ()) for number, key in zip(numbers, keys, strict=True)]
        return np.array(right, dtype=bool)


def found_spans(tags: TokenTags, counts: Ints, numbers: Ints, texts: Sequence[str], label_ids: Ints) -> Found:
    """Return the spans of records with `counts` [n] tokens, in characters of their `texts`."""
    spans = built(tags.label.astype(np.int64), tags.begins, tags.confidence.astype(np.float64), counts)
    offsets = _characters(spans, texts)
    return Found(numbers, spans.record, label_ids[spans.label], offsets[0], offsets[1], spans.confidence.round(6))


def _characters(spans: Spans, texts: Sequence[str]) -> tuple[Ints, Ints]:
    offsets = np.zeros((2, len(spans)), dtype=np.int64)
    at = -1
    tokens: tuple[tuple[int, int], ...] = ()
    rows = zip(spans.record.tolist(), spans.start.tolist(), spans.stop.tolist(), strict=True)
    for row, (record, start, stop) in enumerate(rows):
        if record != at:
            at, tokens = record, tokenize(texts[record])
        offsets[:, row] = characters_of(tokens, start, stop)
    return offsets[0], offsets[1]


def span_calibrator(found: Found, correct: NDArray[np.bool_], audit: NDArray[np.bool_]) -> Calibrator:
    """Return how a span's raw confidence becomes calibrated, learnt from out-of-fold spans [s]."""
    chosen = audit if audit.sum() >= ENOUGH_RANDOM else np.ones_like(audit)
    return fit_calibrator(found.raw[chosen][:, None], correct[chosen])


def span_rows(found: Found, calibrator: Calibrator) -> PredictedRows:
    """Return the spans as they are stored: by record, the surest of each first."""
    numbers = found.numbers[found.record]
    order = np.lexsort((found.start, numbers))
    calibrated = calibrator.confidence(found.raw[:, None])
    rows = as_rows(numbers[order], np.arange(len(order)), calibrated[order], found.start[order], found.end[order])
    chosen = order[rows.label_id]  # which span each row is
    return replace(rows, label_id=found.label_id[chosen], raw=found.raw[chosen])


def joined(parts: Sequence[Found]) -> Found:
    """Return the spans of several sets of records as one."""
    shifts = np.cumsum([0, *(len(one.numbers) for one in parts)])
    columns = ("label_id", "start", "end", "raw")
    return Found(
        np.concatenate([one.numbers for one in parts]),
        np.concatenate([one.record + shift for one, shift in zip(parts, shifts, strict=False)]),
        *(np.concatenate([getattr(one, name) for one in parts]) for name in columns),
    )


def span_candidates(tags: TokenTags, counts: Ints, numbers: Ints, asked: NDArray[np.bool_]) -> Candidates:
    """Return which of the records `asked` [n] each query strategy would ask first, with its scores.

    `least_confidence`: the least sure span, in a record without spans its least sure token; `margin`: the mean
    distance of the two likeliest labels of its tokens, or their mean confidence where the tagger knows no second;
    `entropy`: how unsure its tokens are on average, by the confidence of their labels. Records without tokens are
    never asked.
    """
    spans = built(tags.label.astype(np.int64), tags.begins, tags.confidence.astype(np.float64), counts)
    has_tokens = counts > 0
    edges = (np.cumsum(counts) - counts)[has_tokens]
    weakest = np.ones(len(counts))
    mean, margin = np.ones(len(counts)), np.ones(len(counts))
    if len(edges):
        weakest[has_tokens] = np.minimum.reduceat(tags.confidence, edges)
        mean[has_tokens] = np.add.reduceat(tags.confidence.astype(np.float64), edges) / counts[has_tokens]
        margin[has_tokens] = np.add.reduceat(tags.margin.astype(np.float64), edges) / counts[has_tokens]
    of_span = np.full(len(counts), np.inf)
    np.minimum.at(of_span, spans.record, spans.confidence)
    least = np.where(np.isfinite(of_span), of_span, weakest)
    rows = np.flatnonzero(asked & has_tokens)
    found: Candidates = {}
    for name, sureness in (("least_confidence", least), ("margin", margin), ("entropy", mean)):
        best = rows[np.argsort(sureness[rows], kind="stable")[:CANDIDATES]]
        found[name] = (numbers[best], 1 - sureness[best])
    return found
