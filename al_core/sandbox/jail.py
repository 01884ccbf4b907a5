"""App side: which protection works on this computer, and a warm process started under it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.errors import InvalidInput
from al_core.sandbox import bubblewrap, landlock, places, seccomp

TIERS: dict[str, tuple[str, ...]] = {
    "full": ("bubblewrap", "landlock", "seccomp", "rlimits", "watchdog"),
    "no-bwrap": ("landlock", "seccomp", "rlimits", "watchdog"),
    "rlimits": ("rlimits", "watchdog"),
}
# One thread each: runs go side by side, and a library that starts threads before a fork hangs after it.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
START = (
    "import json, sys; settings = json.loads(sys.argv[2]); sys.path += settings['import_path'];"
    "from al_core.sandbox.zygote import main; main(int(sys.argv[1]), settings)"
)


LAYERS = {
    "bubblewrap": "own view of files, processes and network",
    "landlock": "reads only Python and libraries, writes only its scratch folder",
    "seccomp": "no new processes, no sockets, no tracing",
    "rlimits": "memory, CPU seconds, file sizes, open files",
    "watchdog": "seconds, scratch files, threads and memory, ten times a second",
}


def why_not_layer(name: str) -> str:
    """Return "" when a layer works on this computer, else why not."""
    if name == "bubblewrap":
        return bubblewrap.probe(places.here())
    if name == "landlock":
        return landlock.why_not()
    return seccomp.why_not() if name == "seccomp" else ""


def why_not(tier: str) -> str:
    """Return "" when `tier` works on this computer, else the first reason why it does not."""
    return next((reason for layer in TIERS[tier] if (reason := why_not_layer(layer))), "")


def best_tier() -> str:
    """Return the strongest tier that works on this computer."""
    return next((tier for tier in ("full", "no-bwrap") if not why_not(tier)), "rlimits")


class Jail:
    """One warm process's surroundings: command line, scratch folder, user."""

    def __init__(self, tier: str) -> None:
        if tier not in TIERS:
            raise InvalidInput(f"No sandbox tier {tier!r}.", f"Use one of: {', '.join(TIERS)}.")
        self.tier = tier
        self._scratch: Path | None = None

    def start(self, descriptor: int, packages: Sequence[str], complaints: int) -> subprocess.Popen[bytes]:
        """Return the started warm process, which talks through `descriptor` and complains to `complaints`."""
        return (
            self._start_wrapped(descriptor, packages, complaints)
            if self.tier == "full"
            else self._start_bare(descriptor, packages, complaints)
        )

    def _start_wrapped(self, descriptor: int, packages: Sequence[str], complaints: int) -> subprocess.Popen[bytes]:
        where = places.here()
        uid = _unprivileged_user().get("user")
        settings = self._settings(where, bubblewrap.SCRATCH, packages, uid)
        words = [*bubblewrap.command(where, ENVIRONMENT), where.executable, "-I", "-S", "-B", "-c", START]
        words += [str(descriptor), json.dumps(settings)]
        return _started(words, (descriptor,), {"PATH": os.environ.get("PATH", os.defpath)}, complaints, {})

    def _start_bare(self, descriptor: int, packages: Sequence[str], complaints: int) -> subprocess.Popen[bytes]:
        where = places.here()
        opened: tuple[int, ...] = ()
        flags, environment, user = ["-I"], dict(ENVIRONMENT), _unprivileged_user()
        self._scratch = Path(tempfile.mkdtemp(prefix="active-learners-runs-"))
        if user:
            os.chown(self._scratch, user["user"], user["group"])
            if sys.platform == "linux" and not all(map(places.enterable_by_all, where.folders())):
                where, opened = places.through_descriptors(where)
                flags = ["-s", "-P"]  # PYTHONHOME is needed, and -I would ignore it
                environment |= {"PYTHONHOME": where.prefix, "LD_LIBRARY_PATH": f"{where.prefix}/lib"}
        settings = self._settings(where, str(self._scratch), packages, None)
        words = [where.executable, *flags, "-S", "-B", "-c", START, str(descriptor), json.dumps(settings)]
        try:
            return _started(words, (descriptor, *opened), environment, complaints, user)
        finally:
            for folder in opened:
                os.close(folder)

    def _settings(
        self, where: places.Places, scratch: str, packages: Sequence[str], uid: int | None
    ) -> Mapping[str, object]:
        return {
            "import_path": where.import_path,
            "layers": TIERS[self.tier],
            "packages": list(packages),
            "readable": where.readable(),
            "scratch": scratch,
            "removes_scratch": self._scratch is not None,  # also when the app was killed and cannot
            "uid": uid,
        }

    def tidy(self) -> None:
        """Return nothing; removes what a killed warm process left on disk."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _unprivileged_user() -> dict[str, Any]:
    """Return what makes root's process somebody without rights, nothing for a process that is not root's."""
    if os.geteuid() != 0:
        return {}
    uid = places.unused_uid()
    return {"user": uid, "group": uid, "extra_groups": []}


def _started(
    words: list[str], kept: tuple[int, ...], environment: Mapping[str, str], complaints: int, user: Mapping[str, Any]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        pass_fds=kept,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=complaints,
        stderr=complaints,
        **user,
    )
