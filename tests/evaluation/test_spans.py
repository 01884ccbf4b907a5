"""Spans from tokens and back, the cases that go wrong where tokens are filtered first, and scores by eye."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.evaluation.precision import keep
from al_core.evaluation.spans import OUTSIDE, Spans, agreement, built, scores, token_labels
from al_core.text import characters_of, tokenize, tokens_under

PER, ORG = 0, 1


def spans(*given: tuple[int, int, int, int]) -> Spans:
    """Spans from (record, label, start, stop), all with confidence 1."""
    rows = np.array(given, dtype=np.int64).reshape(-1, 4)
    return Spans(*rows.T, np.ones(len(rows)))


def listed(found: Spans) -> list[tuple[int, int, int, int]]:
    columns = (found.record, found.label, found.start, found.stop)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def of_tokens(label: list[int], confidence: list[float], begins: list[int] = ()) -> Spans:
    starts = np.isin(np.arange(len(label)), begins)
    return built(np.array(label), starts, np.array(confidence), np.array([len(label)]))


def kept(found: Spans, min_confidence: float) -> list[tuple[int, int, int, int]]:
    return listed(found.only(keep(found.confidence, min_confidence)))


def test_a_weak_end_before_another_label_takes_its_span_with_it_and_leaves_no_start_behind():
    found = of_tokens([PER, PER, OUTSIDE, ORG], [0.95, 0.5, 0.9, 0.95])
    assert kept(found, 0.8) == [(0, ORG, 3, 4)]
    assert kept(found, 0.5) == [(0, PER, 0, 2), (0, ORG, 3, 4)]


def test_a_weak_last_token_makes_the_span_weak_and_does_not_lose_it():
    found = of_tokens([OUTSIDE, PER, PER], [0.9, 0.95, 0.5])
    assert listed(found) == [(0, PER, 1, 3)]
    assert found.confidence.tolist() == [0.5]


def test_a_weak_token_in_the_middle_is_not_averaged_away():
    found = of_tokens([PER, PER, PER], [0.95, 0.5, 0.95])
    assert kept(found, 0.79) == []
    assert kept(found, 0.5) == [(0, PER, 0, 3)]


def test_touching_spans_of_one_label_stay_two():
    assert listed(of_tokens([PER, PER, PER], [0.9, 0.8, 0.7], begins=[0, 2])) == [(0, PER, 0, 2), (0, PER, 2, 3)]
    assert listed(of_tokens([PER, PER, PER], [0.9, 0.8, 0.7], begins=[0])) == [(0, PER, 0, 3)]


def test_a_span_never_runs_into_the_next_record():
    found = built(np.array([PER, PER, PER]), np.zeros(3, bool), np.ones(3), np.array([1, 0, 2]))
    assert listed(found) == [(0, PER, 0, 1), (2, PER, 0, 2)]


def test_no_span_and_no_token():
    assert listed(of_tokens([OUTSIDE, OUTSIDE], [1.0, 1.0])) == []
    assert listed(built(np.zeros(0, int), np.zeros(0, bool), np.zeros(0), np.array([0, 0]))) == []


@st.composite
def flat_spans(draw) -> tuple[Spans, np.ndarray]:
    lengths = draw(st.lists(st.integers(0, 8), min_size=1, max_size=5))
    rows = []
    for record, length in enumerate(lengths):
        edges = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
        for start, stop in itertools.pairwise(edges):
            if draw(st.booleans()):
                rows.append((record, draw(st.integers(0, 2)), start, stop))
    return spans(*rows), np.array(lengths)


@given(flat_spans())
def test_spans_to_tokens_and_back_are_the_same_spans(case):
    given_spans, lengths = case
    label, begins = token_labels(given_spans, lengths)
    assert listed(built(label, begins, np.ones(len(label)), lengths)) == listed(given_spans)


@given(flat_spans(), flat_spans())
def test_looking_less_closely_never_finds_less(one, other):
    lengths = np.full(5, 8)
    found = scores(one[0], other[0], lengths)
    assert found.exact.correct <= found.type_only.correct <= found.overlapping.correct
    itself = scores(one[0], one[0], lengths)
    assert itself.exact.correct == itself.exact.true == itself.exact.found


def test_scores_by_eye():
    # true: PER 0-2, ORG 4-6; predicted: PER 0-2 (exact), PER 5-6 (touches the ORG), ORG 8-9 (nothing there)
    found = scores(
        spans((0, PER, 0, 2), (0, PER, 5, 6), (0, ORG, 8, 9)), spans((0, PER, 0, 2), (0, ORG, 4, 6)), np.array([9])
    )
    assert (found.exact.precision, found.exact.recall) == (1 / 3, 1 / 2)
    assert (found.overlapping.precision, found.overlapping.recall) == (2 / 3, 1.0)
    assert (found.type_only.precision, found.type_only.recall) == (1 / 3, 1 / 2)
    assert (found.token.precision, found.token.recall) == (2 / 4, 2 / 4)
    assert found.exact.f1 == pytest.approx(2 / 5)


def test_without_predictions_or_truth_there_is_no_share():
    nothing = scores(spans(), spans(), np.array([3]))
    assert (nothing.exact.precision, nothing.exact.recall, nothing.exact.f1) == (None, None, None)
    assert scores(spans(), spans((0, PER, 0, 1)), np.array([3])).exact.recall == 0.0


def test_spans_of_other_records_are_no_partners():
    found = agreement(spans((0, PER, 0, 1), (1, PER, 0, 1)), spans((1, PER, 0, 1)))
    assert found.exact.tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "start", "end", "touched"),
    [
        ("ship to New York", 8, 16, (2, 4)),
        ("ship to New York", 9, 10, (2, 3)),  # within a token: the token
        ("ship to New York", 7, 8, None),  # only the space
        ("👩‍👩‍👧 Ana", 0, 5, (0, 1)),  # a family of five code points is one token
        ("שלום עולם", 5, 9, (1, 2)),
        ("", 0, 1, None),
    ],
)
def test_the_tokens_under_a_span(text, start, end, touched):
    assert tokens_under(tokenize(text), start, end) == touched


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_tokens_under_a_span_are_those_that_touch_it(text, one, other):
    start, end = min(one, other), max(one, other)
    tokens = tokenize(text)
    touching = [i for i, (a, b) in enumerate(tokens) if a < end and start < b]
    found = tokens_under(tokens, start, end)
    if start < end:
        assert found == ((touching[0], touching[-1] + 1) if touching else None)
    if found and start < end:
        first, stop = characters_of(tokens, *found)
        assert tokens_under(tokens, first, stop) == found
