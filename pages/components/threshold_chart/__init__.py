"""Precision and records kept against min_confidence, with a slider that moves in the browser.

The curve is computed once per run in Python; the slider asks the server nothing while it moves. Python
hears of a threshold when the person lets go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack

import streamlit as st

from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_chart = st.components.v2.component(
    "al_threshold_chart",
    html=_read("chart.html"),
    css=component_css("controls", HERE / "chart.css"),
    js=component_js(HERE / "chart.js"),
)
_small = st.components.v2.component(
    "al_small_threshold_chart",
    html=_read("small.html"),
    css=component_css("controls", HERE / "chart.css", HERE / "small.css"),
    js=component_js(HERE / "small.js"),
)


class Shown(TypedDict):
    """What a chart shows.

    `curve` has lists of one length: thresholds, precision, low, high (None where nothing is known), kept
    (labelled records), correct, records (of the pool); and pool_size and method. `revision` changes when
    Python sets another threshold or curve. `caption` says what the precision was estimated on. The curve may also
    have corrected (None where nothing is kept), whole_low and whole_high. `promise` has target, confidence in words,
    certified (None without a certificate), mark, and otherwise: the sentence where there is no certificate. `file`
    names the pictures that the chart is saved as. `ceiling` is how far people agree: the dotted line.
    """

    curve: Mapping[str, Any]
    threshold: float
    revision: str
    target: float
    caption: str
    certified: NotRequired[float | None]
    promise: NotRequired[Mapping[str, Any] | None]
    file: NotRequired[str]
    ceiling: NotRequired[float | None]


def mount(*, key: str, on_release: Callable[[], None], **shown: Unpack[Shown]) -> float:
    """Return the threshold in force: what the person released under this revision, else `threshold`.

    While `revision` stays the same the browser's threshold stands; a new one makes it show `threshold`,
    unless the person is just moving the slider. `on_release` is called after every release; it reads
    `released(key)`.
    """
    last = _last_release(key)
    # `heard` tells the browser which of its releases Python knew when it chose `threshold`
    _chart(
        key=key,
        data={"certified": None, "promise": None, **shown, "heard": last.get("serial", 0)},
        on_released_change=on_release,
    )
    return float(last["threshold"]) if last.get("revision") == shown["revision"] else shown["threshold"]


def released(key: str) -> float | None:
    """Return the threshold that the person last let go of in the chart called `key`, or None."""
    last = _last_release(key)
    return float(last["threshold"]) if last else None


class SmallShown(TypedDict):
    """What a small multiple shows; `curve` as in `Shown`."""

    name: str
    curve: Mapping[str, Any]
    threshold: float
    target: float
    note: str


def small(*, key: str, on_choose: Callable[[], None], **shown: Unpack[SmallShown]) -> None:
    """Draw one heuristic's curve as a small multiple; `on_choose` is called when the person presses it."""
    _small(key=key, data={**shown}, on_chosen_change=on_choose)


def _last_release(key: str) -> Mapping[str, Any]:
    state = st.session_state.get(key) or {}
    return state.get("released") or {}
