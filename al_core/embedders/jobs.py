"""The parent's side of an embedding job: start a worker, follow it, say what came of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from al_core.embedders.child import run_module
from al_core.embedders.chunks import write_json

Progress = Callable[[float, str], None]
Started = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class EmbedJob:
    """Texts to embed: `texts` is a JSONL or Parquet file with columns sha and text, one row per distinct text.

    `folder` receives the chunks (see `al_core.embedders.chunks`) and may hold those of a cancelled job, which
    are kept. For an embedder with `fits_corpus` the file must hold the whole corpus.
    """

    model: str
    texts: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class EmbedResult:
    """What a finished job left: `n` texts have vectors of `dim` numbers, `n_new` of them computed just now."""

    model_sha: str
    dim: int
    n: int
    n_new: int


def embed_texts(job: EmbedJob, *, on_progress: Progress, on_start: Started, tokens: bool = False) -> EmbedResult:
    """Return what a worker process made of `job`; the vectors, of each of the `tokens` if so, are in `job.folder`.

    `on_start` gets the worker's process id; killing it ends the work, and chunks that it finished are
    reused by the next call. `on_progress` gets a fraction from 0 to 1 and a line for people. Raises
    JobFailed with the worker's error or last lines.
    """
    job.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (job.folder / "done.json").unlink(missing_ok=True)
    job_file = job.folder / "job.json"
    write_json(job_file, {"model": job.model, "texts": str(job.texts.resolve()), "folder": str(job.folder.resolve())})

    def on_report(values: Mapping[str, Any]) -> None:
        on_progress(values["fraction"], values["message"])

    run_module(
        "al_core.embedders.token_worker" if tokens else "al_core.embedders.worker",
        [str(job_file.resolve())],
        log=job.folder / "worker.log",
        on_start=on_start,
        on_report=on_report,
    )
    return EmbedResult(**json.loads((job.folder / "done.json").read_text()))


@dataclass(frozen=True, slots=True)
class PoolJob:
    """Pool features to make: of the `n` distinct texts in the file `texts`, from `vectors` (.npy) of texts `shas`.

    `folder` keeps what was fitted and receives out.npy and out.sha.npy; see `al_core.embedders.pool_worker`. `fits`:
    fit anew on these texts, which are then all there are. `base_sha` is the SHA-256 of the vectors' model.
    """

    texts: Path
    n: int
    vectors: Path
    shas: Path
    folder: Path
    base_sha: str
    fits: bool


def make_pool_features(job: PoolJob, *, on_progress: Progress, on_start: Started) -> str:
    """Return the SHA-256 of what was fitted, once a worker process has made the features of `job`; raises JobFailed.

    `on_start` gets the worker's process id, `on_progress` a fraction from 0 to 1 and a line for people.
    """
    paths = {name: str(getattr(job, name).resolve()) for name in ("texts", "vectors", "shas", "folder")}
    job_file = job.folder / "job.json"
    write_json(job_file, {**paths, "n": job.n, "base_sha": job.base_sha, "fit": int(job.fits)})
    run_module(
        "al_core.embedders.pool_worker",
        [str(job_file.resolve())],
        log=job.folder / "worker.log",
        on_start=on_start,
        on_report=lambda values: on_progress(values["fraction"], values["message"]),
    )
    return str(json.loads((job.folder / "fit.json").read_text())["model_sha"])


def typical(vectors: Path, out: Path, *, seed: int = 0, on_start: Started = lambda pid: None) -> None:
    """Write the cold-start order of the rows of `vectors` (.npy, [n, dim]) to `out` (.npy, int32 row numbers).

    Computed in a process of its own, so that scikit-learn never loads in the server. Rows that are not
    finite (records without a vector) are left out. Raises JobFailed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        run_module(
            "al_core.embedders.typical",
            [str(vectors.resolve()), str(out.resolve()), str(seed)],
            log=Path(scratch) / "worker.log",
            on_start=on_start,
            on_report=lambda values: None,
        )
