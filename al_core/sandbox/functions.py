"""Child side: applies a labeling function to every record, keeps what it votes and where it failed."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np

from al_core.contract import Text, progress
from al_core.sandbox.function_frames import (
    MOST_FAILURES_TOLD,
    WHOLE,
    FunctionJob,
    FunctionVotes,
    RecordFailure,
)
from al_core.sandbox.learner import ContractBroken, load_module
from al_core.sandbox.tracebacks import heuristic_line, one_line

MOST_SPANS = 1000  # votes on one record


class Attributes(dict[str, Any]):
    """The attributes of a record; one that does not exist says which there are."""

    def __missing__(self, name: str) -> NoReturn:
        """Raise KeyError with the choices."""
        raise KeyError(f"the records have no attribute {name!r}; they have {', '.join(self)}")


@dataclass(slots=True)
class _Collected:
    """Votes and failures as they come."""

    place: list[int] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)
    failures: list[RecordFailure] = field(default_factory=list)

    def add(self, place: int, votes: list[tuple[int, int, int, float]]) -> None:
        for label, start, end, confidence in votes:
            self.place.append(place)
            self.label.append(label)
            self.start.append(start)
            self.end.append(end)
            self.confidence.append(confidence)
        self.failed.append(False)

    def fail(self, place: int, error: Exception) -> None:
        self.failed.append(True)
        if len(self.failures) < MOST_FAILURES_TOLD:
            self.failures.append(RecordFailure(place, heuristic_line(error), one_line(error)))

    def votes(self) -> FunctionVotes:
        return FunctionVotes(
            place=np.array(self.place, dtype=np.int64),
            label=np.array(self.label, dtype=np.int32),
            start=np.array(self.start, dtype=np.int32),
            end=np.array(self.end, dtype=np.int32),
            confidence=np.array(self.confidence, dtype=np.float32),
            failed=np.array(self.failed, dtype=np.bool_),
            failures=tuple(self.failures),
        )


def offer_word_lists(word_lists: Mapping[str, tuple[str, ...]]) -> None:
    """Return nothing; makes `from knowledge import NAME` work for the named lists."""
    module = types.ModuleType("knowledge", "The word lists of the project.")
    vars(module).update({name: list(words) for name, words in word_lists.items()})

    def missing(name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)  # what Python itself asks modules about
        choices = ", ".join(word_lists) or "none yet"
        raise ImportError(f"There is no word list {name!r}. The project has: {choices}.")

    vars(module)["__getattr__"] = missing
    sys.modules["knowledge"] = module


def apply(job: FunctionJob) -> FunctionVotes:
    """Return what the job's function says of its records; raises what its code raises outside of records."""
    function = vars(load_module(job.source)).get(job.function)
    if not callable(function):
        raise ContractBroken(f"The code does not define the function {job.function!r} when it runs.")
    collected = _Collected()
    every = max(1, job.n_records // 50)
    for place, record in enumerate(_records(job)):
        try:
            collected.add(place, _votes(job, function, record))
        except MemoryError:
            raise  # the next record would fail too
        except Exception as error:
            collected.fail(place, error)
        if place % every == 0:
            progress(place / job.n_records)
    return collected.votes()


def _records(job: FunctionJob) -> Iterator[Attributes]:
    for line in job.records.splitlines():
        values = json.loads(line)
        texts = {name: Text(values[name]) for name in job.text_attributes if isinstance(values.get(name), str)}
        yield Attributes(values | texts)


def _votes(
    job: FunctionJob, function: Callable[[Attributes], Any], record: Attributes
) -> list[tuple[int, int, int, float]]:
    returned = function(record)
    if returned is None:
        return []
    is_many = isinstance(returned, list | set | frozenset | types.GeneratorType)
    given = list(returned) if is_many else [returned]
    if len(given) > MOST_SPANS:
        raise ContractBroken(f"{len(given)} labels for one record; at most {MOST_SPANS} are kept.")
    if job.attribute:
        return _spans(job, record, given)
    found: dict[int, float] = {}
    for one in given:
        if one is None:
            continue
        name, confidence = one if isinstance(one, tuple) and len(one) == 2 else (one, 1.0)
        found[_label(job, name)] = _confidence(confidence)
    if len(found) > 1 and not job.several:
        raise ContractBroken(f"It returned {len(found)} labels; a record of this task has one.")
    return [(label, WHOLE, WHOLE, confidence) for label, confidence in found.items()]


def _spans(job: FunctionJob, record: Attributes, given: list[Any]) -> list[tuple[int, int, int, float]]:
    text = record.get(job.attribute)
    tokens = text.tokens if isinstance(text, Text) else ()
    found = []
    for one in given:
        if not isinstance(one, tuple) or len(one) not in (3, 4):
            raise ContractBroken(f"A span is (label, start, end) in tokens, not {one!r:.80}.")
        start, end = int(one[1]), int(one[2])
        if not 0 <= start < end <= len(tokens):
            raise ContractBroken(f"The span {start} to {end} does not lie within the {len(tokens)} tokens of the text.")
        confidence = _confidence(one[3]) if len(one) == 4 else 1.0
        found.append((_label(job, one[0]), tokens[start].start, tokens[end - 1].end, confidence))
    return found


def _label(job: FunctionJob, name: object) -> int:
    if isinstance(name, str) and str(name) in job.labels:
        return job.labels.index(str(name))
    near = get_close_matches(str(name), job.labels, n=1)
    advice = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(job.labels)[:200]}."
    raise ContractBroken(f"It returned {name!r:.80}, which is not a label of the task. {advice}")


def _confidence(value: object) -> float:
    try:
        confidence = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise ContractBroken(f"A confidence is a number from 0 to 1, not {value!r:.80}.") from error
    if not 0 <= confidence <= 1:
        raise ContractBroken(f"A confidence lies between 0 and 1; this one is {confidence:g}.")
    return confidence
