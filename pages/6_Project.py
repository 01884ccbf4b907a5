"""Project: import files, define tasks with their labels, compute embeddings."""

import streamlit as st

from pages.components.embedding_form import embeddings_section
from pages.components.frame import current
from pages.components.import_form import import_section
from pages.components.literal import literal
from pages.components.numbers import count
from pages.components.protection import limits_section
from pages.components.task_form import projects_section, tasks_section

here = current()

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Project", anchor=False, width="content")
    n_records = here.workspace.store.records.count(here.project.project_id)
    st.caption(f"{literal(here.project.name)}, {count(n_records, 'record')}")

import_tab, task_tab, embedding_tab, limits_tab, project_tab = st.tabs(
    ["Import", "Tasks and labels", "Embeddings", "Limits", "Projects"]
)
with import_tab:
    import_section(here)
with task_tab:
    tasks_section(here)
with embedding_tab:
    embeddings_section(here)
with limits_tab:
    limits_section(here)
with project_tab:
    projects_section(here)
