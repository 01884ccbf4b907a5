"""Labels that were renamed after the code was written: the code follows on request, after a look at the change."""

from __future__ import annotations

import streamlit as st

from al_core.workflow.drafts import difference
from al_core.workflow.renaming import renamed_in_code
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.writing import OpenText, replace_text


def former_names_banner(here: Current, opened: OpenText) -> None:
    """Draw, where the code says a label's former name, what would change, and the button that changes the text."""
    assert here.task is not None
    found = renamed_in_code(here.workspace.store, here.task, opened.text)
    if not found.names:
        return
    said = ", ".join(f"{before} is {after} now" for before, after in found.names.items())
    with st.container(border=True, key="former_names"):
        st.warning(f"{literal(said)}. The code still says the former name.", icon=":material/label:")
        st.code(difference(opened.text, found.source, names=("your text", "with today's names")), language="diff")
        if st.button("Change it in the code", key="follow_rename", disabled=opened.clash is not None):
            replace_text(here, opened, found.source)
            st.rerun()
