"""Learners that run again by themselves once enough new answers have come, beside the people who label."""

from __future__ import annotations

from collections.abc import Iterable

from al_core.errors import Cancelled, NotFound
from al_core.types import Heuristic, Job, Person, Run, Task
from al_core.workflow.keeping import kept_version
from al_core.workflow.running import rerun, run_key
from al_core.workflow.task_settings import task_settings
from al_core.workflow.workspace import Workspace

_READY = ("finished", "not_evaluable")  # what failed or was cancelled runs again when somebody says so


def retrain_stale(workspace: Workspace, task_ids: Iterable[int], person: Person) -> tuple[Job, ...]:
    """Return the jobs that were started: one for each learner whose last run lacks enough answers.

    Called after answers were stored; it reads two counts per learner and starts jobs, it never waits for one.
    Learners under way are left alone, and those that nobody has run yet. It is the kept version that runs.
    """
    jobs: list[Job] = []
    for task_id in set(task_ids):
        try:
            task = workspace.store.projects.task(task_id)
        except NotFound:
            continue  # deleted while somebody labelled: its answers were refused
        every = task_settings(workspace.store, task).retrain_every
        if every and task.kind == "single_label":
            jobs += _of_task(workspace, task, every, person)
    return tuple(jobs)


def _of_task(workspace: Workspace, task: Task, every: int, person: Person) -> list[Job]:
    started = []
    for heuristic in workspace.store.heuristics.all(task.task_id):
        last = _last_of_kept(workspace, heuristic)
        if last is None or not _may_run(workspace, heuristic, last):
            continue
        if workspace.store.answers.newer(task.task_id, last.label_revision) < every:
            continue
        try:
            started.append(rerun(workspace, heuristic, person))
        except Cancelled:
            break  # the app is being stopped
    return started


def _may_run(workspace: Workspace, heuristic: Heuristic, last: Run) -> bool:
    is_idle = workspace.jobs.of(run_key(heuristic.heuristic_id)) is None
    return is_idle and heuristic.enabled and heuristic.kind == "active_learner" and last.state in _READY


def _last_of_kept(workspace: Workspace, heuristic: Heuristic) -> Run | None:
    """Return the newest run of the version that counts; one that somebody tries meanwhile does not hold it up."""
    kept = kept_version(workspace.store, heuristic)
    last = workspace.store.runs.last(heuristic.heuristic_id)
    if last is None or last.version_no == kept.version_no:
        return last
    return workspace.store.runs.last(heuristic.heuristic_id, finished=True)
