"""Finding records: a page after a page by key, how many there are, and all their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np

from al_core.errors import InvalidInput
from al_core.filters import Compare, Not
from al_core.store.database import Columns, Database
from al_core.store.record_sql import Keys, Question, Rows, Statement

__all__ = ["Cursor", "Keys", "Question", "RecordPage", "RecordSearch"]

PAGE_SIZE = 50
LIMIT_SECONDS = 10.0
FIRST_WINDOW = 20_000  # record numbers looked at before all others when the order is that of the numbers


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the key of its last record, None where that has none, and its number."""

    key: Any
    record_no: int


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Record numbers in order; `after` is where the next page begins, None where this is the last."""

    record_nos: tuple[int, ...]
    after: Cursor | None


class RecordSearch:
    """Reads which records of a project meet a filter; deleted ones never do."""

    def __init__(self, database: Database, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._database = database
        self.limit_seconds = limit_seconds

    def page(self, question: Question, after: Cursor | None = None, size: int = PAGE_SIZE) -> RecordPage:
        """Return the first `size` records of a filter, or those that follow a cursor.

        Raises InvalidInput for a pattern that is none and for a search that takes too long, NotFound for an
        attribute that is not there.
        """
        self.check_patterns(question)
        if question.wanted.order.by == "number":
            return self._by_number(question, after, size)
        found = self._keyed(question, after, size + 1)
        numbers, keys = found["record_no"].tolist(), found["key"]
        if len(numbers) <= size:
            return RecordPage(tuple(numbers), None)
        return RecordPage(tuple(numbers[:size]), Cursor(_plain_key(keys[size - 1]), numbers[size - 1]))

    def count(self, question: Question) -> int:
        """Return how many records meet a filter; raises as `page` does."""
        self.check_patterns(question)
        statement = Statement(question)
        sql = f"SELECT count(*) AS n FROM record r WHERE {_OF_PROJECT}{statement.conditions()}"
        return int(self._ask(statement, sql, *self._whole(question))["n"][0])

    def numbers(self, question: Question) -> Rows:
        """Return the numbers [n] of all records of a filter, in its order; raises as `page` does."""
        self.check_patterns(question)
        if question.wanted.order.by != "number":
            return self._keyed(question, None, None)["record_no"].astype(np.int64)
        statement = Statement(question)
        direction = "DESC" if question.wanted.order.descending else "ASC"
        sql = (
            f"SELECT r.record_no FROM record r WHERE {_OF_PROJECT}{statement.conditions()}"
            f" ORDER BY r.record_no {direction}"
        )
        return self._ask(statement, sql, *self._whole(question))["record_no"].astype(np.int64)

    def check_patterns(self, question: Question) -> None:
        """Raise InvalidInput for a regular expression that is none, with what is wrong with it."""
        for condition in question.wanted.conditions:
            simple = condition.condition if isinstance(condition, Not) else condition
            if isinstance(simple, Compare) and simple.how == "regex":
                try:
                    self._database.value("SELECT regexp_matches('', $pattern)", {"pattern": simple.values[0]})
                except duckdb.Error as error:
                    reason = str(error).splitlines()[0].partition(": ")[2] or str(error)
                    raise InvalidInput(
                        f"{simple.values[0]!r} is no regular expression that can be searched with: {reason}.",
                        "Backreferences and looking around are not known here, all else of the usual syntax is.",
                    ) from error

    def _by_number(self, question: Question, after: Cursor | None, size: int) -> RecordPage:
        """Return a page in the order of the numbers: looked for nearby first, then in all that is left."""
        found: list[int] = []
        descending = question.wanted.order.descending
        for low, high in self._windows(question, after):
            statement = Statement(question)
            sql = (
                f"SELECT r.record_no FROM record r WHERE {_OF_PROJECT}{statement.conditions()}"
                f" ORDER BY r.record_no {'DESC' if descending else 'ASC'} LIMIT {size + 1 - len(found)}"
            )
            found += self._ask(statement, sql, low, high)["record_no"].tolist()
            if len(found) > size:
                return RecordPage(tuple(found[:size]), Cursor(None, found[size - 1]))
        return RecordPage(tuple(found), None)

    def _windows(self, question: Question, after: Cursor | None) -> Iterator[tuple[int, int]]:
        low, high = self._whole(question)
        if question.wanted.order.descending:
            high = high if after is None else after.record_no - 1
            yield max(low, high - FIRST_WINDOW + 1), high
            if high - FIRST_WINDOW >= low:
                yield low, high - FIRST_WINDOW
            return
        low = low if after is None else after.record_no + 1
        yield low, min(high, low + FIRST_WINDOW - 1)
        if low + FIRST_WINDOW <= high:
            yield low + FIRST_WINDOW, high

    def _keyed(self, question: Question, after: Cursor | None, limit: int | None) -> Columns:
        statement = Statement(self._with_kind_of_key(question))
        conditions, key = statement.conditions(), statement.key()
        descending = question.wanted.order.descending
        following = _following(statement, after, descending) if after else ""
        sql = (
            f"SELECT r.record_no, k.key FROM record r LEFT JOIN ({key}) k USING (record_no)"
            f" WHERE {_OF_PROJECT}{conditions}{following}"
            f" ORDER BY k.key {'DESC' if descending else 'ASC'} NULLS LAST, r.record_no"
            f"{'' if limit is None else f' LIMIT {int(limit)}'}"
        )
        return self._ask(statement, sql, *self._whole(question))

    def _with_kind_of_key(self, question: Question) -> Question:
        """Return the question, saying whether the attribute that records are sorted by has nothing but numbers."""
        order = question.wanted.order
        if order.by != "attribute":
            return question
        statement = Statement(question)
        source = statement.values((statement.attribute(order.attribute),))
        sql = f"SELECT coalesce(bool_and(TRY_CAST(value AS DOUBLE) IS NOT NULL), false) AS n FROM ({source})"
        return replace(question, is_numeric=bool(self._ask(statement, sql, *self._whole(question))["n"][0]))

    def _whole(self, question: Question) -> tuple[int, int]:
        last = self._database.value("SELECT max(record_no) FROM record WHERE project_id = ?", [question.project_id])
        return 0, -1 if last is None else int(last)

    def _ask(self, statement: Statement, sql: str, low: int, high: int) -> Columns:
        used = {name: value for name, value in statement.parameters.items() if f"${name}" in sql}
        return self._database.columns_within(self.limit_seconds, sql, {**used, "lo": low, "hi": high}, statement.tables)


_OF_PROJECT = "r.project_id = $project AND r.deleted_ts IS NULL AND r.record_no BETWEEN $lo AND $hi"


def _following(statement: Statement, after: Cursor, descending: bool) -> str:
    number = statement.bind(after.record_no)
    if after.key is None:
        return f" AND k.key IS NULL AND r.record_no > {number}"
    key = statement.bind(after.key)
    sign = "<" if descending else ">"
    return f" AND (k.key {sign} {key} OR k.key = {key} AND r.record_no > {number} OR k.key IS NULL)"


def _plain_key(key: Any) -> Any:  # noqa: ANN401
    if isinstance(key, float | np.floating) and np.isnan(key):
        return None
    return key.item() if isinstance(key, np.generic) else key
