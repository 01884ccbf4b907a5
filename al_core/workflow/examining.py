"""Looking behind a precision: which records, which labels, how honest the confidences are, and how it went so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.diagnosis import ReliabilityBin, calibration_error, confusion, histogram, reliability
from al_core.evaluation.precision import ABSTAINED, Estimate, Predicted
from al_core.store import Store
from al_core.store.runs import Judged
from al_core.types import Task
from al_core.workflow.evaluating import Evaluation, Mistake, headline, mistake
from al_core.workflow.judging import measure, repeats

Which = Literal["kept wrongly", "kept rightly", "below"]
WITHIN_CHANCE = "within chance"


@dataclass(frozen=True, slots=True)
class Examined:
    """The judged records behind an estimate. Arrays [n] as in `rows`; `kept` at the thresholds in force."""

    rows: Judged
    kept: NDArray[np.bool_]
    pool_confidence: NDArray[np.float64]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Return which predictions [n] are right."""
        return np.asarray(self.rows.predicted == self.rows.truth)

    def chosen(self, which: Which) -> NDArray[np.int64]:
        """Return the places of the records of one kind, the surest first."""
        masks = {
            "kept wrongly": self.kept & ~self.correct,
            "kept rightly": self.kept & self.correct,
            "below": ~self.kept,
        }
        places = np.flatnonzero(masks[which])
        ordered: NDArray[np.int64] = places[np.argsort(-self.rows.confidence[places], kind="stable")]
        return ordered

    def n_records(self, which: Which) -> int:
        """Return how many records have predictions of one kind; a record may have several labels or spans."""
        return len(np.unique(self.rows.record_no[self.chosen(which)]))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Groups of predictions of about the same confidence, before and after calibration, and the mean distances."""

    raw: tuple[ReliabilityBin, ...]
    calibrated: tuple[ReliabilityBin, ...]
    raw_error: float | None
    calibrated_error: float | None


@dataclass(frozen=True, slots=True)
class PastPrecision:
    """What a run was worth at the thresholds in force now, against the present truth; `change` says since the last."""

    run_id: int
    version_no: int
    ended: datetime | None
    labels: int
    precision: float | None
    low: float
    high: float
    kept: int
    change: str


def examine(store: Store, task: Task, evaluation: Evaluation) -> Examined:
    """Return the judged records that an evaluation rests on, and which of them are kept."""
    rows, _ = headline(store.runs.judged(evaluation.run.run_id, task.task_id), evaluation.run)
    _, pool_confidence = store.runs.pool(evaluation.run.run_id)
    return Examined(rows, _kept(rows, evaluation), pool_confidence)


def _worth(everyone: Sequence[Judged], evaluation: Evaluation) -> Estimate:
    nothing = np.empty(0, dtype=np.int64)
    cuts = _cuts(np.concatenate([one.predicted for one in everyone]), evaluation)
    return measure(everyone, nothing, cuts, pool=Predicted(nothing, np.empty(0)), pool_size=0).estimate


def _kept(rows: Judged, evaluation: Evaluation) -> NDArray[np.bool_]:
    cuts = _cuts(rows.predicted, evaluation)
    return np.asarray(Predicted(rows.predicted, rows.confidence).kept_label_ids(cuts) != ABSTAINED)


def _cuts(predicted: NDArray[np.int64], evaluation: Evaluation) -> float | dict[int, float]:
    cuts: float | dict[int, float] = evaluation.threshold
    if evaluation.label_thresholds:
        # a run of earlier times may have given labels that the newest does not give
        cuts = dict.fromkeys(np.unique(predicted).tolist(), evaluation.threshold) | evaluation.label_thresholds
    return cuts


def listed(store: Store, task: Task, examined: Examined, which: Which, limit: int = 20) -> Sequence[Mistake]:
    """Return records of one kind with their texts, the surest first."""
    places = examined.chosen(which)[:limit]
    numbers = [int(number) for number in examined.rows.record_no[places]]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    return [
        mistake(examined.rows, int(place), records[number].text)
        for place, number in zip(places, numbers, strict=True)
        if number in records
    ]


def confusion_of(task: Task, examined: Examined) -> NDArray[np.int64]:
    """Return counts [L, L + 1] by true and kept label, in the order of the task's labels; last: not kept."""
    predicted = np.where(examined.kept, examined.rows.predicted, ABSTAINED)
    return confusion(examined.rows.truth, predicted, [label.label_id for label in task.labels])


def calibration_of(examined: Examined) -> Calibration:
    """Return the reliability of raw and calibrated confidences of all judged records, kept or not."""
    raw = reliability(examined.rows.raw, examined.correct)
    calibrated = reliability(examined.rows.confidence, examined.correct)
    return Calibration(raw, calibrated, calibration_error(raw), calibration_error(calibrated))


def pool_histogram(examined: Examined) -> NDArray[np.int64]:
    """Return how many unlabelled records have a confidence in each twentieth of 0 .. 1."""
    return histogram(examined.pool_confidence)


def over_time(store: Store, task: Task, evaluation: Evaluation) -> tuple[PastPrecision, ...]:
    """Return the precision of each finished run at the thresholds in force now, oldest first."""
    found: list[PastPrecision] = []
    for run in store.past_runs.finished(evaluation.heuristic.heuristic_id):
        rows, _ = headline(store.runs.judged(run.run_id, task.task_id), run)
        worth = _worth((rows, *repeats(store, run, task.task_id)), evaluation)
        change = _change(found[-1], worth) if found else "first run"
        found.append(
            PastPrecision(
                run.run_id, run.version_no, run.ended_ts, run.n_labelled, worth.precision, worth.low, worth.high,
                worth.kept, change,
            )
        )  # fmt: skip
    return tuple(found)


def _change(before: PastPrecision, worth: Estimate) -> str:
    if worth.precision is None or before.precision is None:
        return "unknown"
    # intervals that do not overlap: a stricter test than needed, so that "better" is never said lightly
    if worth.low > before.high:
        return "better"
    return "worse" if worth.high < before.low else WITHIN_CHANCE
