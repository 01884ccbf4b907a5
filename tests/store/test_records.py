"""Records: taken in once, revised when they change, and nothing about them altered."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from al_core.errors import InvalidInput


def texts_of(store, project, attribute=0):
    chosen = store.projects.attributes(project.project_id)[attribute]
    numbers = store.records.numbers(project.project_id)
    records = store.records.get(project.project_id, chosen.attribute_id, numbers)
    return {record.external_id: record.text for record in records.values()}


@pytest.fixture
def project(store):
    return store.projects.create("Shop")


def test_taking_in_again_changes_nothing(store, take_in, project):
    first = take_in(project, ["one", "two"], channel=["mail", None])
    again = take_in(project, ["one", "two"], channel=["mail", None])
    assert (first.n_new, first.n_changed, first.n_same) == (2, 0, 0)
    assert (again.n_new, again.n_changed, again.n_same) == (0, 0, 2)
    assert store.records.count(project.project_id) == 2
    assert len(store.projects.attributes(project.project_id)) == 2
    assert store._database.value("SELECT count(*) FROM text_value") == 2


def test_a_changed_text_becomes_a_revision_and_new_records_follow(store, take_in, project):
    take_in(project, ["one", "two"])
    changed = take_in(project, ["TWO", "three"], ids=["b", "c"])
    assert (changed.n_new, changed.n_changed, changed.n_same) == (1, 1, 0)
    assert texts_of(store, project) == {"a": "one", "b": "TWO", "c": "three"}
    assert store.records.by_external_id(project.project_id) == {"a": 0, "b": 1, "c": 2}
    back = take_in(project, ["two"], ids=["b"])
    assert back.n_changed == 1
    assert store._database.rows("SELECT revision, text FROM text_value WHERE record_no = 1 ORDER BY 1") == [
        (1, "two"),
        (2, "TWO"),
        (3, "two"),
    ]


def test_a_record_with_two_changed_texts_is_one_changed_record(store, take_in, project):
    both = ("text", "subject")
    take_in(project, ["one", "two"], text_columns=both, subject=["I", "II"])
    assert [attribute.is_text for attribute in store.projects.attributes(project.project_id)] == [True, True]
    changed = take_in(project, ["ONE", "two"], text_columns=both, subject=["i", "II"])
    assert (changed.n_new, changed.n_changed, changed.n_same) == (0, 1, 1)
    assert texts_of(store, project, 1) == {"a": "i", "b": "II"}
    subject = store.projects.attributes(project.project_id)[1]
    assert store.records.get(project.project_id, subject.attribute_id, [0])[0].attributes == {"text": "ONE"}


def test_attributes_follow_the_newest_file(store, take_in, project):
    take_in(project, ["one", "two"], channel=["mail", "chat"])
    take_in(project, ["one", "two"], channel=[None, "phone"])
    text = store.projects.attributes(project.project_id)[0]
    records = store.records.get(project.project_id, text.attribute_id, [0, 1])
    assert (records[0].attributes, records[1].attributes) == ({}, {"channel": "phone"})


ODD_NAMES = [
    'a "b"', "text (2)", "row (2)", "record_no", "is_new", "Record_No", "SELECT", "order", "c0", "c1", "s", "sha",
    "drop table record; --", "'", "a.b", "straße", "👍", "%", "attribute_id", "$first", "?", " padded",
]  # fmt: skip


def test_columns_may_be_called_anything(store, take_in, project):
    values = {name: [f"1 of {name}", f"2 of {name}"] for name in ODD_NAMES}
    take_in(project, ["one", "two"], **values)
    again = take_in(project, ["one", "TWO"], **values)
    assert (again.n_changed, again.n_same) == (1, 1)
    text = store.projects.attributes(project.project_id)[0]
    record = store.records.get(project.project_id, text.attribute_id, [1])[1]
    assert record.text == "TWO"
    assert record.attributes == {name: f"2 of {name}" for name in ODD_NAMES}
    assert list(record.attributes) == ODD_NAMES


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_text_column_may_be_called_anything(store, take_in, project, name):
    take_in(project, ["one"], text_columns=(name,), other=["x"])
    assert texts_of(store, project) == {"a": "one"}


def test_ids_are_kept_exactly(store, take_in, project):
    ids = ["007", "7", "7.0", " 7", "A", "a", "é", "e\u0301", "1e3", "NULL", "null", "'", '"', "👍"]
    take_in(project, [f"text {n}" for n in range(len(ids))], ids=ids)
    assert store.records.by_external_id(project.project_id) == {one: n for n, one in enumerate(ids)}


def test_nul_and_other_odd_characters_survive(store, take_in, project):
    odd = ["a\0b", "\0", "", "  ", "\r\n", "\u2028", "e\u0301", "👨‍👩‍👧", "\u202eabc", "\ufeffx"]
    take_in(project, odd, note=[f"{text}!" for text in odd])
    assert list(texts_of(store, project).values()) == odd
    text = store.projects.attributes(project.project_id)[0]
    records = store.records.get(project.project_id, text.attribute_id, range(len(odd)))
    assert [records[n].attributes["note"] for n in range(len(odd))] == [f"{text}!" for text in odd]
    lengths = store.records.lengths(project.project_id, text.attribute_id, range(99))
    assert lengths == {n: len(text) for n, text in enumerate(odd)}  # in code points, as spans are


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=6),
    data=st.data(),
)
def test_what_was_taken_in_comes_back(store, take_in, texts, data):
    project = store.projects.create(f"P{store.projects.next_id()}")
    take_in(project, texts)
    assert list(texts_of(store, project).values()) == texts
    newer = [data.draw(st.sampled_from([text, f"{text}+"])) for text in texts]
    counted = take_in(project, newer)
    changed = sum(a != b for a, b in zip(texts, newer, strict=True))
    assert (counted.n_new, counted.n_changed, counted.n_same) == (0, changed, len(texts) - changed)
    assert list(texts_of(store, project).values()) == newer


def test_a_file_without_rows_brings_nothing(store, take_in, project):
    assert take_in(project, [], ids=[]).n_new == 0
    assert store.records.count(project.project_id) == 0
    assert store.records.numbers(project.project_id).tolist() == []
    assert list(store.records.pages(project.project_id, 1)) == []
    assert store.records.get(project.project_id, 1, []) == {}


def test_an_attribute_that_is_not_text_cannot_become_one_by_import(store, take_in, project):
    take_in(project, ["one"], title=["t"])
    with pytest.raises(InvalidInput, match="'title' is an attribute of this project that is not text") as raised:
        take_in(project, ["t2"], text_columns=("title",), text=["one"])
    assert "'text'" in raised.value.hint
    assert store.records.count(project.project_id) == 1
    text = store.projects.attributes(project.project_id)[0]
    assert store.records.get(project.project_id, text.attribute_id, [0])[0].attributes == {"title": "t"}


def test_a_broken_file_leaves_nothing_half_written(store, take_in, project, monkeypatch):
    take_in(project, ["one"])
    monkeypatch.setattr("al_core.store.records._add_scalars", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_in(project, ["ONE", "two"], note=["x", "y"])
    assert texts_of(store, project) == {"a": "one"}
    assert [attribute.name for attribute in store.projects.attributes(project.project_id)] == ["text"]
    monkeypatch.undo()
    assert take_in(project, ["ONE", "two"], note=["x", "y"]).n_new == 1


def test_projects_do_not_mix(store, take_in, project):
    other = store.projects.create("Other")
    take_in(project, ["one", "two"], channel=["mail", "chat"])
    take_in(other, ["eins"], kanal=["Brief"])
    assert texts_of(store, other) == {"a": "eins"}
    text = store.projects.attributes(other.project_id)[0]
    assert store.records.get(other.project_id, text.attribute_id, [0, 1])[0].attributes == {"kanal": "Brief"}
    assert store.records.by_external_id(other.project_id) == {"a": 0}


def test_pages_hold_every_record_once(store, take_in, project):
    take_in(project, [str(n) for n in range(7)])
    text = store.projects.attributes(project.project_id)[0]
    pages = list(store.records.pages(project.project_id, text.attribute_id, size=3))
    assert [[record.text for record in page] for page in pages] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_deleted_records_are_neither_counted_nor_listed(store, take_in, project):
    take_in(project, ["one", "two", "three"])
    store._database.rows("UPDATE record SET deleted_ts = now()::TIMESTAMP WHERE record_no = 1")
    text = store.projects.attributes(project.project_id)[0]
    assert store.records.count(project.project_id) == 2
    assert store.records.numbers(project.project_id).tolist() == [0, 2]
    assert store.records.shas(text.attribute_id)[0].tolist() == [0, 2]
    take_in(project, ["four"], ids=["d"])
    assert store.records.by_external_id(project.project_id)["d"] == 3  # a number is never used again
