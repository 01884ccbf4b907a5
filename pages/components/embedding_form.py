"""Embeddings of a project: what there is, and computing more."""

from __future__ import annotations

import streamlit as st

from al_core.embedders import EMBEDDERS, best_available, resolve
from al_core.embedders.token_choice import TOKEN_EMBEDDERS, best_for_tokens, resolve_for_tokens
from al_core.types import Attribute
from al_core.workflow.adapting import adapted
from al_core.workflow.embedding import embed
from al_core.workflow.files import typed_path
from al_core.workflow.token_embedding import embed_tokens
from pages.components.adapting import adapting_section
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import share

FOLDER = "A folder with a sentence-transformers model"
RECORDS, TOKENS = "Records", "Tokens, for extraction"


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
                    "Records with vectors": one.n_vectors,
                    "Coverage": share(one.n_vectors, n_records),
                }
                for one in embeddings
            ],
            hide_index=True,
        )
    else:
        st.caption("No embedding yet. Learners need one; labeling works without.")
    texts = [one for one in store.projects.attributes(here.project.project_id) if one.is_text]
    if texts:
        _form(here, texts)
        adapting_section(here)


def _form(here: Current, texts: list[Attribute]) -> None:
    kinds = {task.kind for task in here.workspace.store.projects.tasks(here.project.project_id)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = st.selectbox("Text", texts, format_func=lambda one: one.name, width=200)
        only_spans = kinds == {"extraction"}
        of = st.selectbox("Vectors of", [RECORDS, TOKENS], index=int(only_spans), width=220, key="vectors_of")
        names = list((TOKEN_EMBEDDERS if of == TOKENS else EMBEDDERS).names())
        best = best_for_tokens() if of == TOKENS else best_available()
        own = _own_models(here, attribute) if of == RECORDS else {}
        model = st.selectbox(
            "Model",
            [*names, *own, FOLDER],
            index=names.index(best),
            format_func=lambda one: own.get(one, one),
            width=340,
            key=f"model_{of}",
        )
        folder = st.text_input("Folder", key="model_folder") if model == FOLDER else ""
        clicked = st.button("Compute missing vectors", type="primary", **_state(of, model, folder))
    if clicked:
        with mistakes_shown():
            chosen = str(typed_path(folder)) if model == FOLDER else model
            start = embed_tokens if of == TOKENS else embed
            start(here.workspace, here.project, attribute, chosen, here.person)
            st.rerun()
    st.caption("Only texts without a vector are computed. It runs in a process of its own; label meanwhile.")


def _own_models(here: Current, attribute: Attribute) -> dict[str, str]:
    """Return the models that were adapted to tasks on an attribute: their folders, with a name each."""
    found = adapted(here.workspace.store, here.project)
    return {one.model: one.name for one in found if one.attribute_id == attribute.attribute_id}


def _state(of: str, model: str, folder: str) -> dict[str, bool | str | None]:
    """Return whether the button is there to be pressed, and why not."""
    if model == FOLDER:
        why_not = None if folder.strip() else "Type the folder of a model."
    else:
        reason = (resolve_for_tokens if of == TOKENS else resolve)(model).available()
        why_not = literal(reason) if reason else None
    return {"disabled": bool(why_not), "help": why_not}
