"""The log of a run, shown as it grows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class RunLog:
    """The lines of a run, each with the seconds since its start."""

    started: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Add a line."""
        self.lines.append(f"{time.monotonic() - self.started:6.2f}  {line}")

    @property
    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self.lines)


LIVE_LOGS: dict[int, RunLog] = {}  # by heuristic, while its run is under way: pages show them as they grow


def live_log(heuristic_id: int) -> str:
    """Return the log of a heuristic's run that is under way, empty without one."""
    log = LIVE_LOGS.get(heuristic_id)
    return log.text if log else ""
