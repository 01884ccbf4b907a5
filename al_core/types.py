"""Words of the field as frozen dataclasses: what the store remembers and the pages show.

Spans are half-open character offsets in Unicode code points. Times are UTC. Every id is an integer from
the database, except answer ids (UUIDs made by the browser) and job ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

TaskKind = Literal["single_label", "multi_label", "extraction"]
Granularity = Literal["classification", "extraction"]
Verdict = Literal["accept", "reject", "ignore", "retract"]
TruthState = Literal["single", "agreed", "adjudicated", "conflict"]
HeuristicKind = Literal["active_learner", "labeling_function", "precomputed", "merge"]
RunState = Literal["queued", "running", "finished", "not_evaluable", "failed", "cancelled"]
JobState = Literal["queued", "running", "finished", "failed", "cancelled"]
DrawnClaim = Literal["all", "random", "chosen", "unknown"]

RANDOM = "random"  # `drawn_by` of a record drawn uniformly: its blind answers are the audit sample


class TokenLabel(str):
    """The label of one token: equal to its plain name; `begins` is True where a span starts.

    >>> TokenLabel("person", begins=True) == "person"
    True
    """

    __slots__ = ("begins",)
    begins: bool

    def __new__(cls, name: str, *, begins: bool = False) -> TokenLabel:
        """Return the label `name`."""
        label = super().__new__(cls, name)
        label.begins = begins
        return label


OUTSIDE = TokenLabel("OUTSIDE")  # the label of a token in no span


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who labels; a name is all there is to it."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Project:
    """One data set with its tasks, records, embeddings and heuristics."""

    project_id: int
    name: str
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named value of every record; at least one of a project is text."""

    attribute_id: int
    name: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A class or span type of a task. `colour` counts the palette from 1; `key` is the key that gives it."""

    label_id: int
    name: str
    colour: int
    key: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What people and heuristics decide about one text attribute."""

    task_id: int
    project_id: int
    name: str
    kind: TaskKind
    attribute: Attribute
    labels: tuple[Label, ...]

    @property
    def granularity(self) -> Granularity:
        """Return which embeddings the task's learners use: one vector a record, or one a token."""
        return "extraction" if self.kind == "extraction" else "classification"

    def label_id(self, name: str) -> int | None:
        """Return the id of the label called `name`, or None."""
        return next((label.label_id for label in self.labels if label.name == name), None)

    def label_name(self, label_id: int) -> str:
        """Return the name of a label by id; raises KeyError for another task's id."""
        names = {label.label_id: label.name for label in self.labels}
        return names[label_id]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: `record_no` counts from 0 within its project and is never reused."""

    record_no: int
    external_id: str
    text: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelSpan:
    """A label given by an answer; for classification `start` and `end` are None."""

    label_id: int
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One act of one person on one record. Accept without labels in an extraction task = nothing here."""

    answer_id: str
    task_id: int
    record_no: int
    person_id: int
    verdict: Verdict
    labels: tuple[LabelSpan, ...] = ()
    draw_id: int | None = None
    drawn_by: str = "manual"
    probability: float | None = None
    blind: bool = True
    adjudicates: bool = False
    shown_run_id: int | None = None
    shown_label_id: int | None = None
    import_id: int | None = None
    seconds: float | None = None
    client_ts: datetime | None = None


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors for one attribute; `coverage` is the share of the project's records that have one."""

    embedding_id: int
    project_id: int
    attribute_id: int
    name: str
    granularity: Granularity
    model: str
    dim: int
    n_vectors: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Heuristic:
    """What predicts, at its newest version."""

    heuristic_id: int
    task_id: int
    name: str
    kind: HeuristicKind
    owner: str
    enabled: bool
    version_no: int
    source: str
    embedding_name: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place: a line of a source (from 1) or of a file; 0 where there is no line.

    `fix` is a text in quotes from that line on and the one that should stand there, where one is likely.
    """

    line: int
    message: str
    fix: tuple[str, str] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of one version of a heuristic; immutable once it is finished.

    `n_tuned` counts the texts that the encoders of its vectors were tuned on: their records never judge it.
    """

    run_id: int
    heuristic_id: int
    version_no: int
    state: RunState
    label_revision: int
    n_labelled: int
    pool_size: int
    method: str
    calibrator: str
    error_kind: str
    error_message: str
    error_line: int
    log: str
    started_ts: datetime
    ended_ts: datetime | None
    n_tuned: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """Long work: an import, an embedding, a run, an export; seen in every browser."""

    job_id: str
    kind: str
    title: str
    project_id: int | None
    person: str
    state: JobState
    fraction: float
    message: str
    pid: int | None
    started_ts: datetime
    ended_ts: datetime | None
