"""Vectors of public sets by the packaged model, computed once and kept in `build/bench`."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from al_core.embedders import resolve
from benchmarks.figures import ROOT, benchmark_set

MODEL = "all-MiniLM-L6-v2"
CACHE = ROOT / "build" / "bench"


def labelled_vectors(name: str, most: int = 6000) -> tuple[NDArray[np.float32], NDArray[np.int64]] | None:
    """Return (vectors [n, dim], label numbers [n]) of a classification set, as `labelled_set` chooses them."""
    found = labelled_set(name, most)
    if found is None:
        return None
    _, vectors, labels = found
    return vectors, np.unique(labels, return_inverse=True)[1].astype(np.int64)


def labelled_set(name: str, most: int = 6000) -> tuple[list[str], NDArray[np.float32], list[str]] | None:
    """Return (texts [n], vectors [n, dim], labels [n]) of a classification set; None where the set is absent.

    Equal texts are kept once, so that no record is labelled and unlabelled at a time; of more than `most` records
    a fixed random part is taken.
    """
    path = benchmark_set(name)
    if path is None:
        return None
    table = pq.read_table(path, columns=["text", "label"]).to_pydict()
    by_text = dict(zip(table["text"], table["label"], strict=True))
    everything = sorted(by_text)
    chosen = np.sort(np.random.default_rng(0).permutation(len(everything))[:most])
    texts = [everything[place] for place in chosen]
    cached = CACHE / f"{name}-{MODEL}-{len(chosen)}.npy"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(cached, resolve(MODEL).embed(texts, lambda *_: None))
    return texts, np.load(cached), [by_text[text] for text in texts]
