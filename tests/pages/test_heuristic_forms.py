"""Forms around heuristics: a rule from a filter, a file of predictions, word lists, another task, undoing."""

from __future__ import annotations

import uuid
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.filters import Compare, RecordFilter, StateIs, to_address
from al_core.workflow.creating import create_from_code
from al_core.workflow.heuristic_overview import HeuristicRow
from al_core.workflow.labels import change_labels
from al_core.workflow.states import Status
from al_core.workflow.word_lists import word_lists_of
from pages.components.heuristic_overview import _state as shown_state
from pages.components.literal import literal

RULE = 'def lf(record):\n    return "billing" if "invoice" in record["text"] else None\n'


def button(app, label):
    return next(one for one in app.button if one.label == label)


@pytest.fixture(scope="module")
def project(workspace, tmp_path_factory):
    """Twelve records, even ones with an invoice, and two tasks."""
    store = workspace.store
    made = store.projects.create("Forms")
    path = tmp_path_factory.mktemp("forms") / "staged.parquet"
    texts = [f"{'a parcel' if n % 2 else 'an invoice'} {n}" for n in range(12)]
    columns = {"row": range(12), "external_id": [f"id-{n}" for n in range(12)], "text": texts}
    pq.write_table(pa.table(columns), path)
    store.records.ingest(made.project_id, path, ["text"], file="texts.csv", sha="0")
    (text,) = store.projects.attributes(made.project_id)
    store.projects.create_task(text, "topic", "single_label", ["billing", "delivery"])
    store.projects.create_task(text, "mood", "single_label", ["billing", "calm"])
    return made


@pytest.fixture
def task(workspace, project):
    return workspace.store.projects.task_named(project.project_id, "topic")


@pytest.fixture
def rule(workspace, task, ada, request):
    """A rule of the test's own."""
    made = create_from_code(workspace.store, task, request.node.name[:70], "labeling_function", RULE, ada)
    yield made
    workspace.store.heuristics.set_deleted(made.heuristic_id, deleted=True)


@pytest.fixture
def open_heuristics(open_app, project, task):
    def open_page(heuristic=None):
        app = open_app("3_Heuristics", project, task)
        if heuristic is not None:
            app.query_params["heuristic"] = str(heuristic.heuristic_id)
            app.run()
        assert not app.exception
        return app

    return open_page


def test_a_filter_becomes_a_rule_in_the_editor_and_one_that_cannot_is_said(open_app, workspace, project, task):
    app = open_app("5_Records", project, task)
    app.query_params["filter"] = to_address(RecordFilter(task.task_id, (StateIs("unlabelled"),)))
    app.run()
    app.button(key="function_create").click().run()
    assert [one for one in app.error if "StateIs" in one.value]
    app.query_params["filter"] = to_address(RecordFilter(task.task_id, (Compare("contains", ("Parcel",)),)))
    app.run()
    app.selectbox(key="function_label").set_value("delivery").run()
    app.button(key="function_create").click().run()
    assert not app.exception
    made = workspace.store.heuristics.named(task.task_id, "delivery by filter")
    assert made.source == 'def lf(record):\n    if "parcel" in record["text"].lower():\n        return "delivery"\n'
    assert app.query_params["heuristic"] == str(made.heuristic_id)
    assert [one.value for one in app.title] == ["delivery by filter"]


def test_predictions_of_a_file_are_brought_in_and_run(open_heuristics, workspace, task):
    app = open_heuristics()
    app.button_group(key="new_kind").set_value("precomputed").run()
    lines = ["id,label,sure", "id-0,billing,0.9", "id-1,delivery,0.8", "elsewhere,billing,1"]
    app.file_uploader(key="predictions_file").set_value(("llm.csv", "\n".join(lines).encode(), "text/csv")).run()
    assert not app.exception
    assert app.selectbox(key="predictions_id").value == "id"
    assert app.selectbox(key="predictions_label").value == "label"
    app.selectbox(key="predictions_confidence").set_value("sure")
    app.button(key="bring_in").click().run()
    assert not app.exception
    made = workspace.store.heuristics.named(task.task_id, "llm")
    for job in workspace.jobs.running():
        workspace.jobs.wait(job.job_id)
    ran = workspace.store.runs.last(made.heuristic_id)
    assert ran.state == "finished"
    assert "1 rows name a record that is not there, such as 'elsewhere'" in ran.log
    billing, delivery = (label.label_id for label in task.labels)
    said = workspace.store.runs.predicted(ran.run_id, [0, 1])
    assert said == {0: ((billing, 0.9, 0.9),), 1: ((delivery, 0.8, 0.8),)}
    workspace.store.heuristics.set_deleted(made.heuristic_id, deleted=True)


