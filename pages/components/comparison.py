"""A new version's result beside the one that counts: figures, and the votes that would change."""

from __future__ import annotations

import streamlit as st

from al_core.filters import Numbers, RecordFilter
from al_core.text import shorten
from al_core.types import Heuristic, Run
from al_core.workflow.comparing import Comparison, VoteExample, compare
from pages.components.frame import Current
from pages.components.numbers import count, decimals
from pages.components.record_links import open_records

TITLES = {"gained": "Gained", "lost": "Lost", "changed": "Changed"}
MINUS = "\u2212"


def comparison(here: Current, heuristic: Heuristic, waiting: Run) -> None:
    """Draw a waiting run beside the current one, on the same records and at the same thresholds."""
    assert here.task is not None
    found = compare(here.workspace.store, here.task, heuristic, waiting)
    if found is None:
        return
    before = f"version {found.before.run.version_no}"
    st.subheader(f"Against {before}", anchor=False)
    st.dataframe(_figures(found, before, f"version {waiting.version_no}"), hide_index=True)
    if found.new_threshold is not None:
        st.caption(f"Keeping it puts min_confidence {found.new_threshold} in force, as its code says.")
    shown = st.segmented_control(
        "Votes on records that nobody labelled",
        list(TITLES),
        default="gained",
        format_func=lambda kind: f"{TITLES[kind]} {found.counts[kind]:,}",
        key=f"changed_votes_{waiting.run_id}",
    )
    rows = [one for one in found.examples if one.change == shown]
    if rows:
        st.dataframe(
            [_row(one) for one in rows],
            hide_index=True,
            column_config={"Text": st.column_config.TextColumn(width="medium")},
        )
        numbers = found.surest[rows[0].change]
        few = len(numbers) < found.counts[rows[0].change]
        if st.button(f"{'The surest ' if few else ''}{count(len(numbers), 'record')} in Records", key="see_changed"):
            open_records(RecordFilter(here.task.task_id, (Numbers(numbers),)))
    elif shown:
        st.caption(f"No vote is {shown}.")


def _row(one: VoteExample) -> dict[str, str]:
    votes = {"Before": one.before, "Now": one.after}
    return {"Text": shorten(one.text, 200)} | {when: said for when, said in votes.items() if said}


def _figures(found: Comparison, before: str, after: str) -> list[dict[str, str]]:
    old, new = found.before.estimate, found.after.estimate
    votes = found.votes

    def precision(value: float | None) -> str:
        return "unknown" if value is None else decimals(value)

    return [
        {"": "Precision", before: precision(old.precision), after: precision(new.precision),
         "change": found.precision_change},
        {"": "Interval, n", before: f"{decimals(old.low)} to {decimals(old.high)}, {old.kept}",
         after: f"{decimals(new.low)} to {decimals(new.high)}, {new.kept}", "change": ""},
        {"": "Covers", before: f"{round(100 * old.coverage)} %", after: f"{round(100 * new.coverage)} %", "change": ""},
        {"": "Votes", before: f"{votes[0]:,}", after: f"{votes[1]:,}", "change": _signed(votes[1] - votes[0])},
    ]  # fmt: skip


def _signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"{MINUS}{-number:,}" if number else "none"
