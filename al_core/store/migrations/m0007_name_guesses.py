"""Version 7: what label names alone say of labelled records, for comparison with what a run learnt from answers."""

STATEMENTS = """
CREATE TABLE name_guess (run_id BIGINT, described BOOLEAN, record_no INTEGER, label_id INTEGER);
"""