def test_a_word_list_is_saved_changed_and_deleted_and_a_name_that_cannot_be_imported_is_said(
    open_heuristics, workspace, project
):
    app = open_heuristics()
    app.text_input(key="list_a new list").set_value("refund words")
    app.text_area(key="words_a new list").set_value("refund\n money back \n\nrefund")
    button(app, "Save").click().run()
    assert any(literal("'refund words' cannot be imported by name") in one.value for one in app.error)
    app.text_input(key="list_a new list").set_value("refund_words")
    button(app, "Save").click().run()
    assert word_lists_of(workspace.store, project) == {"refund_words": ("refund", "money back")}
    app.selectbox(key="word_list").set_value("refund_words").run()
    assert app.text_area(key="words_refund_words").value == "refund\nmoney back"
    button(app, "Delete list").click().run()
    assert not app.exception
    assert word_lists_of(workspace.store, project) == {}


def test_another_task_is_taken_at_once_before_any_run_and_after_asking_later(
    open_heuristics, workspace, project, task, rule
):
    mood = workspace.store.projects.task_named(project.project_id, "mood")
    run_id = workspace.store.runs.create(rule.heuristic_id, 1, str(uuid.uuid4()))
    workspace.store.runs.end(run_id, "cancelled", "cancelled", "Cancelled.")
    app = open_heuristics(rule)
    app.selectbox(key=f"task_{rule.heuristic_id}").set_value("mood").run()
    assert any(one.value.startswith("Its runs belong to topic.") for one in app.warning)
    app.button(key="stay_with_task").click().run()
    assert app.selectbox(key=f"task_{rule.heuristic_id}").value == "topic"
    assert not app.warning
    app.selectbox(key=f"task_{rule.heuristic_id}").set_value("mood").run()
    app.button(key="move_task").click().run()
    assert not app.exception
    moved = workspace.store.heuristics.named(mood.task_id, rule.name)
    assert (moved.source, moved.heuristic_id != rule.heuristic_id) == (RULE, True)
    assert rule.heuristic_id not in {one.heuristic_id for one in workspace.store.heuristics.all(task.task_id)}
    app.selectbox(key=f"task_{moved.heuristic_id}").set_value("topic").run()
    assert workspace.store.heuristics.get(moved.heuristic_id).task_id == task.task_id, "it never ran: no question"
    workspace.store.heuristics.set_deleted(moved.heuristic_id, deleted=True)


def test_code_follows_a_renamed_label_when_it_is_told_to(open_heuristics, workspace, ada, task, rule):
    before = task.labels
    renamed = type(before[0])(before[0].label_id, "invoices", before[0].colour, before[0].key)
    change_labels(workspace.store, task, [renamed, *before[1:]])
    app = open_heuristics(rule)
    assert any("billing is invoices now" in one.value for one in app.warning)
    assert any('-    return "billing"' in one.value and '+    return "invoices"' in one.value for one in app.code)
    assert workspace.store.heuristics.get(rule.heuristic_id).source == RULE
    app.button(key="follow_rename").click().run()
    assert not app.exception
    assert not app.warning
    assert workspace.store.heuristics.draft(rule.heuristic_id, ada.person_id)[1] == RULE.replace("billing", "invoices")
    change_labels(workspace.store, workspace.store.projects.task(task.task_id), before)


def test_what_is_deleted_comes_back_by_undo(open_heuristics, workspace, task, rule):
    def there():
        return rule.heuristic_id in {one.heuristic_id for one in workspace.store.heuristics.all(task.task_id)}

    app = open_heuristics()
    app.session_state["heuristic_table"] = {"chosen": [rule.heuristic_id]}
    app.run()
    app.button(key="overview_delete").click().run()
    app.run()  # the browser asks for the whole page again
    assert not app.exception
    assert not there()
    app.button(key="undo_delete").click().run()
    assert not app.exception
    assert there()


def test_a_promise_that_is_not_kept_any_more_is_a_badge_with_the_day(rule):
    row = HeuristicRow(
        heuristic=rule, status=Status("current", "up to date", 1.0, None), description="", evaluation=None,
        averages=None, among=None, trend=(), last_run=None, n_failed=0, promised=0.9, certified=None,
        fallen=date(2026, 11, 14),
    )  # fmt: skip
    assert shown_state(row) == ("below 0.90 since 14 Nov", "warn", "trending_down")
