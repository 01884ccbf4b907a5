"""Records like a record or like a typed text: exact search in an embedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import resolve
from al_core.embedders.exploring import embed_text, known_text
from al_core.errors import InvalidInput, NotFound
from al_core.learning.duplicates import SAME
from al_core.learning.neighbours import nearest
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.store.landscape import CONFLICT, NOTHING, SEVERAL
from al_core.types import Embedding, Job, Person, Project, Task
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.workspace import Workspace

LONGEST_TEXT = 20_000  # characters of a typed text; models read far less
LONGEST_SHOWN = 400  # characters of a neighbour's text


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A record near the one asked about. `label` is the id of its truth, or NOTHING, SEVERAL, CONFLICT of the store.

    `label` is None without a truth; `says_the_same` marks near-duplicates.
    """

    record_no: int
    cosine: float
    text: str
    label: int | None
    says_the_same: bool


def searchable(store: Store, project: Project, task: Task | None = None) -> tuple[Embedding, ...]:
    """Return the embeddings with one vector a record, those of the task's attribute first, the newest first."""
    attribute_id = task.attribute.attribute_id if task else None
    found = [
        one for one in store.embeddings.all(project.project_id) if one.granularity == "classification" and one.n_vectors
    ]
    return tuple(sorted(found, key=lambda one: one.attribute_id != attribute_id))


def near_record(store: Store, embedding: Embedding, task: Task | None, record_no: int, k: int) -> tuple[Neighbour, ...]:
    """Return the `k` records most similar to a record, the nearest first.

    Raises NotFound where the record has no vector.
    """
    file = vectors_of(store, embedding)
    row = int(np.searchsorted(file.record_nos, record_no))
    if row >= len(file.record_nos) or file.record_nos[row] != record_no:
        raise NotFound(
            f"Record {record_no} has no vector in {embedding.name}.",
            "Compute missing vectors on the Project page, or choose another record.",
        )
    query = np.asarray(np.load(file.path, mmap_mode="r")[row])
    return _search(store, file, task, query, k, without=row)


def near_text(
    workspace: Workspace, embedding: Embedding, task: Task | None, text: str, k: int
) -> tuple[Neighbour, ...] | None:
    """Return the `k` records most similar to a text; None while its vector is not known: see `embed_typed`."""
    file = vectors_of(workspace.store, embedding)
    query = known_text(workspace.store.embeddings.typed_texts(embedding), checked_text(text), file.model_sha)
    return None if query is None else _search(workspace.store, file, task, query, k)


def embed_typed(workspace: Workspace, project: Project, embedding: Embedding, text: str, person: Person) -> Job:
    """Return the job that computes a typed text's vector with the embedding's model, in a worker process.

    Raises InvalidInput for a model that reads all texts of a project together and so knows no single one.
    """
    clean = checked_text(text)
    embedder = resolve(embedding.model)
    reason = embedder.available()
    if reason:
        raise InvalidInput(f"The model {embedding.model!r} cannot be used here: {reason}")
    if embedder.fits_corpus:
        raise InvalidInput(
            f"{embedding.name} is made from all texts of the project together, a typed one has no place in it.",
            "Search from a record, or choose another embedding.",
        )
    file = vectors_of(workspace.store, embedding)
    return workspace.jobs.start(
        "search",
        "Text to search with",
        lambda context: _embed_typed(workspace.store, file, clean, context),
        key=typed_key(embedding, clean),
        project_id=project.project_id,
        person=person,
    )


def typed_key(embedding: Embedding, text: str) -> str:
    """Return the key of the job that embeds a typed text."""
    return f"typed:{embedding.embedding_id}:{text.strip()}"


def checked_text(text: str) -> str:
    """Return a typed text without blanks around it; raises InvalidInput for an empty or very long one.

    >>> checked_text(" late parcel ")
    'late parcel'
    """
    clean = text.strip()
    if not 1 <= len(clean) <= LONGEST_TEXT:
        raise InvalidInput(f"A text to search with has 1 to {LONGEST_TEXT:,} characters, this one has {len(clean):,}.")
    return clean


def _embed_typed(store: Store, file: VectorFile, text: str, context: JobContext) -> None:
    context.progress(0.0, "loading the model")
    model_sha = embed_text(
        store.embeddings.typed_texts(file.embedding),
        text,
        file.embedding.model,
        on_progress=lambda fraction, message: context.progress(0.9 * fraction, message),
        on_start=lambda pid: context.on_cancel(killer(pid), pid),
    )
    context.child_ended()
    if model_sha != file.model_sha:
        raise InvalidInput(
            f"The model {file.embedding.model!r} is not the one any more that made these vectors.",
            "Compute missing vectors on the Project page first.",
        )


def vectors_of(store: Store, embedding: Embedding) -> VectorFile:
    """Return where an embedding's vectors are; raises NotFound while there are none."""
    file = store.embeddings.vectors(embedding)
    if file is None:
        raise NotFound(f"{embedding.name} has no vectors yet.", "Compute them on the Project page.")
    return file


def present_rows(store: Store, file: VectorFile) -> NDArray[np.bool_] | None:
    """Return which rows [n] of a set of vectors are of records not deleted since; None where all are."""
    deleted = store.landscape.deleted(file.embedding.project_id)
    return ~np.isin(file.record_nos, deleted) if len(deleted) else None


def _search(
    store: Store,
    file: VectorFile,
    task: Task | None,
    query: NDArray[np.float32],
    k: int,
    without: int | None = None,
) -> tuple[Neighbour, ...]:
    vectors = np.load(file.path, mmap_mode="r")
    # the record itself is the first or, after others with the very same vector, a later one
    found = nearest(vectors, query, k if without is None else k + 1, allowed=present_rows(store, file))
    others = np.flatnonzero(found.rows != without)[:k]
    record_nos = [int(number) for number in file.record_nos[found.rows[others]]]
    texts = store.landscape.beginnings(file.embedding.attribute_id, record_nos, LONGEST_SHOWN)
    truth = truth_of(store, task, record_nos)
    return tuple(
        Neighbour(number, round(float(cosine), 4), texts.get(number, ""), truth.get(number), bool(cosine > SAME))
        for number, cosine in zip(record_nos, found.cosine[others], strict=True)
    )


def truth_of(store: Store, task: Task | None, record_nos: list[int]) -> dict[int, int]:
    """Return the label id of the truth (or NOTHING, SEVERAL, CONFLICT) of those records that have one."""
    if task is None:
        return {}
    truth = store.landscape.truth(task.task_id)
    wanted = np.isin(truth.record_no, record_nos)
    return dict(zip(truth.record_no[wanted].tolist(), truth.label[wanted].tolist(), strict=True))


def truth_names(task: Task | None) -> dict[int, str]:
    """Return what a truth is called, by label id: the task's labels, and what stands in the place of one."""
    names = {NOTHING: "nothing here", SEVERAL: "several labels", CONFLICT: "in conflict"}
    return names | {label.label_id: label.name for label in (task.labels if task else ())}
