"""Changing the labels of a task: names, keys, colours, descriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from al_core.errors import Conflict, InvalidInput
from al_core.store import Store
from al_core.store.projects import is_reserved
from al_core.types import Attribute, Label, Task, TaskKind

LONGEST_NAME = 80
_KEY = re.compile(r"\S|Shift\+\d")


def create_task(store: Store, attribute: Attribute, name: str, kind: TaskKind, labels: Sequence[str]) -> Task:
    """Return a new task; raises InvalidInput without labels or for a label's name that is too long."""
    names = [clean for clean in (_clean(one) for one in labels) if clean]
    if not names:
        raise InvalidInput("A task needs labels.", "Write one a line.")
    return store.projects.create_task(attribute, name, kind, names)


def add_label(store: Store, task: Task, name: str) -> None:
    """Add a label; raises InvalidInput or Conflict for a name that cannot be used."""
    clean = _clean(name)
    if not clean:
        raise InvalidInput("A label needs a name.", "Type one.")
    if task.label_id(clean) is not None:
        raise Conflict(f"There is a label called {clean!r} already.", "Choose another name.")
    if clean in {one.label.name for one in store.removed_labels.of(task.task_id)}:
        raise Conflict(
            f"A label called {clean!r} was removed.", "Restore it, with its answers, or choose another name."
        )
    store.projects.add_labels(task.task_id, [clean])


def change_labels(store: Store, task: Task, wanted: Sequence[Label]) -> int:
    """Return how many labels of a task changed to what is `wanted`; where something is wrong, none does.

    Two labels may exchange their keys. Raises InvalidInput or Conflict.
    """
    present = {label.label_id: label for label in task.labels}
    clean = [replace(label, name=_clean(label.name), key=label.key.strip()) for label in wanted]
    different = [label for label in clean if present.get(label.label_id) != label]
    after = present | {label.label_id: label for label in clean}
    for label in different:
        _check(label, task.kind, [other for other in after.values() if other.label_id != label.label_id])
    for label in different:
        before = present[label.label_id]
        if label.key != before.key and before.key:
            # free at first, so that another label can have it
            store.projects.change_label(task.task_id, replace(before, key=""))
    for label in different:
        store.projects.change_label(task.task_id, label)
    return len(different)


def _check(label: Label, kind: TaskKind, others: Sequence[Label]) -> None:
    if not label.name:
        raise InvalidInput("A label needs a name.", "Type one.")
    if label.key and not _KEY.fullmatch(label.key):
        raise InvalidInput(f"{label.key!r} is no key for {label.name!r}.", "Give one character, or Shift+ and a digit.")
    if is_reserved(label.key, kind):
        raise InvalidInput(f"The Label page uses the key {label.key!r} itself.", "Choose another key.")
    for other in others:
        if other.name == label.name:
            raise Conflict(f"There is a label called {label.name!r} already.", "Choose another name.")
        if label.key and other.key == label.key:
            raise Conflict(f"{label.name!r} and {other.name!r} both have the key {label.key!r}.", "Choose another key.")


def _clean(name: str) -> str:
    clean = " ".join(name.split())
    if len(clean) > LONGEST_NAME:
        raise InvalidInput(
            f"A label's name has 1 to {LONGEST_NAME} characters, {clean[:20]!r}... has {len(clean)}.", "Shorten it."
        )
    return clean
