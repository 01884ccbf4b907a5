"""Version 9: removed labels and deleted records, which can all come back: nothing that people gave is destroyed.

What is predicted of a removed label counts as abstained (`present_prediction`, `present_oof`). `resettled` notes when
a removal, or its undo, changed what answers resolve to, and on how many records.
"""

STATEMENTS = """
CREATE TABLE deletion (
    deletion_id BIGINT PRIMARY KEY, project_id BIGINT, person_id BIGINT, made_ts TIMESTAMP, restored_ts TIMESTAMP);
CREATE TABLE deleted_record (deletion_id BIGINT, record_no INTEGER);
CREATE TABLE resettled (task_id BIGINT, event_no BIGINT, n_changed INTEGER);
CREATE VIEW removed_label AS SELECT label_id FROM label WHERE deleted_ts IS NOT NULL;
CREATE VIEW present_prediction AS SELECT p.* FROM prediction p ANTI JOIN removed_label USING (label_id);
CREATE VIEW present_oof AS SELECT o.* FROM oof o ANTI JOIN removed_label USING (label_id);
"""
