"""Spans that a run suggests to somebody who labels: without overlap, the surer first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from al_core.store import Store
from al_core.store.run_results import PredictedSpan
from al_core.types import Run, Task
from al_core.workflow.reasons import Guess

AT_LEAST = 0.3  # calibrated: below this a suggestion is more often taken away than kept


def suggested_spans(store: Store, task: Task, run: Run, numbers: Sequence[int]) -> dict[int, tuple[Guess, ...]]:
    """Return the spans that a run suggests for records, by record number, in the order of the text."""
    return {
        number: tuple(Guess(one.label_id, one.confidence, run.run_id, one.start, one.end) for one in flat(spans))
        for number, spans in store.judging.spans(run.run_id, numbers).items()
    }


def flat(spans: Iterable[PredictedSpan]) -> list[PredictedSpan]:
    """Return the spans worth suggesting in the order of the text; of those that overlap, the surest.

    >>> [one.start for one in flat([PredictedSpan(1, 0, 5, 0.9), PredictedSpan(1, 3, 8, 0.5)])]
    [0]
    """
    chosen: list[PredictedSpan] = []
    for one in sorted(spans, key=lambda span: -span.confidence):
        if one.confidence >= AT_LEAST and all(one.end <= other.start or other.end <= one.start for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda span: span.start)
