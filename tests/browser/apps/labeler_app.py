"""A Label page on in-memory lists: the outbox in the frame, a labeler on one page, nothing on the other.

FOLDER is where the app and the tests talk: `?run=NAME` reads its settings from NAME.json, writes every
stored answer as a line to NAME.jsonl, and stores nothing while NAME.pause exists. Settings: `kind`,
`labels` (how many), `own_keys`, `shift_keys`, `guidelines`, `texts`, `spans` (suggested, on every record),
`refuse` (record numbers), and what may change while a test runs: `name` of the task, `removed` (label ids),
`first` (the records that the queue begins with).
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import streamlit as st

from pages.components import labeler, outbox, span_labeler

OWN_KEYS = ["1", "2", "3", "c", "r", ";", "R"]
NAMES = ["delivery", "technical", "returns", "billing", "account", "question", "cancellation"]
SPAN_NAMES = ["PRODUCT", "PERSON", "ORDER", "DATE", "PLACE", "AMOUNT"]
BATCH = 60


class Site:
    """One test's server side: its settings, and answers by id in order of arrival."""

    def __init__(self, name: str) -> None:
        self.path = Path(os.environ["FOLDER"]) / name
        made_up = [f"Message {i}: the parcel of order {700 + i} is late." for i in range(400)]
        self.texts: list[str] = self.settings.get("texts", made_up)
        self.is_extraction = self.settings.get("kind") == "extraction"
        self.answers: dict[str, dict] = {}
        self.remarks: dict[str, dict] = {}
        self.refused: list[dict[str, str]] = []

    @property
    def settings(self) -> dict:
        return json.loads(self.path.with_suffix(".json").read_text())

    def store(self, answers: list[dict]) -> None:
        if self.path.with_suffix(".pause").exists():
            return
        with self.path.with_suffix(".jsonl").open("a") as log:
            for answer in answers:
                if answer["answer_id"] in self.answers or answer["answer_id"] in self.remarks:
                    continue
                if "act" in answer:
                    self.remarks[answer["answer_id"]] = answer
                    log.write(json.dumps(answer) + "\n")
                    continue
                if message := self.problem(answer):
                    self.refused.append({"answer_id": answer["answer_id"], "message": message})
                    continue
                self.answers[answer["answer_id"]] = answer
                log.write(json.dumps(answer) + "\n")

    def problem(self, answer: dict) -> str:
        if answer["record_no"] in self.settings.get("refuse", []):
            return f"Record {answer['record_no']} was deleted; your answer was not stored."
        if {label["label_id"] for label in answer["labels"]} & set(self.settings.get("removed", [])):
            return f"A label of record {answer['record_no']} is gone; your answer was not stored."
        return ""

    def current(self) -> dict[int, dict]:
        now = {answer["record_no"]: answer for answer in self.answers.values()}
        return {record_no: answer for record_no, answer in now.items() if answer["verdict"] != "retract"}

    def labels(self) -> list[dict]:
        names, count = SPAN_NAMES if self.is_extraction else NAMES, self.settings.get("labels", 0)
        if count:
            names = [f"topic_{chr(97 + i // 10)}{i % 10}" for i in range(count)]
        keys = OWN_KEYS if self.settings.get("own_keys") else [str(i + 1) if i < 9 else "" for i in range(len(names))]
        if self.settings.get("shift_keys"):
            keys = [f"{'Shift+' if i > 9 else ''}{(i + 1) % 10}" for i in range(len(names))]
        return [
            {"label_id": 101 + i, "name": name, "colour": i + 1, "key": key, "description": f"About {name}."}
            for i, (name, key) in enumerate(zip(names, keys, strict=True))
            if 101 + i not in self.settings.get("removed", [])
        ]

    def record(self, record_no: int) -> dict:
        text, is_audit = self.texts[record_no], record_no % 4 == 3
        suggestion = {"label_id": 101 + record_no % 3, "confidence": 0.46, "run_id": 12}
        return {
            "record_no": record_no,
            "external_id": f"T{record_no:05d}",
            "text": text,
            "attributes": {"channel": "mail", "country": "FR"},
            "draw_id": 5,
            "drawn_by": "random" if is_audit else "margin",
            "why": "Audit: drawn at random." if is_audit else "Smart: the model is torn between delivery and billing.",
            "blind": is_audit,
            "suggestion": None if self.is_extraction else suggestion,
            "runner_up": {"label_id": 104, "confidence": 0.41},
            "tokens": [[match.start(), match.end()] for match in re.finditer(r"\w+|[^\w\s]", text)],
            "spans": self.settings.get("spans", []),
        }

    def recalled(self) -> dict | None:
        record_no = outbox.wanted_record(7)
        given = None if record_no is None else self.current().get(record_no)
        return given and self.record(record_no) | {
            "why": "Correction: you answered this.",
            "given_answer": {"person": "you", "verdict": given["verdict"], "labels": given["labels"]},
        }

    def queue(self) -> dict:
        done, choice = self.current(), st.session_state.get("strategy", "Smart")
        order = range(len(self.texts)) if choice == "Smart" else reversed(range(len(self.texts)))
        first = self.settings.get("first", [])
        order = [*first, *(record_no for record_no in order if record_no not in first)]
        left = [record_no for record_no in order if done.get(record_no, {}).get("verdict", "reject") == "reject"]
        return {
            "queue_id": f"7:{choice}",
            "items": [self.record(record_no) for record_no in left[:BATCH]],
            "recalled": self.recalled(),
            "exhausted": len(left) <= BATCH,
            "empty_message": "Every record has an answer.",
        }

    def progress(self) -> dict:
        done = [answer for answer in self.current().values() if answer["verdict"] == "accept"]
        given = [label["label_id"] for answer in done for label in answer["labels"]]
        audit = sum(1 for answer in done if answer["record_no"] % 4 == 3)
        return {
            "labelled": len(done),
            "total": len(self.texts),
            "by_label": {str(label_id): given.count(label_id) for label_id in set(given)},
            "audit": audit,
            "by_strategy": len(done) - audit,
            "seconds_each": None,
            "last": [self.line(answer) for answer in list(reversed(self.current().values()))[:8]],
        }

    def line(self, answer: dict) -> dict:
        label = answer["labels"][0]["label_id"] if answer["labels"] else None
        return {
            "record_no": answer["record_no"],
            "text": self.texts[answer["record_no"]],
            "label_id": label,
            "n_labels": len(answer["labels"]),
            "verdict": answer["verdict"],
        }


