"""The worker that makes pool features: `python -m al_core.embedders.pool_worker FD JOBFILE`.

It fits on at most 50,000 texts and applies the result in pieces, so a million rows need no more memory than that.
The folder named in the job keeps what was fitted (texts that come later get features that belong to the others):

fit.json     model_sha of what was fitted, base_sha
fit.*.npy    centres, landmarks, axes of words
fitted.npy   the texts it was fitted for, S64, sorted: they tell how many are new
out.npy      float32 [n, dim], the features of this job's texts
out.sha.npy  these texts' SHA-256 in hex, S64 [n]; written last
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import SHA_DTYPE, write_durably, write_json
from al_core.embedders.pool import pool_recipe
from al_core.embedders.words import WordFeatures, fit_words
from al_core.embedders.worker import read_texts
from al_core.errors import InvalidInput
from al_core.learning.pool_features import PoolFeatures, fit_pool_features

MOST_FITTED = 50_000
PIECE = 2_048
_SEED = 0


class BaseVectors:
    """The base model's vectors by text, read through mmap: `vectors` [m, d] with `shas` [m]."""

    def __init__(self, vectors: Path, shas: Path) -> None:
        self.vectors = np.load(vectors, mmap_mode="r", allow_pickle=False)
        named = np.load(shas, allow_pickle=False)
        self.order = np.argsort(named, kind="stable")
        self.sorted = named[self.order]

    def of(self, shas: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 [n, d] for texts; raises InvalidInput where one has no vector."""
        wanted = np.array(shas, dtype=SHA_DTYPE)
        place = np.minimum(np.searchsorted(self.sorted, wanted), max(len(self.sorted) - 1, 0))
        if len(wanted) and (not len(self.sorted) or not (self.sorted[place] == wanted).all()):
            raise InvalidInput("Some texts have no vector of the base model.", "Compute its missing vectors first.")
        return np.asarray(self.vectors[self.order[place]], dtype=np.float32)


def run_job(report: Report, arguments: Sequence[str]) -> None:
    """Fit where the job says so, then write the features of the job's texts."""
    job = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder, texts = Path(job["folder"]), Path(job["texts"])
    base = BaseVectors(Path(job["vectors"]), Path(job["shas"]))
    (folder / "out.sha.npy").unlink(missing_ok=True)
    if job["fit"]:
        report({"fraction": 0.0, "message": "learning the project's words"})
        _fit(texts, base, folder, job["base_sha"])
    _apply(texts, base, folder, report, int(job["n"]))


def _fit(texts: Path, base: BaseVectors, folder: Path, base_sha: str) -> None:
    (folder / "fit.json").unlink(missing_ok=True)
    everything = np.sort(np.array([sha for sha, _ in read_texts(texts)], dtype=SHA_DTYPE))
    rng = np.random.default_rng(_SEED)
    many = len(everything) > MOST_FITTED
    chosen = set((rng.choice(everything, MOST_FITTED, replace=False) if many else everything).tolist())
    sample = sorted((sha, text) for sha, text in read_texts(texts) if sha.encode() in chosen)
    shas = np.array([sha for sha, _ in sample], dtype=SHA_DTYPE)
    words = fit_words([text for _, text in sample])
    features, _ = fit_pool_features(base.of([*shas.astype(str)]), words.apply([text for _, text in sample]), rng)
    words.save(folder / "fit")
    _save(folder / "fit.vectors.npy", features.vector_centre)
    _save(folder / "fit.words.npy", features.word_centre)
    _save(folder / "fit.landmarks.npy", features.landmarks)
    _save(folder / "fit.landmark_shas.npy", shas[features.landmark_rows])
    _save(folder / "fit.sizes.npy", np.array([features.plain_size, features.smooth_size]))
    _save(folder / "fitted.npy", everything)
    digest = hashlib.sha256(pool_recipe(base_sha).encode() + everything.tobytes()).hexdigest()
    write_json(folder / "fit.json", {"model_sha": digest, "base_sha": base_sha})


def _apply(texts: Path, base: BaseVectors, folder: Path, report: Report, n: int) -> None:
    words = WordFeatures.load(folder / "fit")
    landmark_shas = np.load(folder / "fit.landmark_shas.npy", allow_pickle=False)
    features = _load(folder)
    landmark = {sha.decode(): place for place, sha in enumerate(landmark_shas)}
    shas = np.zeros(n, dtype=SHA_DTYPE)
    shape = (n, 2 * features.width)
    out = np.lib.format.open_memmap(folder / "out.npy", mode="w+", dtype=np.float32, shape=shape)
    rows = read_texts(texts)
    for start in range(0, n, PIECE):
        piece = list(itertools.islice(rows, PIECE))
        names = [sha for sha, _ in piece]
        own = np.array([landmark.get(name, -1) for name in names], dtype=np.int64)
        reduced = words.apply([text for _, text in piece])
        out[start : start + len(piece)] = features.apply(base.of(names), reduced, own)
        shas[start : start + len(piece)] = names
        done = start + len(piece)
        report({"fraction": 0.3 + 0.7 * done / n, "message": f"{done:,} of {n:,} texts"})
    out.flush()
    _save(folder / "out.sha.npy", shas)


def _load(folder: Path) -> PoolFeatures:
    vectors, words, landmarks, sizes = (
        np.load(folder / f"fit.{name}.npy", allow_pickle=False) for name in ("vectors", "words", "landmarks", "sizes")
    )
    rows = np.zeros(0, dtype=np.int64)  # known by their texts here
    return PoolFeatures(vectors, words, landmarks, rows, float(sizes[0]), float(sizes[1]))


def _save(path: Path, array: NDArray[np.generic]) -> None:
    write_durably(path, lambda file: np.save(file, array, allow_pickle=False))


if __name__ == "__main__":
    run_child(run_job)
