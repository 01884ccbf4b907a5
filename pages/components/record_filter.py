"""The filter of the Records page: from the address, as conditions that can be taken away, and in its order."""

from __future__ import annotations

import streamlit as st

from al_core.errors import ActiveLearnersError
from al_core.filters import Compare, InSlice, Order, RecordFilter, from_address, to_address
from al_core.types import Heuristic
from pages.components import state
from pages.components.condition_form import condition_form
from pages.components.condition_words import condition_words
from pages.components.frame import Current, choose
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.record_links import FILTER, MAX_LINK, PROJECT, RECORD, SLICE


def opened_filter(here: Current) -> RecordFilter | None:
    """Return what the address, or this tab's last visit, asks for; None where that cannot be read: it is said why.

    A link leads to its own project and task, whatever the person looked at before.
    """
    _follow_project(here)
    with mistakes_shown():
        wanted = _named_in_address(here)
        if wanted.task_id is not None and (here.task is None or wanted.task_id != here.task.task_id):
            if state.get("records_task") == wanted.task_id:  # it was shown already: another task was chosen above
                wanted = put_filter(here, _everything(here))
            else:
                task = here.workspace.store.projects.task(wanted.task_id)
                state.put("records_task", task.task_id)
                choose(here, here.workspace.store.projects.get(task.project_id), task)
                st.rerun()
        state.put("records_task", wanted.task_id)
        return wanted
    st.button("Show all records", on_click=lambda: put_filter(here, _everything(here)))
    return None


def _follow_project(here: Current) -> None:
    named = st.query_params.get(PROJECT, "")
    before = state.get("records_project")
    if named.isdecimal() and int(named) != here.project.project_id and before is None:
        for project in here.workspace.store.projects.all():
            if project.project_id == int(named):
                state.put("records_project", project.project_id)
                choose(here, project, None)
                st.rerun()
    if before not in (None, here.project.project_id):  # another project was chosen above: its records, all of them
        for name in (FILTER, SLICE, RECORD):
            st.query_params.pop(name, None)
        state.put("records_filter", None)
        state.put("records_task", None)
    state.put("records_project", here.project.project_id)
    st.query_params[PROJECT] = str(here.project.project_id)


def _named_in_address(here: Current) -> RecordFilter:
    slice_id = st.query_params.get(SLICE, "")
    if slice_id.isdecimal():
        del st.query_params[SLICE]
        here.workspace.store.slices.get(here.project.project_id, int(slice_id))
        return put_filter(here, _everything(here).also(InSlice(int(slice_id))))
    text = st.query_params.get(FILTER) or state.get("records_filter")
    wanted = from_address(text) if text else _everything(here)
    if text and text != state.get("records_filter"):
        put_filter(here, wanted)
    return wanted if wanted.task_id is not None or here.task is None else _with_task(here, wanted)


def _with_task(here: Current, wanted: RecordFilter) -> RecordFilter:
    return RecordFilter(here.task.task_id if here.task else None, wanted.conditions, wanted.order)


def _everything(here: Current) -> RecordFilter:
    return RecordFilter(here.task.task_id if here.task else None)


def put_filter(here: Current, wanted: RecordFilter) -> RecordFilter:
    """Return the filter that the page shows from now on, its first page; the address says it where it is short."""
    text = to_address(wanted)
    state.put("records_filter", text)
    state.put("records_cursors", [])
    state.put("records_panel", None)
    st.query_params.pop(RECORD, None)
    if len(text) <= MAX_LINK:
        st.query_params[FILTER] = text
    else:
        st.query_params.pop(FILTER, None)
    return wanted


def filter_bar(here: Current, wanted: RecordFilter, shown: Heuristic | None) -> None:
    """Draw the search field, the conditions, and the order."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="records_filter_bar"):
        st.text_input(
            "Search the texts",
            key="records_search",
            placeholder="Type a word and press Enter",
            width=320,
            on_change=lambda: _search(here, wanted),
        )
        with st.popover("Add a condition", icon=":material/filter_alt:", key="records_add", width="content"):
            condition_form(here, lambda condition: put_filter(here, wanted.also(condition)))
        _order(here, wanted, shown)
    if said := state.take("records_search_error"):
        st.error(said, icon=":material/error:")
    if wanted.conditions:
        with st.container(horizontal=True, gap="small", key="records_conditions"):
            for place, condition in enumerate(wanted.conditions):
                st.button(
                    literal(condition_words(here, here.task, condition)),
                    key=f"records_chip_{place}",
                    icon=":material/close:",
                    help="Take this condition away",
                    on_click=put_filter,
                    args=(here, wanted.without(condition)),
                )


def _search(here: Current, wanted: RecordFilter) -> None:
    typed = (state.widget("records_search") or "").strip()
    state.set_widget("records_search", "")
    if not typed:
        return
    try:
        put_filter(here, wanted.also(Compare("contains", (typed,))))
    except ActiveLearnersError as error:
        state.put("records_search_error", f"**{literal(error.message)}** {literal(error.hint)}")


def _order(here: Current, wanted: RecordFilter, shown: Heuristic | None) -> None:
    choices: dict[str, Order] = {"number": Order(), "id": Order("record id"), "length of the text": Order("length")}
    choices["random"] = Order("random", seed=wanted.order.seed or 1)
    for attribute in here.workspace.store.projects.attributes(here.project.project_id):
        choices[f"attribute {attribute.name}"] = Order("attribute", attribute=attribute.name)
    if wanted.task_id is not None:
        choices |= {"truth": Order("truth"), "time of answer": Order("answered"), "drawn by": Order("drawn by")}
        heuristic_id = wanted.order.heuristic_id or (shown.heuristic_id if shown else 0)
        if heuristic_id:
            choices["confidence"] = Order("confidence", heuristic_id=heuristic_id)
            choices["margin"] = Order("margin", heuristic_id=heuristic_id)
    names = list(choices)
    rising = Order(wanted.order.by, False, wanted.order.attribute, wanted.order.heuristic_id, wanted.order.seed)
    now = next((name for name, order in choices.items() if order == rising), names[0])
    state.set_widget("records_order", now)
    state.set_widget("records_descending", wanted.order.descending)

    def change() -> None:
        order = choices[state.widget("records_order")]
        descending = bool(state.widget("records_descending"))
        put_filter(here, wanted.ordered(Order(order.by, descending, order.attribute, order.heuristic_id, order.seed)))

    st.selectbox("Sorted by", names, key="records_order", width=200, on_change=change)
    st.toggle("Descending", key="records_descending", on_change=change)
    if wanted.order.by == "random":
        again = Order("random", wanted.order.descending, seed=wanted.order.seed + 1)
        st.button("Shuffle", key="records_shuffle", on_click=put_filter, args=(here, wanted.ordered(again)))