@st.cache_resource
def site_called(name: str) -> Site:
    return Site(name)


@st.fragment
def frame() -> None:
    pending = outbox.pending()
    with st.container(horizontal=True, horizontal_alignment="right"):
        outbox.mount(
            scope=f"{run}|{person}",
            acknowledged=[
                answer["answer_id"]
                for answer in pending
                if answer["answer_id"] in site.answers or answer["answer_id"] in site.remarks
            ],
            refused=site.refused,
            refill=site.queue(),
            on_change=lambda: site.store(outbox.pending()),
        )


def label_page() -> None:
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    st.title("Labeling")  # every page of the app has one: by it a page that came out blank is noticed
    left, middle, right = st.columns(3)
    left.text_input("A note", key="note")
    show = middle.toggle("Show suggestions", value=True)
    right.segmented_control("Records", ["Smart", "Backwards"], key="strategy", default="Smart", required=True)
    kind = site.settings.get("kind", "single_label")
    mount = span_labeler.mount if site.is_extraction else labeler.mount
    task = {"task_id": 7, "name": site.settings.get("name", "topic"), "kind": kind, "labels": site.labels()}
    task["guidelines"] = site.settings.get("guidelines", "")
    mount(task=task, queue=site.queue(), progress=site.progress(), show_suggestions=show, key="labeler")
    st.caption(f"runs: {st.session_state.runs}")


def other_page() -> None:
    st.title("Another page")


st.set_page_config(layout="wide")
# A page switch drops the query, so the session keeps what it said first.
run = st.session_state.setdefault("run", st.query_params.get("run", ""))
person = st.session_state.setdefault("person", st.query_params.get("person", "1"))
site = site_called(run)
chosen = st.navigation([st.Page(label_page, title="Label"), st.Page(other_page, title="Other")], position="top")
frame()
chosen.run()
