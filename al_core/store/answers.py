"""Answers, append-only, and the truth that they resolve to.

`truth.py` is the one place that turns several people's answers into gold. Conflicts are kept apart and counted;
`ignore`, `reject` and `retract` give no truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.truth import resolve
from al_core.types import Answer, LabelSpan


@dataclass(frozen=True, slots=True)
class LabelledRecords:
    """The truth of a task, by record number. Arrays [n]; `label` is the id of a record's first label, 0 = none."""

    record_no: NDArray[np.int64]
    label: NDArray[np.int64]
    audit: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How far labeling of a task is. `by_label` counts records by label id."""

    labelled: int
    conflicts: int
    ignored: int
    audit: int
    by_label: dict[int, int]
    seconds_each: float | None


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """One of a person's newest answers, as the Label page lists it; `label_id` is the first of its labels."""

    record_no: int
    text: str
    verdict: str
    label_id: int | None
    n_labels: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What people's answers on a record resolve to, who gave them, and how the record was drawn."""

    labels: tuple[LabelSpan, ...]
    people: tuple[str, ...]
    drawn_by: str


class Answers:
    """Append-only answers with ids made by the client: one that comes twice is stored once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        """Return the ids of all given answers, now stored; those stored before are not stored again."""
        distinct = {answer.answer_id: answer for answer in answers}
        if not distinct:
            return ()
        with self._database.transaction(incoming=_answer_table(list(distinct.values()))) as cursor:
            # numbers are taken here: inside the INSERT a join would hand them out in an order of its own
            taken = cursor.execute("SELECT nextval('event_sequence') FROM range(?)", [len(distinct)]).fetchall()
            stored = cursor.execute(_INSERT, [min(row[0] for row in taken), now()]).fetchall()
            new_ids = {str(row[0]) for row in stored}
            fresh = [answer for answer_id, answer in distinct.items() if answer_id in new_ids]
            if fresh:
                cursor.register("fresh", _answer_table(fresh))
                cursor.register("fresh_label", _label_table(fresh))
                cursor.execute("INSERT INTO answer_label SELECT answer_id::UUID, * EXCLUDE answer_id FROM fresh_label")
                resolve(cursor)
        return tuple(distinct)

    def audit_count(self, task_id: int) -> int:
        """Return how many records with a truth belong to the audit sample."""
        return int(
            self._database.value(
                "SELECT count(*) FROM truth WHERE task_id = ? AND audit AND state <> 'conflict'", [task_id]
            )
        )

    def revision(self, task_id: int) -> int:
        """Return the number of the task's newest act, 0 before the first: answers, and removals that changed truth."""
        return int(
            self._database.value(
                "SELECT coalesce(max(event_no), 0) FROM (SELECT event_no FROM answer WHERE task_id = $task"
                " UNION ALL SELECT event_no FROM resettled WHERE task_id = $task)",
                {"task": task_id},
            )
        )

    def newer(self, task_id: int, revision: int) -> int:
        """Return how many records' truth is newer than a label revision."""
        return int(
            self._database.value(
                "SELECT count(*) FROM truth WHERE task_id = ? AND revision > ? AND state <> 'conflict'",
                [task_id, revision],
            )
        )

    def labelled(self, task_id: int) -> LabelledRecords:
        """Return the records with a truth (conflicts left out), in the order in which they got it."""
        found = self._database.columns(
            "SELECT t.record_no, coalesce(l.label_id, 0) AS label, t.audit FROM truth t"
            " LEFT JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no AND l.ordinal = 0"
            " WHERE t.task_id = ? AND t.state <> 'conflict' ORDER BY t.revision, t.record_no",
            [task_id],
        )
        return LabelledRecords(
            found["record_no"].astype(np.int64), found["label"].astype(np.int64), found["audit"].astype(np.bool_)
        )

    def answered(self, task_id: int) -> NDArray[np.int64]:
        """Return the numbers of the records that somebody accepted or ignored, in order: these are not drawn again."""
        found = self._database.columns(
            "SELECT DISTINCT c.record_no FROM current_answer c JOIN answer a USING (answer_id)"
            " WHERE c.task_id = ? AND a.verdict IN ('accept', 'ignore') ORDER BY c.record_no",
            [task_id],
        )
        return found["record_no"].astype(np.int64)

    def counts(self, task_id: int) -> AnswerCounts:
        """Return the progress of a task."""
        row = self._database.row(
            "SELECT count(*) FILTER (state <> 'conflict'), count(*) FILTER (state = 'conflict'),"
            " count(*) FILTER (audit AND state <> 'conflict') FROM truth WHERE task_id = ?",
            [task_id],
        )
        labelled, conflicts, audit = row or (0, 0, 0)
        ignored = self._database.value(
            "SELECT count(DISTINCT c.record_no) FROM current_answer c JOIN answer a USING (answer_id)"
            " WHERE c.task_id = ? AND a.verdict = 'ignore'",
            [task_id],
        )
        by_label = self._database.rows(
            "SELECT label_id, count(DISTINCT record_no) FROM truth_label WHERE task_id = ? GROUP BY label_id", [task_id]
        )
        seconds = self._database.value(
            "SELECT median(seconds) FROM (SELECT seconds FROM answer WHERE task_id = ? AND seconds IS NOT NULL"
            " ORDER BY event_no DESC LIMIT 100)",
            [task_id],
        )
        return AnswerCounts(labelled, conflicts, int(ignored), audit, dict(by_label), seconds)

    def last(self, task_id: int, person_id: int, limit: int = 8) -> tuple[LastAnswer, ...]:
        """Return a person's newest current answers, newest first."""
        rows = self._database.rows(
            "WITH newest AS MATERIALIZED (SELECT a.answer_id, a.event_no, a.record_no, a.verdict FROM current_answer c"
            "   JOIN answer a USING (answer_id) WHERE c.task_id = $task AND c.person_id = $person"
            "   ORDER BY a.event_no DESC LIMIT $limit)"
            " SELECT a.record_no, coalesce(x.text, ''), a.verdict, l.label_id, coalesce(l.n, 0) FROM newest a"
            " LEFT JOIN (SELECT record_no, text FROM current_text"
            "   WHERE attribute_id = (SELECT attribute_id FROM task WHERE task_id = $task)"
            "   AND record_no IN (SELECT record_no FROM newest)) x USING (record_no)"
            " LEFT JOIN (SELECT answer_id, arg_min(label_id, ordinal) AS label_id, count(*) AS n FROM answer_label"
            "   WHERE answer_id IN (SELECT answer_id FROM newest) GROUP BY answer_id) l USING (answer_id)"
            " ORDER BY a.event_no DESC",
            {"task": task_id, "person": person_id, "limit": limit},
        )
        return tuple(LastAnswer(*row) for row in rows)

    def given_by(self, task_id: int, person_id: int) -> dict[int, tuple[tuple[int, int | None, int | None], ...]]:
        """Return a person's accepted labels by record number, each as sorted (label id, start, end)."""
        rows = self._database.rows(
            "SELECT c.record_no, l.label_id, l.start_char, l.end_char FROM current_answer c"
            " JOIN answer a USING (answer_id) LEFT JOIN answer_label l USING (answer_id)"
            " WHERE c.task_id = ? AND c.person_id = ? AND a.verdict = 'accept' ORDER BY ALL",
            [task_id, person_id],
        )
        found: dict[int, list[tuple[int, int | None, int | None]]] = {}
        for record_no, label_id, start, end in rows:
            spans = found.setdefault(record_no, [])
            if label_id is not None:
                spans.append((label_id, start, end))
        return {record_no: tuple(spans) for record_no, spans in found.items()}

    def truths(self, task_id: int) -> dict[int, Truth]:
        """Return what is settled about each record with a truth, conflicts left out, by record number."""
        people: dict[int, list[str]] = dict(
            self._database.rows(
                "SELECT c.record_no, list(p.name ORDER BY p.name) FROM current_answer c JOIN answer a USING (answer_id)"
                " JOIN person p ON p.person_id = c.person_id WHERE c.task_id = ? AND a.verdict = 'accept'"
                " GROUP BY c.record_no",
                [task_id],
            )
        )
        rows = self._database.rows(
            "SELECT t.record_no, t.drawn_by, l.label_id, l.start_char, l.end_char FROM truth t"
            " LEFT JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no"
            " WHERE t.task_id = ? AND t.state <> 'conflict' ORDER BY t.record_no, l.ordinal",
            [task_id],
        )
        found: dict[int, Truth] = {}
        for record_no, group in groupby(rows, key=lambda row: row[0]):
            labelled = list(group)
            spans = tuple(LabelSpan(*row[2:]) for row in labelled if row[2] is not None)
            found[record_no] = Truth(spans, tuple(people.get(record_no, ())), labelled[0][1])
        return found

    # --- labels kept apart for simulation

    def hide(self, task_id: int, labels: Sequence[tuple[int, int, int, int | None, int | None]]) -> None:
        """Store labels that nobody sees: (record number, ordinal, label id, start, end); earlier ones are replaced."""
        names = ("record_no", "ordinal", "label_id", "start_char", "end_char")
        columns = list(zip(*labels, strict=True)) or [()] * len(names)
        table = pa.table({name: pa.array(column, pa.int64()) for name, column in zip(names, columns, strict=True)})
        with self._database.transaction("bulk", hidden=table) as cursor:
            cursor.execute("DELETE FROM hidden_label WHERE task_id = ?", [task_id])
            cursor.execute("INSERT INTO hidden_label SELECT ?, * FROM hidden", [task_id])

    def hidden(self, task_id: int) -> dict[int, tuple[tuple[int, int | None, int | None], ...]]:
        """Return the labels kept apart, by record number; a record without spans is there with none."""
        rows = self._database.rows(
            "SELECT record_no, label_id, start_char, end_char FROM hidden_label WHERE task_id = ?"
            " ORDER BY record_no, ordinal",
            [task_id],
        )
        found: dict[int, list[tuple[int, int | None, int | None]]] = {}
        for record_no, label_id, start, end in rows:
            spans = found.setdefault(record_no, [])
            if label_id:
                spans.append((label_id, start, end))
        return {record_no: tuple(spans) for record_no, spans in found.items()}


