"""Embeddings of tokens, which extraction tasks learn from: only texts without vectors go to a worker process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.chunks import iter_token_chunks
from al_core.embedders.jobs import EmbedJob, embed_texts
from al_core.embedders.token_choice import best_for_tokens, resolve_for_tokens
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.store.token_vectors import TokenRecords
from al_core.types import Attribute, Embedding, Job, Person, Project
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.workspace import Workspace

RECORDS_AT_ONCE = 1_024  # of which the vectors are copied together


@dataclass(frozen=True, slots=True)
class _Known:
    """Token vectors by text: `shas` [m] sorted, with where each text begins in `vectors` [N, dim] and ends."""

    shas: NDArray[np.bytes_]
    begins: NDArray[np.int64]
    counts: NDArray[np.int64]
    vectors: NDArray[np.float16]


def embed_tokens(workspace: Workspace, project: Project, attribute: Attribute, model: str, person: Person) -> Job:
    """Return the job that computes an attribute's missing token vectors.

    `model` is a name, a folder, or "" for the best that can run here. Raises InvalidInput for one that cannot.
    """
    chosen = model or best_for_tokens()
    reason = resolve_for_tokens(chosen).available()
    if reason:
        raise InvalidInput(f"The model {chosen!r} cannot be used here: {reason}")
    embedding = workspace.store.embeddings.ensure(project.project_id, attribute, "extraction", chosen)
    return workspace.jobs.start(
        "embed",
        embedding.name,
        lambda context: _embed(workspace.store, embedding, chosen, context),
        key=f"embed:{embedding.embedding_id}",
        project_id=project.project_id,
        person=person,
    )


def _embed(store: Store, embedding: Embedding, model: str, context: JobContext) -> int:
    """Return how many texts were computed anew."""
    record_nos, shas = store.records.shas(embedding.attribute_id)
    if len(record_nos) == 0:
        raise InvalidInput("The project has no records yet.", "Import a file first.")
    context.progress(0.0, "looking for known texts")
    model_sha = resolve_for_tokens(model).model_sha()
    known = _known(store, embedding, model_sha)
    distinct = np.unique(shas)
    have = np.concatenate([one.shas for one in known]) if known else distinct[:0]
    missing = distinct[~np.isin(distinct, have)]
    staging = store.embeddings.staging(embedding)
    if len(missing):
        known += _compute(store, embedding, model, missing, staging, context)
    context.progress(0.96, "storing")
    records = TokenRecords(record_nos, shas, _counts(shas, known))
    dim = max(one.vectors.shape[1] for one in known)
    store.token_vectors.put(embedding, records, _blocks(shas, known), dim=dim, model_sha=model_sha)
    shutil.rmtree(staging)
    return len(missing)


def _known(store: Store, embedding: Embedding, model_sha: str) -> list[_Known]:
    found = []
    for file in store.embeddings.same_model(embedding.model, embedding.granularity):
        if file.model_sha == model_sha:
            tokens = store.token_vectors.of(file)
            found.append(_sorted(file.shas, tokens.counts, np.load(file.path, mmap_mode="r")))
    return found


def _sorted(shas: NDArray[np.bytes_], counts: NDArray[np.int64], vectors: NDArray[np.float16]) -> _Known:
    order = np.argsort(shas, kind="stable")
    return _Known(shas[order], (np.cumsum(counts) - counts)[order], counts[order], vectors)


def _compute(
    store: Store, embedding: Embedding, model: str, missing: NDArray[np.bytes_], staging: Path, context: JobContext
) -> list[_Known]:
    texts = staging / "texts.parquet"
    store.records.write_texts(embedding.attribute_id, [sha.decode() for sha in missing], texts)
    embed_texts(
        EmbedJob(model, texts, staging / "chunks"),
        on_progress=lambda fraction, message: context.progress(0.95 * fraction, message),
        on_start=lambda pid: context.on_cancel(killer(pid), pid),
        tokens=True,
    )
    context.child_ended()
    context.check()
    return [_sorted(shas, counts, vectors) for shas, counts, vectors in iter_token_chunks(staging / "chunks")]


def _places(wanted: NDArray[np.bytes_], one: _Known) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of the `wanted` texts a source has, and their places in it."""
    if not len(one.shas):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    place = np.minimum(np.searchsorted(one.shas, wanted), len(one.shas) - 1)
    rows = np.flatnonzero(one.shas[place] == wanted)
    return rows, place[rows]


def _counts(shas: NDArray[np.bytes_], known: Sequence[_Known]) -> NDArray[np.int64]:
    counts = np.zeros(len(shas), dtype=np.int64)
    for one in known:
        rows, places = _places(shas, one)
        counts[rows] = one.counts[places]
    return counts


def _blocks(shas: NDArray[np.bytes_], known: Sequence[_Known]) -> Iterator[NDArray[np.float16]]:
    """Yield the token vectors of some records at a time, in their order."""
    dim = max(one.vectors.shape[1] for one in known)
    for start in range(0, len(shas), RECORDS_AT_ONCE):
        wanted = shas[start : start + RECORDS_AT_ONCE]
        counts = _counts(wanted, known)
        begins = np.cumsum(counts) - counts
        block = np.zeros((int(counts.sum()), dim), dtype=np.float16)
        for one in known:
            rows, places = _places(wanted, one)
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                source = one.begins[place]
                block[begins[row] : begins[row] + counts[row]] = one.vectors[source : source + counts[row]]
        yield block
