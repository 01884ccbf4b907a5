"""A store, and small projects in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.learning.query_strategies import Draw
from al_core.store import Store
from al_core.types import Answer, LabelSpan


@pytest.fixture
def store(workspace_folder) -> Iterator[Store]:
    with closing(Store(workspace_folder)) as opened:
        yield opened


@pytest.fixture
def take_in(store, tmp_path):
    """Stages columns as an importer does and takes them in; ids are a, b, c ... unless given."""

    def ingest(project, texts, *, ids=None, text_columns=("text",), **attributes):
        ids = list("abcdefghijklmnopqrstuvwxyz"[: len(texts)]) if ids is None else ids
        columns = {
            "row": range(len(ids)),
            "external_id": pa.array(ids, pa.string()),
            text_columns[0]: pa.array(texts, pa.string()),
        }
        staged = write_staged(tmp_path / f"{uuid.uuid4()}.parquet", columns | attributes)
        return store.records.ingest(project.project_id, staged, text_columns, file="f.csv", sha="0")

    return ingest


def write_staged(path: Path, columns) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


class Team:
    """A project of six records with a task of three labels, and two people who answer."""

    def __init__(self, store: Store, take_in, texts=("one", "two", "three", "four", "five", "six")) -> None:
        self.store = store
        self.project = store.projects.create("Shop")
        take_in(self.project, list(texts), ids=[f"id-{number}" for number in range(len(texts))])
        self.attribute = store.projects.attributes(self.project.project_id)[0]
        self.task = store.projects.create_task(self.attribute, "topic", "single_label", ["A", "B", "C"])
        self.spans = store.projects.create_task(self.attribute, "entities", "extraction", ["X", "Y"])
        self.ann, self.bo = store.projects.person("Ann"), store.projects.person("Bo")
        self.label = {label.name: label.label_id for task in (self.task, self.spans) for label in task.labels}

    def make(self, record_no, name="", *, by=None, verdict="accept", answer_id=None, **more) -> Answer:
        """An answer that is not stored yet; `name` is a label's."""
        return Answer(
            answer_id=answer_id or str(uuid.uuid4()),
            task_id=more.pop("task_id", self.task.task_id),
            record_no=record_no,
            person_id=(by or self.ann).person_id,
            verdict=verdict,
            labels=more.pop("labels", (LabelSpan(self.label[name]),) if name else ()),
            **more,
        )

    def say(self, *arguments, **more) -> str:
        """Store one answer; returns its id."""
        (answer_id,) = self.store.answers.add([self.make(*arguments, **more)])
        return answer_id

    def truth(self) -> dict[int, str]:
        """The settled label of each record by number, "" where it is accepted without one."""
        names = {label_id: name for name, label_id in self.label.items()} | {0: ""}
        found = self.store.answers.labelled(self.task.task_id)
        return {int(n): names[int(i)] for n, i in zip(found.record_no, found.label, strict=True)}

    def draw(self, record_nos, *, by=None, drawn_by="random", probability=0.5, strategy="Smart") -> int:
        n = len(record_nos)
        drawn = Draw(np.array(record_nos), (drawn_by,) * n, np.full(n, probability))
        person = by or self.ann
        return self.store.draws.add(
            self.task.task_id, person.person_id, drawn, strategy=strategy, run_id=None, pool_size=6
        )

    def waiting(self, by=None, strategy="Smart") -> list[int]:
        person = by or self.ann
        return [one.record_no for one in self.store.draws.waiting(self.task.task_id, person.person_id, strategy)]


@pytest.fixture
def team(store, take_in) -> Team:
    return Team(store, take_in)
