"""The warm process: imports once, then forks one child a job, ends it at its limits and tells how it ended.

It only imports: whoever multiplies a matrix before the fork leaves locked OpenMP threads to every child.
It never sees code or labels, which go from the app to the child as open files, so that no child can
find another's in the memory it inherits.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from al_core.sandbox import scratch, watch
from al_core.sandbox.wire import Closed, Wire

WATCH_SECONDS = 0.1
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
POLITENESS = 10  # added to the niceness: people label while learners are refitted
WARM_PACKAGES = (
    "numpy.random",
    "scipy.optimize",
    "scipy.sparse.linalg",
    "pandas",
    "sklearn.calibration",
    "sklearn.decomposition",
    "sklearn.discriminant_analysis",
    "sklearn.ensemble",
    "sklearn.gaussian_process",
    "sklearn.linear_model",
    "sklearn.mixture",
    "sklearn.model_selection",
    "sklearn.multiclass",
    "sklearn.multioutput",
    "sklearn.naive_bayes",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.pipeline",
    "sklearn.semi_supervised",
    "sklearn.svm",
    "sklearn.tree",
    "encodings.idna",
    "al_core.sandbox.child",
    "al_core.learning.fewshot",
    "al_core.sequencelearn",
)


@dataclass(slots=True)
class Running:
    """A child at work."""

    pid: int
    number: int
    folder: Path
    began: float
    limits: Mapping[str, float]
    reason: str = ""


@dataclass(slots=True)
class Zygote:
    """The loop's state: the wire to the app, where scratch folders go, the layers to apply, the children by pid."""

    wire: Wire
    scratch_folder: Path
    layers: tuple[str, ...]
    readable: tuple[str, ...]
    wake: tuple[int, int]
    own_pid: int
    own_memory_mib: float
    running: dict[int, Running] = field(default_factory=dict)

    def serve(self) -> None:
        """Return never: forks, watches and reports until `Closed` says that the app is gone."""
        while True:
            timeout = WATCH_SECONDS if self.running else None
            ready, _, _ = select.select([self.wire.fileno(), self.wake[0]], [], [], timeout)
            if self.wake[0] in ready:
                os.read(self.wake[0], 4096)
            self._report_ended()
            self._end_at_limits()
            if self.wire.fileno() in ready:
                received = self.wire.receive()
                for message in received.messages:
                    self._obey(message, received.descriptors)

    def _obey(self, message: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        number = int(message["number"])
        if message["do"] == "fork":
            self._fork(number, {name: float(value) for name, value in message["limits"].items()}, descriptors)
            return
        for child in self.running.values():
            if child.number == number:
                _end(child, "cancelled")

    def _fork(self, number: int, limits: Mapping[str, float], descriptors: tuple[int, ...]) -> None:
        folder = self.scratch_folder / f"run-{number}"
        folder.mkdir(mode=0o700)
        began = time.monotonic()
        try:
            pid = os.fork()
        except OSError as error:  # no room for another process: this job fails, the others go on
            os.write(descriptors[0], f"No process could be started: {error}\n".encode())
            scratch.remove(folder)
            self._report({"number": number, "status": 98, "reason": "lost", "seconds": 0, "cpu_seconds": 0})
            return
        finally:
            if os.getpid() == self.own_pid:
                for descriptor in descriptors:
                    os.close(descriptor)
        if pid == 0:
            self._become_child(number, folder, limits, descriptors)
        self.running[pid] = Running(pid, number, folder, began, limits)
        self.wire.send({"is": "started", "number": number, "pid": pid})

    def _report(self, ending: Mapping[str, Any]) -> None:
        self.wire.send({"is": "ended", **ending})

    def _become_child(
        self,
        number: int,
        folder: Path,
        limits: Mapping[str, float],
        descriptors: tuple[int, ...],
        leave: Callable[[int], NoReturn] = os._exit,
    ) -> NoReturn:
        """Never return: whatever foreign code does to this process, it must not get into the loop above."""
        status = 97
        try:
            self.wire.send({"is": "hello", "number": number})
            self.wire.close()
            for end in self.wake:
                os.close(end)
            _prepare_process(folder, descriptors[0], self.own_pid)
            from al_core.sandbox import child, lockdown

            job, result, progress, *vectors = descriptors[1:]
            rights = lockdown.Rights(self.layers, self.readable, str(folder), dict(limits))
            child.run(child.Descriptors(job, result, progress, tuple(vectors)), lambda: lockdown.apply(rights))
            sys.stdout.flush()
            sys.stderr.flush()
            status = 0
        except BaseException:
            traceback.print_exc()  # into the log: the sandbox itself failed
        finally:
            leave(status)

    def _report_ended(self) -> None:
        while self.running:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self.running.pop(pid, None)
            if child is None:
                continue
            scratch.remove(child.folder)
            seconds = {"seconds": time.monotonic() - child.began, "cpu_seconds": usage.ru_utime + usage.ru_stime}
            status = os.waitstatus_to_exitcode(status)
            self._report({"number": child.number, "status": status, "reason": child.reason, **seconds})

    def _end_at_limits(self) -> None:
        for child in self.running.values():
            if child.reason:
                continue
            reason = watch.excess(
                child.pid,
                child.folder,
                memory_mib=self.own_memory_mib + child.limits["memory_mib"],
                scratch_mib=child.limits["scratch_mib"],
            )
            if time.monotonic() - child.began >= child.limits["seconds"]:
                reason = "timeout"
            if reason:
                _end(child, reason)


def _end(child: Running, reason: str) -> None:
    """Kill a child that was not reaped yet, so its pid cannot be anybody else's, and all in its session."""
    child.reason = child.reason or reason
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(child.pid, signal.SIGKILL)  # it has not made its session yet


def _prepare_process(folder: Path, log: int, parent: int) -> None:
    """Make a fork a process of its own: session, standard streams, environment, temporary folder."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(97)  # it died before it was asked for
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(log)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stdout = open(1, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(HOME=str(folder), TMPDIR=str(folder))
    os.chdir(folder)


def _import(packages: tuple[str, ...]) -> None:
    for name in packages:
        if importlib.util.find_spec(name.partition(".")[0]) and importlib.util.find_spec(name):
            importlib.import_module(name)


def _fit_without_arithmetic() -> None:
    """Let scikit-learn look around once: its first check of an input asks every installed package what it is."""
    dummy = importlib.import_module("sklearn.dummy").DummyClassifier()
    dummy.fit([[0.0], [1.0]], ["a", "b"]).predict_proba([[0.0]])


def _wake_on_child_end() -> tuple[int, int]:
    """Return both ends of a pipe; the first becomes readable when a child ended."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ends[1], warn_on_full_buffer=False)
    return ends


def main(descriptor: int, settings: Mapping[str, Any]) -> None:
    """Return nothing when the app closed its end. `settings`: scratch, layers, readable, packages, uid."""
    from al_core.sandbox import lockdown

    os.nice(POLITENESS)
    wire = Wire(socket.socket(fileno=descriptor))
    _import((*WARM_PACKAGES, *settings["packages"]))
    _fit_without_arithmetic()
    if settings["uid"] is not None:
        lockdown.drop_to(settings["uid"])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # runs cannot open this process's memory or environment
    gc.collect()
    gc.freeze()
    own = watch.use_of(os.getpid())
    zygote = Zygote(
        wire,
        Path(settings["scratch"]),
        tuple(settings["layers"]),
        tuple(settings["readable"]),
        _wake_on_child_end(),
        os.getpid(),
        own.memory_mib if own else 0.0,
    )
    wire.send({"is": "ready", "number": 0, "pid": os.getpid()})
    try:
        zygote.serve()
    except Closed:
        for child in zygote.running.values():
            _end(child, "cancelled")
            os.waitpid(child.pid, 0)
        if settings["removes_scratch"]:
            scratch.remove(zygote.scratch_folder)
