"""Version 5: what labeling functions leave behind, and the word lists that they import."""

STATEMENTS = """
ALTER TABLE outcome ADD COLUMN line_no INTEGER;
ALTER TABLE run ADD COLUMN last_record_no INTEGER;
CREATE TABLE word_list (
    project_id BIGINT, name TEXT, words JSON, person_id BIGINT, changed_ts TIMESTAMP, PRIMARY KEY (project_id, name));
"""
