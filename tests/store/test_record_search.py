"""Searching records: each condition on a project small enough to see, pages by key, bad patterns, limits."""

import uuid

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from al_core.errors import InvalidInput, NotFound
from al_core.filters import (
    NUMBER_ORDER,
    AnsweredBy,
    Blind,
    Commented,
    Compare,
    DrawnBy,
    Flagged,
    HeuristicSays,
    Not,
    Numbers,
    Order,
    RecordFilter,
    StateIs,
    TruthIs,
)
from al_core.store import record_search
from al_core.store.record_search import Keys, Question, RecordSearch

TEXTS = ["Where is my refund?", "REFUND now", "<b>late</b> parcel", "100 %_ sure", "", "Straße im İstanbul"]
PRICES = ["9", "10", "-2.5", None, "100", "7"]


@pytest.fixture
def search(team, take_in):
    """Six records: texts as above, and attributes of another file with the same ids."""
    team.project = team.store.projects.create("Search")
    take_in(team.project, TEXTS, price=PRICES, day=["2024-01-05", "2024-02-01", "2023-12-31", None, "", "2024-01-06"])
    attributes = team.store.projects.attributes(team.project.project_id)
    team.task = team.store.projects.create_task(attributes[0], "topic", "single_label", ["A", "B", "C"])
    team.label = {label.name: label.label_id for label in team.task.labels}

    def find(*conditions, order=NUMBER_ORDER, sets=None, keys=None):
        wanted = RecordFilter(team.task.task_id, conditions, order)
        question = Question(team.project.project_id, attributes, wanted, sets or {}, keys)
        numbers = team.store.search.numbers(question).tolist()
        assert team.store.search.count(question) == len(numbers)
        assert paged(team.store.search, question, 2) == numbers
        return numbers

    return find


def paged(searching, question, size):
    found, after = [], None
    for _ in range(20):
        page = searching.page(question, after, size)
        found += page.record_nos
        if page.after is None:
            return found
        assert len(page.record_nos) == size
        after = page.after
    raise AssertionError(f"pages without end: {found}")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Compare("contains", ("refund",)), [0, 1]),
        (Compare("contains", ("%_",)), [3]),
        (Compare("contains", ("<B>",)), [2]),
        (Compare("contains", ("STRASSE",)), []),
        (Compare("contains", ("straße",)), [5]),
        (Compare("contains", ("'; DROP TABLE record; --",)), []),
        (Compare("equals", ("refund NOW",)), [1]),
        (Compare("equals", ("",)), [4]),
        (Compare("in", ("refund now", "100 %_ sure", "x")), [1, 3]),
        (Compare("regex", ("refund",)), [0]),
        (Compare("regex", ("(?i)^refund|%",)), [1, 3]),
        (Compare("equals", ("C",), "record id"), [2]),
        (Compare("regex", ("^[a-b]$",), "record id"), [0, 1]),
        (Compare("between", ("8", "10"), "attribute", "price"), [0, 1]),
        (Compare("between", ("", "7"), "attribute", "price"), [2, 5]),
        (Compare("between", ("1e1", ""), "attribute", "price"), [1, 4]),
        (Compare("between", ("2024-01-01", "2024-01-31"), "attribute", "day"), [0, 5]),
        (Compare("in", ("9", "7"), "attribute", "price"), [0, 5]),
        (Not(Compare("contains", ("e",), "attribute", "text")), [4]),
        (Numbers((5, 1, 99)), [1, 5]),
        (Numbers(()), []),
    ],
)
def test_texts_attributes_and_numbers(search, condition, found):
    assert search(condition) == found


def test_what_people_said(search, team):
    team.say(0, "A", drawn_by="random")
    team.say(1, "B", drawn_by="margin", blind=False)
    team.say(1, "C", by=team.bo, drawn_by="search")
    team.say(2, "B", by=team.bo, drawn_by="bulk", blind=False)
    team.say(3, verdict="ignore")
    team.say(4, verdict="reject", shown_label_id=team.label["A"])
    team.say(5, "A")
    team.say(5, verdict="retract")
    team.store.remarks.set_flag(str(uuid.uuid4()), team.task.task_id, 4, team.ann.person_id, is_set=True)
    team.store.remarks.add_comment(str(uuid.uuid4()), team.project.project_id, 5, team.ann.person_id, "look")
    assert search(TruthIs((team.label["A"], team.label["B"]))) == [0, 2]
    assert search(StateIs("labelled")) == [0, 2]
    assert search(StateIs("conflict")) == [1]
    assert search(StateIs("unlabelled")) == [1, 3, 4, 5]
    assert search(StateIs("ignored")) == [3]
    assert search(StateIs("rejected")) == [4]
    assert search(StateIs("audit")) == [0]
    assert search(AnsweredBy((team.ann.person_id,))) == [0, 1, 3, 4]
    assert search(AnsweredBy((team.bo.person_id,)), Not(StateIs("conflict"))) == [2]
    assert search(DrawnBy(("margin", "bulk"))) == [1, 2]
    assert search(Not(Blind())) == [2, 5]
    assert search(Flagged()) == [4]
    assert search(Commented()) == [5]
    assert search(order=Order("truth", descending=True)) == [2, 0, 1, 3, 4, 5]
    assert search(order=Order("drawn by")) == [2, 3, 4, 1, 0, 5]
    assert search(order=Order("answered", descending=True))[:2] == [4, 3]


