"""Why a record came, in a few words: the words before the first colon name the queue."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.store.draws import DrawnRecord
from al_core.store.history import GivenAnswer
from al_core.types import RANDOM, Task
from al_core.workflow.drawing import OVERLAP

CORRECTION = "Correction"  # the queue of a record that a person has called back to correct it

_BY_WHAT_CHOSE_IT = {
    RANDOM: "drawn at random, part of the audit sample. Suggestions are hidden here.",
    "typicality": "typical of a kind of text that nobody has labelled yet.",
    OVERLAP: "somebody has answered it, and this task asks more than one person.",
    "search": "found on the Records page, and saved as a slice.",
    "disagreement": "heuristics are sure of different labels here.",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What the newest run says about a record, or about the span from `start` to `end` of its text."""

    label_id: int
    confidence: float
    run_id: int
    start: int | None = None
    end: int | None = None


def why(task: Task, drawn: DrawnRecord, guesses: tuple[Guess, ...], given: GivenAnswer | None) -> str:
    """Return why a record came to a person; `given` is the answer that is looked at again, if any."""
    if drawn.strategy == CORRECTION:
        return f"{CORRECTION}: you answered {_in_words(task, given)}. Another answer replaces it."
    if drawn.drawn_by in ("review", "flagged"):
        reason = "set aside for a second look. " if drawn.drawn_by == "flagged" else ""
        answered = f"{given.person} answered {_in_words(task, given)}." if given else ""
        return f"{drawn.strategy}: {reason}{answered}".strip()
    if drawn.drawn_by in ("margin", "diverse_margin") and len(guesses) == 2:
        first, second = (task.label_name(guess.label_id) for guess in guesses)
        sure, less = (f"{guess.confidence:.2f}" for guess in guesses)
        return f"{drawn.strategy}: the model is torn between {first} and {second}, {sure} against {less}."
    unsure = f"the model is unsure here. Drawn by {drawn.drawn_by.replace('_', ' ')}."
    return f"{drawn.strategy}: {_BY_WHAT_CHOSE_IT.get(drawn.drawn_by, unsure)}"


def _in_words(task: Task, given: GivenAnswer | None) -> str:
    """Return an answer as people say it.

    >>> from al_core.types import Attribute
    >>> _in_words(Task(1, 1, "topic", "extraction", Attribute(1, "text", True), ()), None)
    'nothing'
    """
    if given is None:
        return "nothing"
    if given.verdict == "ignore":
        return "ignore"
    if task.kind == "extraction":
        n = len(given.labels)
        return "nothing here" if n == 0 else f"{n} span" + ("s" if n > 1 else "")
    names = {label.label_id: label.name for label in task.labels}
    return ", ".join(names.get(one.label_id, "a removed label") for one in given.labels) or "none of them"
