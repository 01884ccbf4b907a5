"""Child side: gives up rights, for good, before foreign code runs."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
OPEN_FILES = 256
# Libraries that a heuristic imports late, and the arenas of its threads, take address space but no memory.
ADDRESS_SLACK_MIB = 1024


@dataclass(frozen=True, slots=True)
class Rights:
    """What a run keeps: layers to apply, paths it may read, the one folder it may write to, and its limits."""

    layers: tuple[str, ...]
    readable: tuple[str, ...]
    scratch: str
    limits: Mapping[str, float]


def apply(rights: Rights) -> None:
    """Return nothing; from here on this process has only `rights`. Raises OSError when a layer fails."""
    limit_resources(rights.limits)
    if "landlock" in rights.layers:
        from al_core.sandbox import landlock

        landlock.restrict(rights.readable, (rights.scratch,))
    if "seccomp" in rights.layers:
        from al_core.sandbox import seccomp

        seccomp.restrict()


def limit_resources(limits: Mapping[str, float]) -> None:
    """Return nothing; sets the kernel's limits. Memory is on top of what the warm process brought along."""
    memory = int(limits["memory_mib"] * MIB)
    result = int(limits["result_bytes"])
    private, space = _own_size()
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits["seconds"] * (os.cpu_count() or 1)) + 5,  # a second net below the wall clock
        resource.RLIMIT_FSIZE: max(int(limits["scratch_mib"] * MIB), result),
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_DATA: private + memory,
        resource.RLIMIT_AS: space + memory + ADDRESS_SLACK_MIB * MIB,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _own_size() -> tuple[int, int]:
    """Return bytes of private and of all address space that this process has now; zeros where unknown."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0, 0
    sizes = {name: int(kib) * 1024 for name, kib in re.findall(r"^(VmData|VmSize):\s+(\d+)", status.read_text(), re.M)}
    return sizes["VmData"], sizes["VmSize"]


def drop_to(uid: int) -> None:
    """Return nothing; this process becomes the unprivileged user `uid` for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
