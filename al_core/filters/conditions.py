"""What a record can be asked: frozen conditions, checked when they are made.

Labels, heuristics, people and slices go by id, attributes by name. Whether these exist is for the reader to say:
a filter may outlive what it names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from al_core.errors import InvalidInput

Comparison = Literal["contains", "equals", "in", "between", "regex"]
Subject = Literal["attribute", "any text", "record id"]
State = Literal["labelled", "unlabelled", "conflict", "ignored", "rejected", "audit"]
Among = Literal["any", "judged", "headline", "pool"]
VoteKind = Literal["voted", "overlap", "conflict", "alone"]

MAX_VALUES = 1000  # values of one `in`
MAX_PATTERN = 1000  # characters of a regular expression
MAX_NUMBERS = 20_000  # record numbers of one condition; more of them belong into a frozen slice
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Compare:
    """An attribute, any text, or the record's id against values; upper and lower case are the same but for `regex`.

    `between` takes two values, both included, "" where one side is open; they are compared as numbers where both
    read as numbers. `regex` is found anywhere in the value.
    """

    how: Comparison
    values: tuple[str, ...]
    subject: Subject = "any text"
    attribute: str = ""

    def __post_init__(self) -> None:
        _one_of("comparison", self.how, Comparison)
        _one_of("subject", self.subject, Subject)
        if (self.subject == "attribute") != bool(self.attribute):
            raise InvalidInput("An attribute's name goes with the subject 'attribute', and only there.")
        wanted = {"between": 2}.get(self.how, 1)
        if self.how != "in" and len(self.values) != wanted:
            raise InvalidInput(f"{self.how!r} takes {wanted} value(s), not {len(self.values)}.")
        if self.how == "in" and not 1 <= len(self.values) <= MAX_VALUES:
            raise InvalidInput(f"'in' takes 1 to {MAX_VALUES} values, not {len(self.values)}.")
        if self.how == "contains" and not self.values[0]:
            raise InvalidInput("Every text contains the empty text.", "Write what the text should contain.")
        if self.how == "between" and not any(self.values):
            raise InvalidInput("'between' needs at least one bound.", "Write the lowest or the highest value.")
        if self.how == "regex" and not 0 < len(self.values[0]) <= MAX_PATTERN:
            raise InvalidInput(f"A regular expression has 1 to {MAX_PATTERN} characters, not {len(self.values[0])}.")
        readable(self.attribute, *self.values)


@dataclass(frozen=True, slots=True)
class TruthIs:
    """The truth has one of these labels; label id 0 stands for "nothing here", a truth without a label."""

    label_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        _some_ids("label", self.label_ids, lowest=0)


@dataclass(frozen=True, slots=True)
class StateIs:
    """How a record stands in the task; `audit`: its truth belongs to the audit sample."""

    state: State

    def __post_init__(self) -> None:
        _one_of("state", self.state, State)


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """One of these people has a current answer, not retracted."""

    person_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        _some_ids("person", self.person_ids)


@dataclass(frozen=True, slots=True)
class HeuristicSays:
    """What the newest finished run of one heuristic says of the record.

    `label_ids`: one of these first, empty for any label. `kept` and `right` where they are not None. Right and
    wrong compare with the present truth; `among` says of which records: `judged` have a truth and an honest
    prediction, `headline` are those of them that the precision on Tune rests on, `pool` had no truth at the run.
    `threshold` stands in the place of the thresholds in force. Bounds are included; margin is first minus second.
    """

    heuristic_id: int
    label_ids: tuple[int, ...] = ()
    kept: bool | None = None
    right: bool | None = None
    among: Among = "any"
    threshold: float | None = None
    low: float = 0.0
    high: float = 1.0
    low_margin: float = 0.0
    high_margin: float = 1.0

    def __post_init__(self) -> None:
        _some_ids("heuristic", (self.heuristic_id,))
        if self.label_ids:
            _some_ids("label", self.label_ids)
        _one_of("group of records", self.among, Among)
        if self.right is not None and self.among == "pool":
            raise InvalidInput("Right and wrong need a truth, the records of the pool had none.", "Use 'judged'.")
        _range("confidence", self.low, self.high)
        _range("margin", self.low_margin, self.high_margin)
        if self.threshold is not None and not 0 <= self.threshold <= 2:  # also refuses nan
            raise InvalidInput(f"The threshold {self.threshold} is no number from 0 to 1.")


@dataclass(frozen=True, slots=True)
class Abstained:
    """The newest finished run of a heuristic has no prediction for the record."""

    heuristic_id: int

    def __post_init__(self) -> None:
        _some_ids("heuristic", (self.heuristic_id,))


@dataclass(frozen=True, slots=True)
class Missed:
    """The record has a true label that no kept prediction of the heuristic gives it, as recall on Tune counts."""

    heuristic_id: int

    def __post_init__(self) -> None:
        _some_ids("heuristic", (self.heuristic_id,))


@dataclass(frozen=True, slots=True)
class Votes:
    """Kept predictions of the task's enabled heuristics: one at all, several (`overlap`), or different labels.

    `alone`: on a labelled record, one is right and no other one is; for learners by predictions that never saw it.
    With a `heuristic_id` other than 0, that heuristic is one of those who vote, and in a conflict one of the two sides.
    """

    kind: VoteKind
    heuristic_id: int = 0

    def __post_init__(self) -> None:
        _one_of("kind of votes", self.kind, VoteKind)
        _some_ids("heuristic", (self.heuristic_id,), lowest=0)


@dataclass(frozen=True, slots=True)
class Flagged:
    """Somebody flagged the record in the task."""


@dataclass(frozen=True, slots=True)
class Commented:
    """Somebody commented on the record."""


@dataclass(frozen=True, slots=True)
class DrawnBy:
    """A current answer came from a record drawn in one of these ways: `random`, `bulk`, a strategy's name, ..."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= MAX_VALUES or not all(self.names):
            raise InvalidInput("How a record was drawn needs at least one name.", "Choose one, such as random.")
        readable(*self.names)


