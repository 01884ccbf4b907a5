"""The filter itself: conditions that must all hold, and an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from al_core.errors import InvalidInput
from al_core.filters.conditions import LARGEST, Commented, Compare, Condition, InSlice, Not, Numbers, readable

OrderBy = Literal[
    "number", "record id", "attribute", "length", "truth", "confidence", "margin", "answered", "drawn by", "random"
]

MAX_CONDITIONS = 40
_OF_ANY_TASK = (Compare, Commented, Numbers, InSlice)


@dataclass(frozen=True, slots=True)
class Order:
    """How records are sorted; equal ones, and those without a value at the end, go by number.

    `attribute` goes with `attribute`, `heuristic_id` with `confidence` and `margin`, `seed` with `random`.
    """

    by: OrderBy = "number"
    descending: bool = False
    attribute: str = ""
    heuristic_id: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.by not in get_args(OrderBy):
            raise InvalidInput(
                f"Records cannot be sorted by {self.by!r}.", f"Use one of: {', '.join(get_args(OrderBy))}."
            )
        if (self.by == "attribute") != bool(self.attribute):
            raise InvalidInput("An attribute's name goes with the order 'attribute', and only there.")
        if (self.by in ("confidence", "margin")) != bool(self.heuristic_id):
            raise InvalidInput("A heuristic goes with the orders 'confidence' and 'margin', and only there.")
        if not 0 <= self.seed <= LARGEST or not 0 <= self.heuristic_id <= LARGEST:
            raise InvalidInput("A seed and an id are whole numbers from 0 on.")
        if self.seed and self.by != "random":
            raise InvalidInput("A seed goes with the order 'random' only.")
        readable(self.attribute)


NUMBER_ORDER = Order()


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Records of one project that meet all conditions. `task_id` is the task that conditions on answers speak of.

    >>> RecordFilter(conditions=(Compare("contains", ("refund",)),)).needs_task
    False
    """

    task_id: int | None = None
    conditions: tuple[Condition, ...] = ()
    order: Order = NUMBER_ORDER

    def __post_init__(self) -> None:
        if self.task_id is not None and not 0 < self.task_id <= LARGEST:
            raise InvalidInput(f"{self.task_id} is no id of a task.")
        if len(self.conditions) > MAX_CONDITIONS:
            raise InvalidInput(f"A filter has at most {MAX_CONDITIONS} conditions, not {len(self.conditions)}.")
        if self.needs_task and self.task_id is None:
            raise InvalidInput("Conditions and orders on answers and predictions need a task.", "Choose a task.")

    @property
    def needs_task(self) -> bool:
        """Return whether a condition or the order speaks of a task's answers or predictions."""
        simple = [one.condition if isinstance(one, Not) else one for one in self.conditions]
        by_task = self.order.by in ("truth", "confidence", "margin", "answered", "drawn by")
        return by_task or any(not isinstance(one, _OF_ANY_TASK) for one in simple)

    def also(self, *conditions: Condition) -> RecordFilter:
        """Return the filter with more conditions; those that are there already are not added again."""
        fresh = tuple(one for one in conditions if one not in self.conditions)
        return replace(self, conditions=self.conditions + fresh)

    def without(self, condition: Condition) -> RecordFilter:
        """Return the filter without a condition."""
        return replace(self, conditions=tuple(one for one in self.conditions if one != condition))

    def ordered(self, order: Order) -> RecordFilter:
        """Return the filter in another order."""
        return replace(self, order=order)
