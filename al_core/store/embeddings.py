"""Embeddings: the catalogue in DuckDB, the vectors in .npy files beside it that are read through mmap."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from al_core.errors import unknown_name
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.tunings import link_vectors
from al_core.types import Attribute, Embedding, Granularity

CHUNK = 16_384

Beside = Literal["map", "groups"]  # points of a plane, near-duplicates


@dataclass(frozen=True, slots=True)
class VectorFile:
    """Where an embedding's vectors are: row i of `path` belongs to record `record_nos[i]` (ascending)."""

    embedding: Embedding
    path: Path
    record_nos: NDArray[np.int64]
    shas: NDArray[np.bytes_]
    sha256: str
    model_sha: str
    typical: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FreshSet:
    """A set of vectors that is being written; other files of it have the same name but for what follows the dot."""

    generation: int
    path: Path


@dataclass(frozen=True, slots=True)
class Made:
    """How a set of vectors was made: by which model, with how many numbers each, and the SHA-256 of its file."""

    model_sha: str
    dim: int
    sha256: str


class Embeddings:
    """Vectors by name; a new set replaces the old one in one step, and readers keep what they have open."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._sweep()

    def _sweep(self) -> None:
        """Delete files of sets that are not in force: nobody reads them yet when a workspace is opened."""
        rows = self._database.rows("SELECT embedding_id, generation FROM embedding_part")
        for embedding_id, generation in rows:
            self._keep_generations(embedding_id, (generation,))

    def _keep_generations(self, embedding_id: int, kept: Sequence[int]) -> None:
        for path in (self._folder / str(embedding_id)).glob("vectors-*"):
            if int(path.name.removeprefix("vectors-").split(".")[0]) not in kept:
                path.unlink(missing_ok=True)

    def ensure(self, project_id: int, attribute: Attribute, granularity: Granularity, model: str) -> Embedding:
        """Return the embedding of an attribute by a model (a name or a folder), made (empty) when new."""
        name = f"{attribute.name}-{granularity}-{Path(model).name}"
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO embedding SELECT nextval('id_sequence'), ?, ?, ?, ?, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM embedding WHERE project_id = ? AND name = ?)",
                [project_id, attribute.attribute_id, granularity, model, name, now(), project_id, name],
            )
        return self.named(project_id, name)

    def all(self, project_id: int) -> tuple[Embedding, ...]:
        """Return a project's embeddings, newest first, with how many vectors each has."""
        rows = self._database.rows(
            "SELECT e.embedding_id, e.project_id, e.attribute_id, e.name, e.granularity, e.model,"
            " coalesce(p.dim, 0), coalesce(p.n, 0),"
            " least(1.0, coalesce(p.n, 0) / greatest(1, (SELECT count(*) FROM record r"
            "   WHERE r.project_id = e.project_id AND r.deleted_ts IS NULL))) AS coverage"
            " FROM embedding e LEFT JOIN embedding_part p USING (embedding_id)"
            " WHERE e.project_id = ? ORDER BY e.embedding_id DESC",
            [project_id],
        )
        return tuple(Embedding(*row) for row in rows)

    def named(self, project_id: int, name: str) -> Embedding:
        """Return an embedding by name; raises NotFound with the choices."""
        embeddings = self.all(project_id)
        for embedding in embeddings:
            if embedding.name == name:
                return embedding
        raise unknown_name("embedding", name, [embedding.name for embedding in embeddings])

    def vectors(self, embedding: Embedding) -> VectorFile | None:
        """Return where the vectors are, or None while there are none."""
        row = self._database.row(
            "SELECT path, records_path, shas_path, sha256, model_sha, typical_path FROM embedding_part"
            " WHERE embedding_id = ?",
            [embedding.embedding_id],
        )
        if row is None:
            return None
        path, records_path, shas_path, sha256, model_sha, typical_path = row
        typical = np.load(self._folder / typical_path) if typical_path else np.zeros(0, dtype=np.int64)
        return VectorFile(
            embedding=embedding,
            path=self._folder / path,
            record_nos=np.load(self._folder / records_path, mmap_mode="r"),
            shas=np.load(self._folder / shas_path, mmap_mode="r"),
            sha256=sha256,
            model_sha=model_sha,
            typical=typical,
        )

    def same_model(self, model: str, granularity: Granularity) -> tuple[VectorFile, ...]:
        """Return the vectors of all projects made by one model: a text embedded once is not embedded again."""
        rows = self._database.rows(
            "SELECT project_id, name FROM embedding JOIN embedding_part USING (embedding_id)"
            " WHERE model = ? AND granularity = ?",
            [model, granularity],
        )
        found = (self.vectors(self.named(project_id, name)) for project_id, name in rows)
        return tuple(file for file in found if file is not None)

    def staging(self, embedding: Embedding) -> Path:
        """Return the folder in which a worker leaves finished chunks; it survives a cancelled job."""
        folder = self._folder / str(embedding.embedding_id) / "staging"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def fit_folder(self, embedding: Embedding) -> Path:
        """Return the folder for what was fitted on the project's texts, which outlives the vectors made by it."""
        folder = self._folder / str(embedding.embedding_id) / "fit"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def names_folder(self, model: str) -> Path:
        """Return the folder for the vectors of label names by one model; they serve all projects."""
        folder = self._folder / "names" / hashlib.sha256(model.encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def put(
        self,
        embedding: Embedding,
        record_nos: NDArray[np.int64],
        shas: NDArray[np.bytes_],
        fill: Callable[[NDArray[np.float32], int], None],
        *,
        dim: int,
        model_sha: str,
    ) -> Path:
        """Return the .npy [n, dim] float32 now in force; `fill(rows, start)` writes rows start.. of each chunk.

        Files are written beside the old ones, synced and renamed before the catalogue row changes. The set before
        stays for one more turn: a run or a page may be about to open it.
        """
        fresh = self.begin(embedding)
        sha256 = _write_matrix(fresh.path, len(record_nos), dim, fill)
        self.enter(embedding, fresh, record_nos, shas, made=Made(model_sha, dim, sha256))
        return fresh.path

    def begin(self, embedding: Embedding) -> FreshSet:
        """Return where the files of a new set of vectors go."""
        generation = 1 + int(
            self._database.value(
                "SELECT coalesce(max(generation), 0) FROM embedding_part WHERE embedding_id = ?",
                [embedding.embedding_id],
            )
        )
        path = self._folder / str(embedding.embedding_id) / f"vectors-{generation:04}.npy"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FreshSet(generation, path)

    def enter(
        self,
        embedding: Embedding,
        fresh: FreshSet,
        record_nos: NDArray[np.int64],
        shas: NDArray[np.bytes_],
        *,
        made: Made,
    ) -> None:
        """Put a set whose vectors are written in the place of the one before."""
        names = {kind: fresh.path.with_suffix(f".{kind}.npy") for kind in ("records", "shas")}
        save_array(names["records"], record_nos)
        save_array(names["shas"], shas)
        paths = (fresh.path, names["records"], names["shas"])
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO embedding_part VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)",
                [
                    embedding.embedding_id,
                    fresh.generation,
                    made.model_sha,
                    len(record_nos),
                    made.dim,
                    *(path.relative_to(self._folder).as_posix() for path in paths),
                    made.sha256,
                    now(),
                ],
            )
            link_vectors(cursor, embedding.model, made.model_sha, made.sha256)
        self._keep_generations(embedding.embedding_id, (fresh.generation - 1, fresh.generation))

    def put_typical(self, embedding: Embedding, order: NDArray[np.int64]) -> None:
        """Store the cold-start order: record numbers, the most typical of the least covered regions first."""
        row = self._database.row("SELECT path FROM embedding_part WHERE embedding_id = ?", [embedding.embedding_id])
        if row is None:
            return
        name = row[0].replace(".npy", ".typical.npy")
        save_array(self._folder / name, order)
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE embedding_part SET typical_path = ? WHERE embedding_id = ?", [name, embedding.embedding_id]
            )

    # --- what is worked out from vectors: it lies beside them and goes with them

    def put_beside(self, file: VectorFile, kind: Beside, array: NDArray[np.generic]) -> None:
        """Store what was worked out from a set of vectors; nothing is stored once a newer set has taken its place."""
        now_in_force = self.vectors(file.embedding)
        if now_in_force is not None and now_in_force.path == file.path:
            save_array(file.path.with_suffix(f".{kind}.npy"), array)

    def beside(self, file: VectorFile, kind: Beside) -> NDArray[Any] | None:
        """Return what was worked out from this very set of vectors, or None."""
        path = file.path.with_suffix(f".{kind}.npy")
        found: NDArray[Any] | None = np.load(path, allow_pickle=False) if path.exists() else None
        return found

    def typed_texts(self, embedding: Embedding) -> Path:
        """Return the folder for vectors of texts that people typed to search with."""
        folder = self._folder / str(embedding.embedding_id) / "typed"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def save_array(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array so that a crash leaves either the old file or the whole new one."""
    partial = path.with_suffix(path.suffix + ".tmp")
    with partial.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)
        stream.flush()
        os.fsync(stream.fileno())
    partial.rename(path)


def _write_matrix(path: Path, n: int, dim: int, fill: Callable[[NDArray[np.float32], int], None]) -> str:
    digest = hashlib.sha256()
    partial = path.with_suffix(".npy.tmp")
    with partial.open("wb") as stream:
        header = {"descr": "<f4", "fortran_order": False, "shape": (n, dim)}
        np.lib.format.write_array_header_1_0(stream, header)
        for start in range(0, n, CHUNK):
            rows = np.zeros((min(CHUNK, n - start), dim), dtype=np.float32)
            fill(rows, start)
            digest.update(rows.data)
            stream.write(rows.data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.rename(path)
    return digest.hexdigest()
