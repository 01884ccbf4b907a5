"""Filters as values and as the text of an address: the same filter comes back, anything else is refused in words."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.filters import (
    Abstained,
    AnsweredBy,
    Blind,
    Commented,
    Compare,
    DrawnBy,
    Flagged,
    HeuristicSays,
    InSlice,
    Missed,
    Not,
    Numbers,
    Order,
    RecordFilter,
    StateIs,
    TruthIs,
    Votes,
    from_address,
    to_address,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ids = st.integers(1, 2**31 - 1)
some_ids = st.lists(ids, min_size=1, max_size=5).map(tuple)
share = st.floats(0, 1)
ranges = st.tuples(share, share).map(sorted)


@st.composite
def says(draw):
    (low, high), (low_margin, high_margin) = draw(ranges), draw(ranges)
    return HeuristicSays(
        draw(ids),
        draw(st.lists(ids, max_size=3).map(tuple)),
        kept=draw(st.sampled_from([None, True, False])),
        right=draw(st.sampled_from([None, True, False])),
        among=draw(st.sampled_from(["any", "judged", "headline"])),
        threshold=draw(st.none() | share),
        low=low,
        high=high,
        low_margin=low_margin,
        high_margin=high_margin,
    )


simple = st.one_of(
    st.builds(lambda how, value: Compare(how, (value,)), st.sampled_from(["contains", "equals", "regex"]), texts),
    st.builds(lambda name, low: Compare("between", (low, ""), "attribute", name), texts, texts),
    st.builds(lambda name, values: Compare("in", tuple(values), "attribute", name), texts, st.lists(texts, min_size=1)),
    st.builds(TruthIs, some_ids),
    st.builds(StateIs, st.sampled_from(["labelled", "unlabelled", "conflict", "ignored", "rejected", "audit"])),
    st.builds(AnsweredBy, some_ids),
    says(),
    st.builds(Abstained, ids),
    st.builds(Missed, ids),
    st.builds(Votes, st.sampled_from(["voted", "overlap", "conflict", "alone"]), st.just(0) | ids),
    st.just(Flagged()),
    st.just(Commented()),
    st.builds(lambda names: DrawnBy(tuple(names)), st.lists(texts, min_size=1, max_size=3)),
    st.just(Blind()),
    st.builds(lambda numbers: Numbers(tuple(numbers)), st.lists(st.integers(0, 2**31 - 1), max_size=30)),
    st.builds(InSlice, ids),
)
orders = st.one_of(
    st.builds(
        Order, st.sampled_from(["number", "record id", "length", "truth", "answered", "drawn by"]), st.booleans()
    ),
    st.builds(lambda name: Order("attribute", attribute=name), texts),
    st.builds(
        lambda by, heuristic_id: Order(by, heuristic_id=heuristic_id), st.sampled_from(["confidence", "margin"]), ids
    ),
    st.builds(lambda seed: Order("random", seed=seed), st.integers(0, 2**31 - 1)),
)
filters = st.builds(RecordFilter, ids, st.lists(simple | st.builds(Not, simple), max_size=6).map(tuple), orders)


@given(filters)
def test_an_address_gives_back_the_filter(wanted):
    text = to_address(wanted)
    assert from_address(text) == wanted
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@given(st.text(max_size=60))
def test_no_crafted_text_ends_in_anything_but_words(text):
    for crafted in (text, f"1.{text}", packed(text)):
        try:
            from_address(crafted)
        except InvalidInput as error:
            assert error.hint


def packed(text):
    return "1." + base64.urlsafe_b64encode(zlib.compress(text.encode())).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "crafted",
    [
        "[]",
        "null",
        '{"c": 1}',
        '{"x": 1}',
        '{"t": "1"}',
        '{"t": true}',
        '{"c": [[]]}',
        '{"c": [[["Flagged"], {}]]}',
        '{"c": [["Flagged"]]}',
        '{"c": [["RecordFilter", {}]]}',
        '{"c": [["Compare", {"how": "contains"}]]}',
        '{"c": [["Compare", {"how": "contains", "values": "abc"}]]}',
        '{"c": [["Compare", {"how": "contains", "values": [1]}]]}',
        '{"c": [["Compare", {"how": "contains", "values": ["\\ud800"]}]]}',
        '{"c": [["Compare", {"how": "like", "values": ["a"]}]]}',
        '{"c": [["InSlice", {"slice_id": 1, "__class__": 2}]]}',
        '{"c": [["Not", "Not", "Commented", {}]]}',
        '{"t": 1, "c": [["HeuristicSays", {"heuristic_id": 1, "low": 1e400}]]}',
        '{"t": 1, "c": [["HeuristicSays", {"heuristic_id": 1, "low": NaN}]]}',
        '{"t": 1, "c": [["HeuristicSays", {"heuristic_id": 1, "low": 1' + "0" * 400 + "}]]}",
        '{"t": 1' + "0" * 5000 + "}",
        '{"t": 1, "c": [["HeuristicSays", {"heuristic_id": 1, "kept": 1}]]}',
        '{"o": {"by": "1; DROP TABLE record"}}',
        "[" * 50_000,
    ],
)
def test_crafted_content_is_refused(crafted):
    with pytest.raises(InvalidInput):
        from_address(packed(crafted))


def test_a_small_link_does_not_unpack_to_a_large_filter():
    bomb = packed(json.dumps({"c": [["Compare", {"how": "in", "values": ["a" * 3_000_000]}]]}))
    assert len(bomb) < 10_000
    with pytest.raises(InvalidInput, match="damaged"):
        from_address(bomb)


def test_a_link_of_another_version_says_so():
    with pytest.raises(InvalidInput, match="another version of the app"):
        from_address("2.abc")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Compare("contains", ("",)), "Every text contains the empty text"),
        (lambda: Compare("between", ("", "")), "at least one bound"),
        (lambda: Compare("between", ("1",)), "takes 2 value"),
        (lambda: Compare("in", ()), "1 to 1000 values"),
        (lambda: Compare("regex", ("a" * 1001,)), "1 to 1000 characters"),
        (lambda: Compare("equals", ("a",), "attribute"), "attribute's name"),
        (lambda: TruthIs(()), "1 to 1000 ids"),
        (lambda: HeuristicSays(1, low=0.8, high=0.2), "confidence cannot lie between 0.8 and 0.2"),
        (lambda: HeuristicSays(1, right=True, among="pool"), "need a truth"),
        (lambda: HeuristicSays(1, threshold=float("nan")), "threshold nan"),
        (lambda: Numbers(tuple(range(20_001))), "frozen slice"),
        (lambda: Order("attribute"), "attribute's name"),
        (lambda: Order("confidence"), "A heuristic goes with"),
        (lambda: RecordFilter(conditions=(Flagged(),)), "need a task"),
        (lambda: RecordFilter(order=Order("truth")), "need a task"),
        (lambda: RecordFilter(0), "no id of a task"),
    ],
)
def test_what_makes_no_sense_is_said(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()


def test_conditions_are_added_once_and_taken_away():
    one = RecordFilter(2).also(Flagged(), Not(Flagged())).also(Flagged())
    assert one.conditions == (Flagged(), Not(Flagged()))
    assert one.without(Flagged()).conditions == (Not(Flagged()),)
    assert one.ordered(Order("random", seed=3)).order.seed == 3
