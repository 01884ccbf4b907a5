"""What a finished run leaves behind, and how it is read again: frozen arrays, and the tables they are stored as."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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
class FinishedRun:
    """All that a finished run leaves behind. `in_pool` [n]: unlabelled at the time of the run.

    `fold_no` [m] belongs to `out_of_fold`, OUT_OF_FIT where the shipped model itself never saw the label. `repeats` are
    the out-of-fold predictions of further dealings of the folds.
    """

    predictions: TopTwo
    in_pool: NDArray[np.bool_]
    out_of_fold: TopTwo
    fold_no: NDArray[np.int64]
    candidates: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]
    calibrator: str
    method: str
    pool_size: int
    classes: tuple[str, ...]
    proba_path: str
    log: str
    repeats: tuple[TopTwo, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions beside the current truth. Arrays [n]; label ids; `new` = answered since the run."""

    record_no: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    raw: NDArray[np.float64]
    truth: NDArray[np.int64]
    audit: NDArray[np.bool_]
    new: NDArray[np.bool_]


def out_of_fold_table(result: FinishedRun) -> pa.Table:
    """Return the out-of-fold predictions of all dealings of the folds, numbered by `repeat_no`."""
    tables = []
    for repeat_no, top in enumerate([result.out_of_fold, *result.repeats]):
        n = len(top.record_no)
        fold_no = result.fold_no if repeat_no == 0 else np.zeros(n, dtype=np.int64)
        repeat = np.full(n, repeat_no, dtype=np.int8)
        tables.append(ranked(top, fold_no=pa.array(fold_no, pa.int8()), repeat_no=pa.array(repeat)))
    return pa.concat_tables(tables)


def ranked(top: TopTwo, **extra: pa.Array) -> pa.Table:
    """Return a row for each record's first and second label, with `extra` columns [n] repeated."""
    n = len(top.record_no)
    columns = {
        "record_no": pa.array(top.record_no, pa.int64()),
        "rank": pa.array(np.ones(n, dtype=np.int8)),
        "label_id": pa.array(top.first, pa.int64()),
        "raw": pa.array(top.first_raw, pa.float64()),
        "calibrated": pa.array(top.first_calibrated, pa.float64()),
    }
    second = columns | {
        "rank": pa.array(np.full(n, 2, dtype=np.int8)),
        "label_id": pa.array(top.second, pa.int64()),
        "raw": pa.array(top.second_raw, pa.float64()),
        "calibrated": pa.nulls(n, pa.float64()),
    }
    exists = pa.array(top.second > 0)
    return pa.concat_tables([pa.table(columns | extra), pa.table(second | extra).filter(exists)])


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
    return pa.concat_tables(tables)
