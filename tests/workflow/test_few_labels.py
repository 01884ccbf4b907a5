"""The default heuristic of a task: there with the task, guessing before the first answer, honest about what it is."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.embedders import UniversalSentenceEncoder
from al_core.execution.local import LocalExecutor
from al_core.learning.methods import NAMES
from al_core.types import Label
from al_core.workflow import few_labels, label_meaning
from al_core.workflow.evaluating import evaluate
from al_core.workflow.few_labels import begin, labels_changed
from al_core.workflow.label_meaning import starts_from_names, why_names_say_nothing
from al_core.workflow.labeling import queue
from al_core.workflow.labels import change_labels, create_task
from al_core.workflow.name_guesses import confused_names, notes
from al_core.workflow.running import run
from al_core.workflow.trying import try_on_ten

NAMED = ("broken kettle", "late parcel", "refund money")
TEXTS = ("my {} kettle is broken", "the {} parcel came late", "give me the {} money as a refund")


@pytest.fixture
def executor():
    opened = LocalExecutor()
    yield opened
    opened.close()


@pytest.fixture
def named(shop, tmp_path, monkeypatch):
    """Ninety more records about kettles, parcels and refunds in turn, and a task whose labels are called so."""
    monkeypatch.setattr(few_labels, "best_pool", lambda: "hashing-pool")
    columns = {
        "row": range(90),
        "external_id": [f"more-{i}" for i in range(90)],
        "text": [TEXTS[i % 3].format(f"word{i}") for i in range(90)],
    }
    pq.write_table(pa.table(columns), tmp_path / "more.parquet")
    shop.store.records.ingest(shop.project.project_id, tmp_path / "more.parquet", ["text"], file="f", sha="1")
    shop.task = create_task(shop.store, shop.attribute, "what", "single_label", NAMED)
    return shop


def settled(shop):
    while running := shop.workspace.jobs.running():
        shop.workspace.jobs.wait(running[0].job_id)


@pytest.mark.sandbox
def test_from_the_first_minute_to_the_first_answers(named):
    store, workspace = named.store, named.workspace
    assert begin(workspace, named.task, named.ann) is not None
    settled(named)
    (heuristic,) = store.heuristics.all(named.task.task_id)
    assert heuristic.embedding_name == "text-classification-hashing-pool"
    assert starts_from_names(heuristic)

    found = evaluate(store, heuristic)
    assert (found.run.method, found.run.n_labelled, found.n_judged) == (NAMES, 0, 0)
    assert found.estimate.precision is None
    assert found.method == "A guess from the label names: no answer has judged it yet."
    assert "not measured yet" in notes(store, named.task, heuristic, found.run, found.n_judged)[0]
    guessed = store.runs.predicted(found.run.run_id, list(range(60, 150)))
    ids = [label.label_id for label in named.task.labels]
    right = [guessed[number][0][0] == ids[number % 3] for number in range(60, 150)]
    assert np.mean(right) > 0.9

    waiting = queue(store, named.task, named.ann, "Smart", np.random.default_rng(0)).records
    typical = [one for one in waiting if one.drawn.drawn_by == "typicality"]
    assert len(typical) > 10
    assert all(one.guesses for one in typical)

    again = labels_changed(workspace, named.task, named.ann)
    assert again == ()  # nothing changed
    described = Label(ids[1], "late parcel", 2, "2", "the parcel came late or never")
    change_labels(store, named.task, [described])
    assert len(labels_changed(workspace, named.task, named.ann)) == 1
    settled(named)
    named.task = store.projects.task(named.task.task_id)

    for number in range(60, 72):
        named.answer([number], NAMED[number % 3], drawn_by="random")
    workspace.jobs.wait(run(workspace, heuristic, named.ann).job_id)
    last = store.runs.last(heuristic.heuristic_id)
    assert (last.state, last.n_labelled, last.method.split(",")[0]) == ("finished", 12, "5-fold")
    compared = store.name_guesses.compared(last.run_id, named.task.task_id)
    assert {described: one.n for described, one in compared.items()} == {True: 12, False: 12}
    assert compared[True].by_names >= 11
    assert evaluate(store, heuristic).n_judged == 12
    assert any("The descriptions of labels" in note for note in notes(store, named.task, heuristic, last, 12))
    assert confused_names(store, named.task) == ()  # computed, and well apart


@pytest.mark.sandbox
@pytest.mark.skipif(bool(UniversalSentenceEncoder().available()), reason="the light encoder is not installed")
def test_the_light_encoder_serves_the_first_guess_too(named, monkeypatch):
    monkeypatch.setattr(few_labels, "best_pool", lambda: "universal-sentence-encoder-pool")
    begin(named.workspace, named.task, named.ann)
    settled(named)
    (heuristic,) = named.store.heuristics.all(named.task.task_id)
    assert heuristic.embedding_name == "text-classification-universal-sentence-encoder-pool"
    last = named.store.runs.last(heuristic.heuristic_id)
    assert (last.state, last.method) == ("finished", NAMES)
    guessed = named.store.runs.predicted(last.run_id, list(range(60, 150)))
    ids = [label.label_id for label in named.task.labels]
    assert np.mean([guessed[number][0][0] == ids[number % 3] for number in range(60, 150)]) > 0.8
    waiting = queue(named.store, named.task, named.ann, "Smart", np.random.default_rng(0)).records
    assert all(one.guesses for one in waiting if one.drawn.drawn_by == "typicality")


@pytest.mark.sandbox
def test_a_task_with_several_labels_starts_the_same(named):
    store, workspace = named.store, named.workspace
    task = create_task(store, named.attribute, "which", "multi_label", NAMED)
    assert begin(workspace, task, named.ann) is not None
    settled(named)
    (heuristic,) = store.heuristics.all(task.task_id)
    assert (heuristic.name, starts_from_names(heuristic)) == ("Few labels", True)

    found = evaluate(store, heuristic)
    assert (found.run.state, found.run.method, found.run.n_labelled, found.n_judged) == ("finished", NAMES, 0, 0)
    assert found.estimate.precision is None
    assert "not measured yet" in notes(store, task, heuristic, found.run, found.n_judged)[0]
    ids = [label.label_id for label in task.labels]
    guessed = store.runs.predicted(found.run.run_id, list(range(60, 150)))
    assert np.mean([guessed[number][0][0] == ids[number % 3] for number in range(60, 150)]) > 0.9
    proba = np.load(store.runs.folder / str(found.run.run_id) / "proba.npy")
    assert proba.shape == (150, 3)
    waiting = queue(store, task, named.ann, "Smart", np.random.default_rng(0)).records
    typical = [one for one in waiting if one.drawn.drawn_by == "typicality"]
    assert all(one.guesses and "guess from the label names" in one.why for one in typical)
    rows = workspace.jobs.wait(try_on_ten(workspace, heuristic, heuristic.source, named.ann, 1).job_id)
    assert [row.truth for row in rows] == [None] * 10

    named.task = task
    named.answer_labels({60: [ids[0]]})  # one answer: its fold is fitted on none
    workspace.jobs.wait(run(workspace, heuristic, named.ann).job_id)
    assert evaluate(store, heuristic).run.n_labelled == 1
    named.answer_labels({number: [ids[number % 3]] for number in range(61, 78)})
    workspace.jobs.wait(run(workspace, heuristic, named.ann).job_id)
    found = evaluate(store, heuristic)
    assert (found.run.state, found.run.method, found.n_judged) == ("finished", "5-fold", 54)  # 18 records, 3 labels
    assert found.estimate.correct / found.estimate.kept > 0.9
    compared = store.name_guesses.compared_several(found.run.run_id, task.task_id)
    assert {described: one.n for described, one in compared.items()} == {True: 18}
    assert compared[True].by_names > 0.8
    said = notes(store, task, heuristic, found.run, found.n_judged)
    assert bool(said) == (compared[True].by_run < compared[True].by_names)


@pytest.mark.sandbox
def test_labels_that_say_nothing_start_without_names_and_say_so(shop, monkeypatch):
    monkeypatch.setattr(label_meaning, "embed_texts", None)  # no name is ever encoded
    heuristic = few_labels.add_default(shop.store, shop.task, "text-classification-hashing", shop.ann)
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    assert shop.store.runs.last(heuristic.heuristic_id).state == "not_evaluable"
    shop.answer(range(12))
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    last = shop.store.runs.last(heuristic.heuristic_id)
    assert last.state == "finished"
    assert "label names are not used: The labels 'A', 'B', 'C' say nothing" in last.log
    assert shop.store.name_guesses.compared(last.run_id, shop.task.task_id) == {}
    assert "Names are not used" in notes(shop.store, shop.task, heuristic, last, 12)[-1]


def test_it_is_said_when_answers_do_not_help_yet(shop):
    heuristic = few_labels.add_default(shop.store, shop.task, "text-classification-hashing", shop.ann)
    run_id = shop.store.runs.create(heuristic.heuristic_id, 1, None)
    a, b, _ = (label.label_id for label in shop.task.labels)
    shop.answer(range(12), "A")
    with shop.store._database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO oof SELECT ?, unnest(range(12)), 0, 1, 0, unnest(?), NULL, NULL, 0.9, 0.9",
            [run_id, [a] * 7 + [b] * 5],
        )
    shop.store.name_guesses.add(run_id, np.arange(12), np.array([a] * 10 + [b] * 2), described=True)
    last = shop.store.runs.last(heuristic.heuristic_id)
    (note, _) = notes(shop.store, shop.task, heuristic, last, 12)
    assert note.startswith("On the 12 labelled records the label names alone get 10 right, with the answers it is 7.")
    shop.answer(range(4), "B")  # the truth of now counts
    assert shop.store.name_guesses.compared(run_id, shop.task.task_id)[True].by_names == 6


def test_of_several_labels_it_is_said_too(shop):
    task = create_task(shop.store, shop.attribute, "which", "multi_label", NAMED)
    shop.task = task
    heuristic = few_labels.add_default(shop.store, task, "text-classification-hashing", shop.ann)
    run_id = shop.store.runs.create(heuristic.heuristic_id, 1, None)
    a, b, c = (label.label_id for label in task.labels)
    shop.answer_labels({number: [a, b] for number in range(10)})
    with shop.store._database.transaction() as cursor:  # the run gives half of the records their a, and nothing else
        cursor.execute(
            "INSERT INTO oof SELECT ?, r, 0, l, 0, l, NULL, NULL, 0.5, CASE WHEN r < 5 AND l = ? THEN 0.5 ELSE 0.4 END"
            " FROM (SELECT unnest(range(10)) r) CROSS JOIN (SELECT unnest(?) l)",
            [run_id, a, [a, b, c]],
        )
    guessed = [a] * 9 + [c] * 3 + [0]  # 9 right, 3 wrong, and record 9 gets none
    shop.store.name_guesses.add(run_id, np.array([*range(9), 0, 1, 2, 9]), np.array(guessed), described=True)
    compared = shop.store.name_guesses.compared_several(run_id, task.task_id)[True]
    assert (compared.n, compared.by_names, compared.by_run) == (10, 2 * 9 / (12 + 20), 2 * 5 / (5 + 20))
    note, _ = (*notes(shop.store, task, heuristic, shop.store.runs.last(heuristic.heuristic_id), 30), "")
    assert note.startswith(
        "On the 10 labelled records the label names alone reach an F1 of 0.56 at 0.50, with the answers it is 0.40. "
        "A few answers"
    )


def test_which_labels_say_nothing():
    labels = (Label(1, "ham", 1, "1"), Label(2, "7", 2, "2"), Label(3, "B", 3, "3"))
    assert why_names_say_nothing(labels[:1]) == ""
    assert why_names_say_nothing(labels) == (
        "The labels '7', 'B' say nothing by their names. Describe each in a few words, or rename them."
    )
