"""Two pages; a part of the first asks for a new drawing of its page at every beat, the second takes its time."""

import time

import streamlit as st

from pages.components.heartbeat import heartbeat


@st.fragment
def restless() -> None:
    heartbeat(seconds=0.1, key="restless")
    time.sleep(0.05)
    if st.session_state.get("restless", {}).get("beat"):
        st.rerun()


def first() -> None:
    st.title("First")
    restless()


def second() -> None:
    time.sleep(0.4)
    st.title("Second")


st.navigation(
    [st.Page(first, title="First", default=True), st.Page(second, title="Second")],
    position="top",
).run()
