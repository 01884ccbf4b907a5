"""Trying an extractor on ten records: what it finds in them, beside what people found where they did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from al_core.execution import FitTag
from al_core.source import read_settings
from al_core.types import Heuristic, Task
from al_core.workflow.jobs import JobContext
from al_core.workflow.protection import limits_of
from al_core.workflow.span_results import found_spans
from al_core.workflow.span_training import span_training, texts_of
from al_core.workflow.training import NotEvaluable, RunFailed
from al_core.workflow.word_lists import imported_lists
from al_core.workflow.workspace import Workspace

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class TriedSpans:
    """One record of a look: the spans found and people's in words, the smallest confidence (1 without a span)."""

    record_no: int
    text: str
    said: str
    confidence: float
    truth: str | None


def try_spans(
    workspace: Workspace, heuristic: Heuristic, n: int, seconds: float, *, seed: int, context: JobContext
) -> tuple[TriedSpans, ...]:
    """Return `n` records that an extractor was tried on, half of them labelled ones held back from the fit."""
    store, task = workspace.store, workspace.store.projects.task(heuristic.task_id)
    training = span_training(store, task, heuristic, read_settings(heuristic.source))
    if not len(training.true):
        raise NotEvaluable("There is no span to learn from yet.", "Mark some, then try again.")
    rng = np.random.default_rng(seed)
    held = rng.permutation(len(training.rows))[: min(n // 2, len(training.rows) // 3)]
    fit_on = np.setdiff1d(np.arange(len(training.rows)), held)
    unlabelled = np.setdiff1d(np.flatnonzero(training.fresh), training.rows)
    rows = np.concatenate([training.rows[held], rng.permutation(unlabelled)[: n - len(held)]])
    label, begins = training.labels_of(fit_on)
    job = FitTag(
        source=heuristic.source,
        vectors=tuple(one.file.path for one in training.tokens),
        offsets=training.tokens[0].offsets_path,
        names=training.names,
        train_rows=training.rows[fit_on],
        labels=label,
        begins=begins,
        predict_rows=rows,
        limits=replace(limits_of(store, task.project_id), seconds=seconds),
        word_lists=imported_lists(store, task.project_id, heuristic.source),
    )
    handle = workspace.executor.start(job)
    context.on_cancel(handle.cancel, handle.pid)
    outcome = handle.wait()
    context.check()
    if outcome.kind != "ok" or outcome.tags is None:
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    numbers = training.record_nos[rows]
    texts = texts_of(store, task, numbers)
    found = found_spans(outcome.tags, training.counts[rows], numbers, texts, training.label_ids)
    tried = []
    for place, (number, text) in enumerate(zip(numbers.tolist(), texts, strict=True)):
        one = found.only(found.record == place)
        spans = list(zip(one.label_id.tolist(), one.start.tolist(), one.end.tolist(), strict=True))
        truth = in_words(task, text, sorted(training.truth[number])) if place < len(held) else None
        tried.append(TriedSpans(number, text, in_words(task, text, spans), float(one.raw.min(initial=1.0)), truth))
    return tuple(tried)


def in_words(task: Task, text: str, spans: Iterable[tuple[int, int, int]]) -> str:
    """Return spans (label id, start, end) as people read them, in the order of the text.

    >>> from al_core.types import Attribute, Label
    >>> task = Task(1, 1, "entities", "extraction", Attribute(1, "text", True), (Label(7, "city", 1, "1"),))
    >>> in_words(task, "ship to Lyon", [(7, 8, 12)]), in_words(task, "ship", [])
    ('Lyon: city', 'nothing')
    """
    ordered = sorted(spans, key=lambda span: span[1])
    return ", ".join(f"{text[start:end]}: {task.label_name(label)}" for label, start, end in ordered) or NOTHING
