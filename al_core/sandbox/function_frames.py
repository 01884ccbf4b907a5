"""The files that cross the border for labeling functions: records going in, votes and failures coming out.

As with learners, the result was written by code that nobody trusts: every length and every value is checked.
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

JOB_MAGIC = b"ALFUN\x00\x00\x01"
RESULT_MAGIC = b"ALVOT\x00\x00\x01"
LENGTHS = struct.Struct("<8sQQQ")  # magic, header bytes, records (job: bytes of records), votes
VOTE_BYTES = 8 + 4 + 4 + 4 + 4
WHOLE = -1  # start and end of a vote on a whole record
MOST_FAILURES_TOLD = 200


@dataclass(frozen=True, slots=True)
class FunctionJob:
    """What a child gets to know: code, the function's name, and records as lines of JSON.

    `labels` are those that the function may give, `several` whether it may give more than one a record. For spans
    `attribute` is the text whose tokens they count.
    """

    source: str
    function: str
    records: bytes
    n_records: int
    text_attributes: tuple[str, ...]
    labels: tuple[str, ...]
    several: bool = False
    attribute: str = ""
    word_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """A record on which the function failed: its place among the records, the line of the code, and why."""

    place: int
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FunctionVotes:
    """What a function said of n records.

    `place` [m] ascending counts the records, `label` [m] the job's labels, `start` and `end` [m] are characters or
    WHOLE, `confidence` [m] lies within 0 and 1; `failed` bool [n], the first of them in `failures`.
    """

    place: NDArray[np.int64]
    label: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    confidence: NDArray[np.float32]
    failed: NDArray[np.bool_]
    failures: tuple[RecordFailure, ...]


def write_job(descriptor: int, job: FunctionJob) -> None:
    """Return nothing; writes `job` to an empty file."""
    names = ("source", "function", "n_records", "text_attributes", "labels", "several", "attribute", "seed")
    fields = {name: getattr(job, name) for name in names} | {"word_lists": dict(job.word_lists)}
    header = json.dumps(fields).encode()
    for part in (LENGTHS.pack(JOB_MAGIC, len(header), len(job.records), 0), header, job.records):
        frames.write_all(descriptor, part)


def is_function_job(descriptor: int) -> bool:
    """Return whether the file holds a job for a labeling function, not one for a learner."""
    return os.pread(descriptor, len(JOB_MAGIC), 0) == JOB_MAGIC


def read_job(descriptor: int) -> FunctionJob:
    """Return the job that the app wrote to this file."""
    _, n_header, n_records, _ = LENGTHS.unpack(os.pread(descriptor, LENGTHS.size, 0))
    header = json.loads(frames.read_at(descriptor, n_header, LENGTHS.size))
    records = frames.read_at(descriptor, n_records, LENGTHS.size + n_header)
    for name in ("text_attributes", "labels"):
        header[name] = tuple(header[name])
    return FunctionJob(records=records, **header)


def write_votes(descriptor: int, votes: FunctionVotes) -> None:
    """Return nothing; writes a whole result to an empty file."""
    told = [(one.place, one.line, one.message) for one in votes.failures[:MOST_FAILURES_TOLD]]
    header = json.dumps({"failures": told}).encode()
    header += b" " * (-len(header) % 8)  # so that the values after it are aligned
    lengths = LENGTHS.pack(RESULT_MAGIC, len(header), len(votes.failed), len(votes.place))
    columns = (
        votes.place.astype("<i8"),
        votes.label.astype("<i4"),
        votes.start.astype("<i4"),
        votes.end.astype("<i4"),
        votes.confidence.astype("<f4"),
        votes.failed.astype("|u1"),
    )
    for part in (lengths, header, *(column.tobytes() for column in columns)):
        frames.write_all(descriptor, part)


def read_votes(descriptor: int, job: FunctionJob) -> FunctionVotes | frames.Failure | None:
    """Return the result that a dead child left, None if it left nothing; raises BadFrame."""
    size = os.fstat(descriptor).st_size
    if size >= LENGTHS.size and os.pread(descriptor, len(RESULT_MAGIC), 0) != RESULT_MAGIC:
        # a failure has the form that learners' failures have, and says no votes
        failure = frames.read_result(descriptor, rows=0, labels=())
        return failure if isinstance(failure, frames.Failure) else None
    if size == 0:
        return None
    if size < LENGTHS.size:
        raise frames.BadFrame(f"it has only {size} bytes")
    _, n_header, n_records, n_votes = LENGTHS.unpack(os.pread(descriptor, LENGTHS.size, 0))
    if n_header > frames.HEADER_LIMIT or n_records != job.n_records:
        raise frames.BadFrame(f"it speaks of {n_records} records where {job.n_records} were given")
    if size != LENGTHS.size + n_header + n_votes * VOTE_BYTES + n_records:
        raise frames.BadFrame(f"its {size} bytes do not fit {n_votes} votes on {n_records} records")
    votes = _columns(descriptor, LENGTHS.size + n_header, n_votes, n_records, _failures(descriptor, n_header))
    _check(votes, job)
    return votes


def _columns(
    descriptor: int, start: int, n_votes: int, n_records: int, failures: tuple[RecordFailure, ...]
) -> FunctionVotes:
    raw = frames.read_at(descriptor, n_votes * VOTE_BYTES + n_records, start)
    ends = np.cumsum([0, *(n_votes * width for width in (8, 4, 4, 4, 4))]).tolist()
    return FunctionVotes(
        place=np.frombuffer(raw, "<i8", n_votes, ends[0]),
        label=np.frombuffer(raw, "<i4", n_votes, ends[1]),
        start=np.frombuffer(raw, "<i4", n_votes, ends[2]),
        end=np.frombuffer(raw, "<i4", n_votes, ends[3]),
        confidence=np.frombuffer(raw, "<f4", n_votes, ends[4]),
        failed=np.frombuffer(raw, "|u1", n_records, ends[5]) != 0,
        failures=failures,
    )


def _failures(descriptor: int, n_header: int) -> tuple[RecordFailure, ...]:
    try:
        told = json.loads(frames.read_at(descriptor, n_header, LENGTHS.size))["failures"]
        found = [RecordFailure(int(place), int(line), str(message)) for place, line, message in told]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise frames.BadFrame("its failures cannot be read") from error
    return tuple(
        RecordFailure(one.place, max(0, min(one.line, 1 << 30)), frames.printable(one.message)[:1000])
        for one in found[:MOST_FAILURES_TOLD]
    )


def _check(votes: FunctionVotes, job: FunctionJob) -> None:
    """Raise BadFrame for places, labels, offsets or confidences that cannot be."""
    if len(votes.place) and not 0 <= int(votes.place.min()) <= int(votes.place.max()) < job.n_records:
        raise frames.BadFrame("it votes on records that it was not given")
    if np.any(np.diff(votes.place) < 0):
        raise frames.BadFrame("its votes are not in the order of the records")
    if len(votes.label) and not 0 <= int(votes.label.min()) <= int(votes.label.max()) < len(job.labels):
        raise frames.BadFrame("it gives labels that the task does not have")
    if not np.all((votes.confidence >= 0) & (votes.confidence <= 1)):  # also refuses nan
        raise frames.BadFrame("a confidence lies outside of 0 and 1")
    is_whole = (votes.start == WHOLE) & (votes.end == WHOLE)
    if not np.all(is_whole if not job.attribute else (votes.start >= 0) & (votes.start < votes.end)):
        raise frames.BadFrame("the offsets of a span cannot be")
    if any(not 0 <= one.place < job.n_records for one in votes.failures):
        raise frames.BadFrame("it failed on records that it was not given")
