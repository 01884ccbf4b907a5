"""What a run says while it goes on: a log that is capped, and progress."""

from __future__ import annotations

import math
import os
import selectors
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from al_core.execution import OnLog, OnProgress
from al_core.sandbox.frames import printable
from al_core.sandbox.progress import HEAD, MESSAGE_BYTES

LINE_BYTES = 4096
READ_BYTES = 1 << 16
LOOK_SECONDS = 0.1
DRAIN_SECONDS = 0.5  # how long what a dead run left in its pipes is read, where an orphan may hold them open


class Log:
    """Lines out of bytes: cut at LINE_BYTES each and `limit` bytes in all, control characters made visible."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._dropped = 0
        self._line = bytearray()
        self._cut = False  # the rest of a line that was too long is still coming

    def feed(self, part: bytes) -> Iterator[str]:
        r"""Yield the lines that `part` completes.

        >>> list(Log(100).feed(b"one\ntwo\nthr"))
        ['one', 'two']
        """
        if self._left <= 0:
            self._dropped += len(part)
            return
        pieces = (self._line + part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).split(b"\n")
        *lines, rest = map(bytes, pieces)
        for line in lines:
            yield from self._kept(line)
            self._cut = False
        if len(rest) > LINE_BYTES:  # not waited for to its end: it may have none
            yield from self._kept(rest)
            self._cut, rest = True, b""
        self._line[:] = rest

    def _kept(self, line: bytes) -> Iterator[str]:
        kept = b"" if self._cut else line[: max(min(LINE_BYTES, self._left - 1), 0)]
        self._dropped += len(line) - len(kept)
        if self._left > 0 and not self._cut:
            self._left -= len(kept) + 1
            yield printable(kept.decode(errors="replace"))

    def end(self) -> Iterator[str]:
        """Yield the unfinished last line, and how much was left out."""
        if self._line:
            yield from self._kept(bytes(self._line))
            self._line.clear()
        if self._dropped:
            yield f"[{self._dropped:,} bytes of the log left out]"


def read_progress(part: bytes) -> Iterator[tuple[float, str]]:
    """Yield fraction within [0, 1] and message of every well-formed entry in `part`; stops at the first other.

    >>> list(read_progress(HEAD.pack(1.5, 4) + b"done" + b"?"))
    [(1.0, 'done')]
    """
    at = 0
    while at + HEAD.size <= len(part):
        fraction, length = HEAD.unpack_from(part, at)
        at += HEAD.size
        if not math.isfinite(fraction) or length > MESSAGE_BYTES or at + length > len(part):
            return
        yield min(max(fraction, 0.0), 1.0), printable(part[at : at + length].decode(errors="replace"))
        at += length


class Listener:
    """Two pipes of a run; `log` and `progress` are the ends to pass to it."""

    def __init__(self, on_log: OnLog | None, on_progress: OnProgress | None, log_limit: int) -> None:
        self._on_log = on_log or (lambda _: None)
        self._on_progress = on_progress or (lambda _, __: None)
        self._log = Log(log_limit)
        self._log_end, self.log = os.pipe()
        self._progress_end, self.progress = os.pipe()
        self._open = {self._log_end, self.log, self._progress_end, self.progress}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in tuple(self._open):
            self._close(descriptor)

    def listen_until(self, ended: threading.Event) -> None:
        """Return nothing once the run ended and all it said was handed on. Called after the ends were passed."""
        self._close(self.log)
        self._close(self.progress)
        takers: dict[int, Callable[[bytes], None]] = {
            self._log_end: self._take_log,
            self._progress_end: self._take_progress,
        }
        deadline = math.inf
        with selectors.DefaultSelector() as ends:
            for descriptor, take in takers.items():
                ends.register(descriptor, selectors.EVENT_READ, take)
            while ends.get_map() and time.monotonic() < deadline:
                ready = ends.select(LOOK_SECONDS)
                if ended.is_set():
                    deadline = min(deadline, time.monotonic() + DRAIN_SECONDS) if ready else 0.0
                for key, _ in ready:
                    part = os.read(key.fd, READ_BYTES)
                    if part:
                        key.data(part)
                    else:
                        ends.unregister(key.fd)
        ended.wait()
        for line in self._log.end():
            self._on_log(line)

    def _take_log(self, part: bytes) -> None:
        for line in self._log.feed(part):
            self._on_log(line)

    def _take_progress(self, part: bytes) -> None:
        for fraction, message in read_progress(part):
            self._on_progress(fraction, message)

    def _close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.discard(descriptor)
            os.close(descriptor)
