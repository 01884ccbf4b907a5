"""The table of the Records page: fifty records at a time, and what can be done with those selected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from al_core.filters import HeuristicSays, Not, RecordFilter
from al_core.text import shorten
from al_core.types import Heuristic, LabelSpan, Task
from al_core.workflow.finding import Cursor, RecordPage, ask_page, how_many
from al_core.workflow.record_rows import SaidOfRecord, TableRow, table_rows
from pages.components import state
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.record_links import RECORD
from pages.components.selection_actions import selection_actions

LONGEST_CELL, LONGEST_OTHER = 300, 60
OTHERS = 4  # attributes beside the text that have a column
NO_MATCH = "No record meets these conditions. Take one away, or add fewer."


def shown_heuristic(here: Current, wanted: RecordFilter) -> Heuristic | None:
    """Return the heuristic whose predictions are shown: one that the filter names, else the first that has run."""
    if here.task is None:
        return None
    store = here.workspace.store
    everything = store.heuristics.all(here.task.task_id)
    heuristics = [one for one in everything if store.runs.last(one.heuristic_id, finished=True)]
    simple = [one.condition if isinstance(one, Not) else one for one in wanted.conditions]
    named = [one.heuristic_id for one in simple if isinstance(one, HeuristicSays)] + [wanted.order.heuristic_id]
    first = next((one for one in heuristics if one.heuristic_id in named), None)
    return first or next(iter(heuristics), None)


def record_table(here: Current, wanted: RecordFilter, shown: Heuristic | None) -> list[int] | None:
    """Return the numbers of the records selected, None where nothing could be asked; draw a page of the filter."""
    cursors: list[Cursor] = state.get("records_cursors") or []
    with mistakes_shown():
        page = ask_page(here.workspace.store, here.project, wanted, cursors[-1] if cursors else None)
        rows = table_rows(here.workspace.store, here.project, here.task, page.record_nos, shown)
        if not rows and not cursors:
            st.info(NO_MATCH if wanted.conditions else "This project has no records yet.", icon=":material/info:")
            return []
        # other rows are another table: a tick never moves to the record that took the place of a deleted one
        key = f"records_table_{hash(page.record_nos)}"
        picked = st.dataframe(
            [_cells(here.task, row, shown) for row in rows],
            hide_index=True,
            height="content" if len(rows) < 12 else 470,
            on_select="rerun",
            selection_mode="multi-row",
            key=key,
            column_config={
                "Text": st.column_config.TextColumn(width="large"),
                "Truth": st.column_config.Column(width=100),
            },
        )
        _pages(page, cursors)
        return [rows[place].record.record_no for place in picked.selection.rows if place < len(rows)]
    return None


def _cells(task: Task | None, row: TableRow, shown: Heuristic | None) -> dict[str, str | int]:
    cells: dict[str, str | int] = {
        "Number": row.record.record_no,
        "Id": shorten(row.record.external_id, LONGEST_OTHER),
        "Text": shorten(row.record.text, LONGEST_CELL),
    }
    if task is not None:
        cells["Truth"] = "conflict" if row.state == "conflict" else truth_words(task, row) if row.state else ""
        cells["Drawn by"] = row.drawn_by
        if shown is not None:
            kept = [one for one in row.said if one.kept]
            cells[f"{shown.name} says"] = said_words(task, kept or row.said) or "abstained"
            cells["Confidence"] = decimals(max(one.confidence for one in row.said)) if row.said else ""
            cells["Kept"] = "kept" if kept else ""
    for name, value in list(row.record.attributes.items())[:OTHERS]:
        cells[name if name not in cells else f"{name} (attribute)"] = shorten(value, LONGEST_OTHER)
    notes = [*(["flagged"] if row.is_flagged else []), *([count(row.n_comments, "comment")] if row.n_comments else [])]
    return cells | {"Notes": ", ".join(notes)}


def truth_words(task: Task, row: TableRow) -> str:
    """Return the truth of a record in words."""
    return _names(task, row.truth) or "nothing here"


def said_words(task: Task, said: Sequence[SaidOfRecord]) -> str:
    """Return predictions in words, "" without any."""
    return _names(task, [one.label for one in said])


def _names(task: Task, spans: Sequence[LabelSpan]) -> str:
    names = {label.label_id: label.name for label in task.labels}
    found = [names.get(span.label_id, "a removed label") for span in spans]
    # of several spans of a label one name and their number
    return ", ".join(name if found.count(name) == 1 else f"{found.count(name)} {name}" for name in dict.fromkeys(found))


def _pages(page: RecordPage, cursors: list[Cursor]) -> None:
    if not cursors and page.after is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="records_pages"):
        st.button("First", key="records_first", disabled=not cursors, on_click=lambda: state.put("records_cursors", []))
        st.button(
            "Previous", key="records_previous", icon=":material/chevron_left:", disabled=not cursors,
            on_click=lambda: state.put("records_cursors", cursors[:-1]),
        )  # fmt: skip
        st.button(
            "Next", key="records_next", icon=":material/chevron_right:", disabled=page.after is None,
            on_click=lambda: state.put("records_cursors", [*cursors, page.after]),
        )  # fmt: skip
        st.caption(f"Page {len(cursors) + 1:,}", width="content")


def selected_actions(here: Current, record_nos: list[int]) -> None:
    """Draw what can be done with the selected records."""
    with st.container(horizontal=True, vertical_alignment="center", key="records_selected"):
        st.caption(f"{count(len(record_nos), 'record')} selected", width="content")
        if len(record_nos) == 1:
            st.button(
                "Open the record",
                key="records_open",
                on_click=lambda: st.query_params.update({RECORD: str(record_nos[0])}),
            )
    selection_actions(here, record_nos, key="records")


def count_line(here: Current, wanted: RecordFilter) -> str:
    """Return how many records meet the filter, "" where it cannot be asked; it may take a while, so it comes last."""
    with mistakes_shown():
        return count(how_many(here.workspace.store, here.project, wanted), "record")
    return ""
