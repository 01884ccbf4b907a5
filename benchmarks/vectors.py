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
    """Return (vectors [n, dim], label numbers [n]) of a classification set; None where the set is absent.

    Equal texts are kept once, so that no record is labelled and unlabelled at a time; of more than `most` records
    a fixed random part is taken.
    """
    path = benchmark_set(name)
    if path is None:
        return None
    table = pq.read_table(path, columns=["text", "label"]).to_pydict()
    by_text = dict(zip(table["text"], table["label"], strict=True))
    texts = sorted(by_text)
    chosen = np.sort(np.random.default_rng(0).permutation(len(texts))[:most])
    names = sorted(set(by_text.values()))
    labels = np.array([names.index(by_text[texts[place]]) for place in chosen], dtype=np.int64)
    cached = CACHE / f"{name}-{MODEL}-{len(chosen)}.npy"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        vectors = resolve(MODEL).embed([texts[place] for place in chosen], lambda *_: None)
        np.save(cached, vectors)
    return np.load(cached), labels
