"""The overview of a task's heuristics: the table, what the chosen ones are told to do, and undoing a deletion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import streamlit as st

from al_core.filters import from_address
from al_core.types import Heuristic, Label, Task
from al_core.workflow.creating import SHORT_NAMES, describe, duplicate
from al_core.workflow.heuristic_overview import HeuristicRow, overview_rows
from al_core.workflow.judging import NOT_MEASURABLE
from al_core.workflow.running import rerun, run, run_key
from al_core.workflow.states import run_stale, stale
from pages.components import state
from pages.components.frame import Current
from pages.components.heartbeat import heartbeat
from pages.components.heuristic_table import clicked, heuristic_table
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count
from pages.components.overview_links import label_link, links_of
from pages.components.record_links import FILTER, open_records
from pages.components.redraw import redraw_page_if
from pages.components.tuning import DEFAULT_TARGET

KEY = "heuristic_table"
BEAT = 1.5
TONES = {"failed": ("bad", "error"), "stale": ("accent", "update"), "not evaluable yet": ("warn", "hourglass_empty")}


@st.fragment
def overview(here: Current, task: Task) -> None:
    """Draw all heuristics of a task; while something runs the table moves by itself."""
    rows = overview_rows(here.workspace.store, here.workspace.jobs, task)
    bar = st.container()
    chosen_ids = heuristic_table(shown=_shown(task, rows), key=KEY, on_open=_open, on_go=_go)
    by_id = {row.heuristic.heuristic_id: row.heuristic for row in rows}
    with bar:
        _actions(here, [by_id[one] for one in chosen_ids if one in by_id])
    running = [one for one in by_id if here.workspace.jobs.of(run_key(one))]
    if running:
        heartbeat(seconds=BEAT, key="overview_heartbeat")
    before = state.get("overview_running") or []
    state.put("overview_running", running)
    wanted = state.take("overview_records")
    if wanted is not None:
        open_records(from_address(wanted))
    redraw_page_if(bool(set(before) - set(running)) or bool(state.take("overview_changed")))


def run_buttons(here: Current, heuristics: Sequence[Heuristic]) -> None:
    """Draw "Run stale" and "Run all"."""
    enabled = [one for one in heuristics if one.enabled]
    waiting = stale(here.workspace.store, here.workspace.jobs, enabled)
    named = f"Run {len(waiting)} stale" if waiting else "Nothing is stale"
    if st.button(named, icon=":material/update:", disabled=not waiting, key="run_stale"):
        run_stale(here.workspace, waiting, here.person)
        st.rerun()
    if st.button("Run all", icon=":material/play_arrow:", disabled=not enabled, key="run_all"):
        for one in enabled:
            rerun(here.workspace, one, here.person)
        st.rerun()


def undo_line(here: Current) -> None:
    """Draw what was deleted last in this tab, with the way back."""
    deleted = state.get("deleted_heuristics")
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_deleted"):
        st.caption(literal(f"Deleted: {', '.join(deleted['names'])}."), width="content")
        if st.button("Undo", icon=":material/undo:", key="undo_delete"):
            for heuristic_id in deleted["ids"]:
                here.workspace.store.heuristics.set_deleted(heuristic_id, deleted=False)
            state.take("deleted_heuristics")
            st.rerun()


def _open() -> None:
    heuristic_id = clicked(KEY, "open")
    if heuristic_id is not None:
        st.query_params["heuristic"] = str(heuristic_id)
        state.put("overview_changed", True)


def _go() -> None:
    place = clicked(KEY, "go")
    if place:
        state.put("overview_records", parse_qs(urlsplit(str(place)).query)[FILTER][0])


def _actions(here: Current, chosen: list[Heuristic]) -> None:
    """Draw what can be done with the chosen heuristics."""
    if not chosen:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="overview_actions"):
        st.caption(f"{count(len(chosen), 'heuristic')} chosen", width="content")
        _act("Run selected", ":material/play_arrow:", lambda: [run(here.workspace, one, here.person) for one in chosen])
        store = here.workspace.store
        is_on = any(one.enabled for one in chosen)
        _act(
            "Switch off" if is_on else "Switch on",
            ":material/power_settings_new:",
            lambda: [store.heuristics.change(one.heuristic_id, enabled=not is_on) for one in chosen],
        )
        _act("Duplicate", ":material/content_copy:", lambda: [duplicate(store, one, here.person) for one in chosen])
        if len(chosen) == 1:
            _rename(here, chosen[0])
        _act("Delete", ":material/delete:", lambda: _delete(here, chosen))


def _act(name: str, icon: str, act: Callable[[], object]) -> None:
    if st.button(name, icon=icon, key=f"overview_{name.split()[0].lower()}"):
        with mistakes_shown():
            act()
            state.put("overview_changed", True)


def _delete(here: Current, chosen: list[Heuristic]) -> None:
    for one in chosen:
        here.workspace.store.heuristics.set_deleted(one.heuristic_id, deleted=True)
    state.put(
        "deleted_heuristics", {"ids": [one.heuristic_id for one in chosen], "names": [one.name for one in chosen]}
    )


def _rename(here: Current, heuristic: Heuristic) -> None:
    """Draw the form for name and description of one heuristic."""
    store = here.workspace.store
    key = f"{heuristic.heuristic_id}"
    with st.popover("Rename, describe", icon=":material/edit:"), st.form(f"rename_{key}", border=False):
        name = st.text_input("Name", heuristic.name, max_chars=80, key=f"rename_name_{key}")
        said = store.projects.setting(f"heuristic:{key}", "description") or ""
        text = st.text_area("What it is for", said, max_chars=2000, key=f"describe_{key}")
        if st.form_submit_button("Save", type="primary"):
            with mistakes_shown():
                store.heuristics.change(heuristic.heuristic_id, name=name)
                describe(store, heuristic.heuristic_id, text)
                state.put("overview_changed", True)


def _shown(task: Task, rows: Sequence[HeuristicRow]) -> dict[str, object]:
    target = state.get("target") or DEFAULT_TARGET
    methods = {row.evaluation.method.split(",")[0] for row in rows if row.evaluation}
    return {
        "name": f"{task.task_id}",
        "target": target,
        "labels": [
            {"id": one.label_id, "name": one.name, "colour": f"c{(one.colour - 1) % 12 + 1}"} for one in task.labels
        ],
        "caption": f"{'; '.join(sorted(methods)) or 'Nothing has run yet'}. "
        f"The dotted tick is your target, {target:.2f}. "
        "Alone: labelled records that no other heuristic gets right. Click a number to see its records.",
        "rows": [_row(task, row) for row in rows],
    }


def _row(task: Task, row: HeuristicRow) -> dict[str, object]:
    heuristic, found, among = row.heuristic, row.evaluation, row.among
    estimate = found.estimate if found else None
    known = estimate is not None and estimate.precision is not None
    words, tone, icon = _state(row)
    under_way = row.status.state in ("queued", "running")
    return {
        "id": heuristic.heuristic_id,
        "name": heuristic.name,
        "kind": heuristic.kind,
        "enabled": heuristic.enabled,
        "source": heuristic.source[:20_000],
        "description": row.description,
        "below": f"{SHORT_NAMES[heuristic.kind]}, {heuristic.owner or 'nobody'}, version {heuristic.version_no}",
        "failed": f"failed on {count(row.n_failed, 'record')}" if row.n_failed else "",
        "state": words,
        "stateText": row.status.text,
        "tone": tone,
        "icon": icon,
        "fraction": row.status.fraction if under_way else None,
        "look": row.fallen is not None or row.n_failed > 0 or row.status.state in ("failed", "stale", "not kept yet"),
        "evaluated": found is not None,
        "unknown": NOT_MEASURABLE if found and not found.is_measurable else "",
        "precision": estimate.precision if estimate and known else None,
        "low": estimate.low if estimate else 0.0,
        "high": estimate.high if estimate else 1.0,
        "interval": f"({estimate.low:.2f} to {estimate.high:.2f}, n = {estimate.kept:,})" if estimate else "",
        "fresh": f"{found.n_new:,} new since the run" if found and found.n_new else "",
        "recall": row.averages.micro_recall if row.averages else None,
        "f1": row.averages.micro_f1 if row.averages else None,
        "coverage": estimate.coverage if estimate else None,
        "hits": among.hits if among else None,
        "overlaps": among.overlaps if among else None,
        "conflicts": among.conflicts if among else None,
        "alone": among.alone if among else None,
        "trend": list(row.trend),
        "last": row.last_run.timestamp() if row.last_run else None,
        "lastText": _ago(row.last_run),
        "links": links_of(task, heuristic.heuristic_id) if found else {},
        "byLabel": _by_label(task, row),
    }


def _by_label(task: Task, row: HeuristicRow) -> list[dict[str, object]]:
    found = []
    for label in task.labels:
        one = row.evaluation.by_label.get(label.label_id) if row.evaluation else None
        if one is not None and one.precision is not None:
            found.append(
                {
                    "id": label.label_id,
                    "name": label.name,
                    "colour": _colour(label),
                    "precision": one.precision,
                    "low": one.low,
                    "high": one.high,
                    "n": one.kept,
                    "recall": one.recall,
                    "place": label_link(task, row.heuristic.heuristic_id, label.label_id),
                }
            )
    return found


def _colour(label: Label) -> str:
    return f"c{(label.colour - 1) % 12 + 1}"


def _state(row: HeuristicRow) -> tuple[str, str, str]:
    """Return words, tone and icon of a heuristic's state."""
    stands = row.status
    if stands.state in ("queued", "running"):
        return stands.text or stands.state, "", ""
    if row.fallen is not None and heuristic_counts(stands.state):
        return f"below {row.promised:.2f} since {row.fallen.day} {row.fallen:%b}", "warn", "trending_down"
    if stands.state == "current":
        return (
            ("up to date", "", "") if row.certified is None else (f"certified {row.certified:.2f}", "good", "verified")
        )
    tone, icon = TONES.get(stands.state, ("", ""))
    return stands.text if stands.state in ("stale", "off", "never run") else stands.state, tone, icon


def heuristic_counts(what: str) -> bool:
    """Return whether a heuristic in this state has a result that others rely on."""
    return what in ("current", "stale")


def _ago(when: datetime | None) -> str:
    """Return how long ago something was, in a word or two."""
    if when is None:
        return "never"
    seconds = (datetime.now(UTC).replace(tzinfo=None) - when).total_seconds()
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "now"
