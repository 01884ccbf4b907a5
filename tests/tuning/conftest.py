"""A project whose predictions are known to the digit, without running any code of a heuristic."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.learning.methods import Method
from al_core.store import Store
from al_core.store.run_results import OUT_OF_FIT, FinishedRun, TopTwo
from al_core.types import Answer, Heuristic, LabelSpan, Person, Task

SOURCE = """class Mine(LearningClassifier):
    @params_inference(min_confidence=0.8)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""


@dataclass
class Site:
    """A store with one task of the labels ham, spam and news, and one heuristic."""

    store: Store
    task: Task
    person: Person
    heuristic: Heuristic

    def label(self, name: str) -> int:
        """The id of a label."""
        found = self.task.label_id(name)
        assert found is not None
        return found

    def answer(self, record_no: int, name: str, *, drawn_by: str = "random", blind: bool = True) -> None:
        """One person's answer on one record."""
        self.give([Answer(
            str(uuid.uuid4()), self.task.task_id, record_no, self.person.person_id, "accept",
            (LabelSpan(self.label(name)),), drawn_by=drawn_by, blind=blind,
        )])  # fmt: skip

    def give(self, answers: list[Answer]) -> None:
        """Store answers."""
        self.store.answers.add(answers)

    def answer_all(self, names: list[str], *, drawn_by: str = "random") -> None:
        """Answers for records 0, 1, 2, ..."""
        self.give([
            Answer(
                str(uuid.uuid4()), self.task.task_id, record_no, self.person.person_id, "accept",
                (LabelSpan(self.label(name)),), drawn_by=drawn_by,
            )
            for record_no, name in enumerate(names)
        ])  # fmt: skip

    def predict(
        self,
        labelled: list[tuple[str, float]],
        pool: list[tuple[str, float]],
        heuristic: Heuristic | None = None,
        *,
        out_of_fit: range = range(0),
        repeats: tuple[list[tuple[str, float]], ...] = (),
    ) -> int:
        """A finished run: out-of-fold for records 0, 1, ..., then predictions for the records after them."""
        of = heuristic or self.heuristic
        n = len(labelled)
        run_id = self.store.runs.create(of.heuristic_id, of.version_no, str(uuid.uuid4()))
        revision = self.store.answers.revision(self.task.task_id)
        self.store.runs.start(run_id, label_revision=revision, n_labelled=n, embedding_shas=[])
        self.store.runs.finish(
            run_id,
            FinishedRun(
                predictions=self._top([*labelled, *pool], 0),
                in_pool=np.arange(n + len(pool)) >= n,
                out_of_fold=self._top(labelled, 0),
                fold_no=np.where(np.isin(np.arange(n), out_of_fit), OUT_OF_FIT, np.arange(n) % 5),
                candidates={"margin": (np.array([n]), np.array([1.0]))},
                calibrator='{"method": "none", "parameters": []}',
                method=Method(5, 1 + len(repeats), audit_kept_out=len(out_of_fit) > 0).text,
                pool_size=len(pool),
                classes=("ham", "news", "spam"),
                proba_path="",
                log="",
                repeats=tuple(self._top(one, 0) for one in repeats),
            ),
        )
        return run_id

    def _top(self, predicted: list[tuple[str, float]], start: int) -> TopTwo:
        n = len(predicted)
        confidence = np.array([one for _, one in predicted], dtype=float)
        return TopTwo(
            record_no=np.arange(start, start + n),
            first=np.array([self.label(name) for name, _ in predicted], dtype=np.int64),
            first_raw=confidence,
            first_calibrated=confidence,
            second=np.zeros(n, dtype=np.int64),
            second_raw=np.zeros(n),
        )


@pytest.fixture
def site(tmp_path: Path, workspace_folder: Path) -> Iterator[Site]:
    store = Store(workspace_folder)
    project = store.projects.create("Mail")
    staged = tmp_path / "staged.parquet"
    ids = [str(number) for number in range(400)]
    pq.write_table(pa.table({"row": range(400), "external_id": ids, "text": [f"text {one}" for one in ids]}), staged)
    store.records.ingest(project.project_id, staged, ["text"], file="mail.csv", sha="0")
    attribute = next(one for one in store.projects.attributes(project.project_id) if one.is_text)
    task = store.projects.create_task(attribute, "topic", "single_label", ["ham", "spam", "news"])
    person = store.projects.person("Ann")
    heuristic = store.heuristics.create(task.task_id, "Mine", "active_learner", SOURCE, "", person.person_id)
    yield Site(store, task, person, heuristic)
    store.close()
