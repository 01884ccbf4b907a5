"""A job's files and limits, checked before anything starts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from al_core.errors import InvalidInput
from al_core.execution import ApplyFunction, FitPredict, FitTag, Work
from al_core.sandbox import frames, function_frames, token_frames

MOST_FILES = 32  # open files fit into one message
MOST_SPANS_ON_AVERAGE = 64  # of a labeling function, a record
HEADER_BYTES = 1 << 20  # more than any result's header needs


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows to predict, and the most bytes that the result can have."""

    predicted: int
    result_bytes: int


def shape_of(job: Work) -> Shape:
    """Return the job's sizes; raises InvalidInput when its parts do not fit each other."""
    if isinstance(job, FitTag):
        return _shape_of_tags(job)
    return _shape_of_votes(job) if isinstance(job, ApplyFunction) else check(job)


def check(job: FitPredict) -> Shape:
    """Return the sizes of a learner's job; raises InvalidInput when its parts do not fit each other."""
    if not job.vectors:
        raise InvalidInput("The job names no vectors.", "Compute an embedding first.")
    if len(vector_files(job)) > MOST_FILES:
        raise InvalidInput(f"{len(job.vectors)} embeddings are named.", f"Use {MOST_FILES // 3} at most.")
    lengths = {_n_rows(path) for path in job.vectors}
    if len(lengths) != 1:
        raise InvalidInput(f"The vector files have {sorted(lengths)} rows.", "Compute the shorter embedding again.")
    n_rows = lengths.pop()
    if len(job.train_rows) != len(job.train_labels):
        raise InvalidInput(f"{len(job.train_rows)} training rows have {len(job.train_labels)} labels.")
    if len(job.train_rows) == 0 and not job.around.starts_from_names:
        raise InvalidInput("There are no labels to learn from.", "Label some records first.")
    for rows in (job.train_rows, job.predict_rows):
        if rows is not None and len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < n_rows:
            raise InvalidInput(f"A row beyond the {n_rows} vectors is named.", "Compute the embedding again.")
    predicted = n_rows if job.predict_rows is None else len(job.predict_rows)
    result_bytes = predicted * len(job.possible_classes) * 4 + HEADER_BYTES
    return Shape(predicted, result_bytes)


def _shape_of_votes(job: ApplyFunction) -> Shape:
    if not job.labels:
        raise InvalidInput("The task has no labels.", "Add one on the Project page.")
    each = MOST_SPANS_ON_AVERAGE if job.attribute else len(job.labels) if job.several else 1
    return Shape(job.n_records, job.n_records * (1 + each * function_frames.VOTE_BYTES) + HEADER_BYTES)


def _shape_of_tags(job: FitTag) -> Shape:
    if not job.vectors or len(job.vectors) >= MOST_FILES:
        raise InvalidInput(f"{len(job.vectors)} embeddings are named.", f"Use 1 to {MOST_FILES - 1}.")
    offsets = np.load(job.offsets, allow_pickle=False)
    for path in job.vectors:
        if _n_rows(path) != offsets[-1]:
            raise InvalidInput(f"{path.name} has {_n_rows(path)} tokens, not {offsets[-1]}.", "Compute it again.")
    rows = np.arange(len(offsets) - 1) if job.predict_rows is None else job.predict_rows
    for named in (job.train_rows, rows):
        if len(named) and not 0 <= int(named.min()) <= int(named.max()) < len(offsets) - 1:
            raise InvalidInput(f"A record beyond {len(offsets) - 1} is named.", "Compute the embedding again.")
    counts = np.diff(offsets)
    if int(counts[job.train_rows].sum()) != len(job.labels):
        raise InvalidInput(f"{len(job.labels)} labels are given for {counts[job.train_rows].sum()} tokens.")
    n_tokens = int(counts[rows].sum())
    return Shape(n_tokens, n_tokens * token_frames.TOKEN_BYTES + HEADER_BYTES)


def _n_rows(path: Path) -> int:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        hint = "Compute the embedding again."
        raise InvalidInput(f"The vectors {path.name} cannot be read: {error}.", hint) from error
    if array.ndim != 2 or array.dtype not in (np.float16, np.float32):
        raise InvalidInput(f"{path.name} holds {array.dtype} {array.shape}.", "It must be float32 [n, dim].")
    return len(array)


def vector_files(job: Work) -> tuple[Path, ...]:
    """Return the files of vectors that a job works on, then those of label names and of the pool's sample."""
    if isinstance(job, FitPredict):
        return (*job.vectors, *job.around.label_vectors, *job.around.pool_sample)
    if isinstance(job, FitTag):
        return (*job.vectors, job.offsets)
    return ()


def write_job(descriptor: int, job: Work) -> None:
    """Return nothing; writes what the child gets to know of `job` to an empty file."""
    if isinstance(job, ApplyFunction):
        function_frames.write_job(descriptor, function_job(job))
    elif isinstance(job, FitTag):
        names = (one.name for one in fields(token_frames.TagJob))
        token_frames.write_job(descriptor, token_frames.TagJob(**{name: getattr(job, name) for name in names}))
    else:
        frames.write_job(descriptor, for_child(job))


def function_job(job: ApplyFunction) -> function_frames.FunctionJob:
    """Return what the child gets to know of a labeling function's job."""
    names = (one.name for one in fields(function_frames.FunctionJob))
    return function_frames.FunctionJob(**{name: getattr(job, name) for name in names})


def for_child(job: FitPredict) -> frames.Job:
    """Return what the child gets to know of a learner's job."""
    rows = np.asarray(job.train_rows, np.int64)
    told = job.around
    around = frames.Around(
        told.label_names, len(told.label_vectors), len(told.pool_sample), told.views, several=told.several
    )
    return frames.Job(job.source, rows, job.train_labels, job.predict_rows, job.seed, around, job.word_lists)


def limits_for_child(job: Work, shape: Shape) -> Mapping[str, float]:
    """Return the limits by name, as the warm process wants them."""
    return {
        "seconds": job.limits.seconds,
        "memory_mib": job.limits.memory_mib,
        "scratch_mib": job.limits.scratch_mib,
        "result_bytes": shape.result_bytes,
    }


def opened(files: ExitStack, path: Path) -> int:
    """Return `path` open for reading until `files` closes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    files.callback(os.close, descriptor)
    return descriptor


def unnamed(files: ExitStack) -> int:
    """Return an empty file without a name, in memory where the system can, until `files` closes."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("run", os.MFD_CLOEXEC)
        files.callback(os.close, descriptor)
        return descriptor
    return files.enter_context(tempfile.TemporaryFile()).fileno()
