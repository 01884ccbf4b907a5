"""Which records, and in which order: one typed value for the address, slices, queues, exports and links.

>>> wanted = RecordFilter(task_id=3, conditions=(TruthIs((7,)), HeuristicSays(4, kept=True, right=False)))
>>> from_address(to_address(wanted)) == wanted
True
"""

from __future__ import annotations

from al_core.filters.address import from_address, to_address
from al_core.filters.conditions import (
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
    Simple,
    StateIs,
    TruthIs,
    Votes,
)
from al_core.filters.record_filter import NUMBER_ORDER, Order, OrderBy, RecordFilter

__all__ = [
    "NUMBER_ORDER",
    "Abstained",
    "AnsweredBy",
    "Blind",
    "Commented",
    "Compare",
    "Condition",
    "DrawnBy",
    "Flagged",
    "HeuristicSays",
    "InSlice",
    "Missed",
    "Not",
    "Numbers",
    "Order",
    "OrderBy",
    "RecordFilter",
    "Simple",
    "StateIs",
    "TruthIs",
    "Votes",
    "from_address",
    "to_address",
]
