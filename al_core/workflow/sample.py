"""The sample project: synthetic shop-support messages, their vectors, and their labels kept apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from al_core.embedders import POOL_SUFFIX, best_available, resolve
from al_core.embedders.chunks import keep_only, write_chunk
from al_core.importers import Mapping
from al_core.store import Store
from al_core.types import Attribute, Person, Project, Task
from al_core.workflow.embedding import embed
from al_core.workflow.few_labels import begin, is_begun
from al_core.workflow.importing import ImportPlan, import_file
from al_core.workflow.label_meaning import text_sha
from al_core.workflow.vector_sources import by_text, filler
from al_core.workflow.workspace import ROOT, Workspace

SAMPLE_FOLDER = ROOT / "data" / "sample"
SAMPLE_NAME = "Shop support"
SAMPLE_MODEL = "all-MiniLM-L6-v2"
TASKS = ("topic", "entities")
READY = "sample is whole"  # the setting that says so; its vectors may still be missing


def ensure_sample(workspace: Workspace, folder: Path = SAMPLE_FOLDER) -> Project | None:
    """Return the sample project, made in a workspace that has no project yet; None where others are there."""
    store = workspace.store
    projects = store.projects.all()
    project = next((one for one in projects if one.is_sample), None)
    if projects and project is None:
        return None
    person = store.projects.person("Sample")
    if project is None or not store.projects.setting(READY, str(project.project_id)):
        project = _fill(workspace, project, folder, person)
    if not any(embedding.n_vectors for embedding in store.embeddings.all(project.project_id)):
        _embed_sample(workspace, project, _text(store, project), folder, person)
    topic = next((one for one in store.projects.tasks(project.project_id) if one.name == TASKS[0]), None)
    if topic is not None and not is_begun(store, topic):
        begin(workspace, topic, person)
    return project


def _fill(workspace: Workspace, project: Project | None, folder: Path, person: Person) -> Project:
    """Return the project with its records and hidden labels; what an earlier start left half done is taken up."""
    store = workspace.store
    project = project or store.projects.create(SAMPLE_NAME, is_sample=True)
    mapping = Mapping(text_columns=("text",), id_column="id")
    plan = ImportPlan(folder / "records.csv", mapping)
    job = import_file(workspace, project, plan, person, then_embed=False)
    workspace.jobs.wait(job.job_id)
    _hide_truth(store, project, _text(store, project), folder)
    store.projects.set_setting(READY, str(project.project_id), True)
    return project


def _text(store: Store, project: Project) -> Attribute:
    return next(one for one in store.projects.attributes(project.project_id) if one.is_text)


def _hide_truth(store: Store, project: Project, attribute: Attribute, folder: Path) -> None:
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    numbers = store.records.by_external_id(project.project_id)
    topics = list(dict.fromkeys(sorted(one["topic"] for one in truth)))
    kinds = sorted({span["label"] for one in truth for span in one["spans"]})
    present = {task.name: task for task in store.projects.tasks(project.project_id)}
    topic = present.get(TASKS[0]) or store.projects.create_task(attribute, TASKS[0], "single_label", topics)
    entities = present.get(TASKS[1]) or store.projects.create_task(attribute, TASKS[1], "extraction", kinds)
    topic_id, entity_id = _ids(topic), _ids(entities)
    store.answers.hide(topic.task_id, [(numbers[one["id"]], 0, topic_id[one["topic"]], None, None) for one in truth])
    spans = [
        (numbers[one["id"]], ordinal, entity_id[span["label"]], span["start"], span["end"])
        for one in truth
        for ordinal, span in enumerate(one["spans"])
    ]
    nothing = [(numbers[one["id"]], 0, 0, None, None) for one in truth if not one["spans"]]
    store.answers.hide(entities.task_id, spans + nothing)


def _ids(task: Task) -> dict[str, int]:
    return {label.name: label.label_id for label in task.labels}


def _embed_sample(workspace: Workspace, project: Project, attribute: Attribute, folder: Path, person: Person) -> None:
    """Take the committed vectors where their model is here, so that nobody waits; else start the best embedder."""
    embedder = resolve(SAMPLE_MODEL)
    if embedder.available():
        embed(workspace, project, attribute, best_available(), person)
        return
    store = workspace.store
    vectors = np.load(folder / "vectors.npy")
    record_nos, shas = store.records.shas(attribute.attribute_id)
    embedding = store.embeddings.ensure(project.project_id, attribute, "classification", SAMPLE_MODEL)
    model_sha = json.loads((folder / "meta.json").read_text("utf-8"))["model_sha256"]

    def fill(rows: np.ndarray[tuple[int, int], np.dtype[np.float32]], start: int) -> None:
        rows[:] = vectors[start : start + len(rows)]

    store.embeddings.put(embedding, record_nos, shas, fill, dim=vectors.shape[1], model_sha=model_sha)
    store.embeddings.put_typical(embedding, record_nos[np.load(folder / "typical.npy")])
    if (folder / "pool.npy").is_file():
        _put_pool(store, project, attribute, folder)


def _put_pool(store: Store, project: Project, attribute: Attribute, folder: Path) -> None:
    """Take the committed pool features and label names' vectors too: the first guess then waits for no model."""
    record_nos, shas = store.records.shas(attribute.attribute_id)
    model = SAMPLE_MODEL + POOL_SUFFIX
    embedding = store.embeddings.ensure(project.project_id, attribute, "classification", model)
    rows = by_text(shas, np.load(folder / "pool.npy").astype(np.float32))
    recipe = resolve(model).model_sha()
    store.embeddings.put(embedding, record_nos, shas, filler(shas, [rows]), dim=rows[2].shape[1], model_sha=recipe)
    store.embeddings.put_typical(embedding, record_nos[np.load(folder / "typical_pool.npy")])
    chunks = store.embeddings.names_folder(SAMPLE_MODEL) / "chunks"
    chunks.mkdir(parents=True, exist_ok=True, mode=0o700)
    keep_only(chunks, resolve(SAMPLE_MODEL).model_sha())
    texts = json.loads((folder / "names.json").read_text("utf-8"))
    write_chunk(chunks, [text_sha(text) for text in texts], np.load(folder / "names.npy").astype(np.float32))
