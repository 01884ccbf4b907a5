"""Running heuristics: a job each, and one transaction for the result; what went wrong is stored too."""

from __future__ import annotations

from collections.abc import Callable

from al_core.errors import ActiveLearnersError, Cancelled
from al_core.source import SourceProblem
from al_core.store import Store
from al_core.types import Heuristic, HeuristicKind, Job, Person, Task, TaskKind
from al_core.workflow.function_runs import run_function
from al_core.workflow.jobs import JobContext
from al_core.workflow.keeping import kept_version, must_wait
from al_core.workflow.learner_runs import run_learner
from al_core.workflow.precomputed import run_precomputed
from al_core.workflow.protection import check_allowed
from al_core.workflow.run_log import LIVE_LOGS, RunLog, live_log
from al_core.workflow.several_runs import run_several
from al_core.workflow.span_runs import run_extractor
from al_core.workflow.training import NotEvaluable, RunFailed
from al_core.workflow.underway import Underway
from al_core.workflow.workspace import Workspace

__all__ = ["KIND_WORDS", "RUNNERS", "live_log", "rerun", "run", "run_all", "run_key"]

# what runs a heuristic of a kind on a task of a kind
RUNNERS: dict[tuple[HeuristicKind, TaskKind], Callable[[Underway], None]] = {
    ("active_learner", "single_label"): run_learner,
    ("active_learner", "multi_label"): run_several,
    ("labeling_function", "single_label"): run_function,
    ("labeling_function", "multi_label"): run_function,
    ("precomputed", "single_label"): run_precomputed,
    ("precomputed", "multi_label"): run_precomputed,
    ("precomputed", "extraction"): run_precomputed,
    ("active_learner", "extraction"): run_extractor,
    ("labeling_function", "extraction"): run_function,
}

# tasks that learners cannot be fitted on, as messages name them
KIND_WORDS: dict[str, str] = {"extraction": "an extraction task"}


def run(workspace: Workspace, heuristic: Heuristic, person: Person) -> Job:
    """Return the job that runs the newest version of a heuristic; one under way is not started twice.

    The result of a version that nobody kept yet waits beside the earlier one until somebody does.
    Raises InvalidInput where nothing but limits protects this computer and nobody agreed to that.
    """
    return _start(workspace, heuristic, person, lambda newest: newest)


def rerun(workspace: Workspace, heuristic: Heuristic, person: Person) -> Job:
    """Return the job that runs the kept version of a heuristic, whose result counts at once; see `run`."""
    return _start(workspace, heuristic, person, lambda newest: kept_version(workspace.store, newest))


def _start(
    workspace: Workspace, heuristic: Heuristic, person: Person, at_version: Callable[[Heuristic], Heuristic]
) -> Job:
    check_allowed(workspace)
    task = workspace.store.projects.task(heuristic.task_id)
    return workspace.jobs.start(
        "run",
        heuristic.name,
        lambda context: _run(workspace, at_version(workspace.store.heuristics.get(heuristic.heuristic_id)), context),
        key=run_key(heuristic.heuristic_id),
        project_id=task.project_id,
        person=person,
    )


def run_all(workspace: Workspace, task: Task, person: Person) -> tuple[Job, ...]:
    """Return one job for each enabled heuristic of a task; what waits to be kept goes on waiting."""
    heuristics = workspace.store.heuristics.all(task.task_id)
    return tuple(rerun(workspace, heuristic, person) for heuristic in heuristics if heuristic.enabled)


def run_key(heuristic_id: int) -> str:
    """Return the key of the job that runs a heuristic."""
    return f"run:{heuristic_id}"


def _run(workspace: Workspace, heuristic: Heuristic, context: JobContext) -> int:
    store = workspace.store
    run_id = store.runs.create(heuristic.heuristic_id, heuristic.version_no, context.job_id)
    if must_wait(store, heuristic):
        store.held_runs.hold(run_id, heuristic.heuristic_id)
    log = LIVE_LOGS[heuristic.heuristic_id] = RunLog()
    try:
        task = store.projects.task(heuristic.task_id)
        _runner_of(heuristic, task)(Underway(workspace.executor, store, heuristic, task, run_id, context, log))
        _forget_overtaken(store, heuristic.heuristic_id, run_id)
    except NotEvaluable as error:
        log.say(error.message)
        store.runs.end(run_id, "not_evaluable", "not_evaluable", str(error), log=log.text)
        context.progress(1.0, "not evaluable yet")
    except Cancelled as error:
        store.runs.end(run_id, "cancelled", "cancelled", str(error), log=log.text)
        raise
    except SourceProblem as error:
        line = error.problems[0].line if error.problems else 0
        store.runs.end(run_id, "failed", "source", str(error), line=line, log=log.text)
        raise
    except RunFailed as error:
        store.runs.end(run_id, "failed", error.kind, error.message, line=error.line, log=log.text)
        raise
    except ActiveLearnersError as error:
        store.runs.end(run_id, "failed", "settings", str(error), log=log.text)
        raise
    except Exception as error:
        store.runs.end(run_id, "failed", "app", f"{type(error).__name__}: {error}", log=log.text)
        raise
    finally:
        LIVE_LOGS.pop(heuristic.heuristic_id, None)
    return run_id


def _runner_of(heuristic: Heuristic, task: Task) -> Callable[[Underway], None]:
    runner = RUNNERS.get((heuristic.kind, task.kind))
    if runner is None:
        raise RunFailed("task", f"Learners run on classification tasks; {task.name!r} is {KIND_WORDS[task.kind]}.")
    return runner


def _forget_overtaken(store: Store, heuristic_id: int, run_id: int) -> None:
    """Remove what only the newest runs are asked for: this one, the one that counts, and one that waits."""
    read = (store.runs.last(heuristic_id, finished=True), store.held_runs.waiting(heuristic_id))
    store.retention.forget_overtaken(heuristic_id, [run_id, *(run.run_id for run in read if run is not None)])
