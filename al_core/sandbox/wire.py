"""Lines of JSON over a local socket, with open files beside them."""

from __future__ import annotations

import array
import contextlib
import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

MESSAGE_LIMIT = 1 << 16
DESCRIPTOR_LIMIT = 64
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid of the sender, written by the kernel
KNOWS_SENDER = hasattr(socket, "SO_PASSCRED")  # Linux


@dataclass(frozen=True, slots=True)
class Received:
    """What one read brought: whole messages, open files, and the sender's process as this side numbers it."""

    messages: tuple[dict[str, object], ...]
    descriptors: tuple[int, ...]
    sender: int | None


class Closed(ConnectionError):
    """The other side is gone."""


class Wire:
    """One end of the socket between the app and a warm process."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = b""

    def fileno(self) -> int:
        """Return the socket's descriptor, for select."""
        return self._socket.fileno()

    def send(self, message: dict[str, object], descriptors: Sequence[int] = ()) -> None:
        """Return nothing; sends one message and copies of open files. Raises Closed."""
        line = json.dumps(message).encode() + b"\n"
        beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._socket.sendmsg([line], beside)
        except OSError as error:
            raise Closed(str(error)) from error

    def receive(self) -> Received:
        """Return what is there, waiting for the first byte; raises Closed."""
        space = socket.CMSG_SPACE(DESCRIPTOR_LIMIT * 4) + socket.CMSG_SPACE(CREDENTIALS.size)
        try:
            part, beside, _, _ = self._socket.recvmsg(MESSAGE_LIMIT, space)
        except OSError as error:
            raise Closed(str(error)) from error
        if not part:
            raise Closed("the other side closed the socket")
        descriptors, sender = array.array("i"), None
        for level, kind, content in beside:
            if level != socket.SOL_SOCKET:
                continue
            if kind == socket.SCM_RIGHTS:
                descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
            elif KNOWS_SENDER and kind == socket.SCM_CREDENTIALS:
                sender = CREDENTIALS.unpack(content[: CREDENTIALS.size])[0]
        *lines, self._rest = (self._rest + part).split(b"\n")
        return Received(tuple(json.loads(line) for line in lines), tuple(descriptors), sender)

    def hang_up(self) -> None:
        """Return nothing; both sides see the end, also one that waits in `receive` on another thread."""
        with contextlib.suppress(OSError):  # hung up already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Return nothing; gives up this process's hold on the socket, not the conversation of others."""
        self._socket.close()


def pair() -> tuple[Wire, socket.socket]:
    """Return the app's end and the bare socket for the other side, which tells its senders' processes where it can."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    if KNOWS_SENDER:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return Wire(ours), theirs
