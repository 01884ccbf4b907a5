"""The forecast as a job over a stand-in for the sandbox, which learns nothing but the share of each label."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from al_core.errors import InvalidInput
from al_core.execution import Outcome
from al_core.workflow.forecasting import outlook, start_forecast
from al_core.workflow.jobs import JobBoard


class MajorityExecutor:
    """Answers every fit with the same probabilities for all: those of the labels it was given."""

    def __init__(self) -> None:
        self.fitted: list[int] = []

    def start(self, task, **_):
        self.fitted.append(len(task.train_labels))
        names = sorted(set(task.train_labels))
        share = np.array([task.train_labels.count(name) for name in names]) / len(task.train_labels)
        proba = np.tile(share.astype(np.float32), (len(task.predict_rows), 1))
        outcome = Outcome(kind="ok", probabilities=proba, classes=tuple(names))
        return SimpleNamespace(wait=lambda: outcome, cancel=lambda: None, pid=None)


@pytest.fixture
def workspace(site):
    store = site.store
    attribute = site.task.attribute
    embedding = store.embeddings.ensure(site.task.project_id, attribute, "classification", "made-up")
    record_nos, shas = store.records.shas(attribute.attribute_id)

    def fill(rows, start):
        rows[:] = 1.0

    store.embeddings.put(embedding, record_nos, shas, fill, dim=2, model_sha="0")
    return SimpleNamespace(store=store, jobs=JobBoard(store), executor=MajorityExecutor())


def test_a_learner_that_learns_nothing_gains_nothing(site, workspace):
    site.answer_all((["ham"] * 4 + ["spam"]) * 50)
    job = start_forecast(workspace, site.heuristic, site.person)
    workspace.jobs.wait(job.job_id)
    found = outlook(site.store, site.heuristic)
    assert (found.right.labels, found.right.margin, found.threshold, found.minutes) == (250, 0.05, 0.8, None)
    assert found.right.now == pytest.approx(0.8)
    assert found.right.gain < 0.02
    assert len(workspace.executor.fitted) == 5 * 5
    assert max(workspace.executor.fitted) == 200


def test_too_few_labels_are_refused(site, workspace):
    site.answer_all(["ham", "spam"] * 20)
    with pytest.raises(InvalidInput, match="needs 200 labels, there are 40"):
        start_forecast(workspace, site.heuristic, site.person)
    assert outlook(site.store, site.heuristic) is None
