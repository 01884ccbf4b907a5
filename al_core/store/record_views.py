"""What is known about single records: how they stand in a task, acts on them, texts over time, predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.types import LabelSpan, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands in a task. `state` is "" without a truth; labels are those of the truth."""

    state: str
    labels: tuple[LabelSpan, ...]
    drawn_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """One answer of the past, or the one that holds now (`is_current`); the newest of a person on a task."""

    task_id: int
    person: str
    verdict: Verdict
    labels: tuple[LabelSpan, ...]
    drawn_by: str
    blind: bool
    adjudicates: bool
    at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """A text as it was imported once; the newest of an attribute is the one that is shown."""

    attribute: str
    revision: int
    text: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Honest predictions of a run, several of a record where its task allows it: arrays [m].

    For records labelled at the run they are the out-of-fold ones. `margin` is first minus second, before calibration,
    the confidence where there is no second; `start` and `end` are -1 for whole records.
    """

    record_no: NDArray[np.int64]
    label: NDArray[np.int64]
    confidence: NDArray[np.float64]
    margin: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


class RecordViews:
    """Reads; nothing is written here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, task_id: int, record_nos: Sequence[int]) -> dict[int, Standing]:
        """Return how records stand in a task by number; those without a truth or conflict are absent."""
        rows = self._database.rows(
            "SELECT t.record_no, t.state, t.drawn_by, l.label_id, l.start_char, l.end_char FROM truth t"
            " LEFT JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no"
            " WHERE t.task_id = ? AND t.record_no IN (SELECT unnest(?::INTEGER[])) ORDER BY t.record_no, l.ordinal",
            [task_id, list(record_nos)],
        )
        found: dict[int, Standing] = {}
        for record_no, state, drawn_by, *span in rows:
            before = found[record_no].labels if record_no in found else ()
            labels = (*before, LabelSpan(*span)) if span[0] is not None else before
            found[record_no] = Standing(state, labels, drawn_by)
        return found

    def acts(self, project_id: int, record_no: int) -> tuple[Act, ...]:
        """Return all answers ever given on a record, in all tasks of its project, the newest first."""
        rows = self._database.rows(
            "SELECT a.answer_id, a.task_id, p.name, a.verdict, a.drawn_by, a.blind, a.adjudicates, a.server_ts,"
            "   c.answer_id IS NOT NULL, l.label_id, l.start_char, l.end_char"
            " FROM answer a JOIN task t USING (task_id) JOIN person p ON p.person_id = a.person_id"
            " LEFT JOIN current_answer c ON c.answer_id = a.answer_id AND c.task_id = a.task_id"
            "   AND c.record_no = a.record_no"
            " LEFT JOIN answer_label l ON l.answer_id = a.answer_id"
            " WHERE t.project_id = ? AND t.deleted_ts IS NULL AND a.record_no = ?"
            " ORDER BY a.event_no DESC, l.ordinal",
            [project_id, record_no],
        )
        found: dict[str, Act] = {}
        for answer_id, task_id, person, verdict, drawn_by, blind, adjudicates, at, is_current, *span in rows:
            before = found[answer_id].labels if answer_id in found else ()
            labels = (*before, LabelSpan(*span)) if span[0] is not None else before
            found[answer_id] = Act(task_id, person, verdict, labels, drawn_by, blind, adjudicates, at, is_current)
        return tuple(found.values())

    def revisions(self, project_id: int, record_no: int) -> tuple[Revision, ...]:
        """Return all texts that a record has had, by attribute, the newest first."""
        rows = self._database.rows(
            "SELECT a.name, t.revision, t.text, NOT t.superseded"
            " FROM text_value t JOIN attribute a USING (attribute_id)"
            " WHERE a.project_id = ? AND t.record_no = ? ORDER BY a.ordinal, t.revision DESC",
            [project_id, record_no],
        )
        return tuple(Revision(*row) for row in rows)

    def is_there(self, project_id: int, record_no: int) -> bool:
        """Return whether a project has a record of this number that is not deleted."""
        return bool(
            self._database.value(
                "SELECT count(*) FROM record WHERE project_id = ? AND record_no = ? AND deleted_ts IS NULL",
                [project_id, record_no],
            )
        )

    def said(self, run_id: int, record_nos: Sequence[int] | None = None) -> Said:
        """Return the honest predictions of a run, of some records or of all, by record and rank."""
        among = "" if record_nos is None else " AND record_no IN (SELECT unnest($wanted::INTEGER[]))"
        columns = "record_no, rank, label_id, raw, calibrated, start_char, end_char"
        found = self._database.columns(
            "WITH honest AS ("
            f"  SELECT {columns} FROM present_oof WHERE run_id = $run AND repeat_no = 0{among}"
            f"  UNION ALL SELECT {columns} FROM present_prediction WHERE run_id = $run{among} AND record_no NOT IN"
            f"    (SELECT record_no FROM oof WHERE run_id = $run AND repeat_no = 0{among})"
            # what a learner says of records in its own training set is no evidence; rules have no training set
            "    AND (in_pool OR NOT EXISTS (SELECT 1 FROM oof WHERE run_id = $run)))"
            " SELECT h.record_no, h.label_id, h.calibrated, h.raw - coalesce(s.raw, 0) AS margin,"
            "   coalesce(h.start_char, -1) AS first_char, coalesce(h.end_char, -1) AS last_char"
            " FROM honest h LEFT JOIN (SELECT record_no, max(raw) AS raw FROM honest WHERE calibrated IS NULL"
            "   GROUP BY record_no) s USING (record_no)"
            " WHERE h.calibrated IS NOT NULL ORDER BY h.record_no, h.rank",
            {"run": run_id} if record_nos is None else {"run": run_id, "wanted": list(record_nos)},
        )
        integers = [found[name].astype(np.int64) for name in ("record_no", "label_id", "first_char", "last_char")]
        numbers = [found[name].astype(np.float64) for name in ("calibrated", "margin")]
        return Said(integers[0], integers[1], numbers[0], numbers[1], integers[2], integers[3])

    def abstained(self, run_id: int, project_id: int) -> NDArray[np.int64]:
        """Return the records of a project on which a run said nothing, failed ones left out."""
        found = self._database.columns(
            "SELECT record_no FROM record WHERE project_id = $project AND deleted_ts IS NULL"
            " AND record_no NOT IN (SELECT record_no FROM present_prediction WHERE run_id = $run)"
            " AND record_no NOT IN (SELECT record_no FROM outcome WHERE run_id = $run AND status = 'failed')"
            " ORDER BY record_no",
            {"project": project_id, "run": run_id},
        )
        return found["record_no"].astype(np.int64)

    def people(self, task_id: int) -> dict[int, str]:
        """Return the names of all who have answered in a task, by id, in the order of the names."""
        rows = self._database.rows(
            "SELECT DISTINCT p.person_id, p.name FROM current_answer c JOIN person p USING (person_id)"
            " WHERE c.task_id = ? ORDER BY p.name",
            [task_id],
        )
        return dict(rows)

    def drawn_names(self, task_id: int) -> tuple[str, ...]:
        """Return the ways in which answered records of a task were drawn."""
        rows = self._database.rows(
            "SELECT DISTINCT a.drawn_by FROM answer a WHERE a.task_id = ? ORDER BY a.drawn_by", [task_id]
        )
        return tuple(row[0] for row in rows)

    def answered_since(self, task_id: int, person_id: int, moment: datetime) -> NDArray[np.int64]:
        """Return the records that a person has accepted or ignored since a moment in UTC."""
        found = self._database.columns(
            "SELECT c.record_no FROM current_answer c JOIN answer a USING (answer_id) WHERE c.task_id = ?"
            " AND c.person_id = ? AND a.verdict IN ('accept', 'ignore') AND a.server_ts > ?",
            [task_id, person_id, moment],
        )
        return found["record_no"].astype(np.int64)
