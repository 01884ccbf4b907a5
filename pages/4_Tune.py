"""Tune: run heuristics, see what precision a threshold is worth, pick one with the slider, and certify it."""

import streamlit as st

from al_core.workflow.certifying import Question, standing
from al_core.workflow.evaluating import evaluate_all
from al_core.workflow.heuristics import stale
from al_core.workflow.running import run, run_all
from pages.components.certifying import certify_buttons, pick_confidence
from pages.components.evidence import evidence_tabs
from pages.components.frame import current
from pages.components.label_thresholds import label_panel
from pages.components.name_notes import guess_notes
from pages.components.outlook import outlook_panel
from pages.components.pressing import pressed
from pages.components.promises import all_set_line, batch_line, fit_setting
from pages.components.run_list import run_list
from pages.components.tuning import (
    apply_buttons,
    averages_line,
    open_link,
    pick_heuristic,
    small_multiples,
    target_precision,
    threshold_slider,
)

here = current()
store = here.workspace.store
heuristics = [one for one in store.heuristics.all(here.task.task_id) if one.enabled] if here.task else []
waiting = stale(store, here.workspace.jobs, heuristics)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Tune", anchor=False, width="content")
    st.caption("Pick the lowest threshold that keeps your promise.")
    st.space("stretch")
    if pressed("Run all", key="run_all", icon=":material/replay:", disabled=not heuristics):
        run_all(here.workspace, here.task, here.person)
    named = f"Run {len(waiting)} stale" if waiting else "Nothing is stale"
    kind = "primary" if waiting else "secondary"
    if pressed(named, type=kind, icon=":material/play_arrow:", disabled=not waiting, key="run_stale"):
        for heuristic in waiting:
            run(here.workspace, heuristic, here.person)
        st.rerun()

if here.task is None or not heuristics:
    st.info("There is no heuristic to tune yet. Write one on the Heuristics page.", icon=":material/info:")
else:
    open_link()
    run_list(here.workspace, here.task)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heuristic = pick_heuristic(heuristics)
        question = Question(target_precision(), pick_confidence())
        buttons = st.container(horizontal=True, vertical_alignment="bottom")
    evaluations = {key: one for key, one in evaluate_all(store, here.task).items() if one.heuristic.enabled}
    evaluation = evaluations.get(heuristic.heuristic_id)
    stands = standing(store, heuristic, question)
    if evaluation is None or stands is None:
        st.info("This heuristic has no finished run yet. Run it first.", icon=":material/info:")
    else:
        guess_notes(here, here.task, evaluation)
        all_set_line()
        batch_line(here, here.task)
        with buttons:
            certify_buttons(here, heuristic, [one.heuristic for one in evaluations.values()], stands)
        left, right = st.columns([3.4, 1.2], gap="medium")
        with left:
            show_whole = st.toggle("Band of the whole curve", key="show_whole_band", persist_state="session")
            threshold_slider(here, here.task, evaluation, stands, show_whole=show_whole)
            averages_line(evaluation)
            with st.container(horizontal=True, vertical_alignment="center"):
                apply_buttons(here, evaluation)
                fit_setting(here, heuristic)
            outlook_panel(here, heuristic, certified=stands.certified is not None)
        with right, st.container(border=True):
            label_panel(here, here.task, evaluation, question)
        if len(evaluations) > 1:
            small_multiples(here, evaluations, question)
        evidence_tabs(here, here.task, evaluation)
