"""Version 4: saved slices of a project's records, and labels given to many records at once."""

STATEMENTS = """
CREATE TABLE slice (
    slice_id BIGINT PRIMARY KEY, project_id BIGINT, name TEXT, address TEXT, is_frozen BOOLEAN, person_id BIGINT,
    made_ts TIMESTAMP, deleted_ts TIMESTAMP);
CREATE TABLE slice_record (slice_id BIGINT, record_no INTEGER, position INTEGER);
CREATE TABLE bulk (
    bulk_id BIGINT PRIMARY KEY, task_id BIGINT, person_id BIGINT, made_ts TIMESTAMP, undone_ts TIMESTAMP);
CREATE TABLE bulk_answer (bulk_id BIGINT, answer_id UUID, record_no INTEGER, before_id UUID);
"""
