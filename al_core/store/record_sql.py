"""A filter as SQL: every value is a parameter, every list of records a table; nothing typed becomes part of the text.

Each condition looks at the records from $lo to $hi only, so that the first page of a large project can be found in
its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.errors import unknown_name
from al_core.filters import (
    AnsweredBy,
    Blind,
    Commented,
    Compare,
    Condition,
    DrawnBy,
    Flagged,
    Not,
    Numbers,
    Order,
    RecordFilter,
    Simple,
    StateIs,
    TruthIs,
)
from al_core.types import Attribute

Rows = NDArray[np.int64]

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keys:
    """What records [n] are sorted by, where predictions say it: `value` [n]; a record without one comes last."""

    record_no: Rows
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A filter with all that must be known to ask the database.

    `sets` has the records of each condition that is not answered by SQL alone: predictions, votes, slices.
    `is_numeric`: the attribute that records are sorted by has numbers only.
    """

    project_id: int
    attributes: tuple[Attribute, ...]
    wanted: RecordFilter
    sets: Mapping[Simple, Rows] = field(default_factory=dict)
    keys: Keys | None = None
    is_numeric: bool = False


class Statement:
    """The parameters and tables of one SQL text while it is put together."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.parameters: dict[str, Any] = {"project": question.project_id, "task": question.wanted.task_id}
        self.tables: dict[str, pa.Table] = {}

    def bind(self, value: Any) -> str:  # noqa: ANN401
        """Return the name that a value goes by in the SQL."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def attach(self, **columns: NDArray[Any]) -> str:
        """Return the name that a table of arrays goes by in the SQL."""
        name = f"rows_{len(self.tables)}"
        self.tables[name] = pa.table({column: pa.array(values) for column, values in columns.items()})
        return name

    def conditions(self) -> str:
        """Return the conditions of the filter on the records `r`, each after an AND."""
        return "".join(f" AND {self._condition(one)}" for one in self.question.wanted.conditions)

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Not):
            return f"NOT {self._condition(condition.condition)}"
        if condition in self.question.sets:
            return f"r.record_no IN (FROM {self.attach(record_no=self.question.sets[condition])})"
        if isinstance(condition, Compare):
            return self._compare(condition)
        if isinstance(condition, Numbers):
            return f"r.record_no IN (FROM {self.attach(record_no=np.array(condition.record_nos, dtype=np.int64))})"
        return f"r.record_no IN ({_OF_TASK[type(condition)](self, condition)})"

    # --- texts and attributes

    def _compare(self, condition: Compare) -> str:
        if condition.subject == "record id":
            return f"({self._test(condition, 'r.external_id')})"
        source = self.values(self._attributes(condition))
        return f"r.record_no IN (SELECT record_no FROM ({source}) WHERE {self._test(condition, 'value')})"

    def _attributes(self, condition: Compare) -> tuple[Attribute, ...]:
        if condition.subject == "any text":
            return tuple(one for one in self.question.attributes if one.is_text)
        return (self.attribute(condition.attribute),)

    def attribute(self, name: str) -> Attribute:
        """Return the attribute called `name`; raises NotFound with the choices."""
        for one in self.question.attributes:
            if one.name == name:
                return one
        raise unknown_name("attribute", name, [one.name for one in self.question.attributes])

    def values(self, attributes: tuple[Attribute, ...]) -> str:
        """Return SQL for (record_no, value) of attributes that are all text, or one that is not."""
        ids = self.bind([one.attribute_id for one in attributes])
        within = f"attribute_id IN (SELECT unnest({ids}::BIGINT[])) AND record_no BETWEEN $lo AND $hi"
        if all(one.is_text for one in attributes):
            return f"SELECT record_no, text AS value FROM current_text WHERE {within}"
        return f"SELECT record_no, as_text AS value FROM scalar_value WHERE {within}"

    def _test(self, condition: Compare, value: str) -> str:
        given = condition.values
        if condition.how == "regex":
            return f"regexp_matches({value}, {self.bind(given[0])})"
        if condition.how == "contains":
            return f"contains(lower({value}), lower({self.bind(given[0])}))"
        if condition.how == "between":
            return self._between(value, given[0], given[1])
        return f"lower({value}) IN (SELECT lower(unnest({self.bind(list(given))}::VARCHAR[])))"

    def _between(self, value: str, low: str, high: str) -> str:
        bounds = [one for one in (low, high) if one]
        if all(_NUMBER.fullmatch(one) for one in bounds):
            value, kind = f"TRY_CAST({value} AS DOUBLE)", "DOUBLE"
        else:
            kind = "VARCHAR"
        tests = [(">=", low), ("<=", high)]
        return " AND ".join(f"{value} {sign} {self.bind(one)}::{kind}" for sign, one in tests if one)

    # --- order

    def key(self) -> str:
        """Return SQL for (record_no, key) that records are sorted by."""
        order = self.question.wanted.order
        if self.question.keys is not None:
            table = self.attach(record_no=self.question.keys.record_no, key=self.question.keys.value)
            return f"SELECT record_no, any_value(key) AS key FROM {table} GROUP BY record_no"
        if order.by == "attribute":
            return self._attribute_key(order)
        if order.by == "random":
            seed = self.bind(order.seed)
            mixed = f"hash(xor(record_no::UBIGINT, hash({seed}::BIGINT)))"
            return f"SELECT record_no, {mixed} AS key FROM record WHERE {_WITHIN}"
        if order.by == "record id":
            return f"SELECT record_no, external_id AS key FROM record WHERE {_WITHIN}"
        if order.by == "length":
            texts = tuple(one for one in self.question.attributes if one.is_text)
            return f"SELECT record_no, sum(length(value))::BIGINT AS key FROM ({self.values(texts)}) GROUP BY record_no"
        return _KEYS[order.by]

    def _attribute_key(self, order: Order) -> str:
        source = self.values((self.attribute(order.attribute),))
        if not self.question.is_numeric:
            return f"SELECT record_no, value AS key FROM ({source})"
        # nan has no place among numbers
        number = "CASE WHEN isnan(value::DOUBLE) THEN NULL ELSE value::DOUBLE END"
        return f"SELECT record_no, {number} AS key FROM ({source})"


