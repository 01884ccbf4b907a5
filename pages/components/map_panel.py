"""The map of a project's records: drawn as a job, coloured in the browser, and a box that selects records."""

from __future__ import annotations

from typing import Any

import streamlit as st

from al_core.types import Embedding
from al_core.workflow.mapping import LONGEST_SHOWN, RecordMap, colourings, draw_map, map_key, map_of
from al_core.workflow.similar import searchable, vectors_of
from pages.components import record_map
from pages.components.frame import Current
from pages.components.job_progress import follow_job
from pages.components.messages import mistakes_shown
from pages.components.numbers import count
from pages.components.selection_actions import act, selection_actions, show_outcome


@st.fragment
def map_panel(here: Current) -> None:
    """Draw the map of an embedding, or what is needed to get one."""
    with mistakes_shown():
        embedding = pick_embedding(here, key="map_embedding")
        if embedding is None:
            return
        drawn = map_of(here.workspace.store, embedding)
        if drawn is None:
            _offer(here, embedding)
        else:
            _show(here, embedding, drawn)


def pick_embedding(here: Current, *, key: str) -> Embedding | None:
    """Return the embedding to look at, chosen where there are several; without any, say where to get one."""
    embeddings = searchable(here.workspace.store, here.project, here.task)
    if not embeddings:
        st.info("This needs vectors, and the project has none yet. Compute them on the Project page, tab Embeddings.")
        return None
    if len(embeddings) == 1:
        return embeddings[0]
    return st.selectbox("Embedding", embeddings, format_func=lambda one: one.name, key=key, width=420)


def _offer(here: Current, embedding: Embedding) -> None:
    if follow_job(here, map_key(embedding)):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"No map of these {count(embedding.n_vectors, 'record')} yet. Drawing one takes from some seconds to"
            " some minutes, in a process of its own; it holds until the vectors change."
        )
        st.button(
            "Draw the map",
            type="primary",
            key="draw_map",
            width="content",
            on_click=lambda: act("map", lambda: _start(here, embedding)),
        )
    show_outcome("map")


def _start(here: Current, embedding: Embedding) -> str:
    draw_map(here.workspace, here.project, embedding, here.person)
    return ""


def _show(here: Current, embedding: Embedding, drawn: RecordMap) -> None:
    store, task = here.workspace.store, here.task
    runs = (
        [store.runs.last(one.heuristic_id, finished=True) for one in store.heuristics.all(task.task_id)] if task else []
    )
    # everything that the picture depends on
    depends_on = (
        str(vectors_of(store, embedding).path),
        task,
        store.answers.revision(task.task_id) if task else 0,
        tuple(run.run_id for run in runs if run is not None),
        len(drawn.record_no),
    )
    message = _message(depends_on, here, embedding, drawn)
    chosen = record_map.mount(message, key=f"record_map_{embedding.embedding_id}")
    selection_actions(here, chosen, key="map")


@st.cache_data(max_entries=8, show_spinner=False)
def _message(depends_on: tuple[Any, ...], _here: Current, _embedding: Embedding, _drawn: RecordMap) -> dict[str, Any]:
    store, task = _here.workspace.store, _here.task
    texts = store.landscape.beginnings(_embedding.attribute_id, _drawn.record_no.tolist(), LONGEST_SHOWN)
    labels = task.labels if task else ()
    return record_map.map_message(_drawn, texts, labels, colourings(store, task, _drawn.record_no), depends_on[0])
