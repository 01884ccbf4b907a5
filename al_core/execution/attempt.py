"""One job on its way through the sandbox: files in, log and progress while it runs, an outcome at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from al_core.errors import InvalidInput, JobFailed
from al_core.execution import OnLog, OnProgress, Outcome, Work, inputs
from al_core.execution.listening import Listener
from al_core.execution.verdict import judge
from al_core.sandbox.runner import Child, WarmProcess


class Attempt:
    """The `Handle` of a local job."""

    def __init__(
        self, job: Work, warm: Callable[[], WarmProcess], on_log: OnLog | None, on_progress: OnProgress | None
    ) -> None:
        self._job = job
        self._warm = warm
        self._on_log, self._on_progress = on_log, on_progress
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._done = threading.Event()
        self._running: tuple[WarmProcess, Child] | None = None
        self._cancelled = False
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None

    @property
    def pid(self) -> int | None:
        """Return the process that works on the job, or None before it started and after it ended."""
        running = self._running
        return running[1].pid if running and not running[1].ended.is_set() else None

    def cancel(self) -> None:
        """Kill the job; when this returns its process is gone. A job that waits its turn never starts."""
        self._cancelled = True
        with self._starting:  # a fork under way comes to its end first, so that it can be killed
            running = self._running
        if running is None:
            self._finish(Outcome("cancelled", message="Cancelled before it started."))
        else:
            running[0].kill(running[1])

    def wait(self, timeout: float | None = None) -> Outcome:
        """Return the outcome; raises TimeoutError when there is none after `timeout` seconds."""
        if not self._done.wait(timeout):
            raise TimeoutError(f"the job still runs after {timeout} s")
        if self._outcome is None:
            raise JobFailed("The job could not be run.") from self._error
        return self._outcome

    def run(self) -> None:
        """Return nothing when the outcome is there. Called once, by the executor's thread."""
        if self._cancelled:
            return
        try:
            self._finish(self._attempt())
        except JobFailed as error:
            self._finish(Outcome("crashed", message=str(error)))
        except InvalidInput as error:
            self._finish(Outcome("invalid", message=str(error)))
        except BaseException as error:
            self._error = error  # raised to whoever waits
            self._done.set()
            raise

    def _attempt(self) -> Outcome:
        shape = inputs.shape_of(self._job)
        with ExitStack() as files:
            vectors = [inputs.opened(files, path) for path in inputs.vector_files(self._job)]
            job_file, result_file = inputs.unnamed(files), inputs.unnamed(files)
            inputs.write_job(job_file, self._job)
            listener = files.enter_context(Listener(self._on_log, self._on_progress, self._job.limits.log_kib << 10))
            warm = self._warm()
            warm.wait_ready()
            descriptors = (listener.log, job_file, result_file, listener.progress, *vectors)
            with self._starting:
                if self._cancelled:
                    return Outcome("cancelled", message="Cancelled before it started.")
                child = warm.fork(descriptors, inputs.limits_for_child(self._job, shape))
                files.callback(warm.kill, child)  # also when a listener fails
                self._running = (warm, child)
            listener.listen_until(child.ended)
            return judge(self._job, child, result_file, shape.predicted, cancelled=self._cancelled)

    def _finish(self, outcome: Outcome) -> None:
        with self._lock:
            self._outcome = self._outcome or outcome
        self._done.set()
