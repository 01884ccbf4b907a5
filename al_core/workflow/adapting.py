"""Adapting the encoder: the packaged model is tuned on a task's answers, and every text gets a vector of it.

A job of minutes in worker processes. What it makes comes into being at its end, in one go: a job that was cancelled or
cut off leaves nothing. Answers of the audit sample are held back, and the texts that were learnt from are remembered
with the model: they judge nothing that stands on it (see `al_core.store.tunings`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import POOL_SUFFIX, resolve
from al_core.embedders.chunks import iter_chunks
from al_core.embedders.jobs import EmbedJob, embed_texts
from al_core.embedders.tuning_jobs import TuneJob, tune_encoder
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Job, Person, Project, Task
from al_core.workflow.adapting_time import Course, Minutes, Phase, cost_of, expected_minutes, keep_pace, known_pace
from al_core.workflow.embedding import embed, killer, store_typical
from al_core.workflow.jobs import JobContext
from al_core.workflow.judging import ENOUGH_OTHERS
from al_core.workflow.vector_sources import by_text, filler
from al_core.workflow.workspace import Workspace

BASE = "all-MiniLM-L6-v2"
LEAST, LEAST_OF_A_LABEL = 20, 4
ENCODED = 0.95  # of the progress, when all texts have a vector


@dataclass(frozen=True, slots=True)
class Prospect:
    """What tuning on a task's answers would use, and how long it takes here; `why_not` says why it cannot be done."""

    n_used: int
    n_held_back: int
    minutes: Minutes
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A model tuned for a task, in the folder `model`.

    `n_others` records have an answer and a text that it did not learn from.
    """

    name: str
    model: str
    attribute_id: int
    n_learnt: int
    n_others: int
    person: str
    made_ts: datetime

    @property
    def is_measurable(self) -> bool:
        """Return whether there are enough other answers to judge what stands on it."""
        return self.n_others >= ENOUGH_OTHERS


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Texts [n] (SHA-256, sorted, each once) with an indicator row each [n, L]; records held back."""

    shas: NDArray[np.bytes_]
    truth: NDArray[np.int8]
    n_held_back: int


def prospect(store: Store, task: Task) -> Prospect:
    """Return what tuning the encoder on a task's answers would use and take."""
    lesson = _lesson(store, task)
    cost = cost_of(len(lesson.shas), *store.tunings.length(task.attribute.attribute_id))
    return Prospect(len(lesson.shas), lesson.n_held_back, expected_minutes(store, cost), _why_not(task, lesson))


def _lesson(store: Store, task: Task) -> _Lesson:
    """Return what may be learnt: labelled texts outside the audit sample, and not equal to any text in it."""
    record_nos, shas = store.records.shas(task.attribute.attribute_id)
    labelled = store.answers.labelled(task.task_id)
    there = np.isin(labelled.record_no, record_nos)
    numbers, audit = labelled.record_no[there], labelled.audit[there]
    texts = shas[np.searchsorted(record_nos, numbers)]
    own_no, own_label = store.judging.label_rows(task.task_id)
    columns = [np.isin(numbers, own_no[own_label == label.label_id]) for label in task.labels]
    truth = np.column_stack(columns).astype(np.int8) if columns else np.zeros((len(numbers), 0), dtype=np.int8)
    usable = ~np.isin(texts, texts[audit]) & truth.any(axis=1)
    distinct, first = np.unique(texts[usable], return_index=True)
    return _Lesson(distinct, truth[usable][first], int(audit.sum()))


def _why_not(task: Task, lesson: _Lesson) -> str:
    if task.kind == "extraction":
        return "Only the encoder of whole texts can be adapted; this task is about spans."
    counts = lesson.truth.sum(axis=0)
    if len(lesson.shas) < LEAST or (counts >= LEAST_OF_A_LABEL).sum() < 2:
        listed = ", ".join(f"{label.name} {count}" for label, count in zip(task.labels[:5], counts, strict=False))
        more = " and others" if len(task.labels) > 5 else ""
        held = f" The {lesson.n_held_back} of the audit sample are held back." if lesson.n_held_back else ""
        return (
            f"Too few answers to learn from: {len(lesson.shas)} texts ({listed}{more}).{held} Adapting needs "
            f"{LEAST}, with at least two labels of {LEAST_OF_A_LABEL} or more each."
        )
    return resolve(BASE).available()


def adapted(store: Store, project: Project) -> tuple[Adapted, ...]:
    """Return the tuned models of a project's tasks, newest first."""
    ids = {task.task_id for task in store.projects.tasks(project.project_id)}
    return tuple(
        Adapted(
            name=Path(one.model).name,
            model=one.model,
            attribute_id=one.attribute_id,
            n_learnt=one.n_records,
            n_others=store.tunings.others(one),
            person=one.person,
            made_ts=one.made_ts,
        )
        for one in store.tunings.all()
        if one.task_id in ids
    )


