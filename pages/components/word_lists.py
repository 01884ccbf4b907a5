"""The word lists of a project: named, edited as lines, imported by heuristic code."""

from __future__ import annotations

import streamlit as st

from al_core.workflow.word_lists import save_word_list, word_lists_of
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import count

NEW = "a new list"


def word_lists(here: Current) -> None:
    """Draw the button that opens the lists, and the form of one of them."""
    with st.popover("Word lists", icon=":material/list:", width="content"):
        found = word_lists_of(here.workspace.store, here.project)
        st.caption("Lists of words that code gets by `from knowledge import name`.")
        picked = st.selectbox("List", [NEW, *found], key="word_list")
        words = found.get(picked, ())
        with st.form(f"word_list_{picked}", border=False):
            name = st.text_input("Name", "" if picked == NEW else picked, disabled=picked != NEW, key=f"list_{picked}")
            text = st.text_area("Words, one a line", "\n".join(words), height=220, key=f"words_{picked}")
            st.caption(count(len(words), "word"))
            with st.container(horizontal=True):
                saved = st.form_submit_button("Save", type="primary")
                removed = picked != NEW and st.form_submit_button("Delete list")
        with mistakes_shown():
            if saved:
                save_word_list(here.workspace.store, here.project, name, text.splitlines(), here.person)
                st.rerun()
            if removed:
                here.workspace.store.word_lists.remove(here.project.project_id, picked)
                st.rerun()
