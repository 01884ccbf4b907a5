"""Conditions of a filter in words, as they stand on the Records page."""

from __future__ import annotations

from al_core.filters import (
    Abstained,
    AnsweredBy,
    Blind,
    Commented,
    Compare,
    Condition,
    DrawnBy,
    Flagged,
    HeuristicSays,
    InSlice,
    Missed,
    Not,
    Numbers,
    StateIs,
    TruthIs,
    Votes,
)
from al_core.text import shorten
from al_core.types import Task
from pages.components.frame import Current
from pages.components.numbers import count, decimals

GONE = "that is gone"
LONGEST = 60
_HOW = {"contains": "contains", "equals": "is", "in": "is one of", "regex": "matches"}
_VOTES = {
    "voted": "a heuristic votes",
    "overlap": "several heuristics vote",
    "conflict": "heuristics vote for different labels",
    "alone": "only one heuristic is right",
}
_AMONG = {"any": "", "judged": ", where it is judged", "headline": ", as counted on Tune", "pool": ", unlabelled then"}


def condition_words(here: Current, task: Task | None, condition: Condition) -> str:
    """Return what a condition says, as plain text; what it names and is gone is said so."""
    if isinstance(condition, Not):
        return f"not: {condition_words(here, task, condition.condition)}"
    if isinstance(condition, Compare):
        return _compare(condition)
    if isinstance(condition, StateIs):
        return condition.state
    if isinstance(condition, TruthIs):
        return f"truth is {_labels(task, condition.label_ids)}"
    if isinstance(condition, HeuristicSays | Abstained | Missed | Votes):
        return _of_heuristics(here, task, condition)
    return _of_people(here, task, condition)


def _of_people(here: Current, task: Task | None, condition: Condition) -> str:
    if isinstance(condition, AnsweredBy):
        known = here.workspace.store.views.people(task.task_id) if task else {}
        return f"answered by {' or '.join(known.get(one, 'somebody unknown') for one in condition.person_ids)}"
    if isinstance(condition, DrawnBy):
        return f"drawn by {' or '.join(condition.names)}"
    if isinstance(condition, Numbers):
        return f"one of {count(len(condition.record_nos), 'chosen record')}"
    if isinstance(condition, InSlice):
        slices = here.workspace.store.slices.all(here.project.project_id)
        return f"in slice {next((one.name for one in slices if one.slice_id == condition.slice_id), GONE)}"
    return {Flagged: "flagged", Commented: "commented", Blind: "answered blind"}[type(condition)]


def _compare(condition: Compare) -> str:
    what = {"attribute": condition.attribute, "any text": "text", "record id": "id"}[condition.subject]
    if condition.how == "between":
        low, high = condition.values
        bounds = f"from {low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
        return shorten(f"{what} {bounds}", LONGEST)
    return shorten(f"{what} {_HOW[condition.how]} {', '.join(condition.values)}", LONGEST)


def _says(here: Current, task: Task | None, condition: HeuristicSays) -> str:
    parts = []
    if condition.label_ids:
        parts.append(f"says {_labels(task, condition.label_ids)}")
    if condition.kept is not None:
        at = "" if condition.threshold is None else f" at {decimals(condition.threshold)}"
        parts.append(("kept" if condition.kept else "not kept") + at)
    if condition.right is not None:
        parts.append("right" if condition.right else "wrong")
    for name, low, high in (
        ("confidence", condition.low, condition.high),
        ("margin", condition.low_margin, condition.high_margin),
    ):
        if (low, high) != (0, 1):
            parts.append(f"{name} {decimals(low)} to {decimals(high)}")
    said = ", ".join(parts) or "says something"
    return f"{_heuristic(here, task, condition.heuristic_id)}: {said}{_AMONG[condition.among]}"


def _of_heuristics(here: Current, task: Task | None, condition: HeuristicSays | Abstained | Missed | Votes) -> str:
    if isinstance(condition, HeuristicSays):
        return _says(here, task, condition)
    if isinstance(condition, Abstained):
        return f"{_heuristic(here, task, condition.heuristic_id)} abstained"
    if isinstance(condition, Missed):
        return f"{_heuristic(here, task, condition.heuristic_id)} missed a label, as counted on Tune"
    return _votes(here, task, condition)


def _votes(here: Current, task: Task | None, condition: Votes) -> str:
    if not condition.heuristic_id:
        return _VOTES[condition.kind]
    name = _heuristic(here, task, condition.heuristic_id)
    return f"only {name} is right" if condition.kind == "alone" else f"{_VOTES[condition.kind]}, {name} among them"


def _labels(task: Task | None, label_ids: tuple[int, ...]) -> str:
    names = {label.label_id: label.name for label in task.labels} if task else {}
    names[0] = "nothing here"
    return " or ".join(names.get(one, f"a label {GONE}") for one in label_ids)


def _heuristic(here: Current, task: Task | None, heuristic_id: int) -> str:
    known = here.workspace.store.heuristics.all(task.task_id) if task else ()
    return next((one.name for one in known if one.heuristic_id == heuristic_id), f"a heuristic {GONE}")
