"""Version 2: certificates, and the answers that each of them counted."""

STATEMENTS = """
CREATE TABLE certificate (
    certificate_id BIGINT PRIMARY KEY, task_id BIGINT, heuristic_id BIGINT, run_id BIGINT, label_id INTEGER,
    target DOUBLE, confidence DOUBLE, delta_spent DOUBLE, look_no INTEGER, label_revision BIGINT, population TEXT,
    method TEXT, n_available INTEGER, n_needed INTEGER, n_kept INTEGER, n_correct INTEGER, threshold DOUBLE,
    task_labels JSON, person_id BIGINT, made_ts TIMESTAMP);
CREATE TABLE certificate_answer (certificate_id BIGINT, record_no INTEGER, label_id INTEGER);
"""
