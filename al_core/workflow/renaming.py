"""Labels renamed after code was written: which former names a source says, and the source with today's."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.source import SourceProblem, texts_in, with_texts_replaced
from al_core.store import Store
from al_core.types import Task


@dataclass(frozen=True, slots=True)
class RenamedInCode:
    """Former names that a source says with the names of today, and the source that says those instead."""

    names: dict[str, str]
    source: str


def renamed_in_code(store: Store, task: Task, source: str) -> RenamedInCode:
    """Return what a source calls by a former name; nothing for a name that a label has today, or unreadable code."""
    today = {label.label_id: label.name for label in task.labels}
    former = {
        name: today[label_id]
        for name, label_id in store.projects.former_label_names(task.task_id).items()
        if label_id in today and name not in today.values()
    }
    if not former:
        return RenamedInCode({}, source)
    try:
        said = {name: former[name] for name in texts_in(source) if name in former}
    except SourceProblem:
        return RenamedInCode({}, source)
    return RenamedInCode(said, with_texts_replaced(source, said) if said else source)
