"""What the commands do: each calls the use case that a page calls too, and yields the lines to print."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from al_core.embedders import EMBEDDERS, resolve
from al_core.errors import ActiveLearnersError, InvalidInput, NotFound, unknown_name
from al_core.importers import Mapping, preview
from al_core.types import Attribute, DrawnClaim, Heuristic, Job, Person, Project, Task
from al_core.workflow import heuristics as heuristic_cases
from al_core.workflow.creating import create_from_code
from al_core.workflow.embedding import embed
from al_core.workflow.exporting import export
from al_core.workflow.few_labels import begin_all, ensure_default, missing_features
from al_core.workflow.figures import figures
from al_core.workflow.files import existing_file, typed_path
from al_core.workflow.importing import ImportPlan, ImportReport, LabelImport, import_file
from al_core.workflow.keeping import keep_waiting
from al_core.workflow.running import run as run_heuristic
from al_core.workflow.sample import SAMPLE_NAME, TASKS, ensure_sample
from al_core.workflow.simulating import simulate
from al_core.workflow.starters import DEMO, DEMO_RULES
from al_core.workflow.workspace import Workspace

Lines = Iterator[str]
Command = Callable[[Workspace, argparse.Namespace], Lines]
DEMO_ANSWERS = 300
SHOWN_PROBLEMS = 20


def import_records(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield what an import did, after it; nothing is made where a column or the file is not there."""
    path = existing_file(options.file)
    labels = _label_import(options)
    guessed = preview(path)
    for column in (options.text, options.id, options.label, options.spans):
        if column is not None and column not in guessed.columns:
            raise NotFound(f"{path.name} has no column {column!r}.", f"Use one of: {', '.join(guessed.columns)}.")
    mapping = Mapping((options.text,), options.id or guessed.id_column, options.label, options.spans)
    plan = ImportPlan(path, mapping, labels=labels)
    name = " ".join(options.project.split())
    store = workspace.store
    project = next((one for one in store.projects.all() if one.name == name), None) or store.projects.create(name)
    report: ImportReport = _wait(workspace, import_file(workspace, project, plan, _person(workspace), then_embed=False))
    if report.task is not None:  # nothing is computed here: that is for the commands embed and run
        ensure_default(store, report.task, _person(workspace))
    yield from report.lines()
    for problem in report.staged.problems[:SHOWN_PROBLEMS]:
        yield f"  line {problem.line}: {problem.message}" if problem.line else f"  {problem.message}"
    if report.staged.n_problems > SHOWN_PROBLEMS:
        yield f"  and {report.staged.n_problems - SHOWN_PROBLEMS:,} more"


def _label_import(options: argparse.Namespace) -> LabelImport | None:
    if options.label and options.spans:
        raise InvalidInput("--label and --spans cannot be given together.", "Import the file once for each.")
    column = options.label or options.spans
    if column:
        drawn: DrawnClaim = options.drawn or "unknown"
        return LabelImport(column if options.task is None else options.task, drawn, options.labels == "hidden")
    for name in ("task", "labels", "drawn"):
        if getattr(options, name) is not None:
            raise InvalidInput(f"--{name} says something about labels.", "Name their column with --label or --spans.")
    return None


