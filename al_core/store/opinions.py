"""What several heuristics say about the same records, and which records have the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The first label of each of m runs: `record_no` [n], `labels` [n, m] (0 = abstained), `confidence` [n, m]."""

    record_no: NDArray[np.int64]
    labels: NDArray[np.int64]
    confidence: NDArray[np.float64]


class Opinions:
    """Reads predictions and texts across runs and records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def side_by_side(self, run_ids: Sequence[int]) -> SideBySide:
        """Return the first label that each run gives to the records that nobody had labelled then."""
        found = self._database.columns(
            "SELECT run_id, record_no, label_id, calibrated FROM prediction"
            " WHERE rank = 1 AND in_pool AND run_id IN (SELECT unnest(?::BIGINT[]))",
            [list(run_ids)],
        )
        record_no, row = np.unique(found["record_no"].astype(np.int64), return_inverse=True)
        labels = np.zeros((len(record_no), len(run_ids)), dtype=np.int64)
        confidence = np.zeros((len(record_no), len(run_ids)))
        for column, run_id in enumerate(run_ids):
            of_run = found["run_id"] == run_id
            labels[row[of_run], column] = found["label_id"][of_run]
            confidence[row[of_run], column] = found["calibrated"][of_run]
        return SideBySide(record_no, labels, confidence)

    def texts(self, task_id: int, record_nos: Sequence[int]) -> dict[int, tuple[str, bool]]:
        """Return (sha of the text, whether a record with this very text has an accepted answer) by record number."""
        rows = self._database.rows(
            "WITH wanted AS MATERIALIZED (SELECT record_no, text_sha FROM current_text"
            "   WHERE attribute_id = (SELECT attribute_id FROM task WHERE task_id = $task)"
            "   AND record_no IN (SELECT unnest($wanted::INTEGER[])))"
            " SELECT record_no, text_sha, text_sha IN (SELECT text_sha FROM answer"
            "   WHERE task_id = $task AND verdict = 'accept' AND text_sha IN (SELECT text_sha FROM wanted))"
            " FROM wanted",
            {"task": task_id, "wanted": [int(number) for number in record_nos]},
        )
        return {record_no: (sha, bool(is_answered)) for record_no, sha, is_answered in rows}
