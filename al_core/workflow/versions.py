"""Every version of a heuristic with its runs and what they are worth now; going back to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from al_core.evaluation.precision import Estimate
from al_core.store import Store
from al_core.types import Heuristic, Person
from al_core.workflow.evaluating import evaluate
from al_core.workflow.heuristics import save
from al_core.workflow.keeping import kept_version


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version: who saved it and when, how often it ran, and the estimate of its newest finished run, if any."""

    version_no: int
    person: str
    made: datetime
    n_runs: int
    outcome: str
    estimate: Estimate | None
    counts: bool


def versions(store: Store, heuristic: Heuristic) -> tuple[VersionLine, ...]:
    """Return all versions, newest first; estimates against the present truth, at the thresholds in force."""
    runs = store.past_runs.by_version(heuristic.heuristic_id)
    kept = kept_version(store, heuristic).version_no
    lines = []
    for version in store.versions.all(heuristic.heuristic_id):
        of_version = runs.get(version.version_no, ())
        finished = [run for run in of_version if run.state == "finished"]
        evaluation = evaluate(store, heuristic, finished[-1]) if finished else None
        lines.append(
            VersionLine(
                version_no=version.version_no,
                person=version.person,
                made=version.made_ts,
                n_runs=len(of_version),
                outcome=of_version[-1].state.replace("_", " ") if of_version else "not run",
                estimate=evaluation.estimate if evaluation else None,
                counts=version.version_no == kept,
            )
        )
    return tuple(lines)


def restore(store: Store, heuristic: Heuristic, version_no: int, person: Person) -> Heuristic:
    """Return the heuristic at a new version with the text and embedding of an earlier one; nothing is taken away."""
    source, embedding_name = store.heuristics.version(heuristic.heuristic_id, version_no)
    return save(store, heuristic, source, embedding_name, person)
