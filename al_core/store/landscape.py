"""Whole columns of a task, for maps and neighbours: truth, honest predictions, the beginnings of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.judging import AS_GIVEN

NOTHING, SEVERAL, CONFLICT = 0, -1, -2  # in the place of a label's id


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """A label of each of n records: ids [n] (NOTHING, SEVERAL and CONFLICT included) and confidences [n]."""

    record_no: NDArray[np.int64]
    label: NDArray[np.int64]
    confidence: NDArray[np.float64]


class Landscape:
    """Reads whole columns of a project and its tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deleted(self, project_id: int) -> NDArray[np.int64]:
        """Return the numbers of the records that are deleted: their vectors stay until the next set of them."""
        found = self._database.columns(
            "SELECT record_no FROM record WHERE project_id = ? AND deleted_ts IS NOT NULL ORDER BY record_no",
            [project_id],
        )
        return found["record_no"].astype(np.int64)

    def truth(self, task_id: int) -> LabelColumn:
        """Return the truth of all records that have one, or a conflict; confidence is 1."""
        found = self._database.columns(
            "SELECT t.record_no, CASE WHEN any_value(t.state) = 'conflict' THEN $conflict"
            "   WHEN count(DISTINCT l.label_id) > 1 THEN $several"
            "   ELSE coalesce(any_value(l.label_id), $nothing) END AS label"
            " FROM truth t LEFT JOIN truth_label l USING (task_id, record_no)"
            " WHERE t.task_id = $task GROUP BY t.record_no ORDER BY t.record_no",
            {"task": task_id, "conflict": CONFLICT, "several": SEVERAL, "nothing": NOTHING},
        )
        label = found["label"].astype(np.int64)
        return LabelColumn(found["record_no"].astype(np.int64), label, np.ones(len(label)))

    def predicted(self, run_id: int) -> LabelColumn:
        """Return the surest label of a run for each record, by a model that never saw the record's own label."""
        found = self._database.columns(_HONEST, {"run": run_id, "as_given": list(AS_GIVEN)})
        return LabelColumn(
            found["record_no"].astype(np.int64),
            found["label"].astype(np.int64),
            found["confidence"].astype(np.float64),
        )

    def beginnings(self, attribute_id: int, record_nos: Sequence[int], length: int) -> dict[int, str]:
        """Return the first `length` characters of the current texts, by record number."""
        rows = self._database.rows(
            "SELECT record_no, left(text, $length) FROM current_text WHERE attribute_id = $attribute"
            " AND record_no IN (SELECT unnest($wanted::INTEGER[]))",
            {"length": length, "attribute": attribute_id, "wanted": [int(number) for number in record_nos]},
        )
        return dict(rows)


# the predictions that may be compared with answers: see judging.py
_HONEST = """
SELECT record_no, arg_max(label_id, calibrated) AS label, max(calibrated) AS confidence FROM (
    SELECT record_no, label_id, calibrated FROM present_oof
    WHERE run_id = $run AND calibrated IS NOT NULL AND repeat_no = 0
    UNION ALL
    SELECT record_no, label_id, calibrated FROM present_prediction
    WHERE run_id = $run AND calibrated IS NOT NULL AND (in_pool
        OR (SELECT method FROM run WHERE run_id = $run) IN (SELECT unnest($as_given::VARCHAR[]))))
GROUP BY record_no ORDER BY record_no
"""
