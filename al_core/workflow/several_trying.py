"""Trying a learner of several labels on ten records: the labels that are likelier than not, beside people's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from al_core.execution import SEPARATOR, FitPredict
from al_core.source import read_settings
from al_core.types import Heuristic
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.label_meaning import learner_context
from al_core.workflow.protection import limits_of
from al_core.workflow.several_runs import several_set
from al_core.workflow.training import NotEvaluable, RunFailed
from al_core.workflow.word_lists import imported_lists
from al_core.workflow.workspace import Workspace

NO_LABEL = "no label"
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class TriedLabels:
    """One record of a look: the labels found and people's in words, and how sure the least sure of them is."""

    record_no: int
    text: str
    said: str
    confidence: float
    truth: str | None


def try_several(
    workspace: Workspace, heuristic: Heuristic, n: int, seconds: float, *, seed: int, context: JobContext
) -> tuple[TriedLabels, ...]:
    """Return `n` records that a learner was tried on, half of them labelled ones held back from the fit."""
    store, task = workspace.store, workspace.store.projects.task(heuristic.task_id)
    settings = read_settings(heuristic.source)
    known = several_set(store, task, heuristic, settings)
    around, _ = learner_context(store, task, settings, known.files, lambda pid: context.on_cancel(killer(pid), pid))
    context.child_ended()
    rng = np.random.default_rng(seed)
    held = rng.permutation(len(known.rows))[: min(n // 2, len(known.rows) // 3)]
    fit_on = np.setdiff1d(np.arange(len(known.rows)), held)
    varies = (known.truth[fit_on] != known.truth[fit_on[:1]]).any()  # False of no record
    if not varies and not around.starts_from_names:
        raise NotEvaluable("All labelled records have the same labels.", "Label some more, then try again.")
    unlabelled = np.setdiff1d(np.arange(len(known.record_nos)), known.rows)
    rows = np.concatenate([known.rows[held], rng.permutation(unlabelled)[: n - len(held)]])
    names = np.array(known.names, dtype=object)
    handle = workspace.executor.start(
        FitPredict(
            source=heuristic.source,
            vectors=tuple(file.path for file in known.files),
            train_rows=known.rows[fit_on],
            train_labels=tuple(SEPARATOR.join(names[row == 1]) for row in known.truth[fit_on]),
            predict_rows=rows,
            limits=replace(limits_of(store, task.project_id), seconds=seconds),
            around=replace(around, several=True),
            word_lists=imported_lists(store, task.project_id, heuristic.source),
        )
    )
    context.on_cancel(handle.cancel, handle.pid)
    outcome = handle.wait()
    context.check()
    if outcome.kind != "ok" or outcome.probabilities is None:
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    numbers = known.record_nos[rows].tolist()
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    truths = [", ".join(names[row == 1]) or NO_LABEL for row in known.truth[held]]
    return tuple(
        TriedLabels(number, records[number].text, *likely(known.names, row), truths[i] if i < len(truths) else None)
        for i, (number, row) in enumerate(zip(numbers, outcome.probabilities, strict=True))
    )


def likely(names: Sequence[str], probabilities: ArrayLike) -> tuple[str, float]:
    """Return the labels likelier than not, in words, and the probability that the least sure label is as said.

    >>> likely(["late", "rude"], [0.75, 0.25]), likely(["late", "rude"], [0.25, 0.125])
    (('late', 0.75), ('no label', 0.75))
    """
    found = np.asarray(probabilities, dtype=np.float64)
    said = found >= LIKELY
    words = ", ".join(name for name, is_said in zip(names, said, strict=True) if is_said)
    return words or NO_LABEL, float(np.min(found[said] if said.any() else 1 - found))
