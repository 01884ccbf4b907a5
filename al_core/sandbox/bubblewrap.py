"""App side: the bubblewrap command line of the jail around a warm process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from al_core.sandbox.places import (
    CHILD_SIDE,
    DEVICES,
    LINKED_LIBRARIES,
    SYSTEM_FILES,
    SYSTEM_LIBRARIES,
    Places,
)

SCRATCH = "/scratch"
SCRATCH_BYTES = 1 << 30  # of all runs together; each run's own limit is watched
SHARED_MEMORY_BYTES = 1 << 20
PROBE_SECONDS = 20.0


def command(places: Places, environment: Mapping[str, str]) -> list[str]:
    """Return the words that come before the command to run in the jail.

    A person's process gets a user namespace. Root must not: it would stay root towards files outside, so
    it keeps nothing but the right to become somebody else, which the warm process does before it forks.
    """
    words = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL", "--clearenv"]
    words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.geteuid() == 0 else ["--unshare-user"]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    ours = [f"{places.code}/al_core/{name}" for name in CHILD_SIDE]
    shown = _existing([f"{places.prefix}/lib", places.executable, *places.packages, *ours, *SYSTEM_FILES])
    shown += _outside(_existing(SYSTEM_LIBRARIES), shown)
    words += _parents([*shown, *DEVICES])
    for path in shown:
        words += ["--ro-bind", path, path]
    for path in _existing(LINKED_LIBRARIES):
        words += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    for path in DEVICES:
        words += ["--dev-bind-try", path, path]
    # bubblewrap's own root would be writable and as large as half of the memory
    words += ["--proc", "/proc", "--perms", "0777", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH]
    words += [
        "--perms",
        "1777",
        "--size",
        str(SHARED_MEMORY_BYTES),
        "--tmpfs",
        "/dev/shm",
    ]  # joblib asks for a semaphore
    return [*words, "--remount-ro", "/", "--chdir", "/", "--"]


def probe(places: Places) -> str:
    """Return "" when a jail really works here, else what bubblewrap says; that it is installed proves nothing."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    words = [*command(places, {}), places.executable, "-I", "-S", "-c", "pass"]
    try:
        tried = subprocess.run(words, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}"
    return (
        "" if tried.returncode == 0 else (tried.stderr.decode(errors="replace").strip()[-300:] or "bubblewrap failed")
    )


def _existing(paths: Iterable[str]) -> list[str]:
    return [path for path in dict.fromkeys(paths) if os.path.exists(path)]


def _outside(paths: Iterable[str], shown: Iterable[str]) -> list[str]:
    """Return the paths that are not shown already, so that nothing is hidden below a second mount."""
    folders = [Path(path) for path in shown]
    return [path for path in paths if Path(path) not in folders]


def _parents(paths: Iterable[str]) -> list[str]:
    """Return words that make every folder above `paths` enterable by all; bubblewrap would copy its real mode."""
    folders = {str(parent) for path in paths for parent in Path(path).parents if str(parent) != "/"}
    return [word for folder in sorted(folders) for word in ("--perms", "0755", "--dir", folder)]