def adapt_key(task: Task) -> str:
    """Return the key of the job that adapts the encoder to a task."""
    return f"adapt:{task.task_id}"


def adapt(workspace: Workspace, project: Project, task: Task, person: Person) -> Job:
    """Return the job that tunes the encoder on a task's answers and embeds all texts; raises InvalidInput with why not.

    One under way is not started twice. Pool features of the new vectors are made by a job of their own after it.
    """
    why_not = prospect(workspace.store, task).why_not
    if why_not:
        raise InvalidInput(why_not)
    return workspace.jobs.start(
        "adapt",
        f"Encoder adapted to {task.name}",
        lambda context: _adapt(workspace, project, task, person, context),
        key=adapt_key(task),
        project_id=project.project_id,
        person=person,
    )


def _adapt(workspace: Workspace, project: Project, task: Task, person: Person, context: JobContext) -> str:
    """Return the name of the new embedding."""
    store = workspace.store
    folder = store.tunings.folder / f"unfinished-{context.job_id}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        lesson = _lesson(store, task)
        record_nos, shas = store.records.shas(task.attribute.attribute_id)
        cost = cost_of(len(lesson.shas), *store.tunings.length(task.attribute.attribute_id))
        course = Course(cost, known_pace(store))
        model, model_sha = _tune(store, task, lesson, folder, Followed(context, course))
        dim = _encode(store, task, np.unique(shas), folder, Followed(context, course))
        context.check()
        context.tell(ENCODED, "storing")
        keep_pace(store, course.pace())
        kept = _keep(store, model)
        learnt = [sha.decode() for sha in lesson.shas]
        store.tunings.add(task, str(kept), model_sha, learnt, person.person_id)
        embedding = store.embeddings.ensure(project.project_id, task.attribute, "classification", str(kept))
        known = [by_text(shas_of, vectors) for shas_of, vectors in iter_chunks(folder / "chunks")]
        path = store.embeddings.put(embedding, record_nos, shas, filler(shas, known), dim=dim, model_sha=model_sha)
    finally:
        shutil.rmtree(folder)
    context.tell(0.97, "choosing the records to label first")
    store_typical(store, embedding, path, record_nos, context)
    embed(workspace, project, task.attribute, embedding.model + POOL_SUFFIX, person)
    return embedding.name


@dataclass(frozen=True, slots=True)
class Followed:
    """A job and its course: progress of a phase becomes that of the whole, with the minutes that are left."""

    context: JobContext
    course: Course

    def tell(self, phase: Phase, fraction: float, message: str) -> None:
        """Show how far a phase is, 0 to 1; raises Cancelled when a person cancelled the job."""
        whole, said = self.course.told(phase, fraction, message)
        self.context.progress(ENCODED * whole, said)

    def ended(self, phase: Phase) -> None:
        """Note that the worker process of a phase has ended."""
        self.course.ended(phase)
        self.context.child_ended()

    def started(self, pid: int) -> None:
        """Name the worker process, so that a cancel ends it."""
        self.context.on_cancel(killer(pid), pid)


def _tune(store: Store, task: Task, lesson: _Lesson, folder: Path, job: Followed) -> tuple[Path, str]:
    texts = folder / "lesson.parquet"
    store.records.write_texts(task.attribute.attribute_id, [sha.decode() for sha in lesson.shas], texts)
    np.save(folder / "shas.npy", lesson.shas)
    np.save(folder / "truth.npy", lesson.truth)
    found = tune_encoder(
        TuneJob(BASE, texts, folder / "shas.npy", folder / "truth.npy", folder),
        on_progress=lambda fraction, message: job.tell("learning", fraction, message),
        on_start=job.started,
    )
    job.ended("learning")
    return found


def _encode(store: Store, task: Task, distinct: NDArray[np.bytes_], folder: Path, job: Followed) -> int:
    """Return how many numbers a vector has, once all texts have one in `folder`/chunks."""
    texts = folder / "texts.parquet"
    store.records.write_texts(task.attribute.attribute_id, [sha.decode() for sha in distinct], texts)
    found = embed_texts(
        EmbedJob(str(folder / "model"), texts, folder / "chunks"),
        on_progress=lambda fraction, message: job.tell("encoding", fraction, message),
        on_start=job.started,
    )
    job.ended("encoding")
    return found.dim


def _keep(store: Store, model: Path) -> Path:
    """Return the folder in which a finished model stays, under the next free number."""
    taken = [int(path.name.removeprefix("adapted-")) for path in store.tunings.folder.glob("adapted-*")]
    return model.rename(store.tunings.folder / f"adapted-{max(taken, default=0) + 1}")
