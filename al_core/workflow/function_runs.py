"""Runs of labeling functions: all records in chunks, each in a process of its own; what fails on one keeps the rest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.execution import ApplyFunction, Handle, Outcome
from al_core.source import function_name
from al_core.store import Store
from al_core.store.run_results import FailedRecord, PredictedRows, no_rows
from al_core.store.values import typed
from al_core.types import Record, Task
from al_core.workflow.given_results import Standing, span_rows, standing_of, store_given, whole_rows
from al_core.workflow.jobs import JobContext
from al_core.workflow.protection import limits_of
from al_core.workflow.training import RunFailed
from al_core.workflow.underway import Underway
from al_core.workflow.word_lists import words_state

CHUNK = 10_000  # records of one process
TOLD = 10  # failures that the log names


@dataclass(frozen=True, slots=True)
class Chunk:
    """The record numbers [k] of one process, and what it said of them."""

    numbers: NDArray[np.int64]
    outcome: Outcome


def run_function(under_way: Underway) -> None:
    """Return nothing; applies the function to every record and stores its votes, and where it failed."""
    store, task, log = under_way.store, under_way.task, under_way.log
    function_name(under_way.heuristic.source)  # what cannot run is said before anything starts
    standing = standing_of(store, task)
    store.runs.start(
        under_way.run_id,
        label_revision=standing.label_revision,
        n_labelled=standing.n_labelled,
        embedding_shas=inputs_of(store, task),
    )
    log.say(f"{len(standing.numbers):,} records")
    chunks = list(_chunks(under_way, standing))
    failed = _failed(chunks)
    _say_failures(under_way, failed, len(standing.numbers))
    store_given(under_way, standing, _votes(task, chunks), "rule", failed)


def inputs_of(store: Store, task: Task) -> tuple[str, ...]:
    """Return what a labeling function's votes rest on besides its code: the records' state and the word lists."""
    return (f"import {store.values.newest_import(task.project_id)}", words_state(store, task.project_id))


def function_job(store: Store, task: Task, source: str, records: list[Record]) -> ApplyFunction:
    """Return the job that applies a source's function to records."""
    kinds, texts = store.values.kinds(task.project_id), store.values.texts(task.project_id)
    main = task.attribute.name
    lines = (json.dumps(typed(one.attributes | {main: one.text}, kinds, texts), ensure_ascii=True) for one in records)
    return ApplyFunction(
        source=source,
        function=function_name(source),
        records="\n".join(lines).encode(),
        n_records=len(records),
        text_attributes=texts,
        labels=tuple(label.name for label in task.labels),
        several=task.kind == "multi_label",
        attribute=main if task.kind == "extraction" else "",
        word_lists=store.word_lists.all(task.project_id),
        limits=limits_of(store, task.project_id),
    )


def _chunks(under_way: Underway, standing: Standing) -> Iterator[Chunk]:
    """Yield all records with what was said of them, a few processes ahead; the first failure ends the others."""
    task, numbers, context = under_way.task, standing.numbers, under_way.context
    ahead: list[tuple[NDArray[np.int64], Handle]] = []
    starts = range(0, len(numbers), CHUNK)
    for position, start in enumerate(starts):
        part = numbers[start : start + CHUNK]
        records = under_way.store.records.get(task.project_id, task.attribute.attribute_id, part.tolist())
        job = function_job(
            under_way.store, task, under_way.heuristic.source, [records[number] for number in part.tolist()]
        )
        context.check()
        handle = under_way.executor.start(
            job,
            on_log=under_way.log.say,
            on_progress=partial(_tell, context, position, len(starts)),
        )
        context.on_cancel(handle.cancel, handle.pid)
        ahead.append((part, handle))
        if len(ahead) > (os.cpu_count() or 1):
            yield _ended(under_way, ahead)
    while ahead:
        yield _ended(under_way, ahead)


def _tell(context: JobContext, done: int, n_chunks: int, share: float, message: str) -> None:
    if not context.cancelled:
        context.progress(0.9 * (done + share) / n_chunks, message or "applying")


def _ended(under_way: Underway, ahead: list[tuple[NDArray[np.int64], Handle]]) -> Chunk:
    numbers, handle = ahead.pop(0)
    outcome = handle.wait()
    if outcome.kind != "ok" or outcome.votes is None:
        for _, other in ahead:
            other.cancel()
        under_way.context.check()
        if outcome.traceback:
            under_way.log.lines.extend(outcome.traceback.rstrip().splitlines())
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    return Chunk(numbers, outcome)


def _failed(chunks: list[Chunk]) -> tuple[FailedRecord, ...]:
    found = []
    for chunk in chunks:
        assert chunk.outcome.votes is not None
        told = {one.place: one for one in chunk.outcome.votes.failures}
        for place in np.flatnonzero(chunk.outcome.votes.failed).tolist():
            one = told.get(place)
            number = int(chunk.numbers[place])
            found.append(FailedRecord(number, one.line if one else 0, one.message if one else ""))
    return tuple(found)


def _say_failures(under_way: Underway, failed: tuple[FailedRecord, ...], n_records: int) -> None:
    """Say where the function failed; raises RunFailed where that was everywhere."""
    if not failed:
        return
    first = failed[0]
    if len(failed) == n_records:
        raise RunFailed("error", f"It failed on every record. {first.message}", first.line)
    under_way.log.say(f"failed on {len(failed):,} of {n_records:,} records, which have no vote; the rest is kept")
    for one in failed[:TOLD]:
        under_way.log.say(f"  record {one.record_no}, line {one.line}: {one.message}")


def _votes(task: Task, chunks: list[Chunk]) -> PredictedRows:
    ids = np.array([label.label_id for label in task.labels], dtype=np.int64)
    said = [(chunk.numbers, chunk.outcome.votes) for chunk in chunks if chunk.outcome.votes is not None]
    if not said:
        return no_rows()
    numbers = np.concatenate([numbers[votes.place] for numbers, votes in said])
    labels = np.concatenate([ids[votes.label] for _, votes in said])
    confidence = np.concatenate([votes.confidence for _, votes in said]).astype(np.float64)
    if task.kind != "extraction":
        return whole_rows(numbers, labels, confidence)
    start, end = (np.concatenate([getattr(votes, name) for _, votes in said]) for name in ("start", "end"))
    return span_rows(numbers, labels, confidence, start.astype(np.int64), end.astype(np.int64))