def embed_texts(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield how many texts got new vectors; where no model is named, the tasks' first guesses follow, as in the app."""
    project = workspace.store.projects.named(options.project)
    person = _person(workspace)
    job = embed(workspace, project, _text(workspace, project), options.model, person)
    yield f"{job.title}: {_wait(workspace, job):,} texts computed"
    begun = () if options.model else begin_all(workspace, project, person)
    for job in begun:
        _wait(workspace, job)
    _settle(workspace)  # the runs that these jobs started
    for job in begun:
        ended = workspace.jobs.get(job.job_id)
        yield f"{job.title}: {ended.message if ended else job.state}"


def add_heuristic(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield the version that was saved, and what reading its code found wrong."""
    _, task = _task(workspace, options)
    if task.kind == "extraction":
        raise InvalidInput(
            f"Active learners work on classification tasks; {task.name!r} is an extraction task.",
            "Pick a classification task.",
        )
    store, person, source = workspace.store, _person(workspace), _source(options.file)
    if options.embedding:
        store.embeddings.named(task.project_id, options.embedding)
    embedding = options.embedding or heuristic_cases.default_embedding(store, task)
    name = " ".join(options.name.split())
    present = next((one for one in store.heuristics.all(task.task_id) if one.name == name), None)
    if present is None:
        saved = store.heuristics.create(task.task_id, name, "active_learner", source, embedding, person.person_id)
    else:
        saved = heuristic_cases.save(store, present, source, embedding, person)
    yield f"{saved.name}, version {saved.version_no}"
    for problem in heuristic_cases.check(store, task, source):
        yield f"  line {problem.line}: {problem.message}" if problem.line else f"  {problem.message}"


def _source(name: str) -> str:
    try:
        return existing_file(name).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}.", "Save it so.") from error


def run(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield how each run ended; raises InvalidInput with all reasons where some failed."""
    project = workspace.store.projects.named(options.project)
    everything = _heuristics(workspace, project)
    chosen = [one for one in everything if (one.enabled if options.all else one.name == options.name)]
    if not chosen and options.name is not None:
        raise unknown_name("heuristic", options.name, {one.name for one in everything})
    if not chosen:
        raise NotFound(f"Project {project.name!r} has no heuristic that is on.", "Add one with: heuristic add.")
    person = _person(workspace)
    missing = [missing_features(workspace, heuristic, person) for heuristic in chosen]
    for job in {one.job_id: one for one in missing if one is not None}.values():
        yield f"{job.title}: {_wait(workspace, job):,} texts computed"
    jobs = [(heuristic, run_heuristic(workspace, heuristic, person)) for heuristic in chosen]
    failures = []
    for heuristic, job in jobs:
        try:
            _wait(workspace, job)
        except ActiveLearnersError as error:
            failures.append(_failure(workspace, heuristic, error))
        else:
            keep_waiting(workspace.store, heuristic, person)  # the command itself says that it is wanted
            yield _ended(workspace, heuristic)
    if failures:
        raise InvalidInput(" | ".join(failures))


def _failure(workspace: Workspace, heuristic: Heuristic, error: ActiveLearnersError) -> str:
    last = workspace.store.runs.last(heuristic.heuristic_id)
    named = last is not None and last.error_line and f"line {last.error_line}" not in str(error).lower()
    return f"{heuristic.name}: {f'line {last.error_line}: ' if last and named else ''}{error}"


def _ended(workspace: Workspace, heuristic: Heuristic) -> str:
    last = workspace.store.runs.last(heuristic.heuristic_id)
    assert last is not None
    assert last.ended_ts is not None
    seconds = (last.ended_ts - last.started_ts).total_seconds()
    if last.state == "not_evaluable":  # the message begins with these words
        return f"{heuristic.name}: {last.error_message}"
    return f"{heuristic.name}: {last.state}, {seconds:.1f} s"


def evaluate(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield the figures of every heuristic that has a finished run, in sentences or as JSON."""
    project = workspace.store.projects.named(options.project)
    tasks = workspace.store.projects.tasks(project.project_id)
    rows = [row for task in tasks for row in figures(workspace.store, task)]
    if not rows:
        hint = f"Run them with: run --project {project.name!r} --all."
        raise NotFound(f"No heuristic of project {project.name!r} has a finished run yet.", hint)
    if options.json:
        yield json.dumps(rows, indent=2, allow_nan=False)
        return
    for row in rows:
        label = row["label"] or "all labels"
        precision = "precision unknown (n = 0)"
        if row["precision"] is not None:
            precision = f"precision {row['precision']:.2f} ({row['low']:.2f} to {row['high']:.2f}, n = {row['n']})"
        if row["recall"] is not None:
            precision += f", recall {row['recall']:.2f}, F1 {row['f1']:.2f} (of {row['n_labelled']} labelled)"
        covers = f"covers {round(100 * row['coverage'])} %"
        yield f"{row['heuristic']}, {label}, at {row['threshold']:.2f}: {precision}, {covers}"
    yield from dict.fromkeys(f"{row['heuristic']}: {row['method']}" for row in rows)


def export_records(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield how many rows were written."""
    project = workspace.store.projects.named(options.project)
    yield f"{export(workspace.store, project, typed_path(options.file)):,} rows written to {options.file}"


def simulate_answers(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield how many answers were given."""
    _, task = _task(workspace, options)
    if options.n < 1:
        raise InvalidInput(f"--n is {options.n}.", "Give a whole number from 1 on.")
    rng = np.random.default_rng(options.seed)
    given = simulate(workspace.store, task, options.n, options.strategy, rng)
    yield f"{given:,} answers given" + ("" if given == options.n else ", then no record was left to ask")


def list_projects(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield a line for each project."""
    projects = workspace.store.projects.all()
    if not projects:
        yield "no projects yet"
    for project in projects:
        tasks = ", ".join(f"{task.name} ({task.kind})" for task in workspace.store.projects.tasks(project.project_id))
        n_records = workspace.store.records.count(project.project_id)
        yield f"{project.name}: {n_records:,} records; tasks: {tasks or 'none'}"


def doctor(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Yield what works on this computer: embedders, and the layers around heuristic code."""
    yield f"workspace: {workspace.folder}"
    for name in EMBEDDERS.names():
        yield f"embedder {name}: {resolve(name).available() or 'ready'}"
    yield f"protection of heuristic code: {workspace.executor.tier}"
    for layer in workspace.executor.describe():
        yield f"  {layer.name}: {'holds' if layer.holds else 'does not hold'}. {layer.detail}"


def demo(workspace: Workspace, options: argparse.Namespace) -> Lines:
    """Fill an empty workspace with the sample, simulated answers, and heuristics that have run."""
    ensure_sample(workspace)
    project = workspace.store.projects.named(SAMPLE_NAME)
    task = workspace.store.projects.task_named(project.project_id, TASKS[0])
    person = _person(workspace)
    _settle(workspace)  # the first guess of the sample's own heuristic
    if workspace.store.answers.counts(task.task_id).labelled:
        yield "The demo is there already."
        return
    rng = np.random.default_rng(7)
    simulate(workspace.store, task, DEMO_ANSWERS // 2, "smart", rng)
    made = [heuristic_cases.create(workspace.store, task, starter, starter, person) for starter in DEMO]
    for name, source in DEMO_RULES.items():
        made.append(create_from_code(workspace.store, task, name, "labeling_function", source, person))
    for heuristic in made:
        _wait(workspace, run_heuristic(workspace, heuristic, person))
    # the second half is drawn with a learner's help, as it would be in a project
    simulate(workspace.store, task, DEMO_ANSWERS - DEMO_ANSWERS // 2, "smart", rng)
    for heuristic in workspace.store.heuristics.all(task.task_id):
        _wait(workspace, run_heuristic(workspace, heuristic, person))
    n_heuristics = len(workspace.store.heuristics.all(task.task_id))
    yield f"{DEMO_ANSWERS} answers and {n_heuristics} heuristics are in project {SAMPLE_NAME!r}."


# --- what commands share


def _wait(workspace: Workspace, job: Job) -> Any:  # noqa: ANN401
    """Return what a job returned; somebody at a terminal sees meanwhile how far it is."""
    while sys.stderr.isatty():
        now = workspace.jobs.get(job.job_id)
        if now is None or now.ended_ts is not None:
            sys.stderr.write("\r\x1b[K")
            break
        sys.stderr.write(f"\r\x1b[K{now.title}: {now.fraction:.0%} {now.message}")
        sys.stderr.flush()
        time.sleep(0.3)
    return workspace.jobs.wait(job.job_id)


def _settle(workspace: Workspace) -> None:
    while waiting := workspace.jobs.running():
        _wait(workspace, waiting[0])


def _person(workspace: Workspace) -> Person:
    return workspace.store.projects.person(os.environ.get("USER") or "Command line")


def _text(workspace: Workspace, project: Project) -> Attribute:
    texts = [one for one in workspace.store.projects.attributes(project.project_id) if one.is_text]
    if not texts:
        raise InvalidInput(f"Project {project.name!r} has no texts yet.", "Import a file first.")
    return texts[0]


def _task(workspace: Workspace, options: argparse.Namespace) -> tuple[Project, Task]:
    project = workspace.store.projects.named(options.project)
    return project, workspace.store.projects.task_named(project.project_id, options.task)


def _heuristics(workspace: Workspace, project: Project) -> list[Heuristic]:
    tasks = workspace.store.projects.tasks(project.project_id)
    return [one for task in tasks for one in workspace.store.heuristics.all(task.task_id)]
