"""Writing heuristics: starters, checks while typing, drafts, versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from al_core.errors import InvalidInput, NotFound
from al_core.source import check_source, read_settings, same_but_threshold
from al_core.store import Store
from al_core.types import Heuristic, Person, Problem, Run, Task
from al_core.workflow.audit_apart import fits_otherwise
from al_core.workflow.jobs import JobBoard
from al_core.workflow.running import KIND_WORDS, run_key
from al_core.workflow.starters import STARTERS
from al_core.workflow.thresholds import adopt_from_code, in_code

State = Literal["never run", "queued", "running", "current", "stale", "failed", "cancelled", "not evaluable yet", "off"]


@dataclass(frozen=True, slots=True)
class Status:
    """How a heuristic stands, in a word and a sentence. `run` is its newest run, finished or not."""

    state: State
    text: str
    fraction: float
    run: Run | None


def create(store: Store, task: Task, name: str, starter: str, person: Person) -> Heuristic:
    """Return a new heuristic made from a starter; its name gets a number where it is taken."""
    if task.kind != "single_label":
        raise InvalidInput(
            f"Active learners work on classification tasks; {task.name!r} is {KIND_WORDS[task.kind]}.",
            "Pick a classification task.",
        )
    if starter not in STARTERS:
        raise NotFound(f"No starter {starter!r}.", f"Use one of: {', '.join(STARTERS)}.")
    wanted = name.strip() or starter
    taken = {heuristic.name for heuristic in store.heuristics.all(task.task_id)}
    free = next(n for n in (wanted, *(f"{wanted} {i}" for i in range(2, 10_000))) if n not in taken)
    embedding = default_embedding(store, task)
    source = STARTERS[starter].replace("EMBEDDING_NAME", embedding or f"{task.attribute.name}-classification-none-yet")
    return store.heuristics.create(task.task_id, free, "active_learner", source, embedding, person.person_id)


def default_embedding(store: Store, task: Task) -> str:
    """Return the name of the newest embedding that has vectors for a task's learners, empty without one."""
    names = [e.name for e in store.embeddings.all(task.project_id) if e.granularity == task.granularity and e.n_vectors]
    return names[0] if names else ""


def check(store: Store, task: Task, source: str) -> tuple[Problem, ...]:
    """Return what is wrong with a source, line by line, without running it."""
    return check_source(
        source,
        embedding_names=[embedding.name for embedding in store.embeddings.all(task.project_id)],
        label_names=[label.name for label in task.labels],
        granularity=task.granularity,
    )


def save(store: Store, heuristic: Heuristic, source: str, embedding_name: str, person: Person) -> Heuristic:
    """Return the heuristic at its newest version; a min_confidence changed in the code resets the threshold."""
    saved = store.heuristics.save_version(heuristic.heuristic_id, source, embedding_name, person.person_id)
    before, after = in_code(heuristic.source), in_code(source)
    if after is not None and after != before:
        task = store.projects.task(heuristic.task_id)
        adopt_from_code(store, heuristic.heuristic_id, task, read_settings(source), person.person_id)
    return saved


def keep_draft(store: Store, heuristic: Heuristic, source: str, person: Person) -> None:
    """Keep a person's unsaved text; a text that is the saved one needs no draft."""
    draft = store.heuristics.draft(heuristic.heuristic_id, person.person_id)
    if source == heuristic.source:
        if draft is not None:
            store.heuristics.drop_draft(heuristic.heuristic_id, person.person_id)
    elif draft is None or draft[1] != source:
        base = draft[0] if draft else heuristic.version_no
        store.heuristics.save_draft(heuristic.heuristic_id, person.person_id, base, source)


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
    newer = store.answers.newer(heuristic.task_id, run.label_revision)
    if not _runs_as_before(store, heuristic, run):
        return Status("stale", f"version {heuristic.version_no} not run yet", 1.0, run)
    if fits_otherwise(store, heuristic, run):
        return Status("stale", "the audit sample is treated otherwise now", 1.0, run)
    if newer:
        return Status("stale", f"{newer} labels newer", 1.0, run)
    return Status("current", "up to date", 1.0, run)


def stale(store: Store, jobs: JobBoard, heuristics: Sequence[Heuristic]) -> tuple[Heuristic, ...]:
    """Return those of the enabled heuristics whose result a new run could change: what "Run stale" runs."""
    waiting = ("current", "queued", "running", "off")
    return tuple(one for one in heuristics if status(store, jobs, one).state not in waiting)


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
