"""Pinned examples of a heuristic: records that must get a label or must get none, checked on every run."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.store.versions import ABSTAIN, PinnedExample, Said
from al_core.types import Heuristic, Person, Record, Run, Task
from al_core.workflow.thresholds import min_confidence

MOST = 100  # of one heuristic: they are read by people

__all__ = ["ABSTAIN", "PinnedOutcome", "check_pinned", "pin", "records_to_pin", "unpin"]


@dataclass(frozen=True, slots=True)
class PinnedOutcome:
    """A pinned example beside what a run says: `wanted` and `said` in words, `passes` None where nothing ran."""

    record_no: int
    text: str
    label_id: int
    wanted: str
    said: str
    passes: bool | None


def pin(store: Store, heuristic: Heuristic, record_no: int, label_id: int, person: Person) -> None:
    """Ask of a heuristic that a record gets a label, or none (ABSTAIN); raises InvalidInput past so many."""
    present = store.pinned.of(heuristic.heuristic_id)
    if len(present) >= MOST and record_no not in {one.record_no for one in present}:
        raise InvalidInput(f"{MOST} examples are pinned already.", "Take one away first.")
    store.pinned.pin(heuristic.heuristic_id, PinnedExample(record_no, label_id), person.person_id)


def unpin(store: Store, heuristic: Heuristic, record_no: int) -> None:
    """Ask nothing of a record any more."""
    store.pinned.unpin(heuristic.heuristic_id, record_no)


def records_to_pin(store: Store, task: Task, words: str) -> tuple[Record, ...]:
    """Return the first few records that have an id or words in their text, none for no words."""
    if not words.strip():
        return ()
    attribute_id = task.attribute.attribute_id
    numbers = store.pinned.records_with(task.project_id, attribute_id, words.strip())
    found = store.records.get(task.project_id, attribute_id, numbers)
    return tuple(found[number] for number in numbers if number in found)


def check_pinned(store: Store, task: Task, heuristic: Heuristic, run: Run | None) -> tuple[PinnedOutcome, ...]:
    """Return every pinned example with what a run says of it at the thresholds in force, the failing ones first.

    A record whose label the run knew is judged by its out-of-fold prediction.
    """
    examples = store.pinned.of(heuristic.heuristic_id)
    numbers = [one.record_no for one in examples]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    said = store.pinned.said(run.run_id, numbers) if run else {}
    names = {label.label_id: label.name for label in task.labels}
    found = min_confidence(store, heuristic.heuristic_id, list(names))
    cuts = found if isinstance(found, dict) else dict.fromkeys(names, found)
    outcomes = [
        _outcome(one, records[one.record_no].text, said.get(one.record_no, ()) if run else None, names, cuts)
        for one in examples
        if one.record_no in records
    ]
    return tuple(sorted(outcomes, key=lambda outcome: outcome.passes is not False))


def _outcome(
    example: PinnedExample, text: str, said: tuple[Said, ...] | None, names: dict[int, str], cuts: dict[int, float]
) -> PinnedOutcome:
    # what is shown as kept is what counts: six decimals, as thresholds are compared everywhere
    kept = [one for one in said or () if round(one.confidence, 6) >= cuts.get(one.label_id, 2.0)]
    wanted = "must abstain" if example.label_id == ABSTAIN else names.get(example.label_id, "a deleted label")
    passes = not kept if example.label_id == ABSTAIN else example.label_id in {one.label_id for one in kept}
    if said is None:
        words = "not run"
    else:
        words = ", ".join(f"{names[one.label_id]} {one.confidence:.2f}" for one in kept[:3]) or _abstained(said, names)
    return PinnedOutcome(example.record_no, text, example.label_id, wanted, words, None if said is None else passes)


def _abstained(said: tuple[Said, ...], names: dict[int, str]) -> str:
    below = [one for one in said if one.label_id in names]
    return f"abstained, {names[below[0].label_id]} {below[0].confidence:.2f} is below" if below else "abstained"
