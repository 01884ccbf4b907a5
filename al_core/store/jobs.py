"""Job rows: what long work there is and was, so that a restart can say what it interrupted."""

from __future__ import annotations

from collections.abc import Sequence

from al_core.store.database import Database
from al_core.store.projects import now
from al_core.types import Job, JobState


class JobRows:
    """The job table. Progress lives in memory; a row changes when the state does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job) -> None:
        """Store a new job."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                [
                    job.job_id,
                    job.kind,
                    job.title,
                    job.project_id,
                    job.person,
                    job.state,
                    job.message,
                    job.pid,
                    job.started_ts,
                ],
            )

    def set_state(self, job_id: str, state: JobState, message: str) -> None:
        """Store how a job stands; an end gets its time."""
        ended = None if state in ("queued", "running") else now()
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE job SET state = ?, message = ?, ended_ts = ? WHERE job_id = ?", [state, message, ended, job_id]
            )

    def mark_orphans(self) -> Sequence[str]:
        """Return the titles of jobs that an earlier process left unfinished; they and their runs are now failed."""
        message = "The app was stopped while this ran. Earlier results are kept."
        with self._database.transaction() as cursor:
            orphans = cursor.execute(
                "UPDATE job SET state = 'failed', message = ?, ended_ts = ? WHERE state IN ('queued', 'running')"
                " RETURNING title",
                [message, now()],
            ).fetchall()
            cursor.execute(
                "UPDATE run SET state = 'failed', error_kind = 'killed', error_message = ?, ended_ts = ?"
                " WHERE state IN ('queued', 'running')",
                [message, now()],
            )
        return [row[0] for row in orphans]

    def last(self, limit: int = 20) -> tuple[Job, ...]:
        """Return the newest ended jobs, newest first."""
        rows = self._database.rows(
            "SELECT job_id::VARCHAR, kind, title, project_id, person, state, 1.0, message, pid, started_ts, ended_ts"
            " FROM job WHERE ended_ts IS NOT NULL ORDER BY ended_ts DESC LIMIT ?",
            [limit],
        )
        return tuple(Job(*row) for row in rows)
