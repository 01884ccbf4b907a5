"""The worker that embeds: `python -m al_core.embedders.worker FD JOBFILE`. Torch is imported here only.

It never opens the database: texts come as a file, vectors leave as files, progress goes over the pipe FD.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import Embedder, resolve
from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import finished_shas, iter_chunks, keep_only, remove_chunks, write_chunk, write_json
from al_core.errors import Conflict, InvalidInput

CHUNK = 512  # some seconds of work: what a cancel can lose

Text = tuple[str, str]  # sha, text


def run_job(report: Report, arguments: Sequence[str]) -> None:
    """Embed what the job file named first asks for, and write done.json last."""
    job = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder, texts = Path(job["folder"]), Path(job["texts"])
    embedder = resolve(job["model"])
    reason = embedder.available()
    if reason:
        raise InvalidInput(f"The embedder {embedder.name} cannot be used here.", reason)
    with (folder / "lock").open("w") as lock:
        lock_folder(lock.fileno(), folder)
        shas = [sha for sha, _ in read_texts(texts)]
        model_sha = _model_sha(embedder, shas)
        keep_only(folder, model_sha)
        finished = finished_shas(folder)
        if embedder.fits_corpus and set(shas) - finished:  # half a corpus would be another model
            remove_chunks(folder)
            finished = set()
        missing = len(set(shas) - finished)
        progress = _Progress(report, n=len(set(shas)), done=len(set(shas)) - missing)
        progress.say(0)
        if missing:
            _embed_missing(embedder, _without(texts, finished), folder, progress)
        dim = next((vectors.shape[1] for _, vectors in iter_chunks(folder)), 0)
        write_json(folder / "done.json", {"model_sha": model_sha, "dim": dim, "n": progress.n, "n_new": missing})


def read_texts(path: Path) -> Iterator[Text]:
    """Return (sha, text) of each row of a JSONL or Parquet file, read bit by bit; raises InvalidInput."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(columns=["sha", "text"]):
            yield from zip(batch["sha"].to_pylist(), batch["text"].to_pylist(), strict=True)
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["sha"], row["text"]


@dataclass(slots=True)
class _Progress:
    """Counts texts that are done and tells the parent."""

    report: Report
    n: int
    done: int

    def say(self, beyond: int) -> None:
        """Report `done + beyond` of `n` texts; `beyond` are those of the chunk at work."""
        texts = self.done + beyond
        fraction = texts / self.n if self.n else 1.0
        self.report({"fraction": fraction, "message": f"{texts:,} of {self.n:,} texts"})


def _embed_missing(embedder: Embedder, rows: Iterator[Text], folder: Path, progress: _Progress) -> None:
    """Embed `rows` chunk by chunk; an embedder that fits its corpus gets all of them in one call."""
    size = None if embedder.fits_corpus else CHUNK
    while chunk := list(itertools.islice(rows, size)):
        vectors = embedder.embed([text for _, text in chunk], progress.say)
        _check(embedder, vectors, len(chunk))
        for start in range(0, len(chunk), CHUNK):
            shas = [sha for sha, _ in chunk[start : start + CHUNK]]
            write_chunk(folder, shas, vectors[start : start + CHUNK])
        progress.done += len(chunk)
        progress.say(0)


def _without(texts: Path, finished: set[str]) -> Iterator[Text]:
    """Return the rows whose vectors are missing, each text once."""
    seen = set(finished)
    for sha, text in read_texts(texts):
        if sha not in seen:
            seen.add(sha)
            yield sha, text


def _model_sha(embedder: Embedder, shas: Sequence[str]) -> str:
    """Return the embedder's SHA-256; when it fits its corpus, mixed with the corpus, in whatever order."""
    if not embedder.fits_corpus:
        return embedder.model_sha()
    digest = hashlib.sha256(embedder.model_sha().encode())
    for sha in sorted(set(shas)):
        digest.update(sha.encode())
    return digest.hexdigest()


def _check(embedder: Embedder, vectors: NDArray[np.float32], n: int) -> None:
    """Raise InvalidInput when an embedder breaks its promise; bad vectors must not reach a learner."""
    if vectors.ndim != 2 or len(vectors) != n:
        raise InvalidInput(f"The embedder {embedder.name} gave vectors of shape {vectors.shape} for {n} texts.")
    if not np.isfinite(vectors).all():
        rows = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        raise InvalidInput(f"The embedder {embedder.name} gave vectors that are not finite for {len(rows)} texts.")


def lock_folder(descriptor: int, folder: Path) -> None:
    """Hold the folder as long as this process lives; two workers would overwrite each other's chunks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(f"Another worker is computing vectors in {folder}.", "Wait for it or cancel it.") from error


if __name__ == "__main__":
    run_child(run_job)
