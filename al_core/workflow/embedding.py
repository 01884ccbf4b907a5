"""Embeddings: only texts without a vector go to a worker process, everything else is reused by text and model."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import best_available, resolve
from al_core.embedders.chunks import read_chunks
from al_core.embedders.jobs import EmbedJob, embed_texts, typical
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Attribute, Embedding, Job, Person, Project
from al_core.workflow.jobs import JobContext
from al_core.workflow.workspace import Workspace

# (sorted sha256 of texts [m], row of each in `vectors`, vectors [n, dim])
Source = tuple[NDArray[np.bytes_], NDArray[np.int64], NDArray[np.float32]]


def embed(workspace: Workspace, project: Project, attribute: Attribute, model: str, person: Person) -> Job:
    """Return the job that computes an attribute's missing vectors; `model` is a name, a folder, or "" for the best."""
    chosen = model or best_available()
    embedder = resolve(chosen)
    reason = embedder.available()
    if reason:
        raise InvalidInput(f"The model {chosen!r} cannot be used here: {reason}")
    embedding = workspace.store.embeddings.ensure(project.project_id, attribute, "classification", chosen)
    return workspace.jobs.start(
        "embed",
        embedding.name,
        lambda context: _embed(workspace.store, embedding, chosen, fits_corpus=embedder.fits_corpus, context=context),
        key=f"embed:{embedding.embedding_id}",
        project_id=project.project_id,
        person=person,
    )


def _embed(store: Store, embedding: Embedding, model: str, *, fits_corpus: bool, context: JobContext) -> int:
    """Return how many texts were computed anew."""
    record_nos, shas = store.records.shas(embedding.attribute_id)
    if len(record_nos) == 0:
        raise InvalidInput("The project has no records yet.", "Import a file first.")
    context.progress(0.0, "looking for known texts")
    # a model fitted on the project's own texts gives other vectors when the texts change
    model_sha = "" if fits_corpus else resolve(model).model_sha()
    known = [] if fits_corpus else _known(store, embedding, model_sha)
    distinct = np.unique(shas)
    missing = distinct[~np.isin(distinct, np.concatenate([known_shas for known_shas, _, _ in known] or [distinct[:0]]))]
    if len(missing):
        staging = store.embeddings.staging(embedding)
        new_shas, vectors, model_sha = _compute(store, embedding, model, missing, staging, context)
        known.append(_sorted(new_shas, vectors))
    dim = known[0][2].shape[1]
    context.progress(0.96, "storing")
    path = store.embeddings.put(embedding, record_nos, shas, _filler(shas, known), dim=dim, model_sha=model_sha)
    shutil.rmtree(store.embeddings.staging(embedding))
    context.progress(0.97, "choosing the records to label first")
    store_typical(store, embedding, path, record_nos, context)
    return len(missing)


def store_typical(
    store: Store, embedding: Embedding, path: Path, record_nos: NDArray[np.int64], context: JobContext
) -> None:
    """Compute and store the cold-start order of an embedding, in a process of its own."""
    out = path.with_suffix(".order.npy")
    typical(path, out, on_start=lambda pid: context.on_cancel(killer(pid), pid))
    context.child_ended()
    store.embeddings.put_typical(embedding, record_nos[np.load(out)])
    out.unlink()


def _known(store: Store, embedding: Embedding, model_sha: str) -> list[Source]:
    files = store.embeddings.same_model(embedding.model, embedding.granularity)
    return [_sorted(file.shas, np.load(file.path, mmap_mode="r")) for file in files if file.model_sha == model_sha]


def _sorted(shas: NDArray[np.bytes_], vectors: NDArray[np.float32]) -> Source:
    order = np.argsort(shas)
    return shas[order], order, vectors


def _compute(
    store: Store, embedding: Embedding, model: str, missing: NDArray[np.bytes_], staging: Path, context: JobContext
) -> tuple[NDArray[np.bytes_], NDArray[np.float32], str]:
    texts = staging / "texts.parquet"
    store.records.write_texts(embedding.attribute_id, [sha.decode() for sha in missing], texts)
    result = embed_texts(
        EmbedJob(model, texts, staging / "chunks"),
        on_progress=lambda fraction, message: context.progress(0.95 * fraction, message),
        on_start=lambda pid: context.on_cancel(killer(pid), pid),
    )
    context.child_ended()
    context.check()
    shas, vectors = read_chunks(staging / "chunks")
    return shas.astype("S64"), vectors, result.model_sha


def _filler(shas: NDArray[np.bytes_], known: Sequence[Source]) -> Callable[[NDArray[np.float32], int], None]:
    def fill(rows: NDArray[np.float32], start: int) -> None:
        wanted = shas[start : start + len(rows)]
        for known_shas, known_rows, vectors in known:
            place = np.minimum(np.searchsorted(known_shas, wanted), len(known_shas) - 1)
            found = known_shas[place] == wanted
            rows[found] = vectors[known_rows[place[found]]]

    return fill


def killer(pid: int) -> Callable[[], None]:
    """Return a function that kills a worker process, for a job's cancel; one that ended is left alone."""

    def kill() -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    return kill
