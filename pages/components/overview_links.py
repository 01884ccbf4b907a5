"""Which records stand behind the numbers of the heuristics' overview."""

from __future__ import annotations

from al_core.filters import Condition, HeuristicSays, Missed, RecordFilter, Votes
from al_core.types import Task
from pages.components.record_links import records_link


def links_of(task: Task, heuristic_id: int) -> dict[str, str]:
    """Return the address of the records behind each number of a heuristic, by the number's name."""
    behind: dict[str, tuple[Condition, ...]] = {
        "kept": (HeuristicSays(heuristic_id, kept=True, among="headline"),),
        "missed": (Missed(heuristic_id),),
        "covered": (HeuristicSays(heuristic_id, kept=True, among="pool"),),
        "hits": (Votes("voted", heuristic_id),),
        "overlaps": (Votes("overlap", heuristic_id),),
        "conflicts": (Votes("conflict", heuristic_id),),
        "alone": (Votes("alone", heuristic_id),),
    }
    return {name: _link(task, conditions) for name, conditions in behind.items()}


def label_link(task: Task, heuristic_id: int, label_id: int) -> str:
    """Return the address of the labelled records that a heuristic gives one label, kept."""
    return _link(task, (HeuristicSays(heuristic_id, (label_id,), kept=True, among="headline"),))


def _link(task: Task, conditions: tuple[Condition, ...]) -> str:
    return records_link(RecordFilter(task_id=task.task_id, conditions=conditions))