_WITHIN = "project_id = $project AND record_no BETWEEN $lo AND $hi"
_PRESENT = (
    "SELECT c.record_no FROM current_answer c JOIN answer a USING (answer_id)"
    " WHERE c.task_id = $task AND c.record_no BETWEEN $lo AND $hi AND a.verdict <> 'retract' AND"
)
_TRUTH = "SELECT record_no FROM truth WHERE task_id = $task AND record_no BETWEEN $lo AND $hi AND"
_LABELLED = "SELECT record_no FROM truth_label WHERE task_id = $task AND record_no BETWEEN $lo AND $hi"
_STATES: dict[str, str] = {
    "labelled": f"{_TRUTH} state <> 'conflict'",
    "conflict": f"{_TRUTH} state = 'conflict'",
    "audit": f"{_TRUTH} state <> 'conflict' AND audit",
    "ignored": f"{_PRESENT} a.verdict = 'ignore'",
    "rejected": f"{_PRESENT} a.verdict = 'reject'",
    "unlabelled": f"SELECT record_no FROM record WHERE {_WITHIN} AND record_no NOT IN ({_TRUTH} state <> 'conflict')",
}


def _truth_is(statement: Statement, condition: TruthIs) -> str:
    named = f"{_LABELLED} AND label_id IN (SELECT unnest({statement.bind(list(condition.label_ids))}::INTEGER[]))"
    if 0 not in condition.label_ids:
        return named
    return f"{named} UNION ALL {_TRUTH} state <> 'conflict' AND record_no NOT IN ({_LABELLED})"


_OF_TASK: dict[type, Callable[[Statement, Any], str]] = {
    StateIs: lambda _, one: _STATES[one.state],
    TruthIs: _truth_is,
    AnsweredBy: lambda to, one: f"{_PRESENT} c.person_id IN (SELECT unnest({to.bind(list(one.person_ids))}::BIGINT[]))",
    DrawnBy: lambda to, one: f"{_PRESENT} a.drawn_by IN (SELECT unnest({to.bind(list(one.names))}::VARCHAR[]))",
    Blind: lambda _, __: f"{_PRESENT} a.blind",
    Flagged: lambda _, __: "SELECT record_no FROM flagged WHERE task_id = $task",
    Commented: lambda _, __: "SELECT record_no FROM comment WHERE project_id = $project",
}

_KEYS: dict[str, str] = {
    "truth": (
        "SELECT t.record_no, first(l.name ORDER BY t.ordinal) AS key FROM truth_label t JOIN label l USING (label_id)"
        " WHERE t.task_id = $task GROUP BY t.record_no"
    ),
    "answered": (
        "SELECT c.record_no, max(a.event_no) AS key FROM current_answer c JOIN answer a USING (answer_id)"
        " WHERE c.task_id = $task AND a.verdict <> 'retract' GROUP BY c.record_no"
    ),
    "drawn by": (
        "SELECT c.record_no, arg_min(a.drawn_by, a.event_no) AS key FROM current_answer c"
        " JOIN answer a USING (answer_id) WHERE c.task_id = $task AND a.verdict <> 'retract' GROUP BY c.record_no"
    ),
}
