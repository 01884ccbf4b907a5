"""What two runs of a heuristic say about the same records: votes gained, lost and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from al_core.store.database import Database

Change = Literal["gained", "lost", "changed", "same"]

# a record's vote is the set of its kept predictions: one label, several, or spans; labelled records are left out
_CHANGES = """
WITH cut AS (SELECT unnest($label_ids::INTEGER[]) AS label_id, unnest($cuts::DOUBLE[]) AS least),
kept AS (
    SELECT p.run_id, p.record_no, p.label_id, p.calibrated, p.start_char, p.end_char
    FROM present_prediction p JOIN cut USING (label_id)
    WHERE p.run_id IN ($before, $after) AND p.in_pool AND p.calibrated IS NOT NULL
        AND round(p.calibrated * 1e6) >= round(cut.least * 1e6)
        AND NOT EXISTS (SELECT 1 FROM truth t WHERE t.task_id = $task AND t.record_no = p.record_no)
        AND p.record_no NOT IN (SELECT r.record_no FROM record r JOIN task k USING (project_id)
            WHERE k.task_id = $task AND r.deleted_ts IS NOT NULL)),
vote AS (
    SELECT run_id, record_no, list_sort(list((label_id, start_char, end_char))) AS said,
        arg_max(label_id, calibrated) AS surest, max(calibrated) AS confidence
    FROM kept GROUP BY run_id, record_no),
pair AS (
    SELECT coalesce(a.record_no, b.record_no) AS record_no, b.surest AS label_before, a.surest AS label_after,
        b.confidence AS before, a.confidence AS after,
        CASE WHEN b.record_no IS NULL THEN 'gained' WHEN a.record_no IS NULL THEN 'lost'
            WHEN a.said = b.said THEN 'same' ELSE 'changed' END AS change
    FROM (SELECT * FROM vote WHERE run_id = $after) a
    FULL JOIN (SELECT * FROM vote WHERE run_id = $before) b ON a.record_no = b.record_no)
"""


@dataclass(frozen=True, slots=True)
class ChangedVote:
    """One record's vote in two runs: the surest label of each with its confidence, None where it abstained."""

    record_no: int
    change: Change
    label_before: int | None
    before: float | None
    label_after: int | None
    after: float | None


class VoteChanges:
    """Compares the kept predictions of two runs on the records that nobody has labelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, task_id: int, before: int, after: int, cuts: Mapping[int, float]) -> dict[Change, int]:
        """Return how many records have each kind of change; `cuts` is min_confidence by label id."""
        rows = self._database.rows(
            f"{_CHANGES} SELECT change, count(*) FROM pair GROUP BY change", _named(task_id, before, after, cuts)
        )
        nothing: dict[Change, int] = {"gained": 0, "lost": 0, "changed": 0, "same": 0}
        return nothing | dict(rows)

    def examples(
        self, task_id: int, before: int, after: int, cuts: Mapping[int, float], *, limit: int
    ) -> tuple[ChangedVote, ...]:
        """Return the surest `limit` of each kind of change, those without a change left out."""
        rows = self._database.rows(
            f"{_CHANGES} SELECT record_no, change, label_before, before, label_after, after FROM pair"
            " WHERE change <> 'same' QUALIFY row_number() OVER"
            " (PARTITION BY change ORDER BY coalesce(after, before) DESC, record_no) <= $limit"
            " ORDER BY coalesce(after, before) DESC, record_no",
            {**_named(task_id, before, after, cuts), "limit": limit},
        )
        return tuple(ChangedVote(*row) for row in rows)


def _named(task_id: int, before: int, after: int, cuts: Mapping[int, float]) -> dict[str, object]:
    return {
        "task": task_id,
        "before": before,
        "after": after,
        "label_ids": list(cuts),
        "cuts": list(cuts.values()),
    }
