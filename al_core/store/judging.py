"""Predictions beside the present truth: the one place that says which of them may be compared with which answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.run_results import PredictedSpan

Ints = NDArray[np.int64]

# methods of runs that learnt from no answer, so that each of their predictions may be judged
AS_GIVEN = ("rule", "given")
_LEARNT_NOTHING = f"r.method IN ({', '.join(repr(method) for method in AS_GIVEN)})"

# an encoder that was tuned on a record's label knows it, whoever was fitted on its vectors in which folds
NOT_TUNED_ON = "record_no NOT IN (SELECT record_no FROM tuned_record WHERE run_id = $run)"

# a second label has no calibrated confidence: it is known, but does not count
JUDGED = f"""
WITH r AS (SELECT run_id, coalesce(method, '') AS method, coalesce(label_revision, 0) AS label_revision
    FROM run WHERE run_id = $run)
SELECT p.record_no, p.label_id AS predicted, p.calibrated AS confidence, p.raw,
    coalesce(p.start_char, -1) AS start, coalesce(p.end_char, -1) AS "end",
    coalesce(l.label_id, 0) AS truth, t.audit, p.fresh AND (NOT {_LEARNT_NOTHING} OR t.revision > r.label_revision)
    AS fresh
FROM (
    SELECT record_no, label_id, start_char, end_char, calibrated, raw, false AS fresh FROM present_oof
    WHERE run_id = $run AND calibrated IS NOT NULL AND repeat_no = $repeat
    UNION ALL
    SELECT record_no, label_id, start_char, end_char, calibrated, raw, true FROM present_prediction p, r
    WHERE p.run_id = $run AND calibrated IS NOT NULL AND (in_pool OR {_LEARNT_NOTHING})) p
CROSS JOIN r
JOIN truth t ON t.task_id = $task AND t.record_no = p.record_no AND t.state <> 'conflict'
JOIN task k ON k.task_id = t.task_id
LEFT JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no
    AND CASE WHEN k.kind = 'single_label' THEN l.ordinal = 0 ELSE l.label_id = p.label_id END
    -- a span is right when its label and both its borders are
    AND (k.kind <> 'extraction' OR (l.start_char = p.start_char AND l.end_char = p.end_char))
WHERE p.{NOT_TUNED_ON}
ORDER BY p.record_no, p.label_id, p.start_char
"""

# labels of records that the run could see and did not predict: they count against recall, never in precision
# (of a hold-out of spans: only in what it held out, or was answered since)
_MISSED = f"""
WITH predicted AS (
    SELECT record_no, label_id, start_char, end_char FROM present_oof WHERE run_id = $run AND calibrated IS NOT NULL
    UNION ALL
    SELECT p.record_no, p.label_id, p.start_char, p.end_char FROM present_prediction p JOIN run r USING (run_id)
    -- what a model that saw the label says of it is nothing to go by
    WHERE p.run_id = $run AND p.calibrated IS NOT NULL AND (p.in_pool OR
        CASE WHEN p.start_char IS NULL THEN r.method NOT LIKE '%-fold%' ELSE {_LEARNT_NOTHING} END)),
held_out AS (
    SELECT record_no FROM oof WHERE run_id = $run
    UNION SELECT record_no FROM outcome WHERE run_id = $run AND status = 'nothing_found')
SELECT t.record_no, l.label_id AS truth, t.audit
FROM truth t
JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no
JOIN task k ON k.task_id = t.task_id
JOIN run r ON r.run_id = $run
WHERE t.task_id = $task AND t.state <> 'conflict' AND t.record_no <= coalesce(r.last_record_no, t.record_no)
    AND (k.kind <> 'single_label' OR l.ordinal = 0)
    AND NOT EXISTS (SELECT 1 FROM predicted p WHERE p.record_no = t.record_no
        AND (k.kind = 'single_label' OR p.label_id = l.label_id)
        AND (k.kind <> 'extraction' OR (l.start_char = p.start_char AND l.end_char = p.end_char)))
    AND (k.kind <> 'extraction' OR r.method NOT LIKE 'holdout%' OR t.revision > r.label_revision
        OR t.record_no IN (FROM held_out))
    AND t.{NOT_TUNED_ON}
