"""Every starter as it is shipped: it passes the checks and runs in the sandbox on few records."""

import numpy as np
import pytest

from al_core.errors import InvalidInput, NotFound
from al_core.execution.local import LocalExecutor
from al_core.types import Attribute, Label, Task
from al_core.workflow.creating import create
from al_core.workflow.evaluating import evaluate
from al_core.workflow.heuristics import check, status
from al_core.workflow.running import run
from al_core.workflow.starters import STARTERS, Starter, starters_for, written_for
from al_core.workflow.training import RunFailed
from al_core.workflow.trying import try_on_ten
from al_core.workflow.word_lists import save_word_list

CLASSIFICATION = [
    (name, kind)
    for name in STARTERS
    for kind in STARTERS.get(name).task_kinds
    if kind in ("single_label", "multi_label") and name != "Few labels"  # which has tests of its own
]


@pytest.fixture(scope="module")
def real_executor():
    opened = LocalExecutor()
    yield opened
    opened.close()


@pytest.fixture
def executor(real_executor):
    """The real one, which is closed when all tests here are done."""

    class Open:
        tier, start, describe = real_executor.tier, real_executor.start, real_executor.describe

        def close(self):
            """The next test needs it."""

    return Open()


@pytest.fixture
def labelled(shop):
    """Forty of the sixty records answered in both tasks; two embeddings."""
    second = shop.store.embeddings.ensure(shop.project.project_id, shop.attribute, "classification", "tfidf-svd")
    record_nos, shas = shop.store.records.shas(shop.attribute.attribute_id)

    def fill(rows, start):
        rows[:] = shop.vectors[start : start + len(rows), ::-1]

    shop.store.embeddings.put(second, record_nos, shas, fill, dim=3, model_sha="m")
    shop.answer(range(40), drawn_by="random")
    several = shop.store.projects.create_task(shop.attribute, "topics", "multi_label", ["x", "y"])
    single, shop.task = shop.task, several
    x, y = (label.label_id for label in several.labels)
    shop.answer_labels({number: [[x], [x, y], []][number % 3] for number in range(40)})
    shop.task = single
    return {"single_label": single, "multi_label": several}


@pytest.mark.sandbox
@pytest.mark.parametrize(("name", "kind"), CLASSIFICATION)
def test_it_passes_the_checks_and_runs(shop, labelled, name, kind):
    task = labelled[kind]
    made = create(shop.store, task, "", name, shop.ann)
    assert check(shop.store, task, made.source, made.kind) == ()
    shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id)
    found = evaluate(shop.store, made)
    assert found is not None
    assert found.run.state == "finished"
    if made.kind == "active_learner":
        # the vectors tell the kinds apart
        assert found.estimate.kept > 20
        assert found.estimate.correct / found.estimate.kept > 0.9


@pytest.mark.sandbox
def test_several_labels_are_judged_out_of_fold_a_label_at_a_time(shop, labelled):
    task = labelled["multi_label"]
    made = create(shop.store, task, "", "One model a label", shop.ann)
    run_id = shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id)
    judged = shop.store.runs.judged(run_id, task.task_id)
    x, y = (label.label_id for label in task.labels)
    assert len(judged.record_no) == 80  # forty records, two labels
    assert (judged.truth[judged.predicted == x] == x).sum() == 27
    assert (judged.truth[judged.predicted == y] == y).sum() == 13
    found = evaluate(shop.store, made)
    # x on two thirds of the records, y on one third; of the twenty that nobody labelled thirteen have a label
    assert found.by_label[x].recall > 0.9
    assert found.by_label[y].labelled == 13
    assert (found.by_label[x].records, found.by_label[y].records) == (13, 7)
    assert found.estimate.records == 13
    assert found.estimate.coverage == 13 / 20
    proba = np.load(shop.store.runs.folder / str(run_id) / "proba.npy")
    assert proba.shape == (60, 2)
    assert proba[1].min() > 0.5  # both, at once


READS_WORDS = """from knowledge import surely
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier


class Tags(LearningClassifier):
    def __init__(self):
        print("words:", surely)
        self.model = OneVsRestClassifier(LogisticRegression(C=10))
"""


@pytest.mark.sandbox
def test_a_learner_reads_word_lists_and_is_stale_when_they_change(shop, labelled):
    task = labelled["multi_label"]
    save_word_list(shop.store, shop.project, "surely", ["tip", "top"], shop.ann)
    embedding = "text-classification-hashing"
    made = shop.store.heuristics.create(task.task_id, "Tags", "active_learner", READS_WORDS, embedding, 1)
    ran = shop.store.runs.get(shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id))
    assert ran.state == "finished"
    assert "words: ['tip', 'top']" in ran.log
    assert status(shop.store, shop.workspace.jobs, made).text == "up to date"
    rows = shop.workspace.jobs.wait(try_on_ten(shop.workspace, made, made.source, shop.ann, 1).job_id)
    assert len(rows) == 10
    for row in rows:
        kind = row.record_no % 3
        assert row.truth == (["x", "x, y", "no label"][kind] if row.record_no < 40 else None)
        assert 0.5 <= row.confidence <= 1
    assert sum(row.label == ["x", "x, y", "no label"][row.record_no % 3] for row in rows) >= 9
    save_word_list(shop.store, shop.project, "surely", ["tip"], shop.ann)
    assert status(shop.store, shop.workspace.jobs, made).text == "word lists changed"
    shop.store.word_lists.remove(shop.project.project_id, "surely")
    job = run(shop.workspace, made, shop.ann)
    with pytest.raises(RunFailed, match="There is no word list 'surely'"):
        shop.workspace.jobs.wait(job.job_id)


def test_starters_fit_the_task():
    task = Task(1, 1, "topics", "multi_label", Attribute(1, "text", True), ())
    assert starters_for(task, "active_learner") == ("Few labels (several a record)", "One model a label")
    assert "Keywords" in starters_for(task, "labeling_function")


def test_names_of_the_project_stand_in_the_code_whatever_they_contain():
    labels = (Label(1, 'it"s', 1, "1"), Label(2, "ATTRIBUTE", 2, "2"))
    task = Task(1, 1, "topic", "single_label", Attribute(1, "text", True), labels)
    starter = Starter("labeling_function", "", "[FIRST_LABEL, LAST_LABEL, ATTRIBUTE, EMBEDDING_NAME]")
    assert eval(written_for(task, starter, ())) == ['it"s', "ATTRIBUTE", "text", "text-classification-none-yet"]


def test_a_starter_for_other_tasks_is_refused_with_the_choices(shop):
    with pytest.raises(InvalidInput, match="does not fit the task 'topic'"):
        create(shop.store, shop.task, "", "One model a label", shop.ann)
    with pytest.raises(NotFound, match="No starter 'Magic'"):
        create(shop.store, shop.task, "", "Magic", shop.ann)
