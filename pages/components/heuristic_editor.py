"""One heuristic: badges, editor, and what its run says."""

from __future__ import annotations

import streamlit as st

from al_core.types import Heuristic, Problem
from al_core.workflow import heuristics
from al_core.workflow.running import run
from pages.components.badges import badges
from pages.components.completions import completions
from pages.components.editor import EditorEvent, code_editor
from pages.components.former_names import former_names_banner
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.pinned_examples import pinned_examples
from pages.components.protection import consent_banner, protection_line
from pages.components.run_panel import run_panel
from pages.components.tables import status_badge
from pages.components.task_choice import task_choice
from pages.components.trial import start_trial, trial_panel
from pages.components.version_list import versions_button
from pages.components.writing import OpenText, clash_banner, editor_key, keep_draft, open_text, save

KIND_WORDS = {"active_learner": "learner", "labeling_function": "labeling function"}


def chosen(here: Current) -> Heuristic | None:
    """Return the heuristic that the address names, where it belongs to the current task."""
    named = st.query_params.get("heuristic")
    if named is None or here.task is None:
        return None
    everything = here.workspace.store.heuristics.all(here.task.task_id)
    return next((one for one in everything if str(one.heuristic_id) == named), None)


def open_editor(here: Current, heuristic: Heuristic) -> None:
    """Draw the editor page of a heuristic, save what was typed, and start runs."""
    opened = open_text(here, heuristic)
    with st.container(horizontal=True, vertical_alignment="center"):
        clicked = _header(here, opened)
    consent_banner(here)
    main, side = st.columns([59, 41], gap="medium")
    with main:
        clash_banner(here, opened)
        embedding_name = _names(here, heuristic)
        event = code_editor(
            source=opened.writing.source,
            revision=opened.revision,
            problems=_problems(here, heuristic, opened.text),
            key=editor_key(heuristic),
            height=470,
            completions=completions(here, heuristic),
        )
        _act(here, opened, event, clicked, embedding_name)
        former_names_banner(here, opened)
        protection_line(here)
        trial_panel(here, heuristic)
        pinned_examples(here, heuristic)
    with side:
        run_panel(here, heuristic)


def _act(here: Current, opened: OpenText, event: EditorEvent, clicked: str, embedding_name: str) -> None:
    """Keep the draft, and do what a button or a key asked for with exactly the text on screen."""
    keep_draft(here, opened, event.text)
    if clicked == "Try on 10":
        start_trial(here, opened.heuristic, event.text)
    elif clicked or event.save or event.run:
        with mistakes_shown():
            saved = save(here, opened, event.text, embedding_name)
            if saved is not None and (clicked == "Run" or event.run):
                run(here.workspace, saved, here.person)
            st.rerun()


def _header(here: Current, opened: OpenText) -> str:
    """Draw name, state and buttons; return the name of the button that was just pressed, empty for none."""
    heuristic = opened.heuristic
    st.button("All heuristics", icon=":material/arrow_back:", type="tertiary", on_click=lambda: st.query_params.clear())
    st.title(literal(heuristic.name), anchor=False, width="content")
    status_badge(heuristics.status(here.workspace.store, here.workspace.jobs, heuristic))
    kind = KIND_WORDS.get(heuristic.kind, heuristic.kind)
    unsaved = "" if opened.text == heuristic.source else ", unsaved changes kept as a draft"
    st.caption(literal(f"{kind}, {heuristic.owner}, version {heuristic.version_no}{unsaved}"))
    st.space("stretch")
    versions_button(here, opened)
    pressed = {
        "Try on 10": heuristic.kind != "precomputed" and st.button("Try on 10", help="Ten records, nothing stored"),
        "Save": st.button("Save", help="Ctrl+S"),
        "Run": st.button("Run", icon=":material/play_arrow:", type="primary", help="Ctrl+Enter"),
    }
    return next((name for name, is_pressed in pressed.items() if is_pressed), "")


def _names(here: Current, heuristic: Heuristic) -> str:
    """Draw task, embedding select and badges; return the embedding for code that names none."""
    assert here.task is not None
    store = here.workspace.store
    usable = [e for e in store.embeddings.all(here.project.project_id) if e.granularity == here.task.granularity]
    is_learner = heuristic.kind == "active_learner"
    picked = ""
    left, right = st.columns([1, 2])
    with left:
        task_choice(here, heuristic)
    if is_learner:
        ready = [embedding.name for embedding in usable if embedding.n_vectors]
        index = ready.index(heuristic.embedding_name) if heuristic.embedding_name in ready else 0
        picked = right.selectbox(
            "Embedding, where the code names none",
            ready,
            index=index if ready else None,
            key=f"emb_{heuristic.heuristic_id}",
        )
    badges(
        embeddings=[
            {
                "name": embedding.name,
                "model": embedding.model,
                "dim": embedding.dim,
                "coverage": embedding.coverage,
                "state": "ready" if embedding.n_vectors else "computing",
            }
            for embedding in usable
        ]
        if is_learner
        else None,
        labels=[{"name": label.name, "colour": label.colour} for label in here.task.labels],
        key=f"badges_{heuristic.heuristic_id}",
    )
    return picked or ""


def _problems(here: Current, heuristic: Heuristic, text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the text: by reading it, and where the last run of exactly this text stopped."""
    assert here.task is not None
    problems = heuristics.check(here.workspace.store, here.task, text, heuristic.kind)
    last = here.workspace.store.runs.last(heuristic.heuristic_id)
    if problems or last is None or last.state != "failed" or not last.error_line:
        return problems
    ran = here.workspace.store.heuristics.source(heuristic.heuristic_id, last.version_no)
    return (Problem(last.error_line, last.error_message),) if ran == text else ()
