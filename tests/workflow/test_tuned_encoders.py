"""Nothing that stands on a tuned encoder is ever judged by the records that the encoder learnt from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.errors import InvalidInput
from al_core.source import read_settings
from al_core.workflow import results
from al_core.workflow.certifying import labels_of
from al_core.workflow.evaluating import evaluate
from al_core.workflow.examining import over_time
from al_core.workflow.forecasting import _check_others
from al_core.workflow.judging import ENOUGH_OTHERS
from al_core.workflow.running import run
from al_core.workflow.training import training_set

MODEL = "/models/adapted-1"
SOURCE = """class Nearest(LearningClassifier):
    @params_fit(embedding_name={names})
    def fit(self, embeddings, labels): ...

    @params_inference(min_confidence=0.0)
    def predict_proba(self, embeddings): ...
"""


@pytest.fixture
def tuned(shop):
    """A function that makes vectors by a model that learnt from the texts of some records; its name is returned."""

    def tuned(numbers, model=MODEL):
        record_nos, shas = shop.store.records.shas(shop.attribute.attribute_id)
        learnt = [shas[record_nos == number][0].decode() for number in numbers]
        shop.store.tunings.add(shop.task, model.removesuffix("-pool"), "tuned", learnt, shop.ann.person_id)
        embedding = shop.store.embeddings.ensure(shop.project.project_id, shop.attribute, "classification", model)

        def fill(rows, start):
            rows[:] = shop.vectors[start : start + len(rows)] * 2

        shop.store.embeddings.put(embedding, record_nos, shas, fill, dim=3, model_sha="made of it")
        return embedding.name

    return tuned


def ran(shop, *names):
    heuristic = shop.heuristic(SOURCE.format(names=list(names)), name=" ".join(names))
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    return heuristic, shop.store.runs.last(heuristic.heuristic_id, finished=True)


def test_the_records_of_a_tuning_are_in_no_evaluation(shop, tuned):
    shop.answer(range(50))
    name = tuned(range(10))
    plain, on_plain = ran(shop, shop.embedding.name)
    heuristic, on_tuned = ran(shop, name)
    listed, on_both = ran(shop, shop.embedding.name, name)
    assert (on_plain.n_tuned, on_tuned.n_tuned, on_both.n_tuned) == (0, 10, 10)
    for one, the_run, first in ((plain, on_plain, 0), (heuristic, on_tuned, 10), (listed, on_both, 10)):
        judged = shop.store.runs.judged(the_run.run_id, shop.task.task_id)
        assert judged.record_no.tolist() == list(range(first, 50))
        assert labels_of(shop.store, the_run, shop.task.task_id).rows.record_no.tolist() == list(range(first, 50))
        assert evaluate(shop.store, one).n_judged == 50 - first
    # learnt from, answered only after the run: its own prediction would be new evidence anywhere else
    later, _ = ran(shop, tuned([55], "/models/adapted-2"))
    shop.answer([55, 56])
    judged = shop.store.runs.judged(shop.store.runs.last(later.heuristic_id).run_id, shop.task.task_id)
    assert judged.record_no[judged.new].tolist() == [56]


def test_until_enough_others_have_an_answer_there_is_no_number(shop, tuned):
    shop.answer(range(39))
    heuristic, _ = ran(shop, tuned(range(10)))
    found = evaluate(shop.store, heuristic)
    assert (found.is_measurable, found.estimate.precision, found.n_judged, found.n_abstained) == (False, None, 0, 0)
    assert found.method == (
        "Not measurable yet: the encoder learnt from 10 texts, which cannot judge it. "
        "Of the other records 29 have an answer, 30 are needed."
    )
    assert all(one.labelled == 0 for one in found.by_label.values())
    assert len(labels_of(shop.store, found.run, shop.task.task_id).rows.record_no) == 0
    assert over_time(shop.store, shop.task, found)[0].precision is None
    shop.answer([39])
    found = evaluate(shop.store, heuristic)
    assert (found.is_measurable, found.n_judged, found.n_new) == (True, ENOUGH_OTHERS, 1)


def test_pool_features_and_equal_texts_carry_what_was_learnt(shop, tuned, tmp_path):
    again = {"row": [0], "external_id": ["again"], "text": ["text 4"]}
    pq.write_table(pa.table(again), tmp_path / "again.parquet")
    shop.store.records.ingest(shop.project.project_id, tmp_path / "again.parquet", ["text"], file="g", sha="1")
    shop.vectors = np.vstack([shop.vectors, shop.vectors[4]])
    shop.answer([*range(50), 60])
    _, on_pool = ran(shop, tuned(range(5), MODEL + "-pool"))
    assert on_pool.n_tuned == 5
    assert shop.store.runs.judged(on_pool.run_id, shop.task.task_id).record_no.tolist() == list(range(5, 50))


def test_a_moved_workspace_finds_its_models(shop, tuned):
    name = tuned(range(5))
    moved = shop.store.tunings.folder / "adapted-1"
    type(shop.store.tunings)(shop.store._database, shop.store.tunings.folder)
    assert shop.store.embeddings.named(shop.project.project_id, name).model == str(moved)
    assert [one.model for one in shop.store.tunings.all()] == [str(moved)]


def test_confidences_are_not_calibrated_on_what_the_encoder_knows(shop, tuned, monkeypatch):
    seen = []
    fit = results.fit_calibrator
    monkeypatch.setattr(results, "fit_calibrator", lambda *rows: seen.append(len(rows[0])) or fit(*rows))
    shop.answer(range(50))
    ran(shop, tuned(range(38)))
    ran(shop, shop.embedding.name)
    assert seen == [12, 50]


def test_a_forecast_counts_only_others_and_is_refused_without(shop, tuned):
    shop.answer(range(60))
    task, settings = shop.task, read_settings(SOURCE.format(names=[tuned(range(31))]))
    training = training_set(shop.store, task, shop.heuristic(), settings)
    assert training.record_nos[training.rows[training.others]].tolist() == list(range(31, 60))
    with pytest.raises(InvalidInput, match="not measurable yet: the encoder learnt from all labelled records but 29"):
        _check_others(training)
