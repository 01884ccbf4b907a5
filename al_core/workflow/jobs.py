"""The job board: long work in threads that only wait for child processes, seen and cancelled from every browser."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from al_core.errors import ActiveLearnersError, Cancelled
from al_core.store import Store
from al_core.store.projects import now
from al_core.types import Job, JobState, Person

LOG = logging.getLogger(__name__)
WORKERS = 16  # threads only wait for children, the executor decides how many children run


class JobContext:
    """What a job's function gets: progress to tell, children to name, and the moment it was cancelled."""

    def __init__(self, board: JobBoard, job_id: str) -> None:
        self.job_id = job_id
        self._board = board
        self._lock = threading.Lock()
        self._kills: list[Callable[[], None]] = []
        self._cancelled = threading.Event()
        self.conclusion = "done"

    def progress(self, fraction: float, message: str) -> None:
        """Show how far the job is (0 to 1) and what it does; raises Cancelled when a person cancelled it."""
        self.check()
        self.tell(fraction, message)

    def tell(self, fraction: float, message: str) -> None:
        """Show how far the job is where it is too late to cancel it."""
        self._board._update(self.job_id, fraction=min(1.0, max(0.0, fraction)), message=message)

    def conclude(self, message: str) -> None:
        """Set what the job's row says once it has finished."""
        self.conclusion = message

    def check(self) -> None:
        """Raise Cancelled when a person cancelled the job."""
        if self._cancelled.is_set():
            raise Cancelled("Cancelled.", "Earlier results are kept.")

    def on_cancel(self, kill: Callable[[], None], pid: int | None = None) -> None:
        """Name how to end the child that the job waits for; called at once when the job is cancelled already."""
        with self._lock:
            self._kills.append(kill)
        if pid is not None:
            self._board._update(self.job_id, pid=pid)
        if self._cancelled.is_set():
            kill()

    def child_ended(self) -> None:
        """Forget the children named so far: their process ids may soon belong to somebody else."""
        with self._lock:
            self._kills.clear()
        self._board._update(self.job_id, pid=None)

    def cancel(self) -> None:
        """End all children of the job; its function then raises and the job counts as cancelled."""
        self._cancelled.set()
        with self._lock:
            kills = list(self._kills)
        for kill in kills:
            kill()

    @property
    def cancelled(self) -> bool:
        """Return whether a person cancelled the job."""
        return self._cancelled.is_set()


class JobBoard:
    """All jobs of a workspace: running ones in memory, ended ones in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._starting = threading.Lock()  # held while a new job is looked up and stored; readers do not wait for it
        self._closed = False
        self._jobs: dict[str, Job] = {}
        self._keys: dict[str, str] = {}
        self._contexts: dict[str, JobContext] = {}
        self._futures: dict[str, Future[Any]] = {}
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="job")
        self.interrupted = store.jobs.mark_orphans()

    def start(
        self, kind: str, title: str, work: Callable[[JobContext], Any], *, key: str, project_id: int, person: Person
    ) -> Job:
        """Return the job that now does `work`; while one with the same key is under way, that one is returned.

        Raises Cancelled once the board is closed.
        """
        with self._starting:
            running = self.of(key)
            if running is not None:
                return running
            if self._closed:
                raise Cancelled(f"{title!r} was not started.", "The app is being stopped.")
            job = Job(
                job_id=str(uuid.uuid4()),
                kind=kind,
                title=title,
                project_id=project_id,
                person=person.name,
                state="queued",
                fraction=0.0,
                message="queued",
                pid=None,
                started_ts=now(),
                ended_ts=None,
            )
            self._store.jobs.add(job)
            with self._lock:
                self._jobs[job.job_id], self._keys[key] = job, job.job_id
                context = self._contexts[job.job_id] = JobContext(self, job.job_id)
                self._futures[job.job_id] = self._threads.submit(self._run, context, work, key)
        return job

    def _run(self, context: JobContext, work: Callable[[JobContext], Any], key: str) -> Any:  # noqa: ANN401
        state: JobState = "finished"
        message = ""
        try:
            self._update(context.job_id, state="running", message="starting")
            context.check()
            result = work(context)
            message = context.conclusion
            return result
        except ActiveLearnersError as error:
            state, message = ("cancelled", str(error)) if context.cancelled else ("failed", str(error))
            raise
        except BaseException as error:
            # a bug: it is shown, logged with its traceback, and does not end the app
            LOG.exception("job %s failed", context.job_id)
            state, message = "failed", f"Unexpected {type(error).__name__}: {error}"
            raise
        finally:
            try:
                self._store.jobs.set_state(context.job_id, state, message)
            finally:
                self._end(context.job_id, key, state, message)

    def _end(self, job_id: str, key: str, state: JobState, message: str) -> None:
        with self._lock:
            ended = replace(self._jobs[job_id], state=state, message=message, ended_ts=now(), fraction=1.0, pid=None)
            self._jobs[job_id] = ended
            del self._keys[key]
            del self._contexts[job_id]

    def _update(self, job_id: str, **changes: Any) -> None:  # noqa: ANN401
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], **changes)

    def running(self) -> tuple[Job, ...]:
        """Return the jobs under way, oldest first."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.ended_ts is None)

    def get(self, job_id: str) -> Job | None:
        """Return a job of this process by id, or None."""
        with self._lock:
            return self._jobs.get(job_id)

    def of(self, key: str) -> Job | None:
        """Return the job under way with a key, or None."""
        with self._lock:
            job_id = self._keys.get(key)
            return None if job_id is None else self._jobs[job_id]

    def recent(self, limit: int = 5) -> tuple[Job, ...]:
        """Return the jobs that ended last, newest first."""
        return self._store.jobs.last(limit)

    def cancel(self, job_id: str) -> None:
        """Cancel a job: its child processes are killed, earlier results stay. A job that ended is left alone."""
        with self._lock:
            context = self._contexts.get(job_id)
        if context is not None:
            context.cancel()

    def ended(self, job_id: str, *, within: float) -> bool:
        """Return whether a job has ended, waiting at most `within` seconds for it."""
        return not futures.wait([self._futures[job_id]], timeout=within).not_done

    def wait(self, job_id: str) -> Any:  # noqa: ANN401
        """Return what a job's function returned once it ends; raises what it raised."""
        return self._futures[job_id].result()

    def close(self) -> None:
        """Cancel everything and wait until it has ended; nothing starts afterwards."""
        with self._starting:
            self._closed = True
        for job in self.running():
            self.cancel(job.job_id)
        # those that wait for a thread still get one, for the moment it takes to store that they were cancelled
        self._threads.shutdown(wait=True)
