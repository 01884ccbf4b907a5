"""The command `certify`: looks at the labels as the Tune page's button does, and pays for them in the same way."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from al_core.errors import NotFound, unknown_name
from al_core.types import Heuristic, Task
from al_core.workflow.certifying import DEFAULT_CONFIDENCE, Question, Standing, certify, certify_labels, standing
from al_core.workflow.workspace import Workspace

PERSON = "Command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every heuristic that is on, with one look of each task")
    which.add_argument("--name", help="the heuristics of this name")
    parser.add_argument("--target", type=float, required=True, help="the precision to promise, 0.50 to 0.99")
    parser.add_argument("--confidence", type=float, default=DEFAULT_CONFIDENCE, help="how sure, such as 0.95")
    parser.add_argument("--by-label", action="store_true", help="a promise for each label by itself")
    parser.add_argument("--json", action="store_true", help="a list of certificates, or what they need")


def certify_heuristics(workspace: Workspace, options: argparse.Namespace) -> Iterator[str]:
    """Yield how each promise stands after the look, in sentences or as JSON; raises NotFound without a run."""
    store = workspace.store
    project = store.projects.named(options.project)
    person = store.projects.person(PERSON)
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
    for task in store.projects.tasks(project.project_id):
        everything = store.heuristics.all(task.task_id)
        names |= {one.name for one in everything}
        chosen = [one for one in everything if (one.enabled if options.all else one.name == options.name)]
        chosen = [one for one in chosen if store.runs.last(one.heuristic_id, finished=True) is not None]
        question = Question(options.target, options.confidence)
        if options.by_label:
            for heuristic in chosen:
                certify_labels(store, heuristic, task, question, person)
        else:
            certify(store, chosen, question, person)
        rows += [row for one in chosen for row in _rows(workspace, task, one, question, by_label=options.by_label)]
    if options.name is not None and options.name not in names:
        raise unknown_name("heuristic", options.name, names)
    if not rows:
        raise NotFound("No heuristic has a finished run yet.", f"Run them with: run --project {project.name!r} --all.")
    if options.json:
        yield json.dumps(rows, indent=2, allow_nan=False, default=str)
        return
    yield from map(_sentence, rows)


def _rows(
    workspace: Workspace, task: Task, heuristic: Heuristic, question: Question, *, by_label: bool
) -> Iterator[dict[str, Any]]:
    labels = [(label.label_id, label.name) for label in task.labels] if by_label else [(question.label_id, None)]
    for label_id, name in labels:
        stands = standing(workspace.store, heuristic, Question(question.target, question.confidence, label_id))
        assert stands is not None
        yield {
            "heuristic": heuristic.name,
            "label": name,
            "target": question.target,
            "confidence": question.confidence,
            "certificate": _certificate(stands),
            "mark": stands.mark,
            "next_look": stands.look_no,
            "needs_at_least": stands.needed,
            "has": stands.available,
        }


def _certificate(stands: Standing) -> dict[str, Any] | None:
    """Return what a certificate says; ids of the database are left out."""
    if stands.certified is None:
        return None
    hidden = ("certificate_id", "task_id", "heuristic_id", "label_id", "target", "confidence", "n_changed")
    return {name: value for name, value in asdict(stands.certified).items() if name not in hidden}


def _sentence(row: dict[str, Any]) -> str:
    of = f"{row['heuristic']}, {row['label'] or 'all labels'}"
    certificate = row["certificate"]
    if certificate is None:
        return (
            f"{of}: no threshold can promise {row['target']:.2f}. Another look needs at least {row['needs_at_least']} "
            f"kept labels, all right, and has {row['has']}."
        )
    mark = f" ({row['mark']})" if row["mark"] else ""
    return (
        f"{of}: at {certificate['threshold']:.2f} precision is at least {row['target']:.2f} with "
        f"{100 * row['confidence']:g} % confidence, {certificate['method']} (look {certificate['look_no']}, "
        f"n = {certificate['n_kept']}){mark}"
    )
