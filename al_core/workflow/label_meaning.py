"""What the names of a task's labels mean, as vectors beside an embedding: computed once for each set of names."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from al_core.embedders import base_of, is_pool, resolve
from al_core.embedders.chunks import finished_shas, read_chunks
from al_core.embedders.jobs import EmbedJob, embed_texts
from al_core.execution import LearnerContext
from al_core.learning.label_names import label_vectors, sentences, without_meaning
from al_core.learning.prototypes import MOST_ROWS, pulled
from al_core.source import Settings, SourceProblem, read_settings
from al_core.store import Store
from al_core.store.embeddings import VectorFile, save_array
from al_core.types import Heuristic, Label, Task

Started = Callable[[int], None]

_one_at_a_time = threading.Lock()  # two runs of one task need the same vectors


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors (.npy, float32 [labels, dim]) of a task's label names, or None and why there are none."""

    vectors: Path | None
    why_not: str = ""


def why_names_say_nothing(labels: tuple[Label, ...]) -> str:
    """Return why the names of labels cannot be used for a first guess, empty where they can.

    >>> why_names_say_nothing((Label(1, "0", 1, "1"), Label(2, "1", 2, "2", "a parcel that is late")))
    "The label '0' says nothing by its name. Describe it in a few words, or rename it."
    """
    mute = without_meaning([label.name for label in labels], [label.description for label in labels])
    if not mute:
        return ""
    if len(mute) == 1:
        return f"The label {mute[0]!r} says nothing by its name. Describe it in a few words, or rename it."
    listed = ", ".join(repr(name) for name in mute[:5]) + (" and others" if len(mute) > 5 else "")
    return f"The labels {listed} say nothing by their names. Describe each in a few words, or rename them."


def meaning_of_labels(
    store: Store, labels: tuple[Label, ...], file: VectorFile, on_start: Started, *, described: bool = True
) -> Meaning:
    """Return the labels' vectors in the space of an embedding, computed in a worker process where they are new.

    With `described` a label's description counts beside its name. `on_start` gets the worker's process id.
    """
    model = base_of(file.embedding.model)
    embedder = resolve(model)
    if embedder.fits_corpus:
        return Meaning(None, f"{file.embedding.name} has no model that could read label names.")
    why_not = embedder.available() or why_names_say_nothing(labels)
    if why_not:
        return Meaning(None, why_not)
    texts = _texts(labels, described=described)
    path = named_path(file, labels, described=described)
    with _one_at_a_time:
        if not path.exists():
            vectors = _in_space_of(file, _embedded(store, model, texts, on_start))
            save_array(path, vectors)
    return Meaning(path)


def named_path(file: VectorFile, labels: tuple[Label, ...], *, described: bool = True) -> Path:
    """Return where the labels' vectors beside an embedding are, once they were computed."""
    key = hashlib.sha256(json.dumps([file.model_sha, _texts(labels, described=described)]).encode()).hexdigest()[:16]
    return file.path.with_suffix(f".names-{key}.npy")


def _texts(labels: tuple[Label, ...], *, described: bool) -> list[tuple[str, ...]]:
    return [sentences(label.name, label.description if described else "") for label in labels]


def _embedded(store: Store, model: str, texts: list[tuple[str, ...]], on_start: Started) -> np.ndarray[tuple[int, int]]:
    """Return one vector a label [labels, base dim], from sentences that are embedded once for all projects."""
    folder = store.embeddings.names_folder(model)
    sha_of = {text: text_sha(text) for row in texts for text in row}
    if set(sha_of.values()) - finished_shas(folder / "chunks"):
        lines = [json.dumps({"sha": sha, "text": text}) + "\n" for text, sha in sha_of.items()]
        (folder / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
        job = EmbedJob(model, folder / "texts.jsonl", folder / "chunks")
        embed_texts(job, on_progress=lambda fraction, message: None, on_start=on_start)
    shas, vectors = read_chunks(folder / "chunks")
    place = {sha.decode(): row for row, sha in enumerate(shas)}
    return label_vectors([vectors[[place[sha_of[text]] for text in row]] for row in texts])


def text_sha(text: str) -> str:
    """Return the SHA-256 (hex) by which the vector of a text is found."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _in_space_of(file: VectorFile, vectors: np.ndarray[tuple[int, int]]) -> np.ndarray[tuple[int, int]]:
    """Return the vectors as an embedding's rows are laid out: words that names do not have are zeros."""
    if not is_pool(file.embedding.model):
        return vectors
    width = np.load(file.path, mmap_mode="r", allow_pickle=False).shape[1]
    view = np.zeros((len(vectors), width // 2), dtype=np.float32)
    view[:, : vectors.shape[1]] = vectors
    return np.hstack([view, view])


def pool_sample(file: VectorFile) -> Path:
    """Return the file (.npy, float32 [m, dim]) of at most 4,000 rows of an embedding, drawn at random once."""
    path = file.path.with_suffix(".sample.npy")
    if not path.exists():
        rows = np.load(file.path, mmap_mode="r", allow_pickle=False)
        chosen = np.arange(len(rows))
        if len(rows) > MOST_ROWS:
            chosen = np.sort(np.random.default_rng(0).choice(len(rows), MOST_ROWS, replace=False))
        save_array(path, np.asarray(rows[chosen], dtype=np.float32))
    return path


def learner_context(
    store: Store, task: Task, settings: Settings, files: tuple[VectorFile, ...], on_start: Started
) -> tuple[LearnerContext, str]:
    """Return what a learner may read beside its labels, and why label vectors are missing where it asks for them."""
    names = tuple(label.name for label in task.labels)
    views = 2 if len(files) == 1 and is_pool(files[0].embedding.model) else 1
    if not settings.looks_around:
        return LearnerContext(names, views=views), ""
    meanings = [meaning_of_labels(store, task.labels, file, on_start) for file in files]
    why_not = next((one.why_not for one in meanings if one.vectors is None), "")
    vectors = () if why_not else tuple(one.vectors for one in meanings if one.vectors is not None)
    sample = tuple(pool_sample(file) for file in files)
    for path, rows in zip(vectors, sample, strict=False):
        _keep_pulled(path, rows, views)
    return LearnerContext(names, vectors, sample, views, bool(vectors) and settings.starts_from_names), why_not


def pulled_path(vectors: Path) -> Path:
    """Return where the prototypes [labels, dim] are that label names had become before the first answer."""
    return vectors.with_suffix(".pulled.npy")


def _keep_pulled(vectors: Path, sample: Path, views: int) -> None:
    """Store where label names point among the texts of the project, by the last view: they tell which are confused."""
    path = pulled_path(vectors)
    if not path.exists():
        names, rows = (np.split(np.load(one, allow_pickle=False), views, axis=1)[-1] for one in (vectors, sample))
        save_array(path, pulled(names, rows - rows.mean(axis=0)))


def starts_from_names(heuristic: Heuristic) -> bool:
    """Return whether a heuristic's code can be fitted on no label at all."""
    if heuristic.kind != "active_learner":
        return False
    try:
        return read_settings(heuristic.source).starts_from_names
    except SourceProblem:
        return False
