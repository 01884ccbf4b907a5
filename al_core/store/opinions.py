"""What several heuristics, or several people, say about the same records, and which records have the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database

_OF_PEOPLE = """
WITH given AS (
    SELECT c.record_no, c.person_id, a.answer_id FROM current_answer c JOIN answer a USING (answer_id)
    WHERE c.task_id = ? AND a.verdict = 'accept' AND a.blind AND NOT a.adjudicates
    QUALIFY count(*) OVER (PARTITION BY c.record_no, a.text_sha) > 1)
SELECT g.record_no, g.person_id, l.label_id, l.start_char, l.end_char
FROM given g LEFT JOIN answer_label l USING (answer_id) ORDER BY g.record_no, g.person_id
"""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The first label of each of m runs: `record_no` [n], `labels` [n, m] (0 = abstained), `confidence` [n, m]."""

    record_no: NDArray[np.int64]
    labels: NDArray[np.int64]
    confidence: NDArray[np.float64]


class Opinions:
    """Reads predictions and texts across runs and records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def side_by_side(self, run_ids: Sequence[int]) -> SideBySide:
        """Return the first label that each run gives to the records that nobody had labelled then."""
        found = self._database.columns(
            "SELECT run_id, record_no, label_id, calibrated FROM present_prediction"
            " WHERE rank = 1 AND in_pool AND run_id IN (SELECT unnest(?::BIGINT[]))",
            [list(run_ids)],
        )
        record_no, row = np.unique(found["record_no"].astype(np.int64), return_inverse=True)
        labels = np.zeros((len(record_no), len(run_ids)), dtype=np.int64)
        confidence = np.zeros((len(record_no), len(run_ids)))
        for column, run_id in enumerate(run_ids):
            of_run = found["run_id"] == run_id
            labels[row[of_run], column] = found["label_id"][of_run]
            confidence[row[of_run], column] = found["calibrated"][of_run]
        return SideBySide(record_no, labels, confidence)

    def of_people(self, task_id: int) -> tuple[tuple[frozenset[tuple[int, int | None, int | None]], ...], ...]:
        """Return the labels (label id, start, end) that each person gave, for each record that two or more answered.

        Only blind accepted answers about the same text count: who was shown another's answer, or settled a conflict,
        agrees with what was on screen.
        """
        rows = self._database.rows(_OF_PEOPLE, [task_id])
        found: dict[int, dict[int, set[tuple[int, int | None, int | None]]]] = {}
        for record_no, person_id, label_id, start, end in rows:
            given = found.setdefault(record_no, {}).setdefault(person_id, set())
            if label_id is not None:
                given.add((label_id, start, end))
        return tuple(tuple(map(frozenset, people.values())) for people in found.values())

    def texts(self, task_id: int, record_nos: Sequence[int]) -> dict[int, tuple[str, bool]]:
        """Return (sha of the text, whether a record with this very text has an accepted answer) by record number."""
        rows = self._database.rows(
            "WITH wanted AS MATERIALIZED (SELECT record_no, text_sha FROM current_text"
            "   WHERE attribute_id = (SELECT attribute_id FROM task WHERE task_id = $task)"
            "   AND record_no IN (SELECT unnest($wanted::INTEGER[])))"
            " SELECT record_no, text_sha, text_sha IN (SELECT text_sha FROM answer"
            "   WHERE task_id = $task AND verdict = 'accept' AND text_sha IN (SELECT text_sha FROM wanted)"
            "   AND answer_id IN (SELECT answer_id FROM current_answer WHERE task_id = $task))"
            " FROM wanted",
            {"task": task_id, "wanted": [int(number) for number in record_nos]},
        )
        return {record_no: (sha, bool(is_answered)) for record_no, sha, is_answered in rows}
