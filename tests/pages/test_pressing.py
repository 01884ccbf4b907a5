"""A press that one drawing could not tell is told by the next, once, and forgotten when none comes for long."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from pages.components import pressing


def script():
    import streamlit as st

    from pages.components.pressing import pressed

    st.session_state.setdefault("told", 0)
    if st.session_state.pop("breaks_off", False):
        st.stop()
    if pressed("Go", key="go"):
        st.session_state.told += 1


def told_after(breaks_off):
    app = AppTest.from_function(script).run()
    app.session_state["breaks_off"] = breaks_off
    app.button(key="go").click().run()
    app.run()
    app.run()
    return app.session_state["told"]


def test_a_press_is_told_once():
    assert told_after(breaks_off=False) == 1


def test_a_press_outlives_a_drawing_that_was_broken_off():
    assert told_after(breaks_off=True) == 1


def test_a_press_that_no_drawing_came_to_is_forgotten(monkeypatch):
    monkeypatch.setattr(pressing, "LASTS_SECONDS", -1.0)
    assert told_after(breaks_off=True) == 0
