"""Texts of a project that say the same: found as a job, listed with what people said about each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from al_core.embedders.exploring import group
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.types import Embedding, Job, Person, Project, Task
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.similar import LONGEST_SHOWN, present_rows, truth_of, vectors_of
from al_core.workflow.workspace import Workspace

MOST_RECORDS = 200_000  # every pair is compared: some minutes on one core, and four times that for twice as many
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Records that say the same: numbers, the first one's text, and the ids of the labels that they have.

    `contradicts`: the same text has different truths; `n_unlabelled` of the records have none.
    """

    record_nos: tuple[int, ...]
    text: str
    labels: tuple[int, ...]
    n_unlabelled: int

    @property
    def contradicts(self) -> bool:
        """Return whether records that say the same have different truths."""
        return len(self.labels) > 1


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of near-duplicates, contradictory ones first, then the largest; `n` counts those that are not shown too.

    `n_spare` records could go without a text being lost.
    """

    shown: tuple[Group, ...]
    n: int
    n_spare: int


def find_near_duplicates(workspace: Workspace, project: Project, embedding: Embedding, person: Person) -> Job:
    """Return the job that compares all records with each other; raises InvalidInput for more than 200,000."""
    file = vectors_of(workspace.store, embedding)
    if len(file.record_nos) > MOST_RECORDS:
        raise InvalidInput(
            f"{len(file.record_nos):,} records are too many to compare each with each, {MOST_RECORDS:,} can be.",
            "Open a record and look at the similar ones.",
        )
    return workspace.jobs.start(
        "duplicates",
        f"Near-duplicates in {embedding.name}",
        lambda context: _find(workspace.store, file, context),
        key=duplicates_key(embedding),
        project_id=project.project_id,
        person=person,
    )


def duplicates_key(embedding: Embedding) -> str:
    """Return the key of the job that finds an embedding's near-duplicates."""
    return f"duplicates:{embedding.embedding_id}"


def _find(store: Store, file: VectorFile, context: JobContext) -> None:
    context.progress(0.0, "reading the vectors")
    present = present_rows(store, file)
    rows = np.arange(len(file.record_nos)) if present is None else np.flatnonzero(present)
    first = group(
        file.path,
        rows,
        on_progress=lambda fraction, message: context.progress(0.98 * fraction, message),
        on_start=lambda pid: context.on_cancel(killer(pid), pid),
    )
    context.child_ended()
    _, place, size = np.unique(first, return_inverse=True, return_counts=True)
    shared = size[place] > 1
    pairs = np.stack([file.record_nos[first[shared]], file.record_nos[rows[shared]]], axis=1)
    store.embeddings.put_beside(file, "groups", pairs.astype(np.int64))


def near_duplicates(store: Store, embedding: Embedding, task: Task | None) -> Groups | None:
    """Return the groups of near-duplicates, or None while the embedding's present vectors were not looked at."""
    pairs = store.embeddings.beside(vectors_of(store, embedding), "groups")
    if pairs is None:
        return None
    pairs = pairs[~np.isin(pairs[:, 1], store.landscape.deleted(embedding.project_id))]
    members: dict[int, list[int]] = {}
    for first, record_no in pairs.tolist():
        members.setdefault(first, []).append(record_no)
    several = [tuple(sorted(numbers)) for numbers in members.values() if len(numbers) > 1]
    truth = truth_of(store, task, [number for numbers in several for number in numbers])
    bare = [_group(numbers, truth) for numbers in several]
    bare.sort(key=lambda one: (not one.contradicts, -len(one.record_nos), one.record_nos))
    texts = store.landscape.beginnings(
        embedding.attribute_id, [one.record_nos[0] for one in bare[:SHOWN]], LONGEST_SHOWN
    )
    shown = [
        Group(one.record_nos, texts.get(one.record_nos[0], ""), one.labels, one.n_unlabelled) for one in bare[:SHOWN]
    ]
    return Groups(tuple(shown), len(bare), sum(len(numbers) - 1 for numbers in several))


def _group(record_nos: tuple[int, ...], truth: dict[int, int]) -> Group:
    labels = tuple(sorted({truth[number] for number in record_nos if number in truth}))
    return Group(record_nos, "", labels, sum(number not in truth for number in record_nos))
