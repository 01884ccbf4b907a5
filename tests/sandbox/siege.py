"""Runs attacks one after another and says which succeeded; also as a program, for a second user.

python -m tests.sandbox.siege TIER VECTORS NAME...   prints one line a success and exits with their number.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from al_core.execution import FitPredict, Handle, Limits, Outcome
from al_core.execution.local import LocalExecutor
from tests.sandbox.attacks import BY_NAME, HARMLESS, Attack
from tests.sandbox.targets import SIBLING, SIBLING_LABEL, Targets, put_up

LABELS = ("ham", "spam") * 10


class Siege:
    """One executor, its targets, and the vectors that runs get."""

    def __init__(self, executor: LocalExecutor, targets: Targets, vectors: Path) -> None:
        self.executor = executor
        self.targets = targets
        self.vectors = vectors
        assert self.start(HARMLESS, 60.0, []).wait(120).kind == "ok"

    def successes(self, attack: Attack) -> list[str]:
        """Return what went wrong for the defence, empty when the attack achieved nothing."""
        log: list[str] = []
        with self._sibling(attack) as sibling_pid:
            source = self.targets.aim(attack, SIBLING_PID=sibling_pid)
            warm = self.executor.warm_pids()
            outcome = self.start(source, attack.seconds, log).wait(90)
            found = [line for line in log if "BREACH" in line] + self.targets.hits()
        if outcome.kind not in attack.ends or attack.says not in outcome.message:
            found.append(f"ended as {outcome.kind}: {outcome.message} {outcome.traceback[-500:]} {log[-3:]}")
        if self.executor.warm_pids() != warm:
            found.append("the warm process died")
        after = self.start(HARMLESS, 20.0, log).wait(60)
        if after.kind != "ok":
            found.append(f"the next run ended as {after.kind}: {after.message} {log[-3:]}")
        return found

    def start(self, source: str, seconds: float, log: list[str]) -> Handle:
        limits = Limits(seconds=seconds, memory_mib=512, scratch_mib=16, log_kib=64)
        job = FitPredict(source, (self.vectors,), np.arange(20), LABELS, limits=limits)
        return self.executor.start(job, on_log=log.append)

    @contextmanager
    def _sibling(self, attack: Attack) -> Iterator[int]:
        """Yield the process of another run that goes on meanwhile, with labels of its own; 0 without one."""
        if not attack.sibling:
            yield 0
            return
        under_way = threading.Event()
        job = FitPredict(SIBLING, (self.vectors,), np.arange(20), (SIBLING_LABEL, "spam") * 10)
        handle = self.executor.start(job, on_progress=lambda *_: under_way.set())
        assert under_way.wait(60), "the sibling did not start"
        yield handle.pid or 0
        handle.cancel()
        ended: Outcome = handle.wait(10)
        assert ended.kind == "cancelled", f"the sibling was hurt: {ended}"


def main(tier: str, vectors: str, *names: str) -> int:
    """Return how many of the named attacks succeeded, after printing what they achieved."""
    executor = LocalExecutor(tier=tier)
    failed = 0
    with put_up(Path(vectors)) as targets:
        siege = Siege(executor, targets, Path(vectors))
        for name in names:
            found = siege.successes(BY_NAME[name])
            failed += bool(found)
            for line in found:
                sys.stdout.write(f"{name}: {line}\n")
    executor.close()
    return failed


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 100))
