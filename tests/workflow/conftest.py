"""A workspace whose heuristics are fitted in this process: use cases are tested, not the sandbox."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.execution import FitPredict, Outcome
from al_core.types import Answer, LabelSpan
from al_core.workflow.workspace import Workspace

LEARNER = """class Nearest(LearningClassifier):
    @params_fit(embedding_name="text-classification-hashing")
    def fit(self, embeddings, labels): ...

    @params_inference(min_confidence=0.8)
    def predict_proba(self, embeddings): ...
"""


class Handle:
    pid = None

    def __init__(self, executor: FakeExecutor, job: FitPredict) -> None:
        self._executor = executor
        self._job = job
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        self.cancelled.set()
        self._executor.gate.set()

    def wait(self, timeout: float | None = None) -> Outcome:
        self._executor.gate.wait(20)
        if self.cancelled.is_set():
            return Outcome("cancelled", message="Cancelled.")
        return self._executor.outcome(self._job)


class FakeExecutor:
    """Nearest centroids, in place of whatever the source says. `gate` holds runs up; `fail_at` breaks the nth job."""

    tier = "none"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.jobs: list[FitPredict] = []
        self.handles: list[Handle] = []
        self.started = threading.Event()
        self.seconds = 2.0  # what a fit takes; below half a second the folds are dealt again
        self.failure: Outcome | None = None
        self.fail_at = 0

    def start(self, job: FitPredict, *, on_log=None, on_progress=None) -> Handle:
        self.jobs.append(job)
        self.handles.append(Handle(self, job))
        self.started.set()
        return self.handles[-1]

    def outcome(self, job: FitPredict) -> Outcome:
        if self.failure is not None and job is self.jobs[self.fail_at]:
            return self.failure
        vectors = np.concatenate([np.load(path) for path in job.vectors], axis=1).astype(np.float64)
        labels = np.array(job.train_labels)
        classes = sorted(set(job.train_labels))
        centres = np.stack([vectors[job.train_rows[labels == name]].mean(axis=0) for name in classes])
        rows = vectors if job.predict_rows is None else vectors[job.predict_rows]
        logits = -8 * ((rows[:, None] - centres[None]) ** 2).sum(axis=2)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Outcome(
            "ok", (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), tuple(classes), seconds=self.seconds
        )

    def describe(self):
        return ()

    def close(self) -> None:
        self.gate.set()


@pytest.fixture
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture
def workspace(workspace_folder, executor) -> Iterator[Workspace]:
    with closing(Workspace(workspace_folder, lambda: executor)) as opened:
        yield opened


class Shop:
    """Sixty records in a row of three kinds, 0 1 2 0 1 2 ..., with vectors that tell the kinds apart (mostly)."""

    def __init__(self, workspace: Workspace, folder: Path, n: int = 60) -> None:
        self.workspace = workspace
        self.store = store = workspace.store
        self.n = n
        self.ann, self.bo = store.projects.person("Ann"), store.projects.person("Bo")
        self.project = store.projects.create("Shop")
        staged = folder / "staged.parquet"
        columns = {
            "row": range(n),
            "external_id": [f"id-{i}" for i in range(n)],
            "text": [f"text {i}" for i in range(n)],
        }
        pq.write_table(pa.table(columns), staged)
        store.records.ingest(self.project.project_id, staged, ["text"], file="f.csv", sha="0")
        self.attribute = store.projects.attributes(self.project.project_id)[0]
        self.task = store.projects.create_task(self.attribute, "topic", "single_label", ["A", "B", "C"])
        self.embedding = store.embeddings.ensure(self.project.project_id, self.attribute, "classification", "hashing")
        self.vectors = np.eye(3, dtype=np.float32)[np.arange(n) % 3]
        self.vectors += np.random.default_rng(0).normal(0, 0.15, self.vectors.shape).astype(np.float32)
        self.put_vectors(n)

    def put_vectors(self, n: int) -> None:
        record_nos, shas = self.store.records.shas(self.attribute.attribute_id)

        def fill(rows, start):
            rows[:] = self.vectors[start : start + len(rows)]

        self.store.embeddings.put(self.embedding, record_nos[:n], shas[:n], fill, dim=3, model_sha="m")

    def label_id(self, name: str) -> int:
        found = self.task.label_id(name)
        assert found is not None
        return found

    def answer(self, numbers, name: str | None = None, *, verdict="accept", by=None, **more) -> None:
        """Accept `name`, or the true kind, on records; `drawn_by` and others as in an Answer."""
        self.store.answers.add(
            [
                Answer(
                    answer_id=str(uuid.uuid4()),
                    task_id=self.task.task_id,
                    record_no=number,
                    person_id=(by or self.ann).person_id,
                    verdict=verdict,
                    labels=(LabelSpan(self.label_id(name or "ABC"[number % 3])),) if verdict == "accept" else (),
                    **more,
                )
                for number in numbers
            ]
        )

    def answer_labels(self, labels_of, by=None) -> None:
        """Accept the labels of each record, ids by record number, which may be several or none."""
        person = (by or self.ann).person_id
        answers = []
        for number, label_ids in labels_of.items():
            labels = tuple(LabelSpan(label_id) for label_id in label_ids)
            answers.append(Answer(str(uuid.uuid4()), self.task.task_id, number, person, "accept", labels))
        self.store.answers.add(answers)

    def heuristic(self, source: str = LEARNER, name: str = "Nearest"):
        return self.store.heuristics.create(
            self.task.task_id, name, "active_learner", source, self.embedding.name, self.ann.person_id
        )


@pytest.fixture
def shop(workspace, tmp_path) -> Shop:
    return Shop(workspace, tmp_path)
