"""Embeddings of a project: what there is, and computing more."""

from __future__ import annotations

import streamlit as st

from al_core.embedders import EMBEDDERS, best_available, resolve
from al_core.workflow.embedding import embed
from al_core.workflow.files import typed_path
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import share

FOLDER = "A folder with a sentence-transformers model"


def embeddings_section(here: Current) -> None:
    """Draw the project's embeddings and a form that computes missing vectors."""
    store = here.workspace.store
    embeddings = store.embeddings.all(here.project.project_id)
    n_records = store.records.count(here.project.project_id)
    if embeddings:
        st.dataframe(
            [
                {
                    "Embedding": one.name,
                    "Dimensions": one.dim,
                    "Vectors": one.n_vectors,
                    "Coverage": share(one.n_vectors, n_records),
                }
                for one in embeddings
            ],
            hide_index=True,
        )
    else:
        st.caption("No embedding yet. Learners need one; labeling works without.")
    texts = [one for one in store.projects.attributes(here.project.project_id) if one.is_text]
    if not texts:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = st.selectbox("Text", texts, format_func=lambda one: one.name, width=200)
        names = list(EMBEDDERS.names())
        model = st.selectbox("Model", [*names, FOLDER], index=names.index(best_available()), width=360)
        folder = st.text_input("Folder", key="model_folder") if model == FOLDER else ""
        reason = resolve(model).available() if model != FOLDER else ""
        why_not = literal(reason) or ("Type the folder of a model." if model == FOLDER and not folder.strip() else None)
        clicked = st.button("Compute missing vectors", type="primary", disabled=bool(why_not), help=why_not)
    if clicked:
        with mistakes_shown():
            chosen = str(typed_path(folder)) if model == FOLDER else model
            embed(here.workspace, here.project, attribute, chosen, here.person)
            st.rerun()
    st.caption("Only texts without a vector are computed. It runs in a process of its own; label meanwhile.")
