"""Certificates: stored acts, with the answers that they counted; whether one still holds is found when it is read.

A look that gave none is stored too, because it spent its share of delta like any other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.projects import now

Population = Literal["audit", "all"]
ALL_LABELS = 0  # label id of a promise about a heuristic's predictions whatever their label

_COLUMNS = (
    "certificate_id", "task_id", "heuristic_id", "run_id", "label_id", "target", "confidence", "delta_spent", "look_no",
    "label_revision", "population", "method", "n_available", "n_needed", "n_kept", "n_correct", "threshold",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the labels of a task for one heuristic and one label (or all): a certificate, or none.

    `threshold` is None where no promise could be given. `counted_records` and `counted_labels` [n_kept] are the kept
    records and their true labels, `task_labels` the ids of the task's labels, both at the time of the look.
    """

    task_id: int
    heuristic_id: int
    run_id: int
    label_id: int
    target: float
    confidence: float
    delta_spent: float
    look_no: int
    label_revision: int
    population: Population
    method: str
    n_available: int
    n_needed: int
    n_kept: int
    n_correct: int
    threshold: float | None
    task_labels: tuple[int, ...]
    counted_records: NDArray[np.int64] = field(repr=False)
    counted_labels: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredLook:
    """A look as it is read again: `n_changed` of the answers that it counted are different now.

    `labels_changed`: the task has other labels than at the time of the look.
    """

    certificate_id: int
    task_id: int
    heuristic_id: int
    run_id: int
    label_id: int
    target: float
    confidence: float
    delta_spent: float
    look_no: int
    label_revision: int
    population: Population
    method: str
    n_available: int
    n_needed: int
    n_kept: int
    n_correct: int
    threshold: float | None
    person: str
    made_ts: datetime
    n_changed: int
    labels_changed: bool

    @property
    def withdrawn(self) -> bool:
        """Return whether the promise no longer holds: what it was made from has changed."""
        return self.n_changed > 0 or self.labels_changed


class Certificates:
    """Looks at labels and the certificates that came of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def looks(self, task_id: int) -> dict[int, int]:
        """Return how many looks were made at a task's labels, by label id; 0 stands for all labels together."""
        return dict(
            self._database.rows(
                "SELECT label_id, max(look_no) FROM certificate WHERE task_id = ? GROUP BY label_id", [task_id]
            )
        )

    def first_answers(self, task_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (record numbers [n], label ids [n]) of audit answers that a later one, not blind, took the place of.

        Who corrects the errors that a prediction showed takes errors out of the audit sample, and only errors: a
        promise goes by what was answered before.
        """
        found = self._database.columns(_REPLACED, [task_id])
        return found["record_no"].astype(np.int64), found["label_id"].astype(np.int64)

    def add(self, looks: Sequence[Look], person_id: int) -> None:
        """Store looks with what they counted, all or nothing."""
        if not looks:
            return
        with self._database.transaction() as cursor:
            for look in looks:
                certificate_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
                values = [certificate_id, *(getattr(look, name) for name in _COLUMNS[1:])]
                cursor.execute(
                    f"INSERT INTO certificate ({', '.join(_COLUMNS)}, task_labels, person_id, made_ts)"
                    f" VALUES ({', '.join('?' * (len(_COLUMNS) + 3))})",
                    [*values, json.dumps(sorted(look.task_labels)), person_id, now()],
                )
                counted = pa.table(
                    {
                        "record_no": pa.array(look.counted_records, pa.int64()),
                        "label_id": pa.array(look.counted_labels, pa.int64()),
                    }
                )
                cursor.register("counted", counted)
                cursor.execute("INSERT INTO certificate_answer SELECT ?, * FROM counted", [certificate_id])
                cursor.unregister("counted")

    def of(self, heuristic_id: int) -> tuple[StoredLook, ...]:
        """Return a heuristic's looks, newest first, each with what has changed since."""
        rows = self._database.rows(_SELECT, [heuristic_id])
        return tuple(StoredLook(*row) for row in rows)


_SELECT = f"""
WITH counted AS (
    SELECT c.certificate_id, count(*) AS n_changed FROM certificate_answer a
    JOIN certificate c USING (certificate_id)
    LEFT JOIN truth t ON t.task_id = c.task_id AND t.record_no = a.record_no AND t.state <> 'conflict'
    LEFT JOIN truth_label l ON l.task_id = c.task_id AND l.record_no = a.record_no AND l.ordinal = 0
    WHERE c.heuristic_id = $1 AND (t.record_no IS NULL OR coalesce(l.label_id, 0) <> a.label_id)
    GROUP BY c.certificate_id),
present AS (
    SELECT task_id, to_json(list(label_id ORDER BY label_id)) AS task_labels FROM label WHERE deleted_ts IS NULL
    GROUP BY task_id)
SELECT {", ".join(f"c.{name}" for name in _COLUMNS)}, coalesce(p.name, ''), c.made_ts, coalesce(n.n_changed, 0),
    coalesce(c.task_labels::INTEGER[] <> r.task_labels::INTEGER[], true)
FROM certificate c LEFT JOIN counted n USING (certificate_id) LEFT JOIN present r ON r.task_id = c.task_id
LEFT JOIN person p ON p.person_id = c.person_id
WHERE c.heuristic_id = $1 ORDER BY c.certificate_id DESC
"""

_REPLACED = """
WITH blind AS (
    SELECT a.task_id, a.record_no, arg_max(a.answer_id, a.event_no) AS answer_id FROM answer a
    LEFT JOIN import_batch b USING (import_id)
    WHERE a.task_id = ? AND a.verdict = 'accept' AND a.blind
        AND (a.drawn_by = 'random' OR coalesce(b.drawn_claim IN ('all', 'random'), false))
        AND a.answer_id NOT IN (SELECT answer_id FROM answer_label JOIN removed_label USING (label_id))
    GROUP BY ALL)
SELECT b.record_no, coalesce(l.label_id, 0) AS label_id FROM blind b
JOIN truth t ON t.task_id = b.task_id AND t.record_no = b.record_no AND t.state <> 'conflict' AND NOT t.audit
LEFT JOIN answer_label l ON l.answer_id = b.answer_id AND l.ordinal = 0 ORDER BY b.record_no
"""
