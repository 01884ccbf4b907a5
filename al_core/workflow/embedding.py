"""Embeddings: only texts without a vector go to a worker process, everything else is reused by text and model."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import base_of, best_available, is_pool, resolve
from al_core.embedders.chunks import read_chunks
from al_core.embedders.jobs import EmbedJob, embed_texts, typical
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Attribute, Embedding, Job, Person, Project
from al_core.workflow.jobs import JobContext
from al_core.workflow.pool_embedding import make_pool
from al_core.workflow.vector_sources import Source, by_text, filler
from al_core.workflow.workspace import Workspace

WAIT_SECONDS = 0.2


def embed(workspace: Workspace, project: Project, attribute: Attribute, model: str, person: Person) -> Job:
    """Return the job that computes an attribute's missing vectors; `model` is a name, a folder, or "" for the best.

    Pool features are made of another model's vectors, which are computed first where some are missing.
    """
    chosen = model or best_available()
    embedder = resolve(chosen)
    reason = embedder.available()
    if reason:
        raise InvalidInput(f"The model {chosen!r} cannot be used here: {reason}")
    embedding = workspace.store.embeddings.ensure(project.project_id, attribute, "classification", chosen)
    work: Callable[[JobContext], int]
    if is_pool(chosen):
        work = partial(_embed_pool, workspace, project, attribute, embedding, person)
    else:
        work = partial(_embed, workspace.store, embedding, chosen, embedder.fits_corpus)
    return workspace.jobs.start(
        "embed",
        embedding.name,
        work,
        key=f"embed:{embedding.embedding_id}",
        project_id=project.project_id,
        person=person,
    )


def _embed_pool(
    workspace: Workspace,
    project: Project,
    attribute: Attribute,
    embedding: Embedding,
    person: Person,
    context: JobContext,
) -> int:
    """Return how many texts got new pool features, once the base model's vectors are there."""
    store = workspace.store
    base = store.embeddings.ensure(project.project_id, attribute, "classification", base_of(embedding.model))
    if not is_complete(store, base):
        context.progress(0.0, f"waiting for {base.name}")
        job = embed(workspace, project, attribute, base.model, person)
        while not workspace.jobs.ended(job.job_id, within=WAIT_SECONDS):
            context.check()
        workspace.jobs.wait(job.job_id)
    file = store.embeddings.vectors(base)
    assert file is not None
    path, n_new = make_pool(store, embedding, file, context, lambda pid: context.on_cancel(killer(pid), pid))
    context.progress(0.97, "choosing the records to label first")
    store_typical(store, embedding, path, store.records.shas(embedding.attribute_id)[0], context)
    return n_new


def is_complete(store: Store, embedding: Embedding) -> bool:
    """Return whether every text of an embedding's attribute has a vector of its model as it is installed now."""
    file = store.embeddings.vectors(embedding)
    if file is None or file.model_sha != resolve(embedding.model).model_sha():
        return False
    record_nos, shas = store.records.shas(embedding.attribute_id)
    return np.array_equal(file.record_nos, record_nos) and np.array_equal(file.shas, shas)


def _embed(store: Store, embedding: Embedding, model: str, fits_corpus: bool, context: JobContext) -> int:
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
        known.append(by_text(new_shas, vectors))
    dim = known[0][2].shape[1]
    context.progress(0.96, "storing")
    path = store.embeddings.put(embedding, record_nos, shas, filler(shas, known), dim=dim, model_sha=model_sha)
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
    return [by_text(file.shas, np.load(file.path, mmap_mode="r")) for file in files if file.model_sha == model_sha]


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


def killer(pid: int) -> Callable[[], None]:
    """Return a function that kills a worker process, for a job's cancel; one that ended is left alone."""

    def kill() -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    return kill
