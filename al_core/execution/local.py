"""Runs jobs on this computer: forks of a warm process under the strongest sandbox that works here."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from al_core.execution import Handle, Layer, OnLog, OnProgress, Work
from al_core.execution.attempt import Attempt
from al_core.sandbox import jail
from al_core.sandbox.runner import WarmProcess
from al_core.source import imported_packages

EXTRA_IN_FLIGHT = 2  # beyond the number of cores: while one run writes its result another computes
PRELOADED = ("torch",)  # packages that get a warm process of their own, once a heuristic imports them


class LocalExecutor:
    """The `Executor` of this computer; thread-safe. Its warm process starts in the background at once."""

    def __init__(self, *, tier: str | None = None, in_flight: int | None = None) -> None:
        self._tier = tier or jail.best_tier()
        self._lock = threading.Lock()
        self._closed = False
        self._warm: dict[tuple[str, ...], WarmProcess] = {}
        slots = in_flight or (os.cpu_count() or 1) + EXTRA_IN_FLIGHT
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="run")
        self._attempts: set[Attempt] = set()
        self._warm_process(())

    @property
    def tier(self) -> str:
        """Return "full", "no-bwrap" or "rlimits"."""
        return self._tier

    def describe(self) -> tuple[Layer, ...]:
        """Return every layer with whether it holds here; see docs/sandbox.md for what each protects from."""
        return _layers(self._tier)

    def warm_pids(self) -> tuple[int, ...]:
        """Return the processes that runs are forked from."""
        with self._lock:
            return tuple(warm.pid for warm in self._warm.values() if warm.alive and warm.pid is not None)

    def start(self, job: Work, *, on_log: OnLog | None = None, on_progress: OnProgress | None = None) -> Handle:
        """Return a handle at once; the job starts when one of the places in flight is free."""
        packages = tuple(sorted(imported_packages(job.source).intersection(PRELOADED)))
        attempt = Attempt(job, lambda: self._warm_process(packages), on_log, on_progress)
        with self._lock:
            if self._closed:
                raise RuntimeError("the executor is closed")
            self._attempts.add(attempt)
            self._threads.submit(self._run, attempt)
        return attempt

    def _run(self, attempt: Attempt) -> None:
        attempt.run()
        with self._lock:
            self._attempts.discard(attempt)

    def _warm_process(self, packages: tuple[str, ...]) -> WarmProcess:
        """Return a living warm process with `packages` imported, starting one if there is none."""
        with self._lock:
            found = self._warm.get(packages)
            if found is None or not found.alive:
                if self._closed:
                    raise RuntimeError("the executor is closed")
                found = self._warm[packages] = WarmProcess(jail.Jail(self._tier), packages)
            return found

    def close(self) -> None:
        """Kill what runs and end the warm processes; the executor cannot be used again."""
        with self._lock:
            self._closed = True
            attempts, warm = list(self._attempts), list(self._warm.values())
        for attempt in attempts:
            attempt.cancel()
        for each in warm:
            each.close()
        self._threads.shutdown()


def _layers(tier: str) -> tuple[Layer, ...]:
    """Return the layers of the sandbox, and whether `tier` has each."""
    return tuple(
        Layer(
            name,
            name in jail.TIERS[tier],
            what if name in jail.TIERS[tier] else jail.why_not_layer(name) or "works here, but is not used",
        )
        for name, what in jail.LAYERS.items()
    )
