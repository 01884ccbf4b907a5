"""App side: starts a warm process, has it fork, and learns how each child ended."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from al_core.errors import JobFailed
from al_core.sandbox.jail import Jail
from al_core.sandbox.wire import Closed, Received, pair

START_SECONDS = 120.0
END_SECONDS = 2.0
Reason = Literal["", "timeout", "memory", "threads", "scratch", "cancelled", "lost"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: exit code or minus a signal, and why it was killed if the sandbox did it."""

    status: int
    reason: Reason
    seconds: float
    cpu_seconds: float


@dataclass(slots=True)
class Child:
    """A forked child as the app sees it; `pid` is this side's number of it."""

    number: int
    pid: int | None = None
    ending: Ending | None = None
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class WarmProcess:
    """One zygote. It starts in the background; `fork` waits until it is ready."""

    def __init__(self, jail: Jail, packages: Sequence[str] = ()) -> None:
        self._jail = jail
        self._packages = tuple(packages)
        self._children: dict[int, Child] = {}
        self._numbers = itertools.count(1)
        self._ready, self._gone = threading.Event(), threading.Event()
        self._lock, self._fork_lock = threading.Lock(), threading.Lock()
        self._wire, self._theirs = pair()
        self._complaint = ""
        self.pid: int | None = None  # by this side's number, once it is ready
        # The thread that starts the process must outlive it: the kernel kills the jail with the thread.
        self._thread = threading.Thread(target=self._attend, name="warm process", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Return whether it can still fork."""
        return not self._gone.is_set()

    def wait_ready(self) -> None:
        """Return nothing once it can fork; raises JobFailed when it cannot."""
        self._ready.wait(START_SECONDS)
        if self._gone.is_set() or not self._ready.is_set():
            raise JobFailed("The process that runs heuristics did not start.", self._complaint)

    def fork(self, descriptors: Sequence[int], limits: Mapping[str, float]) -> Child:
        """Return a child that works on `descriptors` (log, job, result, progress, vectors...); raises JobFailed."""
        self.wait_ready()
        child = Child(next(self._numbers))
        with self._lock:
            self._children[child.number] = child
        with self._fork_lock:  # one at a time: the files of two messages could arrive as one read
            try:
                self._wire.send({"do": "fork", "number": child.number, "limits": dict(limits)}, descriptors)
            except Closed:
                self._gone.set()
            while not child.started.wait(0.1) and self.alive:
                pass
        if not self.alive and child.ending is None:
            self._lose(child)
        return child

    def kill(self, child: Child) -> None:
        """Return nothing once the child is gone, killed if need be."""
        if child.ended.is_set():
            return
        try:
            self._wire.send({"do": "kill", "number": child.number})
        except Closed:
            self._gone.set()
        if not child.ended.wait(5.0):
            self.close()  # it does not answer any more: all its children end with it

    def close(self) -> None:
        """Return nothing; the warm process and all its children end."""
        self._gone.set()
        self._wire.hang_up()
        self._thread.join(10.0)

    def _attend(self) -> None:
        """Start the process, take its messages until it is gone, and tidy up after it."""
        with tempfile.TemporaryFile() as complaints:
            try:
                warm = self._jail.start(self._theirs.fileno(), self._packages, complaints.fileno())
            finally:
                self._theirs.close()
            try:
                while True:
                    self._take(self._wire.receive())
            except Closed:
                self._gone.set()
            finally:
                _end(warm)
                complaints.seek(0)
                self._complaint = complaints.read()[-2000:].decode(errors="replace").strip()
                self._bury()

    def _bury(self) -> None:
        self._gone.set()
        self._wire.close()
        self._jail.tidy()
        self._ready.set()
        with self._lock:
            lost = list(self._children.values())
        for child in lost:
            self._lose(child)

    def _take(self, received: Received) -> None:
        for message in received.messages:
            kind, number = message["is"], int(str(message["number"]))
            child = self._children.get(number)
            if kind == "ready":
                self.pid = received.sender or int(str(message["pid"]))
                self._ready.set()
            elif child is None:
                continue
            elif kind == "hello":
                child.pid = received.sender or child.pid
            elif kind == "started":
                child.pid = child.pid or (None if received.sender else int(str(message["pid"])))
                child.started.set()
            elif kind == "ended":
                self._finish(child, message)

    def _finish(self, child: Child, message: Mapping[str, object]) -> None:
        seconds, cpu_seconds = float(str(message["seconds"])), float(str(message["cpu_seconds"]))
        reason: Reason = str(message["reason"])  # type: ignore[assignment]
        child.ending = Ending(int(str(message["status"])), reason, seconds, cpu_seconds)
        self._forget(child)

    def _lose(self, child: Child) -> None:
        child.ending = child.ending or Ending(-9, "lost", 0.0, 0.0)
        self._forget(child)

    def _forget(self, child: Child) -> None:
        with self._lock:
            self._children.pop(child.number, None)
        child.started.set()
        child.ended.set()


def _end(warm: subprocess.Popen[bytes]) -> None:
    """Return nothing once the process is gone; it leaves by itself when its wire is cut."""
    try:
        warm.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        warm.kill()
        warm.wait()