def test_nothing_here_is_a_truth_without_a_label(search, team):
    team.task = team.store.projects.create_task(team.task.attribute, "spans", "extraction", ["X"])
    team.say(2)
    team.say(3, labels=())
    assert search(TruthIs((0,))) == [2, 3]
    assert search(TruthIs((team.task.labels[0].label_id,))) == []


def test_a_deleted_record_is_never_found(search, team):
    team.store._database.rows("UPDATE record SET deleted_ts = now()::TIMESTAMP WHERE record_no = 1")
    assert search() == [0, 2, 3, 4, 5]
    assert search(Compare("contains", ("refund",))) == [0]


def test_what_predictions_say_comes_as_lists(search):
    says = HeuristicSays(7, kept=True)
    assert search(says, sets={says: np.array([4, 2])}) == [2, 4]
    assert search(Not(says), Compare("contains", ("e",)), sets={says: np.array([0])}) == [1, 2, 3, 5]
    keys = Keys(np.array([3, 1, 5]), np.array([0.2, 0.9, 0.2]))
    assert search(order=Order("confidence", heuristic_id=7), keys=keys) == [3, 5, 1, 0, 2, 4]
    assert search(order=Order("confidence", True, heuristic_id=7), keys=keys) == [1, 3, 5, 0, 2, 4]


def test_orders(search):
    assert search(order=Order("number", descending=True)) == [5, 4, 3, 2, 1, 0]
    assert search(order=Order("attribute", attribute="price")) == [2, 5, 0, 1, 4, 3]  # as numbers, none last
    assert search(order=Order("attribute", True, "day")) == [1, 5, 0, 2, 4, 3]
    assert search(order=Order("record id", descending=True)) == [5, 4, 3, 2, 1, 0]
    assert search(order=Order("length")) == [4, 1, 3, 2, 5, 0]
    shuffled = search(order=Order("random", seed=3))
    assert sorted(shuffled) == [0, 1, 2, 3, 4, 5]
    assert shuffled == search(order=Order("random", seed=3)) != search(order=Order("random", seed=4))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.none() | st.sampled_from(["1", "2", "10", "b", "nan"]), min_size=1, max_size=12),
    size=st.integers(1, 5),
    descending=st.booleans(),
)
def test_pages_are_the_whole_list_whatever_is_equal_or_missing(store, take_in, values, size, descending):
    project = store.projects.create(f"P{uuid.uuid4()}")
    take_in(project, ["t"] * len(values), value=[*values])
    attributes = store.projects.attributes(project.project_id)
    wanted = RecordFilter(order=Order("attribute", descending, "value"))
    question = Question(project.project_id, attributes, wanted)
    found = store.search.numbers(question).tolist()
    assert sorted(found) == list(range(len(values)))
    assert paged(store.search, question, size) == found


def test_a_page_is_looked_for_nearby_first_and_then_everywhere(search, team, monkeypatch):
    monkeypatch.setattr(record_search, "FIRST_WINDOW", 2)
    assert search() == [0, 1, 2, 3, 4, 5]
    assert search(Compare("contains", ("straße",))) == [5]
    assert search(Compare("contains", ("e",)), order=Order(descending=True)) == [5, 3, 2, 1, 0]


@pytest.mark.parametrize("pattern", ["(", "a{99999}", r"(a)\1", "(?=a)", "*"])
def test_a_pattern_that_is_none_is_said(search, pattern):
    with pytest.raises(InvalidInput, match="no regular expression"):
        search(Compare("regex", (pattern,)))


def test_a_pattern_that_runs_for_ever_elsewhere_does_not_here(search):
    assert search(Compare("regex", ("^(R+E*|[A-Z]*)*(FUND|fund) now$",))) == [1]


def test_a_search_that_takes_too_long_is_stopped(store, take_in):
    project = store.projects.create("Long")
    take_in(project, ["a" * 200_000] * 8)
    wanted = RecordFilter(conditions=(Compare("regex", ("(" + "a?" * 200 + "){4}b",)),))
    question = Question(project.project_id, store.projects.attributes(project.project_id), wanted)
    with pytest.raises(InvalidInput, match=r"longer than 0.01 seconds"):
        RecordSearch(store._database, limit_seconds=0.01).count(question)
    # the database goes on as before
    assert store.records.count(project.project_id) == 8


def test_an_attribute_that_is_gone_is_named(search):
    with pytest.raises(NotFound, match="No attribute 'colour'"):
        search(Compare("equals", ("red",), "attribute", "colour"))
