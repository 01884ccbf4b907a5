"""The files that cross the border for extraction: token labels going in, a label and a confidence a token coming out.

All arrays are raw and checked: the result was written by code that nobody trusts. Nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from al_core.sandbox import frames

JOB_MAGIC = b"ALTAG\x00\x00\x01"
RESULT_MAGIC = b"ALTOK\x00\x00\x01"
JOB_LENGTHS = struct.Struct("<8sQqqq")  # magic, header bytes, training records, their tokens, records to predict
RESULT_LENGTHS = struct.Struct("<8sQQ")  # magic, header bytes, tokens
TOKEN_BYTES = 2 + 1 + 4 + 4
OUTSIDE = -1  # the number of no label


@dataclass(frozen=True, slots=True)
class TagJob:
    """What a child gets to know: code, its own training labels, and the records to predict (None = all).

    `labels` [N] number `names`, OUTSIDE in no span, token by token of the records `train_rows`; `begins` [N] says
    where spans start. `margins` asks for the margin between the two likeliest labels, where the tagger knows it.
    """

    source: str
    names: tuple[str, ...]
    train_rows: NDArray[np.int64]
    labels: NDArray[np.int16]
    begins: NDArray[np.bool_]
    predict_rows: NDArray[np.int64] | None
    margins: bool
    seed: int
    word_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokenTags:
    """What a tagger said of N tokens: label numbers (OUTSIDE in no span), where spans begin, confidence, margin.

    `margin` [N] is the confidence itself where the tagger does not know it.
    """

    label: NDArray[np.int16]
    begins: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    margin: NDArray[np.float32]


def write_job(descriptor: int, job: TagJob) -> None:
    """Return nothing; writes `job` to an empty file."""
    known = {"source": job.source, "names": job.names, "seed": job.seed, "margins": job.margins}
    header = json.dumps(known | {"word_lists": dict(job.word_lists)}).encode()
    n_predict = frames.ALL_ROWS if job.predict_rows is None else len(job.predict_rows)
    predict_rows = np.empty(0, np.int64) if job.predict_rows is None else job.predict_rows
    lengths = JOB_LENGTHS.pack(JOB_MAGIC, len(header), len(job.train_rows), len(job.labels), n_predict)
    arrays = (
        job.train_rows.astype("<i8"),
        job.labels.astype("<i2"),
        job.begins.astype("|u1"),
        predict_rows.astype("<i8"),
    )
    for part in (lengths, header, *(array.tobytes() for array in arrays)):
        frames.write_all(descriptor, part)


def is_tag_job(descriptor: int) -> bool:
    """Return whether the file holds a job for a tagger of tokens."""
    return os.pread(descriptor, len(JOB_MAGIC), 0) == JOB_MAGIC


def read_job(descriptor: int) -> TagJob:
    """Return the job that the app wrote to this file."""
    _, n_header, n_train, n_tokens, n_predict = JOB_LENGTHS.unpack(os.pread(descriptor, JOB_LENGTHS.size, 0))
    header = json.loads(frames.read_at(descriptor, n_header, JOB_LENGTHS.size))
    widths = (n_train * 8, n_tokens * 2, n_tokens, max(n_predict, 0) * 8)
    begins = np.cumsum([JOB_LENGTHS.size + n_header, *widths])
    raw = [frames.read_at(descriptor, width, int(at)) for width, at in zip(widths, begins, strict=False)]
    return TagJob(
        source=header["source"],
        names=tuple(header["names"]),
        train_rows=np.frombuffer(raw[0], "<i8"),
        labels=np.frombuffer(raw[1], "<i2"),
        begins=np.frombuffer(raw[2], "|u1") != 0,
        predict_rows=None if n_predict == frames.ALL_ROWS else np.frombuffer(raw[3], "<i8"),
        margins=bool(header["margins"]),
        seed=int(header["seed"]),
        word_lists=header["word_lists"],
    )


def write_tags(descriptor: int, tags: TokenTags) -> None:
    """Return nothing; writes a whole result to an empty file."""
    header = b"{}      "
    columns = (
        tags.label.astype("<i2"),
        tags.begins.astype("|u1"),
        tags.confidence.astype("<f4"),
        tags.margin.astype("<f4"),
    )
    lengths = RESULT_LENGTHS.pack(RESULT_MAGIC, len(header), len(tags.label))
    for part in (lengths, header, *(column.tobytes() for column in columns)):
        frames.write_all(descriptor, part)


def read_tags(descriptor: int, *, n_tokens: int, n_labels: int) -> TokenTags | frames.Failure | None:
    """Return the result that a dead child left, None if it left nothing; raises BadFrame."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return None
    if os.pread(descriptor, len(RESULT_MAGIC), 0) != RESULT_MAGIC:
        # a failure has the form that learners' failures have
        failure = frames.read_result(descriptor, rows=0, labels=())
        return failure if isinstance(failure, frames.Failure) else None
    if size < RESULT_LENGTHS.size:
        raise frames.BadFrame(f"it has only {size} bytes")
    _, n_header, found = RESULT_LENGTHS.unpack(os.pread(descriptor, RESULT_LENGTHS.size, 0))
    if found != n_tokens or n_header > frames.HEADER_LIMIT:
        raise frames.BadFrame(f"it speaks of {found} tokens where {n_tokens} were asked for")
    if size != RESULT_LENGTHS.size + n_header + n_tokens * TOKEN_BYTES:
        raise frames.BadFrame(f"its {size} bytes do not fit {n_tokens} tokens")
    raw = frames.read_at(descriptor, n_tokens * TOKEN_BYTES, RESULT_LENGTHS.size + n_header)
    tags = TokenTags(
        label=np.frombuffer(raw, "<i2", n_tokens, 0),
        begins=np.frombuffer(raw, "|u1", n_tokens, 2 * n_tokens) != 0,
        confidence=np.frombuffer(raw, "<f4", n_tokens, 3 * n_tokens),
        margin=np.frombuffer(raw, "<f4", n_tokens, 7 * n_tokens),
    )
    _check(tags, n_labels)
    return tags


def _check(tags: TokenTags, n_labels: int) -> None:
    """Raise BadFrame for labels or confidences that cannot be."""
    if not len(tags.label):
        return
    if not OUTSIDE <= int(tags.label.min()) <= int(tags.label.max()) < n_labels:
        raise frames.BadFrame("it gives labels that the task does not have")
    for values in (tags.confidence, tags.margin):
        if not (float(values.min()) >= 0 and float(values.max()) <= 1):  # min and max of nan are nan
            raise frames.BadFrame("a confidence lies outside of 0 and 1")
