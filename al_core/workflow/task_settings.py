"""How a task is labelled: its guidelines, how many people answer a record, how often learners run again."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Task

LONGEST_GUIDELINES = 20_000
MOST_PEOPLE = 20
MOST_ANSWERS = 100_000


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """What a team has agreed for a task.

    `guidelines` in Markdown; `overlap` people answer each record; learners run again after `retrain_every` new
    answers, 0 = never by themselves.
    """

    guidelines: str = ""
    overlap: int = 1
    retrain_every: int = 20


def task_settings(store: Store, task: Task) -> TaskSettings:
    """Return the settings of a task, the defaults where nobody changed them."""
    return TaskSettings(**(store.projects.setting(_scope(task), "labeling") or {}))


def change_task_settings(store: Store, task: Task, wanted: TaskSettings) -> None:
    """Store the settings of a task; raises InvalidInput for a value that cannot be."""
    if len(wanted.guidelines) > LONGEST_GUIDELINES:
        raise InvalidInput(
            f"The guidelines have {len(wanted.guidelines):,} characters.", f"Shorten them to {LONGEST_GUIDELINES:,}."
        )
    if not 1 <= wanted.overlap <= MOST_PEOPLE:
        raise InvalidInput(f"{wanted.overlap} people cannot answer a record.", f"Choose 1 to {MOST_PEOPLE}.")
    if not 0 <= wanted.retrain_every <= MOST_ANSWERS:
        raise InvalidInput(
            f"Learners cannot run every {wanted.retrain_every} answers.", "Choose a number, or 0 to run them yourself."
        )
    store.projects.set_setting(_scope(task), "labeling", asdict(wanted))


def _scope(task: Task) -> str:
    return f"task:{task.task_id}"
