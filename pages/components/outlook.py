"""The forecast on the Tune page: what twice the labels would bring, with error bars, and when to stop."""

from __future__ import annotations

import streamlit as st

from al_core.learning.forecast import Forecast, may_stop
from al_core.types import Heuristic
from al_core.workflow.forecasting import outlook, start_forecast
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import decimals


def outlook_panel(here: Current, heuristic: Heuristic, *, certified: bool) -> None:
    """Draw the newest forecast and the button that makes one."""
    with st.expander("What would twice the labels bring?"):
        found = outlook(here.workspace.store, heuristic)
        if found is None:
            st.caption("From 200 labels on. The learner is fitted on growing parts of the labels, so it takes a while.")
        else:
            time = "" if found.minutes is None else f", {_minutes(found.minutes)} of labeling at your pace"
            st.text(f"{found.right.labels:,} more labels than the {found.right.labels:,} of the forecast{time}:")
            st.text(f"Right, of all predictions: {_words(found.right)}")
            st.text(f"Kept at {decimals(found.threshold)}: {_words(found.kept)}")
            if may_stop(found.right, certified=certified):
                st.success("You may stop: twice the labels add less than a point, and the promise is certified.")
        if st.button("Forecast", icon=":material/trending_up:"):
            with mistakes_shown():
                start_forecast(here.workspace, heuristic, here.person)
                st.toast("The forecast is computed. It appears here when its job is done.")


def _words(found: Forecast) -> str:
    sign = "within chance" if found.gain < found.margin else "more than chance"
    return f"{decimals(found.now)} now, {decimals(found.at_twice)} ± {decimals(found.margin)} then ({sign})"


def _minutes(minutes: float) -> str:
    return f"{max(1, round(minutes))} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
