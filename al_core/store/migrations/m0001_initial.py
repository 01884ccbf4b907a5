"""Version 1: projects, records, tasks, answers, embeddings, heuristics, runs.

Tables that are written in bulk by run (`prediction`, `oof`, `candidate`) have no primary key: rows of a run lie
together, so the zone maps find them, and building an index over a million rows costs seconds.
"""

STATEMENTS = """
CREATE TABLE schema_migration (
    version INTEGER PRIMARY KEY, name TEXT, sha TEXT, applied_ts TIMESTAMP, app_version TEXT);
CREATE TABLE setting (scope TEXT, key TEXT, value JSON, PRIMARY KEY (scope, key));
CREATE SEQUENCE id_sequence;
CREATE SEQUENCE event_sequence;

CREATE TABLE person (person_id BIGINT PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE project (
    project_id BIGINT PRIMARY KEY, name TEXT UNIQUE, is_sample BOOLEAN DEFAULT false, made_ts TIMESTAMP);
CREATE TABLE import_batch (
    import_id BIGINT PRIMARY KEY, project_id BIGINT, file TEXT, sha TEXT, drawn_claim TEXT, person_id BIGINT,
    done_ts TIMESTAMP);
CREATE TABLE attribute (
    attribute_id BIGINT PRIMARY KEY, project_id BIGINT, name TEXT, is_text BOOLEAN, ordinal INTEGER,
    UNIQUE (project_id, name));
CREATE TABLE record (
    project_id BIGINT, record_no INTEGER, external_id TEXT, import_id BIGINT, deleted_ts TIMESTAMP,
    PRIMARY KEY (project_id, record_no), UNIQUE (project_id, external_id));
CREATE TABLE text_value (
    attribute_id BIGINT, record_no INTEGER, revision INTEGER, text TEXT, text_sha TEXT,
    superseded BOOLEAN DEFAULT false, PRIMARY KEY (attribute_id, record_no, revision));
CREATE TABLE scalar_value (
    attribute_id BIGINT, record_no INTEGER, as_text TEXT, PRIMARY KEY (attribute_id, record_no));
CREATE VIEW current_text AS
    SELECT attribute_id, record_no, revision, text, text_sha FROM text_value WHERE NOT superseded;

CREATE TABLE task (
    task_id BIGINT PRIMARY KEY, project_id BIGINT, attribute_id BIGINT, name TEXT, kind TEXT, deleted_ts TIMESTAMP);
CREATE TABLE label (
    label_id INTEGER PRIMARY KEY, task_id BIGINT, name TEXT, colour INTEGER, key TEXT, description TEXT DEFAULT '',
    ordinal INTEGER, deleted_ts TIMESTAMP);
CREATE TABLE hidden_label (
    task_id BIGINT, record_no INTEGER, ordinal INTEGER, label_id INTEGER, start_char INTEGER, end_char INTEGER);

CREATE TABLE draw (
    draw_id BIGINT PRIMARY KEY, task_id BIGINT, strategy TEXT, run_id BIGINT, pool_size INTEGER, seed BIGINT,
    made_ts TIMESTAMP);
CREATE TABLE draw_item (
    draw_id BIGINT, record_no INTEGER, position INTEGER, drawn_by TEXT, probability DOUBLE, leased_to BIGINT,
    leased_until TIMESTAMP, PRIMARY KEY (draw_id, record_no));
CREATE TABLE answer (
    answer_id UUID PRIMARY KEY, event_no BIGINT, task_id BIGINT, record_no INTEGER, text_sha TEXT, person_id BIGINT,
    verdict TEXT, draw_id BIGINT, drawn_by TEXT, probability DOUBLE, blind BOOLEAN, adjudicates BOOLEAN DEFAULT false,
    shown_run_id BIGINT, shown_label_id INTEGER, import_id BIGINT, seconds DOUBLE, client_ts TIMESTAMP,
    server_ts TIMESTAMP);
CREATE TABLE answer_label (
    answer_id UUID, ordinal INTEGER, label_id INTEGER, start_char INTEGER, end_char INTEGER,
    PRIMARY KEY (answer_id, ordinal));
CREATE TABLE current_answer (
    task_id BIGINT, record_no INTEGER, person_id BIGINT, answer_id UUID, PRIMARY KEY (task_id, record_no, person_id));
CREATE TABLE truth (
    task_id BIGINT, record_no INTEGER, state TEXT, audit BOOLEAN, drawn_by TEXT, revision BIGINT,
    PRIMARY KEY (task_id, record_no));
CREATE TABLE truth_label (
    task_id BIGINT, record_no INTEGER, ordinal INTEGER, label_id INTEGER, start_char INTEGER, end_char INTEGER);

CREATE TABLE embedding (
    embedding_id BIGINT PRIMARY KEY, project_id BIGINT, attribute_id BIGINT, granularity TEXT, model TEXT,
    name TEXT, made_ts TIMESTAMP, UNIQUE (project_id, name));
CREATE TABLE embedding_part (
    embedding_id BIGINT PRIMARY KEY, generation INTEGER, model_sha TEXT, n INTEGER, dim INTEGER, path TEXT,
    records_path TEXT, shas_path TEXT, typical_path TEXT, sha256 TEXT, done_ts TIMESTAMP);

CREATE TABLE heuristic (
    heuristic_id BIGINT PRIMARY KEY, task_id BIGINT, name TEXT, kind TEXT, owner_id BIGINT,
    enabled BOOLEAN DEFAULT true, head_version INTEGER, deleted_ts TIMESTAMP);
CREATE TABLE heuristic_version (
    heuristic_id BIGINT, version_no INTEGER, source TEXT, source_sha TEXT, embedding_name TEXT, person_id BIGINT,
    made_ts TIMESTAMP, PRIMARY KEY (heuristic_id, version_no));
CREATE TABLE draft (
    heuristic_id BIGINT, person_id BIGINT, base_version INTEGER, source TEXT, saved_ts TIMESTAMP,
    PRIMARY KEY (heuristic_id, person_id));
CREATE TABLE threshold (
    heuristic_id BIGINT, label_id INTEGER, value DOUBLE, set_by TEXT, person_id BIGINT, set_ts TIMESTAMP,
    PRIMARY KEY (heuristic_id, label_id));
CREATE TABLE audit_event (
    event_no BIGINT PRIMARY KEY, person_id BIGINT, what TEXT, before JSON, after JSON, event_ts TIMESTAMP);

CREATE TABLE job (
    job_id UUID PRIMARY KEY, kind TEXT, title TEXT, project_id BIGINT, person TEXT, state TEXT, message TEXT,
    pid INTEGER, started_ts TIMESTAMP, ended_ts TIMESTAMP);
CREATE TABLE run (
    run_id BIGINT PRIMARY KEY, heuristic_id BIGINT, version_no INTEGER, job_id UUID, state TEXT,
    label_revision BIGINT, n_labelled INTEGER, pool_size INTEGER, embedding_shas JSON, fold_seed BIGINT, method TEXT,
    calibrator JSON, error_kind TEXT DEFAULT '', error_message TEXT DEFAULT '', error_line INTEGER DEFAULT 0,
    log TEXT DEFAULT '', proba_path TEXT, classes JSON, versions JSON, started_ts TIMESTAMP, ended_ts TIMESTAMP);
CREATE TABLE outcome (run_id BIGINT, record_no INTEGER, status TEXT, message TEXT);
CREATE TABLE prediction (
    run_id BIGINT, record_no INTEGER, rank TINYINT, label_id INTEGER, start_char INTEGER, end_char INTEGER,
    raw DOUBLE, calibrated DOUBLE, in_pool BOOLEAN);
CREATE TABLE fold (
    task_id BIGINT, record_no INTEGER, repeat_no TINYINT, fold_no TINYINT, class TEXT, dealt_no INTEGER,
    PRIMARY KEY (task_id, record_no, repeat_no));
CREATE TABLE oof (
    run_id BIGINT, record_no INTEGER, repeat_no TINYINT, rank TINYINT, fold_no TINYINT, label_id INTEGER,
    start_char INTEGER, end_char INTEGER, raw DOUBLE, calibrated DOUBLE);
CREATE TABLE candidate (run_id BIGINT, strategy TEXT, position INTEGER, record_no INTEGER, score DOUBLE);
"""
