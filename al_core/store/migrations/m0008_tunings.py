"""Version 8: which texts an encoder was tuned on, so that nothing that stands on it is judged by them.

A set of vectors is known by its SHA-256, which every run stores; so a run, its vectors, the encoder that made them and
the texts it learnt from hang together for good. A record counts as used when any revision of its text was.
"""

STATEMENTS = """
CREATE TABLE tuning (
    tuning_id BIGINT PRIMARY KEY, task_id BIGINT, attribute_id BIGINT, model TEXT, model_sha TEXT, n_records INTEGER,
    person_id BIGINT, made_ts TIMESTAMP);
CREATE TABLE tuned_text (tuning_id BIGINT, text_sha TEXT);
CREATE TABLE tuned_vectors (tuning_id BIGINT, sha256 TEXT);
ALTER TABLE run ADD COLUMN n_tuned INTEGER;
CREATE VIEW tuned_record AS
    SELECT r.run_id, c.record_no
    FROM tuned_vectors v
    JOIN run r ON contains(CAST(r.embedding_shas AS TEXT), v.sha256)
    JOIN heuristic h USING (heuristic_id)
    JOIN task k ON k.task_id = h.task_id
    JOIN tuned_text x ON x.tuning_id = v.tuning_id
    JOIN text_value c ON c.attribute_id = k.attribute_id AND c.text_sha = x.text_sha;
"""
