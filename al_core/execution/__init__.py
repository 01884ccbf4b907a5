"""Where work runs: the words that every executor shares. `local` runs on this computer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.sandbox.frames import SEPARATOR
from al_core.sandbox.function_frames import FunctionVotes, RecordFailure
from al_core.sandbox.token_frames import TokenTags

__all__ = [
    "SEPARATOR",
    "ApplyFunction",
    "Executor",
    "FitPredict",
    "FitTag",
    "FunctionVotes",
    "Handle",
    "Layer",
    "Limits",
    "OnLog",
    "OnProgress",
    "Outcome",
    "OutcomeKind",
    "RecordFailure",
    "TokenTags",
    "Work",
]

OutcomeKind = Literal["ok", "error", "timeout", "memory", "killed", "crashed", "invalid", "cancelled"]
OnLog = Callable[[str], None]
OnProgress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: wall-clock seconds, MiB of memory, MiB of scratch files, KiB of kept log."""

    seconds: float = 60.0
    memory_mib: int = 2048
    scratch_mib: int = 256
    log_kib: int = 1024


@dataclass(frozen=True, slots=True)
class LearnerContext:
    """What a learner may read beside vectors and labels; nothing of it carries an answer.

    `label_names` are all labels of the task. `label_vectors` (.npy, [labels, dim]) and `pool_sample` (.npy, [m, dim])
    have one file for each of the job's vector files, or none. `views` is 2 for pool features, else 1. A learner that
    `starts_from_names` is fitted on no label too. With `several`, a record may have any number of labels: a training
    label is then names joined by `SEPARATOR`, the learner gets an array of 0 and 1, and has a column for every label.
    """

    label_names: tuple[str, ...] = ()
    label_vectors: tuple[Path, ...] = ()
    pool_sample: tuple[Path, ...] = ()
    views: int = 1
    starts_from_names: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class FitPredict:
    """One fit and one prediction in one process of its own, which gets no other labels than these.

    `vectors` are .npy files, float32 or float16, each [n, dim]; several are concatenated column-wise in
    order. `train_rows` [m] and `predict_rows` [r] count their rows; `predict_rows` None means all n. `word_lists` are
    what `from knowledge import NAME` finds.
    """

    source: str
    vectors: tuple[Path, ...]
    train_rows: NDArray[np.int64]
    train_labels: tuple[str, ...]
    predict_rows: NDArray[np.int64] | None = None
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    around: LearnerContext = field(default_factory=LearnerContext)
    word_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def possible_classes(self) -> frozenset[str]:
        """Return what the learner may predict: the labels it is fitted on, or all where the context says so."""
        if self.around.several:
            return frozenset(self.around.label_names)
        named = self.around.label_names if self.around.starts_from_names else ()
        return frozenset(self.train_labels).union(named)


@dataclass(frozen=True, slots=True)
class ApplyFunction:
    """One labeling function applied to records, in one process of its own.

    `records` are lines of JSON, one object of attributes each; those in `text_attributes` become texts with tokens.
    `labels` are the names that the function may give, `several` whether it may give more than one a record. With an
    `attribute` it gives spans of that text. `word_lists` are what `from knowledge import NAME` finds.
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
    limits: Limits = field(default_factory=Limits)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FitTag:
    """One fit of an extractor and one prediction, in one process of its own, which gets no other labels than these.

    `vectors` are .npy files of token vectors, `offsets` the .npy file [n + 1] of where each record begins in them.
    `labels` [N] number `names`, -1 in no span, token by token of the records `train_rows`; `begins` [N] says where
    spans start. `predict_rows` None means all records; `margins` asks for margins where the tagger knows them.
    """

    source: str
    vectors: tuple[Path, ...]
    offsets: Path
    names: tuple[str, ...]
    train_rows: NDArray[np.int64]
    labels: NDArray[np.int16]
    begins: NDArray[np.bool_]
    predict_rows: NDArray[np.int64] | None = None
    margins: bool = False
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    word_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Work = FitPredict | ApplyFunction | FitTag


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job. `probabilities` float32 [rows, len(classes)], None unless `kind` is "ok".

    `votes` are what a labeling function said and `tags` what an extractor said, instead of probabilities.

    `message` is one or two sentences for a person; `line` is the line of the heuristic's source (from 1,
    0 where there is none); `traceback` begins at the heuristic's own file.
    """

    kind: OutcomeKind
    probabilities: NDArray[np.float32] | None = None
    classes: tuple[str, ...] = ()
    message: str = ""
    line: int = 0
    traceback: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    votes: FunctionVotes | None = None
    tags: TokenTags | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of protection: its name, whether it holds here, and why (not)."""

    name: str
    holds: bool
    detail: str


class Handle(Protocol):
    """A started job."""

    @property
    def pid(self) -> int | None:
        """Return the process that works on the job, or None before it started and after it ended."""

    def cancel(self) -> None:
        """Kill the job; when this returns its process is gone and the outcome is "cancelled"."""

    def wait(self, timeout: float | None = None) -> Outcome:
        """Return the outcome; raises TimeoutError when there is none after `timeout` seconds."""


class Executor(Protocol):
    """What runs jobs; several may be in flight, further ones wait their turn."""

    @property
    def tier(self) -> str:
        """Return the name of the protection that heuristics run under."""

    def start(self, job: Work, *, on_log: OnLog | None = None, on_progress: OnProgress | None = None) -> Handle:
        """Return a handle at once. `on_log` gets whole lines without their end, from another thread."""

    def describe(self) -> tuple[Layer, ...]:
        """Return every layer of protection with whether it holds on this computer."""

    def close(self) -> None:
        """Kill what runs and end the executor; it cannot be used again."""
