"""Editor with badges; the script prints what it got, as the Heuristics page keeps it in the store."""

from __future__ import annotations

import html

import streamlit as st

from al_core.types import Problem
from pages.components.badges import badges
from pages.components.editor import code_editor

LEARNER = """\
from sklearn.linear_model import LogisticRegression


class LogRegMiniLM(LearningClassifier):
    def __init__(self):
        # C=1 has nothing above 0.8 on few labels
        self.model = LogisticRegression(C=10, max_iter=1000)

    @params_fit(
        embedding_name="text-classification-hashing",
    )
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(
        min_confidence=0.83,
        label_names=None,  # all seven
    )
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""
WITHOUT_FIT = "class Tree(LearningClassifier):\n    def __init__(self):\n        self.model = None\n"
WITHOUT_DECORATOR = (
    WITHOUT_FIT + "\n    def fit(self, embeddings, labels):\n        self.model.fit(embeddings, labels)\n"
)
SHORT = "a = 1\nb = 2\n"
OTHER = "# another text\nz = 3\n"
SOURCES = {"learner": LEARNER, "without-fit": WITHOUT_FIT, "without-decorator": WITHOUT_DECORATOR, "short": SHORT}
LABELS = ["delivery", "technical", "returns", "billing", "account", "question", "cancellation"]


def chosen_problems() -> list[Problem]:
    if not st.session_state.get("problems"):
        return []
    message = "No embedding of this name in the project. Did you mean text-classification-all-MiniLM-L6-v2?"
    return [Problem(10, message), Problem(0, "This task has one label only.")]


def show_badges() -> None:
    badges(
        embeddings=[
            {"name": "text-classification-all-MiniLM-L6-v2", "dim": 384, "coverage": 1.0, "state": "ready"},
            {"name": "text-classification-hashing", "dim": 256, "coverage": 1.0, "state": "ready"},
            {"name": "text-classification-my-model", "dim": 768, "coverage": 0.41, "state": "computing"},
        ],
        labels=[{"name": name, "colour": colour} for colour, name in enumerate(LABELS, start=1)],
        key="badges",
    )


def remember(**counted: bool) -> None:
    for name, happened in counted.items():
        st.session_state[name] = st.session_state.get(name, 0) + happened


def show_text(name: str, text: str) -> None:
    with st.container(key=name):
        st.html(f"<pre>{html.escape(text)}</pre>")


def write() -> None:
    state = st.session_state
    state.setdefault("source", SOURCES[st.query_params.get("source", "learner")])
    state.setdefault("revision", 1)
    columns = st.columns(4)
    run_clicked = columns[0].button("Run")
    if columns[1].button("Load other"):
        state.source, state.revision = OTHER, state.revision + 1
    if columns[2].button("Find problems"):
        state.problems = True
    if columns[3].button("Forget problems"):
        state.problems = False
    show_badges()
    event = code_editor(source=state.source, revision=state.revision, problems=chosen_problems(), key="editor")
    remember(runs=event.run, saves=event.save, clicks=run_clicked)
    if event.run or event.save or run_clicked:
        state.last = event.text
    if event.save:
        state.source, state.revision = event.text, state.revision + 1
    state.draft = event.text
    st.text(f"runs {state.runs}, saves {state.saves}, clicks {state.clicks}")
    show_text("last", state.get("last", ""))
    show_text("draft", event.text)
    st.text_input("paste here")


def elsewhere() -> None:
    st.session_state.source = st.session_state.draft
    st.text("another page")


st.set_page_config(layout="wide")
st.navigation(
    [st.Page(write, title="Write", default=True), st.Page(elsewhere, title="Elsewhere")], position="top"
).run()
