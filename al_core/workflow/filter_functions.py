"""A labeling function out of a filter of records: what a person found by searching becomes a rule."""

from __future__ import annotations

from collections.abc import Sequence

from al_core.errors import InvalidInput
from al_core.filters import Compare, Not, RecordFilter
from al_core.filters.conditions import Condition
from al_core.types import Task

MOST_NAMED = 5


def function_from_filter(wanted: RecordFilter, task: Task, label: str, texts: Sequence[str] = ()) -> str:
    """Return the source of a labeling function that gives `label` to the records that a filter's texts find.

    "Any text" of a filter is one of `texts`, the names of the project's texts, else the task's own. Conditions on
    texts and attributes are translated, with upper and lower case alike as in the filter. Raises InvalidInput where
    the filter has none of these, or one that code cannot know, such as an answer.

    >>> from al_core.types import Attribute
    >>> task = Task(1, 1, "topic", "single_label", Attribute(1, "text", True), ())
    >>> print(function_from_filter(RecordFilter(conditions=(Compare("contains", ("Refund",)),)), task, "billing"))
    def lf(record):
        if "refund" in record["text"].lower():
            return "billing"
    <BLANKLINE>
    """
    unknown = [one for one in wanted.conditions if not _can_be_code(one)]
    if unknown:
        names = ", ".join(sorted({type(one).__name__ for one in unknown})[:MOST_NAMED])
        raise InvalidInput(
            f"A function sees texts and attributes; the filter also asks for {names}.", "Take these conditions away."
        )
    if not wanted.conditions:
        raise InvalidInput("The filter has no condition on a text or attribute.", "Add one, such as a word.")
    tests = [_code(one, texts or (task.attribute.name,)) for one in wanted.conditions]
    joined = tests[0] if len(tests) == 1 else " and ".join(f"({test})" for test in tests)
    modules = [name for name, used in (("math", "math.inf"), ("re", "re.search(")) if used in joined]
    imports = "".join(f"import {name}\n" for name in modules) + ("\n\n" if modules else "")
    compared = _NUMBER if "_number(" in joined else ""
    return f"{imports}{compared}def lf(record):\n    if {joined}:\n        return {_quoted(label)}\n"


_NUMBER = """\
def _number(value, low, high):
    try:
        return low <= float(value) <= high
    except (TypeError, ValueError):
        return False


"""


def _can_be_code(condition: Condition) -> bool:
    inner = condition.condition if isinstance(condition, Not) else condition
    return isinstance(inner, Compare) and inner.subject != "record id"


def _code(condition: Condition, texts: Sequence[str]) -> str:
    if isinstance(condition, Not):
        return f"not ({_code(condition.condition, texts)})"
    assert isinstance(condition, Compare)
    names = [condition.attribute] if condition.subject == "attribute" else texts
    read = [f"record[{_quoted(name)}]" for name in names]
    if len(read) > 1:
        return f"any({_test(condition, 'text', 'text')} for text in ({', '.join(read)}))"
    return _test(condition, read[0] if names[0] in texts else f'str({read[0]} or "")', read[0])


def _test(condition: Compare, value: str, given: str) -> str:
    """Return the test of an expression that is a text, `value`, of what the record has, `given`."""
    first = condition.values[0]
    if condition.how == "regex":
        return f"re.search({first!r}, {value})"
    if condition.how == "contains":
        return f"{_quoted(first.lower())} in {value}.lower()"
    if condition.how in ("equals", "in"):
        shown = [one.lower() for one in condition.values]
        return f"{value}.lower() == {_quoted(shown[0])}" if len(shown) == 1 else f"{value}.lower() in {tuple(shown)!r}"
    return _between(condition, value, given)


def _between(condition: Compare, value: str, given: str) -> str:
    low, high = condition.values
    if all(not one or _is_number(one) for one in (low, high)):
        return f"_number({given}, {_ends(low, high)})"
    parts = [f"{low!r} <= {value}" if low else "", f"{value} <= {high!r}" if high else ""]
    return " and ".join(part for part in parts if part)


def _ends(low: str, high: str) -> str:
    return ", ".join([low or "-math.inf", high or "math.inf"])


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _quoted(text: str) -> str:
    is_plain = text.isprintable() and not set(text) & {'"', "\\"}
    return f'"{text}"' if is_plain else repr(text)
