"""The command line: the same use cases as the pages, without a browser. `python -m al_core --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from al_core.embedders import EMBEDDERS, resolve
from al_core.errors import ActiveLearnersError, InvalidInput, NotFound
from al_core.importers import Mapping, preview
from al_core.types import Attribute, Job, Person, Project, Task
from al_core.workflow import heuristics as heuristic_cases
from al_core.workflow.embedding import embed
from al_core.workflow.evaluating import evaluate
from al_core.workflow.exporting import export
from al_core.workflow.importing import ImportPlan, ImportReport, LabelImport, import_file
from al_core.workflow.running import run
from al_core.workflow.sample import SAMPLE_NAME, TASKS, ensure_sample
from al_core.workflow.simulating import simulate
from al_core.workflow.starters import STARTERS
from al_core.workflow.workspace import Workspace, workspace_folder

Command = Callable[[Workspace, argparse.Namespace], None]
DEMO_ANSWERS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 0, 2 after one clear line about a person's mistake, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        with closing(Workspace(workspace_folder(options.workspace))) as workspace:
            options.command(workspace, options)
    except ActiveLearnersError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. Finished results are kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# --- commands


def _import(workspace: Workspace, options: argparse.Namespace) -> None:
    path = _file(options.file)
    if options.label and options.spans:
        raise InvalidInput("--label and --spans cannot be given together.", "Import the file once for each.")
    guessed = preview(path)
    columns = [column for column in (options.text, options.id, options.label, options.spans) if column]
    for column in columns:
        if column not in guessed.columns:
            raise NotFound(f"{path.name} has no column {column!r}.", f"Use one of: {', '.join(guessed.columns)}.")
    store = workspace.store
    project = next((one for one in store.projects.all() if one.name == options.project), None)
    project = project or store.projects.create(options.project)
    labelled = options.label or options.spans
    labels = LabelImport(options.task or labelled, options.drawn, options.labels == "hidden") if labelled else None
    mapping = Mapping((options.text,), options.id or guessed.id_column, options.label, options.spans)
    plan = ImportPlan(path, mapping, labels=labels)
    job = import_file(workspace, project, plan, _person(workspace), then_embed=False)
    report: ImportReport = workspace.jobs.wait(job.job_id)
    for line in report.lines():
        print(line)
    for problem in report.staged.problems:
        print(f"  line {problem.line}: {problem.message}" if problem.line else f"  {problem.message}")


def _embed(workspace: Workspace, options: argparse.Namespace) -> None:
    project = workspace.store.projects.named(options.project)
    job = embed(workspace, project, _text(workspace, project), options.model, _person(workspace))
    computed = workspace.jobs.wait(job.job_id)
    print(f"{job.title}: {computed:,} texts computed")


def _add_heuristic(workspace: Workspace, options: argparse.Namespace) -> None:
    project, task = _task(workspace, options)
    store = workspace.store
    try:
        source = _file(options.file).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{options.file} is not UTF-8 text: {error.reason} at byte {error.start}.") from error
    if options.embedding:
        store.embeddings.named(project.project_id, options.embedding)
    embedding = options.embedding or heuristic_cases.default_embedding(store, task)
    present = [one for one in store.heuristics.all(task.task_id) if one.name == options.name]
    person = _person(workspace)
    if present:
        saved = heuristic_cases.save(store, present[0], source, embedding, person)
    else:
        saved = store.heuristics.create(
            task.task_id, options.name, "active_learner", source, embedding, person.person_id
        )
    print(f"{saved.name}, version {saved.version_no}")
    for problem in heuristic_cases.check(store, task, source):
        print(f"  line {problem.line}: {problem.message}")


def _run(workspace: Workspace, options: argparse.Namespace) -> None:
    project = workspace.store.projects.named(options.project)
    everything = [
        one for task in workspace.store.projects.tasks(project.project_id)
        for one in workspace.store.heuristics.all(task.task_id)
    ]  # fmt: skip
    chosen = [one for one in everything if (one.enabled if options.all else one.name == options.name)]
    if not chosen:
        named = f"No heuristic {options.name!r}" if options.name else "There is no heuristic"
        raise NotFound(f"{named} in project {project.name!r}.", f"There are: {', '.join(o.name for o in everything)}.")
    person = _person(workspace)
    jobs = [(heuristic, run(workspace, heuristic, person)) for heuristic in chosen]
    failures = [line for heuristic, job in jobs if (line := _ended(workspace, heuristic.heuristic_id, job))]
    if failures:
        raise InvalidInput(" | ".join(failures))


def _ended(workspace: Workspace, heuristic_id: int, job: Job) -> str:
    """Print how a run ended; return the reason when it failed."""
    try:
        workspace.jobs.wait(job.job_id)
    except ActiveLearnersError as error:
        return f"{job.title}: {error}"
    last = workspace.store.runs.last(heuristic_id)
    assert last is not None
    seconds = (last.ended_ts - last.started_ts).total_seconds() if last.ended_ts else 0.0
    print(f"{job.title}: {last.state.replace('_', ' ')}, {seconds:.1f} s. {last.error_message}".rstrip())
    return ""


def _evaluate(workspace: Workspace, options: argparse.Namespace) -> None:
    project = workspace.store.projects.named(options.project)
    rows = [row for task in workspace.store.projects.tasks(project.project_id) for row in _figures(workspace, task)]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        label = row["label"] or "all labels"
        precision = "unknown" if row["precision"] is None else f"{row['precision']:.2f}"
        interval = f"({row['low']:.2f} to {row['high']:.2f}, n = {row['n']})"
        covers = f"covers {row['coverage']:.0%}"
        print(f"{row['heuristic']}, {label}, at {row['threshold']:.2f}: precision {precision} {interval}, {covers}")


def _figures(workspace: Workspace, task: Task) -> list[dict[str, str | float | None]]:
    names = {label.label_id: label.name for label in task.labels}
    rows: list[dict[str, str | float | None]] = []
    for heuristic in workspace.store.heuristics.all(task.task_id):
        found = evaluate(workspace.store, heuristic)
        if found is None:
            continue
        for label, estimate in [(None, found.estimate), *((names[i], e) for i, e in found.by_label.items())]:
            rows.append(
                {
                    "heuristic": heuristic.name,
                    "label": label,
                    "threshold": found.threshold,
                    "precision": estimate.precision,
                    "low": estimate.low,
                    "high": estimate.high,
                    "n": estimate.kept,
                    "coverage": estimate.coverage,
                    "method": found.method,
                }
            )
    return rows


def _export(workspace: Workspace, options: argparse.Namespace) -> None:
    project = workspace.store.projects.named(options.project)
    print(f"{export(workspace.store, project, Path(options.file)):,} rows written to {options.file}")


def _simulate(workspace: Workspace, options: argparse.Namespace) -> None:
    _, task = _task(workspace, options)
    rng = np.random.default_rng(options.seed)
    print(f"{simulate(workspace.store, task, options.n, options.strategy, rng):,} answers given")


def _projects(workspace: Workspace, options: argparse.Namespace) -> None:
    for project in workspace.store.projects.all():
        tasks = ", ".join(f"{task.name} ({task.kind})" for task in workspace.store.projects.tasks(project.project_id))
        print(
            f"{project.name}: {workspace.store.records.count(project.project_id):,} records; tasks: {tasks or 'none'}"
        )


def _doctor(workspace: Workspace, options: argparse.Namespace) -> None:
    print(f"workspace: {workspace.folder}")
    for name in EMBEDDERS.names():
        print(f"embedder {name}: {resolve(name).available() or 'ready'}")
    print(f"protection of heuristic code: {workspace.executor.tier}")
    for layer in workspace.executor.describe():
        print(f"  {layer.name}: {'holds' if layer.holds else 'does not hold'}. {layer.detail}")


def _demo(workspace: Workspace, options: argparse.Namespace) -> None:
    """Fill an empty workspace with the sample, simulated answers, and three heuristics that have run."""
    ensure_sample(workspace)
    project = workspace.store.projects.named(SAMPLE_NAME)
    task = workspace.store.projects.task_named(project.project_id, TASKS[0])
    person = _person(workspace)
    if workspace.store.heuristics.all(task.task_id):
        print("The demo is there already.")
        return
    for waiting in workspace.jobs.running():
        workspace.jobs.wait(waiting.job_id)
    rng = np.random.default_rng(7)
    simulate(workspace.store, task, DEMO_ANSWERS // 2, "smart", rng)
    for starter in STARTERS:
        heuristic = heuristic_cases.create(workspace.store, task, starter, starter, person)
        workspace.jobs.wait(run(workspace, heuristic, person).job_id)
    # the second half is drawn with a learner's help, as it would be in a project
    simulate(workspace.store, task, DEMO_ANSWERS - DEMO_ANSWERS // 2, "smart", rng)
    for heuristic in workspace.store.heuristics.all(task.task_id):
        workspace.jobs.wait(run(workspace, heuristic, person).job_id)
    print(f"{DEMO_ANSWERS} answers and {len(STARTERS)} heuristics are in project {SAMPLE_NAME!r}.")


# --- what commands share


def _file(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise NotFound(f"There is no file {name}.", "Check the path.")
    return path


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m al_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--workspace", help="the workspace folder (default: AL_WORKSPACE, else data/workspace)")
    in_project = argparse.ArgumentParser(add_help=False, parents=[shared])
    in_project.add_argument("--project", required=True, help="the project's name")

    def add(name: str, command: Command, text: str, parent: argparse.ArgumentParser) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text, parents=[parent])
        one.set_defaults(command=command)
        return one

    one = add("import", _import, "Import a file of records, with labels where a column has them.", in_project)
    one.add_argument("file")
    one.add_argument("--text", required=True, help="the column with the text")
    one.add_argument("--id", help="the column with the ids (default: guessed, else a hash of the text)")
    one.add_argument("--label", help="the column with one label per record")
    one.add_argument("--spans", help="the column with a list of {start, end, label} per record")
    one.add_argument("--task", help="the task that the labels go to (default: the column's name)")
    one.add_argument("--labels", choices=("answers", "hidden"), default="answers", help="hidden: kept for simulate")
    one.add_argument("--drawn", choices=("all", "random", "chosen", "unknown"), default="unknown")
    one = add("embed", _embed, "Compute the missing vectors of a project.", in_project)
    one.add_argument("--model", default="", help=f"one of {', '.join(EMBEDDERS.names())}, or a folder")
    one = add("heuristic", _add_heuristic, "Add a heuristic from a Python file, or a new version of it.", in_project)
    one.add_argument("action", choices=("add",))
    one.add_argument("file")
    one.add_argument("--task", required=True)
    one.add_argument("--name", required=True)
    one.add_argument("--embedding", default="")
    one = add("run", _run, "Run heuristics and wait for them.", in_project)
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true")
    which.add_argument("--name")
    one = add("evaluate", _evaluate, "Show how good the heuristics are at their thresholds.", in_project)
    one.add_argument("--json", action="store_true")
    one = add("export", _export, "Write all records with labels and predictions.", in_project)
    one.add_argument("file", help="ends in .csv or .jsonl")
    one = add("simulate", _simulate, "Give answers from hidden labels, as a person would.", in_project)
    one.add_argument("--task", required=True)
    one.add_argument("--n", type=int, required=True)
    one.add_argument("--strategy", default="smart")
    one.add_argument("--seed", type=int, default=None)
    add("projects", _projects, "List the projects.", shared)
    add("doctor", _doctor, "Say what works on this computer.", shared)
    add("demo", _demo, "Fill an empty workspace with a project that has answers and heuristics.", shared)
    return parser


if __name__ == "__main__":
    sys.exit(main())
