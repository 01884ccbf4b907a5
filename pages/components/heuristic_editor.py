"""One heuristic: badges, editor, and what its run says."""

from __future__ import annotations

import streamlit as st

from al_core.types import Heuristic, Problem
from al_core.workflow import heuristics
from al_core.workflow.evaluating import evaluate
from al_core.workflow.running import live_log, run, run_key
from al_core.workflow.starters import STARTERS
from pages.components import state
from pages.components.badges import badges
from pages.components.editor import code_editor, typed
from pages.components.frame import Current, choose
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import estimate_text
from pages.components.protection import consent_banner, protection_line
from pages.components.redraw import redraw_page_if
from pages.components.tables import status_badge
from pages.components.trial import start_trial, trial_panel

BEAT = 0.5


def chosen(here: Current) -> Heuristic | None:
    """Return the heuristic that the address names, where it belongs to the current task."""
    named = st.query_params.get("heuristic")
    if named is None or here.task is None:
        return None
    everything = here.workspace.store.heuristics.all(here.task.task_id)
    return next((one for one in everything if str(one.heuristic_id) == named), None)


def new_heuristic(here: Current) -> None:
    """Draw the "New heuristic" menu: kinds and starters."""
    with st.popover("New heuristic", icon=":material/add:", type="primary"):
        st.markdown("**Active learning**")
        st.caption("A scikit-learn model over embeddings, evaluated out-of-fold on your labels.")
        starter = st.radio("Starter", list(STARTERS), key="starter")
        name = st.text_input("Name", placeholder=starter, key="heuristic_name", max_chars=80)
        is_other = here.task is not None and here.task.kind != "single_label"
        why = "Active learners work on classification tasks with one label a record." if is_other else None
        if st.button("Create", type="primary", disabled=is_other, help=why):
            assert here.task is not None
            with mistakes_shown():
                made = heuristics.create(here.workspace.store, here.task, name, starter, here.person)
                st.query_params["heuristic"] = str(made.heuristic_id)
                st.rerun()


def open_editor(here: Current, heuristic: Heuristic) -> None:
    """Draw the editor page of a heuristic, save what was typed, and start runs."""
    header = st.container(horizontal=True, vertical_alignment="center")
    with header:
        clicked = _header(here, heuristic)
    consent_banner(here)
    main, side = st.columns([59, 41], gap="medium")
    with main:
        embedding_name = _names(here, heuristic)
        key = f"editor_{heuristic.heuristic_id}"
        revision = state.get(f"revision_{heuristic.heuristic_id}") or heuristic.version_no
        state.put(f"revision_{heuristic.heuristic_id}", revision)
        draft = here.workspace.store.heuristics.draft(heuristic.heuristic_id, here.person.person_id)
        source = draft[1] if draft else heuristic.source
        text = typed(source=source, revision=revision, key=key)
        event = code_editor(
            source=source, revision=revision, problems=_problems(here, heuristic, text), key=key, height=470
        )
        heuristics.keep_draft(here.workspace.store, heuristic, event.text, here.person)
        if clicked == "Try on 10":
            start_trial(here, heuristic, event.text)
        elif clicked or event.save or event.run:
            saved = heuristics.save(here.workspace.store, heuristic, event.text, embedding_name, here.person)
            if clicked == "Run" or event.run:
                run(here.workspace, saved, here.person)
            st.rerun()
        protection_line(here)
        trial_panel(here, heuristic)
    with side:
        run_panel(here, heuristic)


def _header(here: Current, heuristic: Heuristic) -> str:
    """Draw name, state and buttons; return the name of the button that was just pressed, empty for none."""
    st.button("All heuristics", icon=":material/arrow_back:", type="tertiary", on_click=lambda: st.query_params.clear())
    st.title(literal(heuristic.name), anchor=False, width="content")
    status_badge(heuristics.status(here.workspace.store, here.workspace.jobs, heuristic))
    st.caption(literal(f"learner, {heuristic.owner}, version {heuristic.version_no}"))
    st.space("stretch")
    pressed = {
        "Try on 10": st.button("Try on 10", help="Ten records, nothing stored"),
        "Save": st.button("Save", help="Ctrl+S"),
        "Run": st.button("Run", icon=":material/play_arrow:", type="primary", help="Ctrl+Enter"),
    }
    return next((name for name, is_pressed in pressed.items() if is_pressed), "")


