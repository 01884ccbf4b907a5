"""The form that makes one condition of the Records page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from al_core.errors import ActiveLearnersError
from al_core.filters import (
    Abstained,
    AnsweredBy,
    Blind,
    Commented,
    Compare,
    Condition,
    DrawnBy,
    Flagged,
    HeuristicSays,
    InSlice,
    Missed,
    Not,
    Simple,
    StateIs,
    TruthIs,
    Votes,
)
from al_core.types import Heuristic, Task
from pages.components import state
from pages.components.frame import Current
from pages.components.literal import literal

ANY_TEXT, RECORD_ID = "any text", "record id"
NOTHING_HERE = "nothing here"
HOW = {
    "contains": "contains",
    "equals": "is",
    "in": "is one of",
    "between": "lies between",
    "regex": "matches the regex",
}
_WHETHER = (
    "anything", "kept", "not kept", "kept and right", "kept and wrong", "right", "wrong", "missing a label",
    "abstaining",
)  # fmt: skip
_VOTES = {
    "conflict": "Different labels",
    "overlap": "Several votes",
    "voted": "Any vote",
    "alone": "Only one is right",
}
Maker = Callable[[], Simple]


def condition_form(here: Current, add: Callable[[Condition], object]) -> None:
    """Draw the form; `add` gets the condition when the button is clicked, a mistake in it is said below."""
    kinds: dict[str, Callable[[], Maker]] = {"Text or attribute": lambda: _compare(here)}
    if here.task is not None:
        kinds |= _of_task(here, here.task)
    kinds |= {"Commented": lambda: Commented}
    if here.workspace.store.slices.all(here.project.project_id):
        kinds["In a slice"] = lambda: _slice(here)
    kind = st.selectbox("Condition on", list(kinds), key="condition_kind")
    make = kinds[kind]()
    is_not = st.checkbox("Turn it round: all but these", key="condition_not")

    def submit() -> None:
        try:
            simple = make()
            add(Not(simple) if is_not else simple)
        except ActiveLearnersError as error:
            state.put("condition_error", f"**{literal(error.message)}** {literal(error.hint)}")

    st.button("Add", type="primary", key="condition_add", on_click=submit)
    if said := state.take("condition_error"):
        st.error(said, icon=":material/error:")


def _of_task(here: Current, task: Task) -> dict[str, Callable[[], Maker]]:
    store = here.workspace.store
    kinds: dict[str, Callable[[], Maker]] = {
        "State": _state,
        "Truth": lambda: _truth(task),
        "Flagged": lambda: Flagged,
        "Answered blind": lambda: Blind,
    }
    if people := store.views.people(task.task_id):
        kinds["Answered by"] = lambda: _people(people)
        kinds["Drawn by"] = lambda: _drawn(store.views.drawn_names(task.task_id))
    if heuristics := store.heuristics.all(task.task_id):
        kinds["A heuristic"] = lambda: _heuristic(task, heuristics)
        kinds["Votes"] = lambda: _votes(heuristics)
    return kinds


def _compare(here: Current) -> Maker:
    names = [one.name for one in here.workspace.store.projects.attributes(here.project.project_id)]
    subjects = {None: ANY_TEXT, RECORD_ID: RECORD_ID} | dict(enumerate(names))
    what = st.selectbox("Where", list(subjects), format_func=subjects.__getitem__, key="condition_where")
    how = st.selectbox("How", list(HOW), format_func=HOW.__getitem__, key="condition_how")
    if how == "between":
        values = (st.text_input("From", key="condition_from"), st.text_input("To", key="condition_to"))
    elif how == "in":
        lines = st.text_area("One value a line", key="condition_values", height=110)
        values = tuple(line.strip() for line in lines.splitlines() if line.strip())
    else:
        values = (st.text_input("Value", key="condition_value"),)
    if isinstance(what, int):
        return lambda: Compare(how, values, "attribute", names[what])
    return lambda: Compare(how, values, "any text" if what is None else "record id")


def _state() -> Maker:
    states = ("labelled", "unlabelled", "conflict", "ignored", "rejected", "audit")
    chosen = st.selectbox("State", states, key="condition_state")
    return lambda: StateIs(chosen)


def _truth(task: Task) -> Maker:
    names = {label.label_id: label.name for label in task.labels} | {0: NOTHING_HERE}
    chosen = st.multiselect("Truth is one of", list(names), format_func=names.__getitem__, key="condition_truth")
    return lambda: TruthIs(tuple(chosen))


def _people(people: dict[int, str]) -> Maker:
    chosen = st.multiselect("Answered by", list(people), format_func=people.__getitem__, key="condition_people")
    return lambda: AnsweredBy(tuple(chosen))


def _drawn(names: tuple[str, ...]) -> Maker:
    chosen = st.multiselect("Drawn by", names, key="condition_drawn")
    return lambda: DrawnBy(tuple(chosen))


def _heuristic(task: Task, heuristics: tuple[Heuristic, ...]) -> Maker:
    heuristic = st.selectbox("Heuristic", heuristics, format_func=lambda one: one.name, key="condition_heuristic")
    names = {label.label_id: label.name for label in task.labels}
    says = st.multiselect(
        "Says", list(names), format_func=names.__getitem__, key="condition_says", placeholder="any label"
    )
    whether = st.selectbox(
        "And it is",
        _WHETHER,
        key="condition_whether",
        help="Kept: at the threshold in force. Right, wrong and missing: where people's answers say so.",
    )
    low, high = st.slider("Confidence", 0.0, 1.0, (0.0, 1.0), 0.01, key="condition_confidence")
    low_margin, high_margin = st.slider("Margin", 0.0, 1.0, (0.0, 1.0), 0.01, key="condition_margin")
    if whether == "abstaining":
        return lambda: Abstained(heuristic.heuristic_id)
    if whether == "missing a label":
        return lambda: Missed(heuristic.heuristic_id)
    kept = None if whether in ("anything", "right", "wrong") else whether != "not kept"
    right = {"kept and right": True, "right": True, "kept and wrong": False, "wrong": False}.get(whether)
    return lambda: HeuristicSays(
        heuristic.heuristic_id, tuple(says), kept=kept, right=right, among="any" if right is None else "judged",
        low=low, high=high, low_margin=low_margin, high_margin=high_margin,
    )  # fmt: skip


def _votes(heuristics: tuple[Heuristic, ...]) -> Maker:
    kind = st.selectbox("Votes", list(_VOTES), format_func=_VOTES.__getitem__, key="condition_votes")
    names = {0: "any heuristic"} | {one.heuristic_id: one.name for one in heuristics}
    heuristic_id = st.selectbox("Of", list(names), format_func=names.__getitem__, key="condition_voter")
    return lambda: Votes(kind, heuristic_id)


def _slice(here: Current) -> Maker:
    slices = here.workspace.store.slices.all(here.project.project_id)
    chosen = st.selectbox("Slice", slices, format_func=lambda one: one.name, key="condition_slice")
    return lambda: InSlice(chosen.slice_id)