_INSERT = """
INSERT INTO answer
SELECT i.answer_id::UUID, ? + i.position, i.task_id, i.record_no, x.text_sha, i.person_id, i.verdict,
    d.draw_id, coalesce(d.drawn_by, i.drawn_by), CASE WHEN d.draw_id IS NULL THEN i.probability ELSE d.probability END,
    i.blind, i.adjudicates, i.shown_run_id, i.shown_label_id, i.import_id, i.seconds, i.client_ts, ?
FROM incoming i
JOIN task t ON t.task_id = i.task_id
LEFT JOIN current_text x ON x.attribute_id = t.attribute_id AND x.record_no = i.record_no
LEFT JOIN draw w ON w.draw_id = i.draw_id AND w.task_id = i.task_id
LEFT JOIN draw_item d ON d.draw_id = w.draw_id AND d.record_no = i.record_no
ON CONFLICT DO NOTHING RETURNING answer_id
"""


def _answer_table(answers: Sequence[Answer]) -> pa.Table:
    integers = ("task_id", "record_no", "person_id", "draw_id", "shown_run_id", "shown_label_id", "import_id")
    columns: dict[str, pa.Array] = {
        name: pa.array([getattr(answer, name) for answer in answers], pa.int64()) for name in integers
    }
    for name in ("answer_id", "verdict", "drawn_by"):
        columns[name] = pa.array([getattr(answer, name) for answer in answers], pa.string())
    for name in ("probability", "seconds"):
        columns[name] = pa.array([getattr(answer, name) for answer in answers], pa.float64())
    for name in ("blind", "adjudicates"):
        columns[name] = pa.array([getattr(answer, name) for answer in answers], pa.bool_())
    columns["client_ts"] = pa.array([answer.client_ts for answer in answers], pa.timestamp("us"))
    columns["position"] = pa.array(range(len(answers)), pa.int64())
    return pa.table(columns)


def _label_table(answers: Sequence[Answer]) -> pa.Table:
    rows = [
        (answer.answer_id, ordinal, span.label_id, span.start, span.end)
        for answer in answers
        for ordinal, span in enumerate(answer.labels)
    ]
    names = ("answer_id", "ordinal", "label_id", "start_char", "end_char")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    types = (pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.int64())
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})
