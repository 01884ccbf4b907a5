"""The truth that answers resolve to: the only accepted one, all agree, or adjudicated; else a conflict."""

from __future__ import annotations

import duckdb

_CURRENT = """
INSERT OR REPLACE INTO current_answer
SELECT task_id, record_no, person_id, arg_max(answer_id::UUID, position) FROM fresh GROUP BY ALL
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
    FROM answer_label WHERE answer_id IN (SELECT answer_id FROM accepted) GROUP BY answer_id)
SELECT task_id, record_no,
    CASE WHEN bool_or(adjudicates) THEN 'adjudicated'
         WHEN count(DISTINCT coalesce(signature, '')) > 1 THEN 'conflict'
         WHEN count(*) > 1 THEN 'agreed' ELSE 'single' END AS state,
    bool_or(audit) AS audit, arg_min(drawn_by, event_no) AS drawn_by, any_value(revision) AS revision,
    arg_max(answer_id, event_no + CASE WHEN adjudicates THEN 1e15 ELSE 0 END) AS answer_id
FROM accepted JOIN newest USING (task_id, record_no) LEFT JOIN signed USING (answer_id) GROUP BY task_id, record_no
"""


def resolve(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring current answers and truth up to date for the records of the registered table `fresh`."""
    cursor.execute(_CURRENT)
    cursor.execute(_RESOLVED)
    touched = "t.task_id = f.task_id AND t.record_no = f.record_no"
    cursor.execute(f"DELETE FROM truth_label t USING fresh f WHERE {touched}")
    cursor.execute(
        f"DELETE FROM truth t USING (FROM fresh ANTI JOIN resolved USING (task_id, record_no)) f WHERE {touched}"
    )
    cursor.execute(
        "INSERT OR REPLACE INTO truth SELECT task_id, record_no, state, audit, drawn_by, revision FROM resolved"
    )
    cursor.execute(
        "INSERT INTO truth_label SELECT r.task_id, r.record_no, l.ordinal, l.label_id, l.start_char, l.end_char"
        " FROM resolved r JOIN answer_label l USING (answer_id) WHERE r.state <> 'conflict'"
    )