ORDER BY t.record_no, l.label_id
"""

_POOL = """
SELECT record_no, label_id, calibrated FROM present_prediction
WHERE run_id = ? AND in_pool AND calibrated IS NOT NULL ORDER BY record_no, rank
"""

_FAILED = "SELECT record_no, message, coalesce(line_no, 0) FROM outcome WHERE run_id = ? AND status = 'failed'"


class Judging:
    """What is read of finished runs to judge them, beside the predictions themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missed(self, run_id: int, task_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return (record numbers [k], true label ids [k], audit [k]) of labels that a run could see and abstained on.

        A run that held out a part learnt the rest: what is neither judged nor predicted may not be read off it.
        """
        found = self._database.columns(_MISSED, {"run": run_id, "task": task_id})
        return found["record_no"].astype(np.int64), found["truth"].astype(np.int64), found["audit"].astype(np.bool_)

    def label_rows(self, task_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (record numbers [k], label ids [k]) of all true labels; a record may have several, or none."""
        found = self._database.columns(
            "SELECT l.record_no, l.label_id FROM truth_label l JOIN truth t USING (task_id, record_no)"
            " WHERE task_id = ? AND t.state <> 'conflict' ORDER BY l.record_no, l.label_id",
            [task_id],
        )
        return found["record_no"].astype(np.int64), found["label_id"].astype(np.int64)

    def answered_at(self, task_id: int) -> dict[int, datetime]:
        """Return when each record with a truth got it, by record number."""
        rows = self._database.rows(
            "SELECT t.record_no, a.server_ts FROM truth t"
            " JOIN answer a ON a.task_id = t.task_id AND a.event_no = t.revision WHERE t.task_id = ?",
            [task_id],
        )
        return dict(rows)

    def pool_rows(self, run_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return (record numbers [p], label ids [p], confidences [p]) of all predictions on what was unlabelled."""
        found = self._database.columns(_POOL, [run_id])
        return (
            found["record_no"].astype(np.int64),
            found["label_id"].astype(np.int64),
            found["calibrated"].astype(np.float64),
        )

    def votes(self, run_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return (record numbers [p], label ids [p], confidences [p]) of all predictions of records still there."""
        found = self._database.columns(
            "SELECT p.record_no, p.label_id, p.calibrated FROM present_prediction p JOIN run USING (run_id)"
            " JOIN heuristic h USING (heuristic_id) JOIN task k ON k.task_id = h.task_id"
            " JOIN record r ON r.project_id = k.project_id AND r.record_no = p.record_no AND r.deleted_ts IS NULL"
            " WHERE p.run_id = ? AND p.calibrated IS NOT NULL ORDER BY p.record_no, p.rank",
            [run_id],
        )
        return (
            found["record_no"].astype(np.int64),
            found["label_id"].astype(np.int64),
            found["calibrated"].astype(np.float64),
        )

    def spans(self, run_id: int, record_nos: Sequence[int]) -> dict[int, tuple[PredictedSpan, ...]]:
        """Return a run's spans by record number, in the order of the text; records without any are not there."""
        rows = self._database.rows(
            "SELECT record_no, label_id, start_char, end_char, calibrated FROM present_prediction WHERE run_id = ?"
            " AND record_no IN (SELECT unnest(?::INTEGER[])) AND start_char IS NOT NULL ORDER BY record_no, start_char",
            [run_id, [int(number) for number in record_nos]],
        )
        found: dict[int, list[PredictedSpan]] = {}
        for record_no, *span in rows:
            found.setdefault(record_no, []).append(PredictedSpan(*span))
        return {record_no: tuple(spans) for record_no, spans in found.items()}

    def said_spans(self, run_id: int) -> tuple[Ints, Ints, Ints, Ints, NDArray[np.float64]]:
        """Return (record numbers, label ids, starts, ends, confidences), all [s], of a run's spans."""
        found = self._database.columns(
            "SELECT record_no, label_id, start_char, end_char, calibrated FROM present_prediction"
            " WHERE run_id = ? AND start_char IS NOT NULL ORDER BY record_no, start_char",
            [run_id],
        )
        numbers, labels, starts, ends = (
            found[name].astype(np.int64) for name in ("record_no", "label_id", "start_char", "end_char")
        )
        return numbers, labels, starts, ends, found["calibrated"].astype(np.float64)

    def failed(self, run_id: int, limit: int = 50) -> tuple[int, tuple[tuple[int, str, int], ...]]:
        """Return how many records a run failed on, and (record number, message, line) of the first of them."""
        rows = self._database.rows(f"{_FAILED} ORDER BY message = '', record_no LIMIT {int(limit)}", [run_id])
        count = self._database.value(f"SELECT count(*) FROM ({_FAILED})", [run_id])
        return int(count), tuple((int(number), str(message), int(line)) for number, message, line in rows)
