"""Records like a record or a typed text, to be labelled together; and texts of the project that say the same."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from al_core.text import shorten
from al_core.types import Embedding
from al_core.workflow.near_duplicates import Group, duplicates_key, find_near_duplicates, near_duplicates
from al_core.workflow.similar import (
    Neighbour,
    checked_text,
    embed_typed,
    near_record,
    near_text,
    truth_names,
    typed_key,
)
from pages.components import state
from pages.components.frame import Current
from pages.components.job_progress import follow_job
from pages.components.literal import literal
from pages.components.map_panel import pick_embedding
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.selection_actions import act, selection_actions, show_outcome

FROM_RECORD, FROM_TEXT, DUPLICATES = "A record", "A text", "Near-duplicates"
MANY = (10, 20, 50)
LONGEST_LINE = 220  # characters of a text in a list


@st.fragment
def similar_panel(here: Current, record_no: int | None = None) -> None:
    """Draw the search for records like one of them or like a text; `record_no` is the record to begin with."""
    with mistakes_shown():
        embedding = pick_embedding(here, key="similar_embedding")
        if embedding is None:
            return
        chosen = st.segmented_control(
            "Similar to", (FROM_RECORD, FROM_TEXT, DUPLICATES), default=FROM_RECORD, required=True, key="similar_to",
            label_visibility="collapsed",
        )  # fmt: skip
        if chosen == DUPLICATES:
            _duplicates(here, embedding)
        elif chosen == FROM_TEXT:
            _from_text(here, embedding)
        else:
            _from_record(here, embedding, record_no)


def _from_record(here: Current, embedding: Embedding, record_no: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "Record number", min_value=0, value=record_no or 0, key=f"similar_record_{record_no}", width=200
        )
        many = _how_many()
    found = here.workspace.store.records.get(here.project.project_id, embedding.attribute_id, [int(number)])
    if int(number) not in found:
        st.warning(f"There is no record {int(number)} in this project.", icon=":material/search_off:")
        return
    with st.container(border=True):
        st.text(found[int(number)].text or "(no text)")
    neighbours = near_record(here.workspace.store, embedding, here.task, int(number), many)
    _neighbours(here, neighbours, key=f"similar_{embedding.embedding_id}_{int(number)}")


def _how_many() -> int:
    return st.selectbox("Show", MANY, index=1, format_func=lambda one: f"{one} records", key="similar_many", width=150)


def _from_text(here: Current, embedding: Embedding) -> None:
    typed = st.text_area("Text to search with", key="similar_text", height=90, placeholder="Write a text, or paste one")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        many = _how_many()
        st.button("Search", type="primary", key="similar_search", on_click=lambda: _search(here, embedding))
    show_outcome("similar_text")
    asked = state.get("similar_asked")
    if asked is None:
        return
    neighbours = near_text(here.workspace, embedding, here.task, asked, many)
    if neighbours is not None:
        if asked != typed.strip():
            st.caption("These are the records like the text searched for last.")
        _neighbours(here, neighbours, key=f"similar_{embedding.embedding_id}_{hash(asked)}")
    elif not follow_job(here, typed_key(embedding, asked)):
        st.caption("Click Search once more.")


def _search(here: Current, embedding: Embedding) -> None:
    def start() -> str:
        asked = checked_text(state.widget("similar_text") or "")
        state.put("similar_asked", asked)
        if near_text(here.workspace, embedding, here.task, asked, 1) is None:
            embed_typed(here.workspace, here.project, embedding, asked, here.person)
        return ""

    act("similar_text", start)


def _neighbours(here: Current, neighbours: Sequence[Neighbour], *, key: str) -> None:
    """Draw the neighbours with a box to tick before each, and what can be done with those ticked."""
    if not neighbours:
        st.caption("No other record has a vector.")
        return
    ticks = {one.record_no: f"{key}_tick_{one.record_no}" for one in neighbours}
    with st.container(horizontal=True, gap="small"):
        for name, wanted in (
            ("Tick all", [one.record_no for one in neighbours]),
            ("Tick those without a truth", [one.record_no for one in neighbours if one.label is None]),
            ("Tick none", []),
        ):
            st.button(name, key=f"{key}_{name}", type="tertiary", on_click=_tick, args=(ticks, frozenset(wanted)))
    with st.container(border=True, gap="xsmall", key="neighbours"):
        for one in neighbours:
            _neighbour(here, one, ticks[one.record_no])
    chosen = [number for number, tick in ticks.items() if state.widget(tick)]
    selection_actions(here, chosen, key="similar")


def _tick(ticks: dict[int, str], wanted: frozenset[int]) -> None:
    for number, tick in ticks.items():
        state.set_widget(tick, number in wanted)


def _neighbour(here: Current, one: Neighbour, tick: str) -> None:
    box, text, truth = st.columns([1, 7, 2.4], vertical_alignment="center")
    with box:
        st.checkbox(decimals(one.cosine), key=tick)
    with text:
        st.text(shorten(one.text, LONGEST_LINE) or "(no text)")
    with truth:
        said = "no truth yet" if one.label is None else _named(here, one.label)
        st.caption(literal(f"{one.record_no}: {said}{', the same' if one.says_the_same else ''}"))


def _named(here: Current, label_id: int) -> str:
    return truth_names(here.task).get(label_id, "a label that is gone")


def _duplicates(here: Current, embedding: Embedding) -> None:
    groups = near_duplicates(here.workspace.store, embedding, here.task)
    show_outcome("duplicates")
    if groups is None:
        if follow_job(here, duplicates_key(embedding)):
            return
        st.caption("Texts that say the same teach a learner only once, and where their labels differ one is wrong.")
        st.button(
            "Find near-duplicates",
            type="primary",
            key="find_duplicates",
            on_click=lambda: act("duplicates", lambda: _find(here, embedding)),
        )
        return
    if not groups.shown:
        st.caption("No two records say the same.")
        return
    st.caption(
        f"{count(groups.n, 'group')} of records that say the same, contradictory ones first;"
        f" {count(groups.n_spare, 'record')} could go without a text being lost."
    )
    picked = st.dataframe(
        [_row(here, one) for one in groups.shown],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"duplicates_{embedding.embedding_id}",
        column_config={"Text": st.column_config.TextColumn(width="large")},
    )
    rows = picked.selection.rows
    if rows and rows[0] < len(groups.shown):
        _group(here, embedding, groups.shown[rows[0]])


def _find(here: Current, embedding: Embedding) -> str:
    find_near_duplicates(here.workspace, here.project, embedding, here.person)
    return ""


def _row(here: Current, group: Group) -> dict[str, str | int]:
    return {
        "Text": group.text,
        "Records": len(group.record_nos),
        "Truth": " / ".join(_named(here, label_id) for label_id in group.labels) or "none yet",
        "Without truth": group.n_unlabelled,
        "Note": "different truths" if group.contradicts else "",
    }


def _group(here: Current, embedding: Embedding, group: Group) -> None:
    shown = group.record_nos[: MANY[-1]]
    records = here.workspace.store.records.get(here.project.project_id, embedding.attribute_id, shown)
    with st.container(border=True, gap="xsmall"):
        for number in shown:
            if number in records:
                st.text(f"{number}   {shorten(records[number].text, LONGEST_LINE)}")
    if len(shown) < len(group.record_nos):
        st.caption(f"The first {len(shown)} of {len(group.record_nos):,}.")
    selection_actions(here, group.record_nos, key="duplicate_group")
