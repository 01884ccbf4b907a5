"""The Records page through AppTest: filters, links that cannot be read, bulk labels, slices, a record."""

import pytest

from al_core.filters import Compare, HeuristicSays, InSlice, Order, RecordFilter, StateIs, TruthIs, to_address
from al_core.workflow.bulk_labeling import last_bulk
from pages.components.record_links import MAX_LINK, record_link, records_link, slice_link


@pytest.fixture
def open_records(open_app, with_a_run, workspace):
    task = workspace.store.projects.task_named(with_a_run.project_id, "topic")

    def open_page(wanted=None, **query):
        app = open_app("5_Records", with_a_run, task)
        if wanted is not None:
            query["filter"] = wanted if isinstance(wanted, str) else to_address(wanted)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    open_page.task = task
    return open_page


def shown(app):
    assert not app.exception
    return app.dataframe[0].value["Number"].tolist()


def captions(app):
    return " | ".join(one.value for one in app.caption)


def test_everything_then_a_word_then_a_condition_less(open_records):
    app = open_records()
    assert shown(app) == list(range(50))
    assert "60 records" in captions(app)
    app.button(key="records_next").click().run()
    assert shown(app) == list(range(50, 60))
    app.text_input(key="records_search").set_value("PARCEL").run()
    assert shown(app) == list(range(1, 60, 2))
    assert "30 records" in captions(app)
    assert app.query_params["filter"]
    app.button(key="records_chip_0").click().run()
    assert shown(app) == list(range(50))


def test_a_link_shows_its_records(open_records, workspace):
    task = open_records.task
    (learner,) = (one for one in workspace.store.heuristics.all(task.task_id) if one.name == "Learner")
    label = task.labels[0]
    wanted = RecordFilter(
        task.task_id,
        (TruthIs((label.label_id,)), HeuristicSays(learner.heuristic_id, kept=True, right=True, among="headline")),
        Order("number", descending=True),
    )
    app = open_records(wanted)
    numbers = shown(app)
    assert numbers == sorted(numbers, reverse=True)
    assert all(number % 2 == 0 for number in numbers)
    assert app.button(key="records_chip_0").label == f"truth is {label.name}"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("1.nonsense", "damaged"),
        ("7.abc", "another version"),
        (RecordFilter(987_654, (StateIs("labelled"),)), "Task 987654 does not exist"),
        (RecordFilter(conditions=(InSlice(987_654),)), "Slice 987654 does not exist"),
        (RecordFilter(conditions=(Compare("regex", ("(",)),)), "no regular expression"),
        (RecordFilter(conditions=(Compare("equals", ("x",), "attribute", "<b>*gone*"),)), "No attribute"),
    ],
)
def test_a_link_that_leads_nowhere_says_so(open_records, wanted, words):
    app = open_records(wanted)
    assert not app.exception
    assert words in " ".join(one.value.replace("\\", "") for one in app.error)


def test_no_match_says_what_to_do(open_records):
    app = open_records(RecordFilter(conditions=(Compare("contains", ("xyzzy",)),)))
    assert not app.exception
    assert "No record meets these conditions" in app.info[0].value


def test_all_of_a_filter_is_labelled_and_taken_back(open_records, workspace, ada):
    task, store = open_records.task, workspace.store
    before = store.answers.counts(task.task_id)
    app = open_records(RecordFilter(task.task_id, (StateIs("unlabelled"),)))
    assert len(shown(app)) == 20
    app.button(key="label_all").click().run()
    assert app.button(key="label_all_give").label == "Label 20 records"
    assert app.button(key="label_all_give").disabled
    app.selectbox(key="label_all_label").select(task.labels[1].label_id).run()
    app.button(key="label_all_give").click().run()
    assert not app.exception
    assert store.answers.counts(task.task_id).labelled == before.labelled + 20
    assert store.answers.counts(task.task_id).audit == before.audit
    app.run()
    app.button(key="records_undo").click().run()
    assert store.answers.counts(task.task_id) == before
    assert last_bulk(store, task, ada) is None


def test_a_slice_is_saved_opened_deleted_and_brought_back(open_records, workspace, with_a_run):
    app = open_records(RecordFilter(conditions=(Compare("contains", ("invoice",)),)))
    expected = shown(app)
    app.button(key="save_slice").click().run()
    app.text_input(key="slice_name").set_value("*In* <b>voices")
    app.button(key="slice_save").click().run()
    assert not app.exception
    (made,) = workspace.store.slices.all(with_a_run.project_id)
    app = open_records(slice=str(made.slice_id))
    assert shown(app) == expected
    assert app.button(key="records_chip_0").label.replace("\\", "") == "in slice *In* <b>voices"
    app.button(key=f"slice_delete_{made.slice_id}").click().run()
    assert workspace.store.slices.all(with_a_run.project_id) == ()
    app.button(key="slice_undo").click().run()
    assert workspace.store.slices.all(with_a_run.project_id) == (made,)
    workspace.store.slices.set_deleted(made.slice_id, is_deleted=True)


def test_a_record_whole(open_records):
    app = open_records(record="3")
    assert not app.exception
    assert "Record 3" in " ".join(one.value for one in app.subheader)
    assert any("number 3" in one.value for one in app.text)
    next(one for one in app.button if one.label == "Similar records").click().run()
    assert not app.exception
    assert app.number_input(key="similar_record_3").value == 3
    for nowhere in ("99999", "x", "9" * 40):
        assert not open_records(record=nowhere).exception


def test_links_are_short_and_relative():
    assert records_link(RecordFilter()).startswith("Records?filter=1.")
    assert (record_link(7), slice_link(3)) == ("Records?record=7", "Records?slice=3")
    assert len(records_link(RecordFilter(conditions=(Compare("contains", ("word",)),)))) < 120 < MAX_LINK
