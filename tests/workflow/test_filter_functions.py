"""Rules out of filters: they say what the filter finds, and nothing a function could not know."""

import pytest

from al_core.contract import Text
from al_core.errors import InvalidInput
from al_core.filters import Compare, Flagged, Not, RecordFilter
from al_core.source import check_function
from al_core.types import Attribute, Task
from al_core.workflow.filter_functions import function_from_filter

TASK = Task(1, 1, "topic", "single_label", Attribute(1, "text", True), ())
RECORDS = [
    {"text": Text("Refund me"), "shop": "Ulm", "price": 3},
    {"text": Text("no money"), "shop": None, "price": None},
    {"text": Text("refund 12345"), "shop": "Linz", "price": 30},
]


def found_by(*conditions):
    source = function_from_filter(RecordFilter(conditions=conditions), TASK, 'it"s')
    assert check_function(source, label_names=['it"s']) == ()
    names = {}
    exec(source, names)
    said = [names["lf"](record) for record in RECORDS]
    assert set(said) <= {None, 'it"s'}
    return [place for place, label in enumerate(said) if label]


@pytest.mark.parametrize(
    ("conditions", "places"),
    [
        ([Compare("contains", ("REFUND",))], [0, 2]),
        ([Not(Compare("contains", ("refund",)))], [1]),
        ([Compare("regex", (r"\d{5}",))], [2]),
        ([Compare("equals", ("ulm",), "attribute", "shop")], [0]),
        ([Compare("in", ("ulm", "linz"), "attribute", "shop")], [0, 2]),
        ([Compare("between", ("2", "10"), "attribute", "price")], [0]),
        ([Compare("between", ("", "10"), "attribute", "price")], [0]),
        ([Compare("contains", ("refund",)), Not(Compare("regex", (r"\d",)))], [0]),
    ],
    ids=str,
)
def test_the_rule_finds_what_the_filter_finds(conditions, places):
    assert found_by(*conditions) == places


def test_any_text_is_any_of_the_projects_texts():
    wanted = RecordFilter(conditions=(Compare("contains", ("refund",)), Not(Compare("regex", (r"\d",)))))
    names = {}
    exec(function_from_filter(wanted, TASK, "a", ("title", "text")), names)
    for record, label in [
        ({"title": Text("Refund?"), "text": Text("where is it")}, "a"),
        ({"title": Text(""), "text": Text("my refund")}, "a"),
        ({"title": Text("Refund?"), "text": Text("order 5")}, None),
        ({"title": Text("hello"), "text": Text("parcel")}, None),
    ]:
        assert names["lf"](record) == label


def test_what_a_function_cannot_know_is_named():
    with pytest.raises(InvalidInput, match="the filter also asks for Flagged"):
        function_from_filter(RecordFilter(task_id=1, conditions=(Flagged(),)), TASK, "a")
    with pytest.raises(InvalidInput, match="no condition on a text"):
        function_from_filter(RecordFilter(), TASK, "a")
