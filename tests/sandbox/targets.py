"""What the attacks are aimed at: a secret, a database, sockets, processes; and whether they were hit."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sandbox.attacks import Attack

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct horse battery staple"
SIBLING_LABEL = "label-of-another-fold"
SIBLING = f"""
open("sibling.txt", "w").write("{SIBLING_LABEL}")
progress(0.5)
import time
time.sleep(600)
"""


@dataclass(frozen=True, slots=True)
class Targets:
    """Names for the attacks' words in capitals, and the sockets that must stay silent."""

    words: Mapping[str, object]
    secret: Path
    victim: subprocess.Popen[bytes]
    listening: tuple[socket.socket, ...]

    def aim(self, attack: Attack, **more: object) -> str:
        """Return the attack's source with its targets filled in; longer words first, as some contain others."""
        source = attack.source
        for word, value in sorted({**self.words, **more}.items(), key=lambda pair: -len(pair[0])):
            source = source.replace(word, str(value))
        return source

    def hits(self) -> list[str]:
        """Return what an attack has reached, empty when nothing was."""
        found = []
        if self.secret.read_text() != SECRET or self.secret.stat().st_mode & 0o777 != 0o644:
            found.append("the secret was changed")
        if self.victim.poll() is not None:
            found.append("the victim was killed")
        for listener in self.listening:
            try:
                found.append(f"somebody reached {listener.getsockname()}: {listener.recv(100)!r}")
            except BlockingIOError:
                continue
            except OSError:  # a listening socket: who connected?
                found += _connections(listener)
        folders = (
            "/tmp",
            "/var/tmp",
            "/dev/shm",
            "/",
            "/usr/lib",
            self.secret.parent,
            ROOT,
            Path.home(),
            os.path.dirname(os.__file__),
        )
        found += [f"wrote to {folder}" for folder in folders if Path(folder, str(self.words["MARKER"])).exists()]
        return found


def _connections(listener: socket.socket) -> list[str]:
    try:
        listener.accept()
    except BlockingIOError:
        return []
    return [f"somebody connected to {listener.getsockname()!r}"]


@contextmanager
def put_up(vectors: Path) -> Iterator[Targets]:
    """Yield targets that any user of this computer could reach if nothing stood between."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="targets-")))
        folder.chmod(0o755)
        secret, database = folder / "secret.toml", folder / "workspace.duckdb"
        for path in (secret, database):
            path.write_text(SECRET)
            path.chmod(0o644)
        victim = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        tcp, udp, by_path, abstract = listening = (
            _bound(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _bound(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _bound(stack, socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            _bound(stack, socket.AF_UNIX, socket.SOCK_STREAM, f"\0targets-{os.getpid()}"),
        )
        (folder / "socket").chmod(0o777)
        words = {
            "SECRET_FILE": secret,
            "SECRET_FOLDER": folder,
            "DATABASE_FILE": database,
            "VECTORS_FILE": vectors,
            "HOME_FOLDER": Path.home(),
            "PROJECT_FOLDER": ROOT,
            "MARKER": f"marker-{os.getpid()}",
            "APP_PID": os.getpid(),
            "VICTIM_PID": victim.pid,
            "TCP_PORT": tcp.getsockname()[1],
            "UDP_PORT": udp.getsockname()[1],
            "UNIX_SOCKET": by_path.getsockname(),
            "ABSTRACT_SOCKET": abstract.getsockname()[1:].decode(),
            "REVERSED_SIBLING_LABEL": SIBLING_LABEL[::-1],
        }
        os.environ["AL_SECRET_TOKEN"] = SECRET
        stack.callback(os.environ.pop, "AL_SECRET_TOKEN", None)
        yield Targets(words, secret, victim, listening)


def _bound(stack: ExitStack, family: int, kind: int, address: object) -> socket.socket:
    bound = stack.enter_context(socket.socket(family, kind))
    bound.bind(address)
    bound.setblocking(False)
    if kind == socket.SOCK_STREAM:
        bound.listen()
    return bound
