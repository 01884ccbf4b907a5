"""What a finished run leaves behind, and how it is read again: frozen arrays, and the tables they are stored as."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

WHOLE = -1  # start and end of a prediction about a whole record
OUT_OF_FIT = -1  # the fold of a label that the shipped model never saw: it is in no fold


@dataclass(frozen=True, slots=True)
class TopTwo:
    """The two most probable labels of each record. Arrays [n]; a second label id of 0 means there is none."""

    record_no: NDArray[np.int64]
    first: NDArray[np.int64]
    first_raw: NDArray[np.float64]
    first_calibrated: NDArray[np.float64]
    second: NDArray[np.int64]
    second_raw: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PredictedRows:
    """Predictions of which a record may have several: labels of a task with several, or spans. Arrays [m].

    `rank` counts from 1 within a record, the surest first; `start` and `end` are WHOLE for whole records.
    """

    record_no: NDArray[np.int64]
    rank: NDArray[np.int64]
    label_id: NDArray[np.int64]
    raw: NDArray[np.float64]
    calibrated: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PredictedSpan:
    """A span of characters that a run predicted, with its calibrated confidence."""

    label_id: int
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class FailedRecord:
    """A record on which heuristic code failed: the line, 0 where unknown, and why ("" where it was not told)."""

    record_no: int
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """All that a finished run leaves behind. `in_pool` [n], a value for each row: unlabelled at the time of the run.

    `fold_no` [m] belongs to `out_of_fold`, OUT_OF_FIT where the shipped model itself never saw the label. `repeats` are
    the out-of-fold predictions of further dealings of the folds. `nothing_found` are labelled records that were held
    out and in which no span was found.
    """

    predictions: TopTwo | PredictedRows
    in_pool: NDArray[np.bool_]
    out_of_fold: TopTwo | PredictedRows
    fold_no: NDArray[np.int64]
    candidates: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]
    calibrator: str
    method: str
    pool_size: int
    classes: tuple[str, ...]
    proba_path: str
    log: str
    repeats: tuple[TopTwo | PredictedRows, ...] = ()
    failed: tuple[FailedRecord, ...] = ()
    nothing_found: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    last_record_no: int | None = None  # the newest record that the run could see, None where nobody noted it


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions beside the current truth. Arrays [n]; label ids; `new` = answered since the run.

    `start` and `end` are the characters of a span, WHOLE for whole records.
    """

    record_no: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    raw: NDArray[np.float64]
    truth: NDArray[np.int64]
    audit: NDArray[np.bool_]
    new: NDArray[np.bool_]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def out_of_fold_table(result: FinishedRun) -> pa.Table:
    """Return the out-of-fold predictions of all dealings of the folds, numbered by `repeat_no`."""
    tables = []
    for repeat_no, top in enumerate([result.out_of_fold, *result.repeats]):
        n = len(top.record_no)
        fold_no = result.fold_no if repeat_no == 0 else np.zeros(n, dtype=np.int64)
        repeat = np.full(n, repeat_no, dtype=np.int8)
        tables.append(ranked(top, fold_no=pa.array(fold_no, pa.int8()), repeat_no=pa.array(repeat)))
    return pa.concat_tables(tables)


def no_rows() -> PredictedRows:
    """Return no predictions at all, such as the out-of-fold ones of a rule, which is judged without folds."""
    integers, numbers = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
    return PredictedRows(integers, integers, integers, numbers, numbers, integers, integers)


def ranked(top: TopTwo | PredictedRows, **extra: pa.Array) -> pa.Table:
    """Return a row for each prediction, of TopTwo the first and second of each record; `extra` columns go with it."""
    if isinstance(top, PredictedRows):
        return _as_they_are(top, extra)
    n = len(top.record_no)
    columns = {
        "record_no": pa.array(top.record_no, pa.int64()),
        "rank": pa.array(np.ones(n, dtype=np.int8)),
        "label_id": pa.array(top.first, pa.int64()),
        "raw": pa.array(top.first_raw, pa.float64()),
        "calibrated": pa.array(top.first_calibrated, pa.float64()),
        "start_char": pa.nulls(n, pa.int64()),
        "end_char": pa.nulls(n, pa.int64()),
    }
    second = columns | {
        "rank": pa.array(np.full(n, 2, dtype=np.int8)),
        "label_id": pa.array(top.second, pa.int64()),
        "raw": pa.array(top.second_raw, pa.float64()),
        "calibrated": pa.nulls(n, pa.float64()),
    }
    exists = pa.array(top.second > 0)
    return pa.concat_tables([pa.table(columns | extra), pa.table(second | extra).filter(exists)])


def _as_they_are(rows: PredictedRows, extra: dict[str, pa.Array]) -> pa.Table:
    columns = {
        "record_no": pa.array(rows.record_no, pa.int64()),
        "rank": pa.array(rows.rank.clip(max=127), pa.int8()),
        "label_id": pa.array(rows.label_id, pa.int64()),
        "raw": pa.array(rows.raw, pa.float64()),
        "calibrated": pa.array(rows.calibrated, pa.float64()),
        "start_char": pa.array(rows.start, pa.int64(), mask=rows.start == WHOLE),
        "end_char": pa.array(rows.end, pa.int64(), mask=rows.end == WHOLE),
    }
    return pa.table(columns | extra)


def failed_table(failed: tuple[FailedRecord, ...]) -> pa.Table:
    """Return a row for each record that failed."""
    return pa.table(
        {
            "record_no": pa.array([one.record_no for one in failed], pa.int64()),
            "message": pa.array([one.message for one in failed], pa.string()),
            "line_no": pa.array([one.line for one in failed], pa.int64()),
        }
    )


def candidates_table(candidates: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]) -> pa.Table:
    """Return a row for each record that a strategy would ask, in its order."""
    tables = [
        pa.table(
            {
                "strategy": pa.array([strategy] * len(record_nos), pa.string()),
                "position": pa.array(np.arange(len(record_nos)), pa.int64()),
                "record_no": pa.array(record_nos, pa.int64()),
                "score": pa.array(scores, pa.float64()),
            }
        )
        for strategy, (record_nos, scores) in candidates.items()
    ]
    names = {"strategy": pa.string(), "position": pa.int64(), "record_no": pa.int64(), "score": pa.float64()}
    return pa.concat_tables([pa.schema(names).empty_table(), *tables])
