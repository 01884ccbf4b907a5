"""The two files that cross the border: the job going in and the result coming out.

Both are a magic, lengths, a small JSON header and raw arrays. The result was written by code that nobody
trusts: whoever reads it checks every length and every value, and never unpickles.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

JOB_MAGIC = b"ALJOB\x00\x00\x01"
RESULT_MAGIC = b"ALRES\x00\x00\x01"
JOB_LENGTHS = struct.Struct("<8sQqq")  # magic, header bytes, training rows, prediction rows (-1 = all)
RESULT_LENGTHS = struct.Struct("<8sQQQ")  # magic, header bytes, rows, columns
HEADER_LIMIT = 1 << 20
TEXT_LIMIT = 64 << 10
ALL_ROWS = -1
SEPARATOR = "\x1f"  # between the labels of a record that has several


@dataclass(frozen=True, slots=True)
class Around:
    """What a learner may read beside its labels: all labels' names, and how many of its files hold what.

    The last `n_pool_sample` files of vectors are the pool's sample, the `n_label_vectors` before them the label names.
    With `several`, a training label is any number of names joined by SEPARATOR.
    """

    label_names: tuple[str, ...] = ()
    n_label_vectors: int = 0
    n_pool_sample: int = 0
    views: int = 1
    several: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What a child gets to know: code, its own training labels and the rows to predict (None = all)."""

    source: str
    train_rows: NDArray[np.int64]
    train_labels: tuple[str, ...]
    predict_rows: NDArray[np.int64] | None
    seed: int
    around: Around = Around()
    word_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a child says about its own failure: `kind` is "error", "memory" or "invalid"."""

    kind: str
    message: str
    line: int = 0
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Success:
    """Probabilities float32 [rows, len(classes)], finite and within [0, 1]."""

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]


class BadFrame(ValueError):
    """A result that cannot be believed; the message says what is wrong with it."""


def write_job(descriptor: int, job: Job) -> None:
    """Return nothing; writes `job` to an empty file."""
    known = {"source": job.source, "labels": job.train_labels, "seed": job.seed, "around": asdict(job.around)}
    header = json.dumps(known | {"word_lists": dict(job.word_lists)}).encode()
    n_predict = ALL_ROWS if job.predict_rows is None else len(job.predict_rows)
    predict_rows = np.empty(0, np.int64) if job.predict_rows is None else job.predict_rows
    lengths = JOB_LENGTHS.pack(JOB_MAGIC, len(header), len(job.train_rows), n_predict)
    for part in (lengths, header, job.train_rows.astype("<i8").tobytes(), predict_rows.astype("<i8").tobytes()):
        write_all(descriptor, part)


def read_job(descriptor: int) -> Job:
    """Return the job that the app wrote to this file."""
    _, n_header, n_train, n_predict = JOB_LENGTHS.unpack(os.pread(descriptor, JOB_LENGTHS.size, 0))
    at = JOB_LENGTHS.size
    header = json.loads(read_at(descriptor, n_header, at))
    train_rows = np.frombuffer(read_at(descriptor, n_train * 8, at + n_header), "<i8")
    predict_rows = None
    if n_predict != ALL_ROWS:
        predict_rows = np.frombuffer(read_at(descriptor, n_predict * 8, at + n_header + n_train * 8), "<i8")
    around = Around(**{**header["around"], "label_names": tuple(header["around"]["label_names"])})
    told = (header["seed"], around, header["word_lists"])
    return Job(header["source"], train_rows, tuple(header["labels"]), predict_rows, *told)


def begin_result(descriptor: int, classes: tuple[str, ...], rows: int) -> None:
    """Return nothing; starts a result of `rows` rows, whose float32 values follow by `write_all`."""
    header = json.dumps({"classes": classes}).encode()
    header += b" " * (-len(header) % 8)  # so that the values after it are aligned
    _start_over(descriptor)
    write_all(descriptor, RESULT_LENGTHS.pack(RESULT_MAGIC, len(header), rows, len(classes)) + header)


def write_failure(descriptor: int, failure: Failure) -> None:
    """Return nothing; replaces whatever the file holds by a failure."""
    header = json.dumps({"failure": asdict(failure)}).encode()
    _start_over(descriptor)
    write_all(descriptor, RESULT_LENGTHS.pack(RESULT_MAGIC, len(header), 0, 0) + header)


def read_result(descriptor: int, *, rows: int, labels: Collection[str]) -> Success | Failure | None:
    """Return the result that a dead child left, None if it left nothing; raises BadFrame.

    `rows` is the number of rows asked for and `labels` are all that a class may be called.
    """
    size = os.fstat(descriptor).st_size
    if size == 0:
        return None
    if size < RESULT_LENGTHS.size:
        raise BadFrame(f"it has only {size} bytes")
    magic, n_header, n_rows, n_columns = RESULT_LENGTHS.unpack(os.pread(descriptor, RESULT_LENGTHS.size, 0))
    if magic != RESULT_MAGIC:
        raise BadFrame("it does not begin as a result does")
    if n_header > HEADER_LIMIT or RESULT_LENGTHS.size + n_header > size:
        raise BadFrame("its header is too long")
    header = _read_header(descriptor, n_header)
    if "failure" in header:
        return _checked_failure(header["failure"])
    classes = _checked_classes(header.get("classes"), labels)
    if (n_rows, n_columns) != (rows, len(classes)):
        raise BadFrame(f"it has shape ({n_rows}, {n_columns}) where ({rows}, {len(classes)}) was asked for")
    start = RESULT_LENGTHS.size + n_header
    if size != start + rows * len(classes) * 4:
        raise BadFrame(f"its {size} bytes do not fit its shape ({n_rows}, {n_columns})")
    return Success(classes, _checked_values(descriptor, start, (rows, len(classes))))


def _read_header(descriptor: int, n_header: int) -> dict[str, object]:
    try:
        header = json.loads(read_at(descriptor, n_header, RESULT_LENGTHS.size))
    except (ValueError, RecursionError) as error:
        raise BadFrame("its header cannot be read") from error
    if not isinstance(header, dict):
        raise BadFrame("its header is not an object")
    return header


def _checked_failure(given: object) -> Failure:
    if not isinstance(given, dict) or given.get("kind") not in ("error", "memory", "invalid"):
        raise BadFrame("it names an unknown kind of failure")
    texts = [given.get(name) for name in ("kind", "message", "traceback")]
    line = given.get("line")
    if not all(isinstance(text, str) for text in texts) or not isinstance(line, int) or not 0 <= line < 1 << 31:
        raise BadFrame("its failure is malformed")
    kind, message, traceback = (printable(str(text))[:TEXT_LIMIT] for text in texts)
    return Failure(kind, message, int(line), traceback)


def _checked_classes(given: object, labels: Collection[str]) -> tuple[str, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
        raise BadFrame("it names no classes")
    known = set(labels)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise BadFrame(f"it names a class {unknown[0][:100]!r} that is not among the labels it was given")
    if len(set(given)) != len(given):
        raise BadFrame("it names a class twice")
    return tuple(given)


def _checked_values(descriptor: int, start: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return a read-only view of the file's values: the file has no name and its only writer is dead."""
    if shape[0] == 0:
        return np.empty(shape, np.float32)
    values = np.frombuffer(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ), "<f4", offset=start)
    low, high = float(values.min()), float(values.max())  # min and max of NaN are NaN
    if not (low >= 0 and high <= 1):
        raise BadFrame(f"its values lie between {low:g} and {high:g}, not between 0 and 1")
    return values.reshape(shape)


def printable(text: str) -> str:
    r"""Return `text` with control characters, but for tab and newline, shown as U+FFFD.

    >>> printable("a\x1b[31mb") == "a\ufffd[31mb"
    True
    """
    return "".join(c if (c >= " " and not "\x7f" <= c <= "\x9f") or c in "\t\n" else "\ufffd" for c in text)


def write_all(descriptor: int, part: bytes | memoryview) -> None:
    """Return nothing; writes every byte of `part`, in pieces if need be."""
    view = memoryview(part).cast("B")
    while len(view):
        view = view[os.write(descriptor, view[: 1 << 24]) :]


def read_at(descriptor: int, n_bytes: int, at: int) -> bytes:
    """Return `n_bytes` from offset `at`, fewer at the end of the file. Passed descriptors share their position."""
    parts = []
    while n_bytes > 0 and (part := os.pread(descriptor, min(n_bytes, 1 << 24), at)):
        parts.append(part)
        n_bytes, at = n_bytes - len(part), at + len(part)
    return b"".join(parts)


def _start_over(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
