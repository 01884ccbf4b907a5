"""A Label page on an in-memory list: the outbox in the frame, a labeler on one page, nothing on the other.

ANSWERS names the file that gets every stored answer as a line of JSON. While a file named PAUSE exists,
answers are not stored; answers whose record is named in REFUSE are refused. LABELS is how many labels.
KIND is `single_label` or `extraction`; RECORDS a JSON list of texts, without it some are made up.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import streamlit as st

from pages.components import labeler, outbox, span_labeler

OWN_KEYS = ["1", "2", "3", "c", "r", "ä", "F"]
NAMES = ["delivery", "technical", "returns", "billing", "account", "question", "cancellation"]
SPAN_NAMES = ["PRODUCT", "PERSON", "ORDER", "DATE", "PLACE", "AMOUNT"]
BATCH = 60


class Memory:
    """What the server knows: answers by id in order of arrival."""

    def __init__(self) -> None:
        self.answers: dict[str, dict] = {}
        self.refused: list[dict[str, str]] = []

    def store(self, answers: list[dict]) -> None:
        with Path(os.environ["ANSWERS"]).open("a") as log:
            for answer in answers:
                if answer["answer_id"] in self.answers:
                    continue
                if str(answer["record_no"]) in os.environ.get("REFUSE", "").split():
                    message = f"Record {answer['record_no']} was deleted; your answer was not stored."
                    self.refused.append({"answer_id": answer["answer_id"], "message": message})
                    continue
                self.answers[answer["answer_id"]] = answer
                log.write(json.dumps(answer) + "\n")

    def current(self) -> dict[int, dict]:
        now: dict[int, dict] = {}
        for answer in self.answers.values():
            now[answer["record_no"]] = answer
        return {record: answer for record, answer in now.items() if answer["verdict"] != "retract"}


@st.cache_resource
def memory() -> Memory:
    return Memory()


def labels() -> list[dict]:
    kind, count = os.environ.get("KIND", "single_label"), int(os.environ.get("LABELS", "7"))
    names = SPAN_NAMES if kind == "extraction" else NAMES
    if os.environ.get("OWN_KEYS"):
        return [label_of(i, name, OWN_KEYS[i]) for i, name in enumerate(names)]
    if count > len(NAMES):
        names = [f"topic_{chr(97 + i // 10)}{i % 10}" for i in range(count)]
    return [label_of(i, name, str(i + 1) if i < 9 else "") for i, name in enumerate(names)]


def label_of(place: int, name: str, key: str) -> dict:
    return {"label_id": 101 + place, "name": name, "colour": place + 1, "key": key, "description": f"About {name}."}


@st.cache_resource
def texts() -> list[str]:
    given = os.environ.get("RECORDS")
    return json.loads(given) if given else [f"Message {i}: the parcel of order {700 + i} is late." for i in range(400)]


def item_of(record_no: int) -> dict:
    text, audit = texts()[record_no], record_no % 4 == 3
    found = {"label_id": 101 + record_no % 3, "confidence": 0.46, "run_id": 12}
    return {
        "record_no": record_no,
        "external_id": f"T{record_no:05d}",
        "text": text,
        "attributes": {"channel": "mail", "country": "FR"},
        "draw_id": 5,
        "drawn_by": "random" if audit else "margin",
        "why": "Audit: drawn at random." if audit else "Smart: the model is torn between delivery and billing.",
        "blind": audit,
        "suggestion": None if os.environ.get("KIND") == "extraction" else found,
        "runner_up": {"label_id": 104, "confidence": 0.41},
        "tokens": [[m.start(), m.end()] for m in re.finditer(r"\w+|[^\w\s]", text)],
        "spans": json.loads(os.environ.get("SPANS", "[]")),
    }


def queue() -> dict:
    done, choice = memory().current(), st.session_state.get("strategy", "Smart")
    order = range(len(texts())) if choice == "Smart" else reversed(range(len(texts())))
    left = [record_no for record_no in order if record_no not in done]
    return {
        "queue_id": f"7:{choice}",
        "items": [item_of(record_no) for record_no in left[:BATCH]],
        "exhausted": len(left) <= BATCH,
        "empty_message": "Every record has an answer. Import more, or look at Quality.",
    }


def progress() -> dict:
    done = [answer for answer in memory().current().values() if answer["verdict"] == "accept"]
    given = [label["label_id"] for answer in done for label in answer["labels"]]
    last = [answer for answer in reversed(memory().answers.values()) if answer["verdict"] != "retract"][:8]
    audit = sum(1 for answer in done if answer["record_no"] % 4 == 3)
    return {
        "labelled": len(done),
        "total": len(texts()),
        "by_label": {str(label_id): given.count(label_id) for label_id in set(given)},
        "audit": audit,
        "by_strategy": len(done) - audit,
        "seconds_each": None,
        "last": [last_line(answer) for answer in last],
    }


def last_line(answer: dict) -> dict:
    label = answer["labels"][0]["label_id"] if answer["labels"] else None
    return {"text": texts()[answer["record_no"]], "label_id": label, "verdict": answer["verdict"]}


def on_sent() -> None:
    if not Path(os.environ.get("PAUSE", "/nonexistent")).exists():
        memory().store(outbox.pending())


@st.fragment
def frame() -> None:
    known = memory()
    with st.container(horizontal=True, horizontal_alignment="right"):
        outbox.mount(
            scope=f"w|{st.query_params.get('person', '1')}",
            acknowledged=[a["answer_id"] for a in outbox.pending() if a["answer_id"] in known.answers],
            refused=known.refused,
            refill=queue(),
            on_change=on_sent,
        )


def label_page() -> None:
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    left, middle, right = st.columns(3)
    left.text_input("A note", key="note")
    show = middle.toggle("Show suggestions", value=True)
    right.segmented_control("Records", ["Smart", "Backwards"], key="strategy", default="Smart", required=True)
    kind = os.environ.get("KIND", "single_label")
    mount = span_labeler.mount if kind == "extraction" else labeler.mount
    task = {"task_id": 7, "name": "topic", "kind": kind, "labels": labels()}
    mount(task=task, queue=queue(), progress=progress(), show_suggestions=show, key="labeler")
    st.caption(f"runs: {st.session_state.runs}")


def other_page() -> None:
    st.header("Another page")


st.set_page_config(layout="wide")
chosen = st.navigation([st.Page(label_page, title="Label"), st.Page(other_page, title="Other")], position="top")
frame()
chosen.run()
