"""Child side: one job from its descriptors to its result, in a process that does nothing else."""

from __future__ import annotations

import math
import mmap
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from multiprocessing.context import BaseContext
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy as np
from joblib.parallel import ThreadingBackend  # type: ignore[import-untyped]
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from al_core.contract import listen_to_progress
from al_core.sandbox import (
    frames,
    function_frames,
    functions,
    learner,
    progress,
    several,
    tagger,
    token_frames,
    tracebacks,
)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Open files of one job, passed by the app."""

    job: int
    result: int
    progress: int
    vectors: tuple[int, ...]


def run(descriptors: Descriptors, lock: Callable[[], None]) -> None:
    """Return nothing; runs the job and writes its result. `lock` gives up every right before foreign code runs."""
    if function_frames.is_function_job(descriptors.job):
        _run_function(descriptors, lock)
        return
    if token_frames.is_tag_job(descriptors.job):
        _run_tagger(descriptors, lock)
        return
    job = frames.read_job(descriptors.job)
    os.close(descriptors.job)
    files = [_mapped(descriptor) for descriptor in descriptors.vectors]
    _prepare(job, descriptors)
    lock()
    with _failures_written(descriptors.result, job.source):
        _fit_predict(job, files, descriptors.result)


def _run_function(descriptors: Descriptors, lock: Callable[[], None]) -> None:
    job = function_frames.read_job(descriptors.job)
    os.close(descriptors.job)
    _prepare(job, descriptors)
    lock()
    with _failures_written(descriptors.result, job.source):
        function_frames.write_votes(descriptors.result, functions.apply(job))


def _run_tagger(descriptors: Descriptors, lock: Callable[[], None]) -> None:
    job = token_frames.read_job(descriptors.job)
    os.close(descriptors.job)
    *parts, offsets = [_mapped(descriptor) for descriptor in descriptors.vectors]
    matrix = tagger.TokenMatrix(parts, offsets.astype(np.int64))
    _prepare(job, descriptors)
    lock()
    with _failures_written(descriptors.result, job.source):
        token_frames.write_tags(descriptors.result, tagger.run_job(job, matrix))


def _prepare(job: frames.Job | function_frames.FunctionJob | token_frames.TagJob, descriptors: Descriptors) -> None:
    _settle(job.seed)
    tagger.offer_sequencelearn()
    listen_to_progress(progress.teller(descriptors.progress))
    tracebacks.remember_source(job.source)
    functions.offer_word_lists(job.word_lists)


@contextmanager
def _failures_written(result: int, source: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:  # sys.exit and KeyboardInterrupt, too, are the heuristic's doing
        frames.write_failure(result, tracebacks.explain(error, source))


def _fit_predict(job: frames.Job, files: list[NDArray[np.floating[Any]]], result: int) -> None:
    n_vectors = len(files) - job.around.n_label_vectors - job.around.n_pool_sample
    matrix = learner.Matrix(files[:n_vectors])
    model = learner.load_learner(job.source)
    learner.look_around(model, job.around, files[n_vectors:])
    embeddings, labels = matrix.take(job.train_rows), job.train_labels
    n_rows = matrix.n_rows if job.predict_rows is None else len(job.predict_rows)
    if job.around.several:
        known = several.fit(model, embeddings, labels, job.around.label_names)
        frames.begin_result(result, known.names, n_rows)
        for part in matrix.chunks(job.predict_rows):
            frames.write_all(result, several.predict(model, known, part).data)
        return
    classes = learner.fit(model, embeddings, labels)
    frames.begin_result(result, classes, n_rows)
    for part in matrix.chunks(job.predict_rows):
        frames.write_all(result, learner.predict(model, classes, part).data)


def _mapped(descriptor: int) -> NDArray[np.floating[Any]]:
    """Return the array in an .npy file [n, dim], mapped privately: writing to it changes only this process's pages.

    The header is parsed from the map, because a passed descriptor shares its position with other runs.
    """
    mapped = mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    os.close(descriptor)
    head = BytesIO(mapped[: 1 << 12])
    version = npy_format.read_magic(head)
    read_header = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    shape, _, dtype = read_header(head)
    return np.frombuffer(mapped, dtype, count=math.prod(shape), offset=head.tell()).reshape(shape)


def _settle(seed: int) -> None:
    """Make runs repeatable, and parallel estimators use threads: processes are denied here."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))  # noqa: NPY002 - heuristics without random_state draw from the global generator
    for name, lock in (("Lock", threading.Lock), ("RLock", threading.RLock)):
        # locks between processes need shared memory, which is denied; a process that cannot fork needs none
        setattr(BaseContext, name, lambda _, lock=lock: lock())
    for name in ("loky", "multiprocessing"):
        joblib.register_parallel_backend(name, ThreadingBackend)
    joblib.register_parallel_backend("threading", ThreadingBackend, make_default=True)
