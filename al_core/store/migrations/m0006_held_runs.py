"""Version 6: runs that wait to be kept, pinned examples, and names that labels had before.

A finished run counts at once unless it has a row in `held_run`, which a run of a version that nobody kept yet gets
when it begins. `kept_after` is the newest run of the heuristic when it was kept: from then on it stands before that.
"""

STATEMENTS = """
CREATE TABLE held_run (
    run_id BIGINT PRIMARY KEY, heuristic_id BIGINT, outcome TEXT, kept_after BIGINT, person_id BIGINT,
    decided_ts TIMESTAMP);
CREATE VIEW kept_run AS
    SELECT r.run_id, r.heuristic_id, coalesce(h.kept_after, r.run_id) AS place, h.run_id IS NOT NULL AS was_held
    FROM run r LEFT JOIN held_run h ON h.run_id = r.run_id
    WHERE r.state = 'finished' AND coalesce(h.outcome, 'kept') = 'kept';
CREATE TABLE pinned_example (
    heuristic_id BIGINT, record_no INTEGER, label_id INTEGER, person_id BIGINT, made_ts TIMESTAMP,
    PRIMARY KEY (heuristic_id, record_no));
CREATE TABLE former_label_name (
    task_id BIGINT, label_id INTEGER, name TEXT, renamed_ts TIMESTAMP);
"""
