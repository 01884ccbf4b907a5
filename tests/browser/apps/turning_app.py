"""Three pages; a part of the first asks for a new drawing of its page at every beat, the second takes its time, the
drawing of the third can be given up half way."""

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


@st.fragment
def mending() -> None:
    if heartbeat(seconds=60, key="mending"):
        st.rerun()


def third() -> None:
    mending()
    if st.session_state.pop("gives_up", False):
        st.stop()
    st.title("Third")
    st.button("Give up", on_click=lambda: st.session_state.update(gives_up=True, given_up=True))
    if st.session_state.get("given_up"):
        st.text("drawn again")


st.navigation(
    [
        st.Page(first, title="First", default=True),
        st.Page(second, title="Second"),
        st.Page(third, title="Third"),
    ],
    position="top",
).run()
