"""Every version of a heuristic: who, when, its runs and figures; the difference of any two; going back."""

from __future__ import annotations

import streamlit as st

from al_core.workflow.drafts import difference
from al_core.workflow.versions import VersionLine, restore, versions
from pages.components.frame import Current
from pages.components.numbers import count, estimate_text
from pages.components.writing import OpenText, save, show_version


def versions_button(here: Current, opened: OpenText) -> None:
    """Draw the button that opens the list of versions."""
    n = opened.heuristic.version_no
    if st.button(count(n, "version"), icon=":material/history:", key="open_versions"):
        _dialog(here, opened)


@st.dialog("Versions", width="large")
def _dialog(here: Current, opened: OpenText) -> None:
    store, heuristic = here.workspace.store, opened.heuristic
    lines = versions(store, heuristic)
    st.dataframe(
        [
            {
                "Version": line.version_no,
                "Saved by": line.person,
                "When (UTC)": line.made,
                "Runs": line.n_runs,
                "Last run": line.outcome + (", counts" if line.counts else ""),
                "Worth now": estimate_text(line.estimate) if line.estimate else "no result",
            }
            for line in lines
        ],
        hide_index=True,
        column_config={"When (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")},
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = _pick("From", lines, min(1, len(lines) - 1), "diff_from")
        after = _pick("To", lines, 0, "diff_to")
        is_restored = st.button(
            f"Restore version {before}",
            help="Its text becomes a new version; what you have not saved is saved first.",
            disabled=before == heuristic.version_no or opened.clash is not None,
            key="restore_version",
        )
    changed = difference(
        store.heuristics.source(heuristic.heuristic_id, before),
        store.heuristics.source(heuristic.heuristic_id, after),
        names=(f"version {before}", f"version {after}"),
    )
    if changed:
        st.code(changed, language="diff", height=320)
    else:
        st.caption("The two have the same text.")
    if is_restored:
        saved = save(here, opened, opened.text, heuristic.embedding_name)
        if saved is not None:
            show_version(opened, restore(store, saved, before, here.person))
        st.rerun()


def _pick(label: str, lines: tuple[VersionLine, ...], index: int, key: str) -> int:
    return st.selectbox(label, [line.version_no for line in lines], index=index, key=key, width=140)
