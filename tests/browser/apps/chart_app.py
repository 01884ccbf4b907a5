"""A chart on a made-up curve; the script keeps what was released, as the app keeps it in its store."""

from __future__ import annotations

import streamlit as st

from pages.components import threshold_chart

POOL = 2000


def kept_labels(step: int) -> int:
    """240 labels; none is kept above 0.97, and none between 0.60 and 0.62 has an estimate."""
    return 0 if step > 97 else round(240 * (1 - max(0, step - 30) / 70) ** 0.6)


def made_up_curve() -> dict[str, object]:
    steps = range(101)
    kept = [kept_labels(step) for step in steps]
    precision = [
        None if n == 0 else min(0.99, 0.80 + 0.0025 * max(0, s - 30)) for s, n in zip(steps, kept, strict=True)
    ]
    width = [0.5 / max(n, 1) ** 0.5 for n in kept]
    return {
        "thresholds": [step / 100 for step in steps],
        "precision": precision,
        "low": [None if p is None else max(0.0, p - w) for p, w in zip(precision, width, strict=True)],
        "high": [None if p is None else min(1.0, p + w / 2) for p, w in zip(precision, width, strict=True)],
        "kept": kept,
        "correct": [round(n * (p or 0)) for n, p in zip(kept, precision, strict=True)],
        "records": [round(POOL * (1 - max(0, s - 30) / 70) ** 0.5) for s in steps],
        "pool_size": POOL,
        "method": "out-of-fold",
    }


def with_gap(curve: dict[str, object]) -> dict[str, object]:
    for name in ("precision", "low", "high"):
        curve[name] = [None if 50 <= step <= 55 else value for step, value in enumerate(curve[name])]
    return curve


def remember() -> None:
    st.session_state.stored = threshold_chart.released("chart")
    st.session_state.releases = st.session_state.get("releases", 0) + 1


def tune() -> None:
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    if st.button("Set 0.50"):
        st.session_state.stored = 0.5
        st.session_state.set_by_python = st.session_state.get("set_by_python", 0) + 1
    curve = made_up_curve()
    if st.query_params.get("gap"):
        curve = with_gap(curve)
    in_force = threshold_chart.mount(
        curve=curve,
        threshold=st.session_state.get("stored", 0.8),
        revision=f"run 1, {st.session_state.get('set_by_python', 0)}",
        target=0.9,
        caption="Out-of-fold on 240 labels, drawn at random.",
        key="chart",
        certified=0.83 if st.query_params.get("certified") else None,
        on_release=remember,
    )
    st.text(f"in force {in_force:.2f}, stored {st.session_state.get('stored')}")
    st.text(f"releases {st.session_state.get('releases', 0)}")
    st.text(f"runs {st.session_state.runs}")
    for number, column in enumerate(st.columns(4)):
        with column:
            threshold_chart.small(
                name=f"Heuristic {number} with a long name",
                curve=curve,
                threshold=0.7,
                target=0.9,
                key=f"s{number}",
                on_choose=lambda: None,
            )


def elsewhere() -> None:
    st.text("another page")


st.set_page_config(layout="wide")
st.navigation([st.Page(tune, title="Tune", default=True), st.Page(elsewhere, title="Elsewhere")], position="top").run()
