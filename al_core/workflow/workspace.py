"""A workspace in use: its store, its jobs, and the executor of heuristic code. One per process."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from al_core.execution import Executor
from al_core.execution.local import LocalExecutor
from al_core.store import Store
from al_core.workflow.jobs import JobBoard

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / "data" / "workspace"


def workspace_folder(named: str | None = None) -> Path:
    """Return the workspace folder: the one named, else AL_WORKSPACE, else the default below `data/`."""
    return Path(named or os.environ.get("AL_WORKSPACE") or DEFAULT_FOLDER).expanduser().resolve()


class Workspace:
    """Everything that use cases need. The executor starts when first asked for, and is closed with the rest."""

    def __init__(self, folder: Path, make_executor: Callable[[], Executor] = LocalExecutor) -> None:
        self.folder = folder
        self.store = Store(folder)
        self.jobs = JobBoard(self.store)
        self._make_executor = make_executor

    @cached_property
    def executor(self) -> Executor:
        """Return what runs heuristic code."""
        return self._make_executor()

    def close(self) -> None:
        """Cancel jobs, end child processes, close the database."""
        self.jobs.close()
        if "executor" in self.__dict__:
            self.executor.close()
        self.store.close()
