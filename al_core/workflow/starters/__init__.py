"""Starters: heuristics that run as they are. To add one, register it in a file of this package and name that here."""

from __future__ import annotations

import re

from al_core.embedders import is_pool
from al_core.types import HeuristicKind, Task
from al_core.workflow.starters import few_labels, learners, rules, spans
from al_core.workflow.starters.registry import STARTERS, Starter

__all__ = [
    "DEMO",
    "DEMO_RULES",
    "STARTERS",
    "Starter",
    "few_labels",
    "learners",
    "rules",
    "spans",
    "starters_for",
    "written_for",
]

# those that `make demo` makes
DEMO = ("Logistic regression", "Decision tree grid", "Nearest neighbours")
_RULE = """\
WORDS = {words}


def lf(record):
    text = record["text"].lower()
    if any(word in text for word in WORDS):
        return "{label}"
"""
# and rules for the sample's topics
DEMO_RULES = {
    "parcel words": _RULE.format(words='("parcel", "courier", "delivery", "package")', label="delivery"),
    "money words": _RULE.format(words='("invoice", "charged", "refund", "card")', label="billing"),
}


def starters_for(task: Task, kind: HeuristicKind) -> tuple[str, ...]:
    """Return the names of the starters of one kind that fit a task."""
    found = ((name, STARTERS.get(name)) for name in STARTERS)
    return tuple(name for name, one in found if one.kind == kind and task.kind in one.task_kinds)


def written_for(task: Task, starter: Starter, embedding_names: tuple[str, ...]) -> str:
    """Return a starter's source with the names that the task and its project have in the place of its own.

    >>> from al_core.types import Attribute
    >>> task = Task(1, 1, "topic", "single_label", Attribute(1, "text", True), ())
    >>> written_for(task, Starter("labeling_function", "", "record[ATTRIBUTE]"), ())
    'record["text"]'
    """
    none_yet = f"{task.attribute.name}-{task.granularity}-none-yet"
    first = embedding_names[0] if embedding_names else none_yet
    pool = next((name for name in embedding_names if is_pool(name)), first)
    second = embedding_names[1] if len(embedding_names) > 1 else first
    labels = [label.name for label in task.labels] or ["no label yet"]
    places = {
        "SECOND_EMBEDDING": second,
        "POOL_EMBEDDING": pool,
        "EMBEDDING_NAME": first,
        "ATTRIBUTE": task.attribute.name,
        "FIRST_LABEL": labels[0],
        "LAST_LABEL": labels[-1],
    }
    # in one pass: a label may be called ATTRIBUTE
    return re.sub("|".join(places), lambda found: _quoted(places[found[0]]), starter.source)


def _quoted(name: str) -> str:
    r"""Return a name as a Python string, in double quotes where it can be.

    >>> _quoted("topic"), _quoted('a "b"')
    ('"topic"', '\'a "b"\'')
    """
    is_plain = name.isprintable() and not set(name) & {'"', "\\"}
    return f'"{name}"' if is_plain else repr(name)
