"""What a removed label and deleted records mean for runs, suggestions, promises and exports."""

import csv

import numpy as np
import pytest

from al_core.errors import Conflict
from al_core.store.removed_labels import LabelLoss
from al_core.store.resettling import TruthChanges
from al_core.workflow.certifying import Question, certify, standing
from al_core.workflow.deleting import delete_records, deletions, restore_records
from al_core.workflow.evaluating import evaluate
from al_core.workflow.exporting import export
from al_core.workflow.heuristic_overview import overview_rows
from al_core.workflow.labels import add_label
from al_core.workflow.removing import look_before_removing, remove_label, removed_labels, restore_label
from al_core.workflow.running import run
from al_core.workflow.similar import near_record
from al_core.workflow.states import status


@pytest.fixture
def learnt(shop):
    """Thirty answers drawn at random, ten of each label, and a learner that has run on them."""
    shop.answer(range(30), drawn_by="random", blind=True)
    heuristic = shop.heuristic()
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    return shop, heuristic


def task_now(shop):
    return shop.store.projects.task(shop.task.task_id)


def exported(shop, tmp_path):
    export(shop.store, shop.project, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def test_what_removing_means_is_said_before(learnt):
    shop, heuristic = learnt
    written = "def third(record):\n    return 'C'\n"
    shop.store.heuristics.create(shop.task.task_id, "Third", "labeling_function", written, "", shop.ann.person_id)
    shop.store.heuristics.create(shop.task.task_id, "Broken", "labeling_function", "def (", "", shop.ann.person_id)
    certify(shop.store, [heuristic], Question(0.5), shop.ann)
    removal = look_before_removing(shop.store, shop.task, shop.task.labels[2])
    assert removal.loss == LabelLoss(10, TruthChanges(n_unlabelled=10, n_otherwise=0))
    assert (removal.n_certificates, removal.heuristics) == (1, ("Nearest", "Third"))
    assert task_now(shop) == shop.task


def test_a_removed_label_leaves_predictions_and_export_and_its_learner_is_stale(learnt, tmp_path):
    shop, heuristic = learnt
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "current"
    before = evaluate(shop.store, heuristic)
    removed = shop.label_id("C")
    assert removed in before.by_label
    rows = exported(shop, tmp_path)
    assert {row["predicted"] for row in rows} == {"A", "B", "C"}
    remove_label(shop.store, shop.task, shop.task.labels[2], shop.ann)
    after = evaluate(shop.store, heuristic)
    assert removed not in after.by_label
    assert after.n_judged == 20
    assert after.curve is not None and after.estimate.kept <= 20
    rows = exported(shop, tmp_path)
    assert {row["predicted"] for row in rows} == {"A", "B", ""}
    assert {row["truth"] for row in rows} == {"A", "B", ""}
    stands = status(shop.store, shop.workspace.jobs, heuristic)
    assert stands.state == "stale" and "labels or records were removed or restored" in stands.text
    (row,) = overview_rows(shop.store, shop.workspace.jobs, task_now(shop))
    assert row.evaluation.n_judged == 20
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "current"
    restore_label(shop.store, shop.task, shop.task.labels[2], shop.ann)
    assert {row["truth"] for row in exported(shop, tmp_path)} == {"A", "B", "C", ""}


def test_a_certificate_is_withdrawn_with_a_label_and_holds_again_when_it_is_back(learnt):
    shop, heuristic = learnt
    question = Question(0.5)
    certify(shop.store, [heuristic], question, shop.ann)
    assert standing(shop.store, heuristic, question).certified is not None
    remove_label(shop.store, shop.task, shop.task.labels[2], shop.ann)
    assert standing(shop.store, heuristic, question).certified is None
    restore_label(shop.store, shop.task, shop.task.labels[2], shop.ann)
    assert standing(shop.store, heuristic, question).certified is not None


def test_a_label_of_a_removed_name_is_restored_rather_than_made_again(shop):
    remove_label(shop.store, shop.task, shop.task.labels[2], shop.ann)
    with pytest.raises(Conflict, match="'C' was removed") as raised:
        add_label(shop.store, task_now(shop), "C")
    assert "Restore it" in raised.value.hint
    (one,) = removed_labels(shop.store, shop.task)
    assert (one.label.name, one.n_answers) == ("C", 0)


def test_deleted_records_leave_estimates_exports_and_similar_records(learnt, tmp_path):
    shop, heuristic = learnt
    deletion = delete_records(shop.store, shop.project, range(0, 60, 3), shop.ann)  # all of the first kind
    assert deletion.n_records == 20
    assert evaluate(shop.store, heuristic).n_judged == 20
    rows = exported(shop, tmp_path)
    assert len(rows) == 40
    assert {row["truth"] for row in rows} == {"B", "C", ""}
    near = near_record(shop.store, shop.embedding, shop.task, 1, 50)
    assert not {one.record_no for one in near} & set(range(0, 60, 3))
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "stale"
    (row,) = overview_rows(shop.store, shop.workspace.jobs, shop.task)
    assert row.evaluation.n_judged == 20
    assert restore_records(shop.store, deletion.deletion_id) == 20
    assert evaluate(shop.store, heuristic).n_judged == 30
    assert len(exported(shop, tmp_path)) == 60


def test_many_records_are_deleted_in_steps_that_a_person_may_stop(shop, monkeypatch):
    monkeypatch.setattr("al_core.workflow.deleting.STEP", 25)
    seen = []

    def stop_at_half(fraction, words):
        seen.append(words)
        if fraction > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delete_records(shop.store, shop.project, np.arange(60), shop.ann, stop_at_half)
    assert seen == ["0 of 60 records", "25 of 60 records"]
    (deletion,) = deletions(shop.store, shop.project)
    assert deletion.n_records == 25
    assert restore_records(shop.store, deletion.deletion_id) == 25
    assert shop.store.records.count(shop.project.project_id) == 60
    assert delete_records(shop.store, shop.project, [77], shop.ann) is None
