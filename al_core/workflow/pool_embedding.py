"""Pool features of a project: made of the vectors and texts that are there, extended as rows come, then made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.jobs import PoolJob, make_pool_features
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.types import Embedding
from al_core.workflow.jobs import JobContext
from al_core.workflow.vector_sources import Source, by_text, filler

MOST_NEW = 0.2  # with a larger share of texts that were not there when it was fitted, it is fitted anew


def make_pool(
    store: Store, embedding: Embedding, base: VectorFile, context: JobContext, on_start: Callable[[int], None]
) -> tuple[Path, int]:
    """Return (the vectors now in force, how many texts were computed): pool features over the vectors of `base`.

    Only texts without features are computed while at most a fifth of all are new to what was fitted; otherwise it is
    fitted on all texts and everything computed. Raises InvalidInput while texts lack a vector of the base model.
    """
    record_nos, shas = store.records.shas(embedding.attribute_id)
    distinct = np.unique(shas)
    if not np.isin(distinct, base.shas).all():
        raise InvalidInput(f"{base.embedding.name} lacks some vectors.", "Compute its missing vectors first.")
    folder = store.embeddings.fit_folder(embedding)
    fits = must_fit(folder, base.model_sha, distinct)
    known = [] if fits else _known(store, embedding, folder)
    missing = distinct[~np.isin(distinct, np.concatenate([texts for texts, _, _ in known] or [distinct[:0]]))]
    model_sha = "" if fits else _fitted_sha(folder)
    if len(missing) or not known:
        job = PoolJob(
            texts=folder / "texts.parquet",
            n=len(missing),
            vectors=base.path,
            shas=base.path.with_suffix(".shas.npy"),
            folder=folder,
            base_sha=base.model_sha,
            fits=fits,
        )
        store.records.write_texts(embedding.attribute_id, [sha.decode() for sha in missing], job.texts)
        tell = lambda fraction, message: context.progress(0.9 * fraction, message)  # noqa: E731
        model_sha = make_pool_features(job, on_progress=tell, on_start=on_start)
        context.child_ended()
        context.check()
        known.append(by_text(np.load(folder / "out.sha.npy"), np.load(folder / "out.npy", mmap_mode="r")))
    dim = known[0][2].shape[1]
    context.progress(0.92, "storing")
    path = store.embeddings.put(embedding, record_nos, shas, filler(shas, known), dim=dim, model_sha=model_sha)
    for name in ("out.npy", "out.sha.npy", "texts.parquet"):
        (folder / name).unlink(missing_ok=True)
    return path, len(missing)


def must_fit(folder: Path, base_sha: str, distinct: NDArray[np.bytes_]) -> bool:
    """Return whether nothing is fitted here yet, or for another model, or more than a fifth of the texts are new."""
    noted = folder / "fit.json"
    if not noted.is_file() or json.loads(noted.read_text())["base_sha"] != base_sha:
        return True
    fitted = np.load(folder / "fitted.npy", mmap_mode="r")
    return bool(len(distinct)) and float((~np.isin(distinct, fitted)).mean()) > MOST_NEW


def _fitted_sha(folder: Path) -> str:
    return str(json.loads((folder / "fit.json").read_text())["model_sha"])


def _known(store: Store, embedding: Embedding, folder: Path) -> list[Source]:
    file = store.embeddings.vectors(embedding)
    if file is None or file.model_sha != _fitted_sha(folder):
        return []
    return [by_text(np.asarray(file.shas), np.load(file.path, mmap_mode="r"))]
