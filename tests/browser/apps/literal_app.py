"""Every kind of place where pages put somebody's words into Markdown, with each text of the variable TEXTS."""

import json
import os

import streamlit as st

from pages.components.literal import literal

texts = json.loads(os.environ["TEXTS"])
for number, text in enumerate(texts):
    shown = literal(text)
    with st.container(key=f"text_{number}"):
        st.title(shown, anchor=False)
        st.subheader(shown, anchor=False)
        st.caption(shown)
        st.progress(0.5, text=shown)
        st.button(shown, key=f"button_{number}")
        st.menu_button(shown, [shown], key=f"menu_{number}")
        st.popover(shown)
        st.expander(shown)
        st.error(shown)

picked = st.menu_button("Pick one", texts, format_func=literal, key="pick")
st.text(f"picked {picked}")
