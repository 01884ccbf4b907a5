"""Every saved version of a heuristic, and the records that it must get right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from al_core.store.database import Database
from al_core.store.projects import now

ABSTAIN = 0  # in the place of a label id: the heuristic must say nothing


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version of a heuristic."""

    version_no: int
    source: str
    embedding_name: str
    person: str
    made_ts: datetime


@dataclass(frozen=True, slots=True)
class PinnedExample:
    """A record that must get a label, or must get none where `label_id` is ABSTAIN."""

    record_no: int
    label_id: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a run says about one record: a label with its calibrated confidence. Spans give one a span."""

    label_id: int
    confidence: float


class Versions:
    """Reads versions; they are written with the heuristic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, heuristic_id: int) -> tuple[Version, ...]:
        """Return a heuristic's versions, newest first."""
        rows = self._database.rows(
            "SELECT v.version_no, v.source, coalesce(v.embedding_name, ''), coalesce(p.name, ''), v.made_ts"
            " FROM heuristic_version v LEFT JOIN person p ON p.person_id = v.person_id"
            " WHERE v.heuristic_id = ? ORDER BY v.version_no DESC",
            [heuristic_id],
        )
        return tuple(Version(*row) for row in rows)


class PinnedExamples:
    """Examples pinned to a heuristic, and what runs say about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, heuristic_id: int) -> tuple[PinnedExample, ...]:
        """Return a heuristic's pinned examples, oldest first, those of deleted records left out."""
        rows = self._database.rows(
            "SELECT e.record_no, e.label_id FROM pinned_example e JOIN heuristic h USING (heuristic_id)"
            " JOIN task t ON t.task_id = h.task_id"
            " JOIN record r ON r.project_id = t.project_id AND r.record_no = e.record_no AND r.deleted_ts IS NULL"
            " WHERE e.heuristic_id = ? ORDER BY e.made_ts, e.record_no",
            [heuristic_id],
        )
        return tuple(PinnedExample(*row) for row in rows)

    def pin(self, heuristic_id: int, example: PinnedExample, person_id: int) -> None:
        """Pin a record, in the place of what was asked of it before."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO pinned_example VALUES (?, ?, ?, ?, ?)",
                [heuristic_id, example.record_no, example.label_id, person_id, now()],
            )

    def unpin(self, heuristic_id: int, record_no: int) -> None:
        """Forget a pinned example."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "DELETE FROM pinned_example WHERE heuristic_id = ? AND record_no = ?", [heuristic_id, record_no]
            )

    def said(self, run_id: int, record_nos: Sequence[int]) -> dict[int, tuple[Said, ...]]:
        """Return what a run says by record, surest first: out-of-fold where it knew the record's label."""
        rows = self._database.rows(
            "SELECT record_no, label_id, calibrated FROM ("
            "  SELECT record_no, label_id, calibrated FROM present_oof WHERE run_id = $run AND repeat_no = 0"
            "  UNION ALL SELECT record_no, label_id, calibrated FROM present_prediction p WHERE run_id = $run"
            "  AND NOT EXISTS (SELECT 1 FROM oof o WHERE o.run_id = $run AND o.record_no = p.record_no)"
            ") WHERE calibrated IS NOT NULL AND record_no IN (SELECT unnest($wanted::INTEGER[]))"
            " ORDER BY calibrated DESC",
            {"run": run_id, "wanted": list(record_nos)},
        )
        found: dict[int, tuple[Said, ...]] = {}
        for record_no, label_id, confidence in rows:
            found[record_no] = (*found.get(record_no, ()), Said(label_id, confidence))
        return found

    def records_with(self, project_id: int, attribute_id: int, words: str, limit: int = 8) -> tuple[int, ...]:
        """Return numbers of records whose id is `words` or whose text contains them, whatever the case."""
        rows = self._database.rows(
            "SELECT r.record_no FROM record r LEFT JOIN current_text t"
            " ON t.attribute_id = ? AND t.record_no = r.record_no"
            " WHERE r.project_id = ? AND r.deleted_ts IS NULL"
            " AND (r.external_id = ? OR contains(lower(t.text), lower(?)))"
            " ORDER BY r.external_id <> ?, r.record_no LIMIT ?",
            [attribute_id, project_id, words, words, words, limit],
        )
        return tuple(int(number) for (number,) in rows)
