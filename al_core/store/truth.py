"""The truth that answers resolve to: the only accepted one, all agree, or adjudicated; else a conflict.

An answer counts while its record is there and says something. On a deleted record none counts. A removed label is
taken out of every answer: one that gave a record its only label says nothing any more, so that the record is asked
again; where there may be several labels, or spans, the rest stands, and no rest means what it always does, "none of
them" or "nothing here". `current_answer` has each person's newest answer where that one counts.
"""

from __future__ import annotations

import duckdb

_CURRENT = """
INSERT OR REPLACE INTO current_answer
SELECT task_id, record_no, person_id, arg_max(answer_id::UUID, position) FROM fresh GROUP BY ALL
"""

# whoever has a current answer has the newest: only those set aside before are looked for
_NEWEST = """
INSERT INTO current_answer
SELECT task_id, record_no, person_id, arg_max(answer_id, event_no) FROM answer
SEMI JOIN fresh USING (task_id, record_no) ANTI JOIN current_answer USING (task_id, record_no, person_id) GROUP BY ALL
"""

# to look through the answers costs milliseconds that most projects need not wait for
_ANY_REMOVED = "SELECT EXISTS (FROM removed_label) OR EXISTS (FROM deletion WHERE restored_ts IS NULL)"

_SET_ASIDE = """
DELETE FROM current_answer c USING (
    SELECT p.answer_id FROM fresh f JOIN current_answer p USING (task_id, record_no) JOIN task t USING (task_id)
    WHERE EXISTS (SELECT 1 FROM record r
            WHERE r.project_id = t.project_id AND r.record_no = f.record_no AND r.deleted_ts IS NOT NULL)
        OR t.kind = 'single_label' AND p.answer_id IN (
            SELECT answer_id FROM answer_label JOIN removed_label USING (label_id))) void
WHERE c.answer_id = void.answer_id
"""

# the audit sample: blind answers on records drawn at random, and imports claimed to be all rows or a random part
_RESOLVED = """
CREATE OR REPLACE TEMP TABLE resolved AS
WITH touched AS (SELECT DISTINCT task_id, record_no FROM fresh),
present AS (
    SELECT c.task_id, c.record_no, c.answer_id, a.event_no, a.adjudicates, a.drawn_by, a.verdict,
        a.blind AND (a.drawn_by = 'random' OR coalesce(b.drawn_claim IN ('all', 'random'), false)) AS audit
    FROM current_answer c JOIN touched USING (task_id, record_no)
    JOIN answer a USING (answer_id)
    LEFT JOIN import_batch b ON b.import_id = a.import_id),
-- one person's retract or ignore can settle the others' conflict: it counts as a change of the truth too
newest AS (SELECT task_id, record_no, max(event_no) AS revision FROM present GROUP BY ALL),
accepted AS (SELECT * FROM present WHERE verdict = 'accept'),
signed AS (
    SELECT answer_id, string_agg(concat_ws(':', label_id, start_char, end_char), ',' ORDER BY label_id, start_char)
        AS signature
    FROM (FROM answer_label WHERE answer_id IN (SELECT answer_id FROM accepted))
    ANTI JOIN removed_label USING (label_id) GROUP BY answer_id)
SELECT task_id, record_no,
    CASE WHEN bool_or(adjudicates) THEN 'adjudicated'
         WHEN count(DISTINCT coalesce(signature, '')) > 1 THEN 'conflict'
         WHEN count(*) > 1 THEN 'agreed' ELSE 'single' END AS state,
    bool_or(audit) AS audit, arg_min(drawn_by, event_no) AS drawn_by, any_value(revision) AS revision,
    arg_max(answer_id, event_no + CASE WHEN adjudicates THEN 1e15 ELSE 0 END) AS answer_id
FROM accepted JOIN newest USING (task_id, record_no) LEFT JOIN signed USING (answer_id) GROUP BY task_id, record_no
"""

# whoever asks for the first label asks for ordinal 0, so that what is left of an answer is counted anew
_LABELS = """
INSERT INTO truth_label
SELECT r.task_id, r.record_no, row_number() OVER (PARTITION BY answer_id ORDER BY l.ordinal) - 1, l.label_id,
    l.start_char, l.end_char
FROM resolved r JOIN answer_label l USING (answer_id) ANTI JOIN removed_label USING (label_id)
WHERE r.state <> 'conflict'
"""


def resolve(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring current answers and truth up to date for the new answers of the registered table `fresh`."""
    cursor.execute(_CURRENT)
    _settle(cursor)


def resolve_again(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring both up to date for the records (task_id, record_no) of the table `fresh`, whose labels or state changed.

    Needed where no answer is new but other ones count than before: a label or a record went, or came back.
    """
    cursor.execute(_NEWEST)
    _settle(cursor)


def _settle(cursor: duckdb.DuckDBPyConnection) -> None:
    if cursor.execute(_ANY_REMOVED).fetchall()[0][0]:
        cursor.execute(_SET_ASIDE)
    cursor.execute(_RESOLVED)
    touched = "t.task_id = f.task_id AND t.record_no = f.record_no"
    cursor.execute(f"DELETE FROM truth_label t USING fresh f WHERE {touched}")
    cursor.execute(
        f"DELETE FROM truth t USING (FROM fresh ANTI JOIN resolved USING (task_id, record_no)) f WHERE {touched}"
    )
    cursor.execute(
        "INSERT OR REPLACE INTO truth SELECT task_id, record_no, state, audit, drawn_by, revision FROM resolved"
    )
    cursor.execute(_LABELS)
