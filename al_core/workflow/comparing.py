"""A waiting run beside the current one: what keeping it would change."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.evaluation.precision import Estimate
from al_core.store import Store
from al_core.store.comparing import Change, ChangedVote
from al_core.types import Heuristic, Run, Task
from al_core.workflow.evaluating import Evaluation, evaluate
from al_core.workflow.thresholds import in_code, min_confidence

EXAMPLES, LISTED = 6, 200  # of each kind of change: shown with their texts, and named
WITHIN_CHANCE = "within chance"


@dataclass(frozen=True, slots=True)
class VoteExample:
    """A record whose vote changes: its text, and each run's label and confidence in words, "" where it abstained."""

    change: Change
    record_no: int
    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same records and thresholds.

    `counts` is votes by kind of change on unlabelled records, `surest` the numbers of the first 200 of each kind.
    `new_threshold` is what keeping the run would put in force, as its code says; None where that changes nothing.
    """

    before: Evaluation
    after: Evaluation
    precision_change: str
    counts: dict[Change, int]
    examples: tuple[VoteExample, ...]
    surest: dict[Change, tuple[int, ...]]
    new_threshold: float | dict[str, float] | None

    @property
    def votes(self) -> tuple[int, int]:
        """Return how many unlabelled records have a vote in the run before, and in the one after."""
        both = self.counts["same"] + self.counts["changed"]
        return both + self.counts["lost"], both + self.counts["gained"]


def compare(store: Store, task: Task, heuristic: Heuristic, waiting: Run) -> Comparison | None:
    """Return the waiting run beside the current one at the thresholds in force, None where nothing is current."""
    before = evaluate(store, heuristic)
    after = evaluate(store, heuristic, waiting)
    if before is None or after is None:
        return None
    ids = [label.label_id for label in task.labels]
    found = min_confidence(store, heuristic.heuristic_id, ids)
    cuts = found if isinstance(found, dict) else dict.fromkeys(ids, found)
    place = (task.task_id, before.run.run_id, waiting.run_id)
    changed = store.vote_changes.examples(*place, cuts, limit=LISTED)
    kinds: tuple[Change, ...] = ("gained", "lost", "changed")
    by_kind = {kind: tuple(one for one in changed if one.change == kind) for kind in kinds}
    shown = tuple(one for kind in kinds for one in by_kind[kind][:EXAMPLES])
    said = in_code(store.heuristics.source(heuristic.heuristic_id, waiting.version_no))
    said_before = in_code(store.heuristics.source(heuristic.heuristic_id, before.run.version_no))
    return Comparison(
        before=before,
        after=after,
        precision_change=change_in_words(before.estimate, after.estimate),
        counts=store.vote_changes.counts(*place, cuts),
        examples=_with_texts(store, task, shown),
        surest={kind: tuple(one.record_no for one in found) for kind, found in by_kind.items()},
        new_threshold=said if said != said_before else None,
    )


def change_in_words(before: Estimate, after: Estimate) -> str:
    """Return "better" or "worse" only where the intervals do not overlap, else that chance explains it.

    >>> sure, unsure = Estimate(0.9, 0.88, 0.92, 900, 810, 1, 0.5), Estimate(0.95, 0.80, 0.99, 40, 38, 1, 0.5)
    >>> change_in_words(sure, unsure)
    'within chance'
    """
    if before.precision is None or after.precision is None:
        return "unknown"
    if after.low > before.high:
        return "better"
    return "worse" if after.high < before.low else WITHIN_CHANCE


def _with_texts(store: Store, task: Task, changed: tuple[ChangedVote, ...]) -> tuple[VoteExample, ...]:
    numbers = [one.record_no for one in changed]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    names = {label.label_id: label.name for label in task.labels}

    def words(label_id: int | None, confidence: float | None) -> str:
        return "" if label_id is None or confidence is None else f"{names[label_id]} {confidence:.2f}"

    return tuple(
        VoteExample(
            change=one.change,
            record_no=one.record_no,
            text=records[one.record_no].text,
            before=words(one.label_before, one.before),
            after=words(one.label_after, one.after),
        )
        for one in changed
        if one.record_no in records
    )