@dataclass(frozen=True, slots=True)
class Blind:
    """A current answer was given while no prediction was on screen."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The record is one of these; a list that does not change."""

    record_nos: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.record_nos) > MAX_NUMBERS:
            raise InvalidInput(
                f"{len(self.record_nos):,} record numbers are too many for one list.",
                f"Save them as a frozen slice; a list has at most {MAX_NUMBERS:,}.",
            )
        if not all(0 <= number <= LARGEST for number in self.record_nos):
            raise InvalidInput("Record numbers are whole numbers from 0 on.")


@dataclass(frozen=True, slots=True)
class InSlice:
    """The record is in a saved slice, as that stands when it is read."""

    slice_id: int

    def __post_init__(self) -> None:
        _some_ids("slice", (self.slice_id,))


Simple = (
    Compare | TruthIs | StateIs | AnsweredBy | HeuristicSays | Abstained | Missed | Votes | Flagged | Commented
    | DrawnBy | Blind | Numbers | InSlice
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Not:
    """The record does not meet a condition; one that has no value there does not meet it either."""

    condition: Simple

    def __post_init__(self) -> None:
        if not isinstance(self.condition, get_args(Simple)):
            raise InvalidInput("Only a simple condition can be turned round.")


Condition = Simple | Not


def readable(*texts: str) -> None:
    """Return nothing; raises InvalidInput for a text that is no Unicode text: half of a character that takes two codes.

    >>> readable("any text")
    """
    if any("\ud800" <= char <= "\udfff" for text in texts for char in text):
        raise InvalidInput("The text holds half a character, which nothing can be compared with.", "Type it again.")


def _one_of(kind: str, value: str, choices: object) -> None:
    if value not in get_args(choices):
        raise InvalidInput(f"No {kind} {value!r}.", f"Use one of: {', '.join(get_args(choices))}.")


def _some_ids(kind: str, ids: tuple[int, ...], *, lowest: int = 1) -> None:
    if not 1 <= len(ids) <= MAX_VALUES:
        raise InvalidInput(f"A condition names 1 to {MAX_VALUES} ids of a {kind}, not {len(ids)}.")
    wrong = next((one for one in ids if not lowest <= one <= LARGEST), None)
    if wrong is not None:
        raise InvalidInput(f"{wrong} is no id of a {kind}.")


def _range(name: str, low: float, high: float) -> None:
    if math.isnan(low) or math.isnan(high) or not 0 <= low <= high <= 1:
        raise InvalidInput(f"The {name} cannot lie between {low} and {high}.", "Both are from 0 to 1, the lower first.")
