"""A run under way, as the code of every kind of heuristic gets it."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.execution import Executor
from al_core.store import Store
from al_core.types import Heuristic, Task
from al_core.workflow.jobs import JobContext
from al_core.workflow.run_log import RunLog


@dataclass(frozen=True, slots=True)
class Underway:
    """What runs, where its result goes, and who hears how far it is."""

    executor: Executor
    store: Store
    heuristic: Heuristic
    task: Task
    run_id: int
    context: JobContext
    log: RunLog
