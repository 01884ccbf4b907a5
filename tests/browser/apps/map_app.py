"""The map and the similar records of a small shop with vectors that tell its three kinds apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st

from al_core.types import Task
from al_core.workflow.workspace import Workspace, workspace_folder
from pages.components.frame import Current
from pages.components.map_panel import map_panel
from pages.components.record_links import FILTER
from pages.components.similar_panel import similar_panel

KINDS = ("<b>late</b> parcel", "$x^2$ invoice", ":red[question]")
EACH = 20


@st.cache_resource
def shop() -> Current:
    """Sixty records of three kinds in a row, their vectors in three corners, and the map of these."""
    workspace = Workspace(workspace_folder())
    store = workspace.store
    person, project = store.projects.person("Ann"), store.projects.create("Shop")
    staged = workspace.folder / "staged.parquet"
    numbers = range(3 * EACH)
    texts = [f"{KINDS[number % 3]} {number}" for number in numbers]
    pq.write_table(pa.table({"row": numbers, "external_id": [str(one) for one in numbers], "text": texts}), staged)
    store.records.ingest(project.project_id, staged, ["text"], file="records.csv", sha="0")
    (text,) = (one for one in store.projects.attributes(project.project_id) if one.is_text)
    task = store.projects.create_task(text, "topic", "single_label", ["delivery", "billing", "question"])
    embed(workspace, project, task)
    return Current(workspace, person, project, task)


def embed(workspace: Workspace, project: object, task: Task) -> None:
    """Store vectors, and a map on which each kind has a corner of its own."""
    store = workspace.store
    embedding = store.embeddings.ensure(task.project_id, task.attribute, "classification", "hashing")
    numbers, shas = store.records.shas(task.attribute.attribute_id)
    kind = numbers % 3
    vectors = np.eye(3)[kind] + np.random.default_rng(0).normal(0, 0.05, (len(numbers), 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def fill(rows: np.ndarray, start: int) -> None:
        rows[:] = vectors[start : start + len(rows)]

    store.embeddings.put(embedding, numbers, shas, fill, dim=3, model_sha="m")
    places = np.zeros(len(numbers), dtype=[("record_no", "<i8"), ("x", "<f4"), ("y", "<f4")])
    corners = np.array([[0.1, 0.9], [0.9, 0.9], [0.5, 0.1]]) + 0.0
    spread = np.random.default_rng(1).uniform(-0.05, 0.05, (len(numbers), 2))
    places["record_no"] = numbers
    places["x"], places["y"] = (corners[kind] + spread).T
    file = store.embeddings.vectors(embedding)
    assert file is not None
    store.embeddings.put_beside(file, "map", places)


def show() -> None:
    """Both panels, and what is stored, as the page of the records shows it."""
    here = shop()
    with st.container(key="similar"):
        similar_panel(here, 0)
    with st.container(key="map"):
        map_panel(here)
    counts = here.workspace.store.answers.counts(here.task.task_id).by_label
    st.text(f"stored {sorted((here.task.label_name(one), n) for one, n in counts.items())}")
    st.button("Read again")


def table() -> None:
    """Where a link to records leads."""
    st.text(f"{FILTER} {st.query_params.get(FILTER, 'none')}")


st.set_page_config(layout="wide")
st.navigation([st.Page(show, title="Panels", default=True), st.Page(table, title="Records")]).run()
