"""The parent's side of workers that look at vectors which are there: the map, near-duplicates, one typed text."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.child import run_module
from al_core.embedders.chunks import read_chunks
from al_core.embedders.jobs import EmbedJob, Progress, Started, embed_texts

KEPT_TEXTS = 50  # typed texts whose vectors are kept, the newest


def lay_out(
    vectors: Path, rows: NDArray[np.int64], *, seed: int, on_progress: Progress, on_start: Started
) -> NDArray[np.float32]:
    """Return a point [m, 2] in 0 .. 1 for each of `rows` [m] of the matrix in `vectors`, made by a worker process.

    Raises JobFailed.
    """
    found: NDArray[np.float32] = _worked("mapping", vectors, rows, [str(seed)], on_progress, on_start)
    return found


def group(vectors: Path, rows: NDArray[np.int64], *, on_progress: Progress, on_start: Started) -> NDArray[np.int64]:
    """Return for each of `rows` [m] the row that begins its group of near-duplicates, found by a worker process.

    Raises JobFailed.
    """
    found: NDArray[np.int64] = _worked("grouping", vectors, rows, [], on_progress, on_start)
    return found


def _worked(
    worker: str,
    vectors: Path,
    rows: NDArray[np.int64],
    more: Sequence[str],
    on_progress: Progress,
    on_start: Started,
) -> NDArray[Any]:
    with tempfile.TemporaryDirectory() as scratch:
        wanted, out = Path(scratch) / "rows.npy", Path(scratch) / "out.npy"
        np.save(wanted, rows)
        run_module(
            f"al_core.embedders.{worker}",
            [str(vectors.resolve()), str(wanted), str(out), *more],
            log=Path(scratch) / "worker.log",
            on_start=on_start,
            on_report=lambda values: on_progress(values["fraction"], values["message"]),
        )
        found: NDArray[Any] = np.load(out, allow_pickle=False)
    return found


def known_text(folder: Path, text: str, model_sha: str) -> NDArray[np.float32] | None:
    """Return the vector [dim] that `embed_text` left in `folder` for a text, or None; one of another model is none."""
    place = _place(folder, text)
    done = place / "done.json"
    if not done.is_file() or json.loads(done.read_text("utf-8"))["model_sha"] != model_sha:
        return None
    _, vectors = read_chunks(place)
    vector: NDArray[np.float32] = vectors[0]
    return vector


def embed_text(folder: Path, text: str, model: str, *, on_progress: Progress, on_start: Started) -> str:
    """Return the SHA-256 of the model that gave a text its vector, which is kept in `folder` with the newest others.

    Raises JobFailed with the worker's error.
    """
    place = _place(folder, text)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    row = {"sha": _sha(text), "text": text}
    (place / "texts.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    result = embed_texts(EmbedJob(model, place / "texts.jsonl", place), on_progress=on_progress, on_start=on_start)
    newest_first = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT_TEXTS:]:
        shutil.rmtree(old)
    return result.model_sha


def _place(folder: Path, text: str) -> Path:
    return folder / _sha(text)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
