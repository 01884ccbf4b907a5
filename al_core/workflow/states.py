"""How a heuristic stands: never run, under way, up to date, or stale and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from al_core.source import same_but_threshold
from al_core.store import Store
from al_core.types import Heuristic, Job, Person, Run
from al_core.workflow.audit_apart import fits_otherwise
from al_core.workflow.function_runs import inputs_of
from al_core.workflow.jobs import JobBoard
from al_core.workflow.keeping import kept_version
from al_core.workflow.running import rerun, run, run_key
from al_core.workflow.word_lists import STATE, words_read
from al_core.workflow.workspace import Workspace

State = Literal[
    "never run", "queued", "running", "current", "stale", "not kept yet", "failed", "cancelled", "not evaluable yet",
    "off",
]  # fmt: skip

_WITHOUT_RESULT = {"failed": "failed", "cancelled": "was cancelled", "not_evaluable": "is not evaluable yet"}


@dataclass(frozen=True, slots=True)
class Status:
    """How a heuristic stands, in a word and a sentence. `run` is its newest run, finished or not."""

    state: State
    text: str
    fraction: float
    run: Run | None


def status(store: Store, jobs: JobBoard, heuristic: Heuristic) -> Status:
    """Return how a heuristic stands now."""
    run = store.runs.last(heuristic.heuristic_id)
    job = jobs.of(run_key(heuristic.heuristic_id))
    if job is not None:
        state: State = "queued" if job.state == "queued" else "running"
        return Status(state, job.message, job.fraction, run)
    if not heuristic.enabled:
        return Status("off", "off", 0.0, run)
    if run is None:
        return Status("never run", "never run", 0.0, None)
    if run.state != "finished":
        return Status(*_without_result(run), 0.0, run)
    waiting = store.held_runs.waiting(heuristic.heuristic_id)
    if waiting is not None:
        return Status("not kept yet", f"the result of version {waiting.version_no} is not kept yet", 1.0, run)
    # a result that was discarded says nothing: the one that counts may be stale
    counts = store.runs.last(heuristic.heuristic_id, finished=True) or run
    why = _why_not_newest(store, heuristic, counts) or _why_stale(store, kept_version(store, heuristic), counts)
    return Status("stale", why, 1.0, run) if why else Status("current", "up to date", 1.0, run)


def stale(store: Store, jobs: JobBoard, heuristics: Sequence[Heuristic]) -> tuple[Heuristic, ...]:
    """Return those of the enabled heuristics whose result a new run could change: what "Run stale" runs."""
    waiting = ("current", "queued", "running", "not kept yet", "off")
    return tuple(one for one in heuristics if status(store, jobs, one).state not in waiting)


def run_stale(workspace: Workspace, heuristics: Sequence[Heuristic], person: Person) -> tuple[Job, ...]:
    """Return a job for each heuristic: of its newest version where that never ran, else of the one that counts."""
    started = []
    for one in heuristics:
        newest_ran = one.version_no in workspace.store.past_runs.by_version(one.heuristic_id)
        started.append((rerun if newest_ran else run)(workspace, one, person))
    return tuple(started)


def _why_not_newest(store: Store, heuristic: Heuristic, counts: Run) -> str:
    """Return what became of a newest version that still could give another result, empty where none could."""
    if _runs_as_before(store, heuristic, counts):
        return ""
    tried = store.past_runs.by_version(heuristic.heuristic_id).get(heuristic.version_no, ())
    if not tried:
        return f"version {heuristic.version_no} not run yet"
    # a finished one was discarded, for no result waits here: that was decided
    done = any(one.state == "finished" for one in tried)
    return "" if done else f"version {heuristic.version_no} {_WITHOUT_RESULT.get(tried[-1].state, 'not run yet')}"


def _why_stale(store: Store, heuristic: Heuristic, run: Run) -> str:
    """Return what has changed since a run that a new one would heed, empty where nothing has."""
    if heuristic.kind == "active_learner":
        if fits_otherwise(store, heuristic, run):
            return "the audit sample is treated otherwise now"
        newer = store.answers.newer(heuristic.task_id, run.label_revision)
        if newer:
            return f"{newer:,} label{'' if newer == 1 else 's'} newer"
        if store.resettled.since(heuristic.task_id, run.label_revision):
            return "labels or records were removed or restored"
    return _changed_inputs(store, heuristic, run)


def _changed_inputs(store: Store, heuristic: Heuristic, run: Run) -> str:
    """Return which inputs other than labels and code changed: vectors, records or word lists."""
    before = set(store.values.inputs(run.run_id))
    task = store.projects.task(heuristic.task_id)
    if heuristic.kind == "active_learner":
        if not {one for one in before if not one.startswith(STATE)} <= store.values.vector_shas(task.project_id):
            return "records or vectors changed"
        read = before.intersection(words_read(store, task.project_id, heuristic.source))
        return "" if read == {one for one in before if one.startswith(STATE)} else "word lists changed"
    if heuristic.kind not in ("labeling_function", "precomputed"):
        return ""
    imported, words = inputs_of(store, task)
    if imported not in before:
        return "records changed"
    return "word lists changed" if heuristic.kind == "labeling_function" and words not in before else ""


def _runs_as_before(store: Store, heuristic: Heuristic, run: Run) -> bool:
    """Return whether the newest version differs from the one that ran in its threshold at most."""
    if run.version_no == heuristic.version_no:
        return True
    source, embedding_name = store.heuristics.version(heuristic.heuristic_id, run.version_no)
    return embedding_name == heuristic.embedding_name and same_but_threshold(source, heuristic.source)


def _without_result(run: Run) -> tuple[State, str]:
    if run.state == "not_evaluable":
        return "not evaluable yet", run.error_message
    if run.state == "cancelled":
        return "cancelled", "cancelled, earlier result kept"
    place = f" on line {run.error_line}" if run.error_line else ""
    return "failed", f"failed{place}: {run.error_message}"
