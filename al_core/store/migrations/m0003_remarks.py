"""Version 3: comments on records, and flags that a task's people set and take back."""

STATEMENTS = """
CREATE TABLE comment (
    comment_id UUID PRIMARY KEY, event_no BIGINT, project_id BIGINT, record_no INTEGER, person_id BIGINT, text TEXT,
    made_ts TIMESTAMP);
CREATE TABLE flag (
    flag_id UUID PRIMARY KEY, event_no BIGINT, task_id BIGINT, record_no INTEGER, person_id BIGINT, is_set BOOLEAN,
    made_ts TIMESTAMP);
CREATE VIEW flagged AS
    SELECT task_id, record_no, max(event_no) AS event_no FROM flag GROUP BY task_id, record_no
    HAVING arg_max(is_set, event_no);
"""
