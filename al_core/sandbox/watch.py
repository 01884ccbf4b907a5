"""What the warm process looks at while a run goes on: things that no limit of the kernel counts per run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from al_core.sandbox import scratch

THREAD_LIMIT = 256
MIB = 1 << 20
_FIELDS = re.compile(r"^(Threads|RssAnon|RssShmem):\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Use:
    """What a process uses now: threads, and MiB of memory that is its own."""

    threads: int
    memory_mib: float


def use_of(pid: int) -> Use | None:
    """Return what process `pid` uses, or None where the system does not tell (not Linux, or it just ended)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    numbers = {name: int(number) for name, number in _FIELDS.findall(status)}
    memory_kib = numbers.get("RssAnon", 0) + numbers.get("RssShmem", 0)
    return Use(numbers.get("Threads", 1), memory_kib / 1024)


def excess(pid: int, folder: Path, *, memory_mib: float, scratch_mib: float) -> str:
    """Return what process `pid` has too much of: "memory", "threads", "scratch", or "" for nothing."""
    use = use_of(pid)
    if use is not None and use.memory_mib > memory_mib:
        return "memory"
    if use is not None and use.threads > THREAD_LIMIT:
        return "threads"
    n_bytes, n_entries = scratch.measure(folder)
    return "scratch" if n_bytes > scratch_mib * MIB or n_entries > scratch.ENTRY_LIMIT else ""
