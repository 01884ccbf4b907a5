"""The folder in which a worker leaves its vectors: chunks that survive a cancel, and a last file that says done.

model.json            what the vectors were made with; chunks of anything else are removed
chunk-00000.npy       float32 [m, dim]
chunk-00000.counts.npy   of token vectors only: how many tokens each text has, int64 [texts]
chunk-00000.sha.npy   the texts' SHA-256 in hex, S64 [m]; written last: without it the chunk does not count
done.json             model_sha, dim, n; only after the last chunk
worker.log            what the worker printed
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

SHA_DTYPE = np.dtype("S64")


def iter_chunks(folder: Path) -> Iterator[tuple[NDArray[np.bytes_], NDArray[np.float32]]]:
    """Return the finished chunks in order: (shas S64 [m], vectors float32 [m, dim] read through mmap)."""
    for sha_path in sorted(folder.glob("chunk-*.sha.npy")):
        vectors = np.load(_vectors_path(sha_path), mmap_mode="r", allow_pickle=False)
        yield np.load(sha_path, allow_pickle=False), vectors


def read_chunks(folder: Path) -> tuple[NDArray[np.bytes_], NDArray[np.float32]]:
    """Return (shas S64 [n], vectors float32 [n, dim]) of all finished chunks, copied into memory.

    Without any chunk both are empty, with dim 0. For more than some 100,000 rows use `iter_chunks`.
    """
    chunks = list(iter_chunks(folder))
    if not chunks:
        return np.zeros(0, dtype=SHA_DTYPE), np.zeros((0, 0), dtype=np.float32)
    return np.concatenate([shas for shas, _ in chunks]), np.concatenate([vectors for _, vectors in chunks])


def iter_token_chunks(
    folder: Path,
) -> Iterator[tuple[NDArray[np.bytes_], NDArray[np.int64], NDArray[np.float16]]]:
    """Return the finished chunks of token vectors: (shas [m], tokens of each text [m], vectors float16 [N, dim])."""
    for sha_path in sorted(folder.glob("chunk-*.sha.npy")):
        counts = np.load(sha_path.with_name(sha_path.name.replace(".sha.npy", ".counts.npy")), allow_pickle=False)
        vectors = np.load(_vectors_path(sha_path), mmap_mode="r", allow_pickle=False)
        yield np.load(sha_path, allow_pickle=False), counts, vectors


def finished_shas(folder: Path) -> set[str]:
    """Return the texts (by SHA-256 in hex) whose vectors are in finished chunks."""
    return {sha.decode() for path in folder.glob("chunk-*.sha.npy") for sha in np.load(path, allow_pickle=False)}


def write_chunk(
    folder: Path, shas: list[str], vectors: NDArray[np.floating[Any]], counts: NDArray[np.int64] | None = None
) -> None:
    """Add one finished chunk, with the next free number; a crash in between leaves nothing that counts.

    `counts` are the numbers of tokens of each text, where `vectors` are those of tokens.
    """
    taken = [int(path.name[len("chunk-") : -len(".sha.npy")]) for path in folder.glob("chunk-*.sha.npy")]
    sha_path = folder / f"chunk-{max(taken, default=-1) + 1:05d}.sha.npy"
    sha_array = np.array(shas, dtype=SHA_DTYPE)
    write_durably(_vectors_path(sha_path), lambda file: np.save(file, vectors, allow_pickle=False))
    if counts is not None:
        counts_path = sha_path.with_name(sha_path.name.replace(".sha.npy", ".counts.npy"))
        write_durably(counts_path, lambda file: np.save(file, counts, allow_pickle=False))
    write_durably(sha_path, lambda file: np.save(file, sha_array, allow_pickle=False))


def keep_only(folder: Path, model_sha: str) -> None:
    """Remove every chunk that was not made with `model_sha`, and note it as the folder's model."""
    (folder / "done.json").unlink(missing_ok=True)
    noted = folder / "model.json"
    if noted.is_file() and json.loads(noted.read_text())["model_sha"] == model_sha:
        return
    remove_chunks(folder)
    write_json(noted, {"model_sha": model_sha})


def remove_chunks(folder: Path) -> None:
    """Remove all chunks; the shas first, so that a crash in between leaves chunks that do not count."""
    for pattern in ("chunk-*.sha.npy", "chunk-*.npy"):
        for path in folder.glob(pattern):
            path.unlink()


def write_json(path: Path, values: dict[str, str | int]) -> None:
    """Write `values` as a JSON file that is there whole or not at all."""
    write_durably(path, lambda file: file.write(json.dumps(values).encode()))


def write_durably(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file, private to its owner, that is there whole or not at all, also after a power cut."""
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _vectors_path(sha_path: Path) -> Path:
    """Return the path of the vectors that belong to a file of shas."""
    return sha_path.with_name(sha_path.name.replace(".sha.npy", ".npy"))
