"""One record whole: its text with spans, attributes, answers with their history, votes, and texts of before."""

from __future__ import annotations

from html import escape

import streamlit as st

from al_core.types import LabelSpan, Task
from al_core.workflow.record_rows import Act, WholeRecord, whole_record
from pages.components import state
from pages.components.deleting import delete_popover
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import decimals
from pages.components.record_links import RECORD
from pages.components.record_table import truth_words
from pages.components.tokens import label_css

# a span has its label's colour as on the Label page; the name stands with it, so that colour is not the only sign
STYLE = (
    f"<style>{label_css('.al-text')}"
    ".al-text{white-space:pre-wrap;overflow-wrap:anywhere;line-height:2;margin:0}"
    ".al-text mark{background:var(--t,transparent);color:inherit;border-bottom:3px solid var(--c,currentColor);"
    "border-radius:4px;padding:0 2px}"
    ".al-text small{color:var(--k,inherit);padding-left:4px}</style>"
)


def record_view(here: Current, record_no: int) -> None:
    """Draw everything about one record, literally."""
    with st.container(horizontal=True):
        st.button("Back to the table", icon=":material/arrow_back:", on_click=lambda: st.query_params.pop(RECORD, None))
        st.button(
            "Similar records", icon=":material/hub:", on_click=lambda: state.set_widget("records_view", "Similar")
        )
        st.space("stretch")
        delete_popover(here, [record_no], key="record", and_then=lambda: st.query_params.pop(RECORD, None))
    with mistakes_shown():
        whole = whole_record(here.workspace.store, here.project, record_no)
        tasks = here.workspace.store.projects.tasks(here.project.project_id)
        st.subheader(literal(f"Record {record_no}, {whole.record.external_id}"), anchor=False)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _text(whole, next((one for one in tasks if here.task and one.task_id == here.task.task_id), None))
            _attributes(whole)
            _revisions(whole)
        with right:
            for task in tasks:
                _task(whole, task)
            _comments(whole)


def marked(text: str, task: Task, spans: tuple[LabelSpan, ...]) -> str:
    """Return HTML that shows a text as it is, each span marked with its label's name.

    Spans outside of the text, such as of a text of before, are left out.
    """
    labels = {label.label_id: label for label in task.labels}
    parts, end = [], 0
    for span in sorted(spans, key=lambda one: one.start or 0):
        if span.start is None or span.end is None or not end <= span.start < span.end <= len(text):
            continue
        label = labels.get(span.label_id)
        name = escape(label.name) if label else "a removed label"
        colour = f' class="c{(label.colour - 1) % 12 + 1}"' if label else ""
        parts += [
            escape(text[end : span.start]),
            f"<mark{colour}>{escape(text[span.start : span.end])}<small>{name}</small></mark>",
        ]
        end = span.end
    return f'<p class="al-text">{"".join(parts)}{escape(text[end:])}</p>'


def _text(whole: WholeRecord, task: Task | None) -> None:
    with st.container(border=True):
        if task is not None and task.kind == "extraction" and whole.truth[task.task_id].truth:
            st.html(STYLE + marked(whole.record.text, task, whole.truth[task.task_id].truth))
        else:
            st.text(whole.record.text or "(no text)")


def _attributes(whole: WholeRecord) -> None:
    rows = [{"Attribute": name, "Value": value} for name, value in whole.record.attributes.items()]
    if rows:
        st.dataframe(rows, hide_index=True, height="content")


def _revisions(whole: WholeRecord) -> None:
    older = [one for one in whole.revisions if not one.is_current]
    if older:
        st.caption("Texts of before, the newest first")
        for one in older:
            with st.container(border=True):
                st.caption(literal(f"{one.attribute}, revision {one.revision}"))
                st.text(one.text)


def _task(whole: WholeRecord, task: Task) -> None:
    row = whole.truth[task.task_id]
    with st.container(border=True):
        st.markdown(f"**{literal(task.name)}**")
        if row.state == "conflict":
            st.text("People disagree: no truth.")
        else:
            st.text(f"Truth: {truth_words(task, row)} ({row.state})" if row.state else "No truth yet.")
        if row.is_flagged:
            st.text("Flagged for a second look.")
        acts = [act for act in whole.acts if act.task_id == task.task_id]
        if acts:
            st.dataframe([_act(task, act) for act in acts], hide_index=True, height="content")
        said = [
            {
                "Heuristic": one.heuristic,
                "Says": _named(task, one.label, whole.record.text),
                "Confidence": decimals(one.confidence),
                "": "kept" if one.kept else "not kept",
            }
            for one in whole.said[task.task_id]
        ] + [{"Heuristic": name, "Says": "nothing", "Confidence": "", "": ""} for name in whole.silent[task.task_id]]
        if said:
            st.dataframe(said, hide_index=True, height="content")


def _act(task: Task, act: Act) -> dict[str, object]:
    labels = ", ".join(_named(task, span, "") for span in act.labels) or "nothing here"
    how = [act.drawn_by, *(["blind"] if act.blind else []), *(["settles"] if act.adjudicates else [])]
    return {
        "Who": act.person,
        "Answer": labels if act.verdict == "accept" else act.verdict,
        "How": ", ".join(how),
        "When": act.at,
        "": "holds" if act.is_current else "earlier",
    }


def _named(task: Task, span: LabelSpan, text: str) -> str:
    name = {label.label_id: label.name for label in task.labels}.get(span.label_id, "a removed label")
    if span.start is None or span.end is None:
        return name
    return f"{name}: {text[span.start : span.end]}" if text else f"{name} at {span.start}"


def _comments(whole: WholeRecord) -> None:
    for one in whole.comments:
        with st.container(border=True):
            st.caption(literal(one.person))
            st.text(one.text)