def _names(here: Current, heuristic: Heuristic) -> str:
    """Draw task, embedding select and badges; return the embedding for code that names none."""
    assert here.task is not None
    store = here.workspace.store
    usable = [e for e in store.embeddings.all(here.project.project_id) if e.granularity == here.task.granularity]
    ready = [embedding.name for embedding in usable if embedding.n_vectors]
    left, right = st.columns([1, 2])
    with left:
        _task_picker(here, heuristic)
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
                "dim": embedding.dim,
                "coverage": embedding.coverage,
                "state": "ready" if embedding.n_vectors else "computing",
            }
            for embedding in usable
        ],
        labels=[{"name": label.name, "colour": label.colour} for label in here.task.labels],
        key=f"badges_{heuristic.heuristic_id}",
    )
    return picked or ""


def _task_picker(here: Current, heuristic: Heuristic) -> None:
    """Draw the heuristic's task; it can be moved to another classification task while it has no run."""
    store = here.workspace.store
    tasks = [task for task in store.projects.tasks(here.project.project_id) if task.kind != "extraction"]
    has_run = store.runs.last(heuristic.heuristic_id) is not None
    names = [task.name for task in tasks]
    assert here.task is not None
    picked = st.selectbox(
        "Task",
        names,
        index=names.index(here.task.name),
        disabled=has_run or len(tasks) < 2,
        help="A heuristic with runs stays with its task." if has_run else None,
        key=f"task_{heuristic.heuristic_id}",
    )
    if picked != here.task.name and not has_run:
        task = next(task for task in tasks if task.name == picked)
        store.heuristics.move(heuristic.heuristic_id, task.task_id)
        choose(here, here.project, task)
        st.rerun()


def _problems(here: Current, heuristic: Heuristic, text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the text: by reading it, and where the last run of exactly this text stopped."""
    assert here.task is not None
    problems = heuristics.check(here.workspace.store, here.task, text)
    last = here.workspace.store.runs.last(heuristic.heuristic_id)
    if problems or last is None or last.state != "failed" or not last.error_line:
        return problems
    ran = here.workspace.store.heuristics.source(heuristic.heuristic_id, last.version_no)
    return (Problem(last.error_line, last.error_message),) if ran == text else ()


@st.fragment
def run_panel(here: Current, heuristic: Heuristic) -> None:
    """Draw the newest run: progress with Cancel while it goes on, then the result or the error, and the log."""
    job = here.workspace.jobs.of(run_key(heuristic.heuristic_id))
    last = here.workspace.store.runs.last(heuristic.heuristic_id)
    with st.container(border=True, key="run_panel"):
        if job is not None:
            st.subheader(f"Run of version {heuristic.version_no}", anchor=False)
            st.progress(job.fraction, text=literal(job.message))
            st.button("Cancel", on_click=here.workspace.jobs.cancel, args=(job.job_id,), key="cancel_run")
            st.code(live_log(heuristic.heuristic_id) or "waiting", language=None)
            heartbeat(seconds=BEAT, key="run_heartbeat")
        elif last is None:
            st.subheader("Not run yet", anchor=False)
            st.caption("Run fits the learner on your labels, fold by fold, and predicts every record.")
        else:
            _result(here, heuristic)
    was_running = state.get("watched_run")
    state.put("watched_run", job.job_id if job else None)
    redraw_page_if(bool(was_running) and job is None)


def _result(here: Current, heuristic: Heuristic) -> None:
    store = here.workspace.store
    last = store.runs.last(heuristic.heuristic_id)
    assert last is not None
    st.subheader(f"Run of version {last.version_no}", anchor=False)
    evaluation = evaluate(store, heuristic)
    if last.state == "not_evaluable":
        st.warning(literal(last.error_message), icon=":material/hourglass_empty:")
    elif last.state != "finished":
        place = f"Line {last.error_line}: " if last.error_line else ""
        kept = " The earlier result is kept." if evaluation else ""
        st.error("cancelled" if last.state == "cancelled" else "failed", icon=":material/error:")
        st.text(f"{place}{last.error_message}{kept}")
    if evaluation is not None:
        st.text(f"At {evaluation.threshold:.2f}: {estimate_text(evaluation.estimate)}")
        st.caption(f"Covers {round(100 * evaluation.estimate.coverage)} % of the records that nobody labelled.")
        st.caption(evaluation.method)
        if st.button("Tune its threshold", icon=":material/tune:"):
            state.put("tuned", heuristic.heuristic_id)
            st.switch_page("pages/4_Tune.py")
    if last.log:
        st.code(last.log, language=None, height=260, wrap_lines=True)
