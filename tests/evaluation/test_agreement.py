"""Agreement of people, on cases that can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.evaluation.agreement import people_agreement


def said(*people: str) -> list[frozenset[str]]:
    """The labels of one record: a word for each person, a letter for each label."""
    return [frozenset(letters) for letters in people]


def test_nobody_answered_what_another_did():
    assert people_agreement([]) is None
    assert people_agreement([said("a"), said("b")]) is None


def test_one_disagreement_in_three():
    found = people_agreement([said("a", "a"), said("b", "b"), said("a", "b")])
    assert (found.share, found.n) == (pytest.approx(2 / 3), 3)
    # 2 differing pairs in order, against 18 in 6 * 5 by chance
    assert found.alpha == pytest.approx(1 - 5 * 2 / 18)
    assert (found.low, found.high) == pytest.approx((0.0943, 0.9916), abs=1e-4)
    assert found.perfect == pytest.approx(0.8165, abs=1e-4)


def test_a_record_counts_once_however_many_people_answered_it():
    found = people_agreement([said("a", "a", "a", "b"), said("b", "b")])
    assert (found.share, found.n) == (pytest.approx((0.5 + 1) / 2), 2)


def test_one_label_for_everything_says_nothing_beyond_chance():
    found = people_agreement([said("a", "a"), said("a", "a")])
    assert (found.share, found.high, found.alpha) == (1.0, 1.0, None)


def test_of_several_labels_each_counts_and_a_record_without_any_does_not():
    found = people_agreement([said("ab", "b"), said("", ""), said("a", "")])
    # of the three labels of the first record two are given by both people, of the last none
    assert (found.share, found.n, found.alpha) == (pytest.approx((2 / 3 + 0) / 2), 2, None)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=4), min_size=1, max_size=8), st.randoms())
def test_neither_the_order_of_records_nor_of_people_matters(records, random):
    found = people_agreement([said(*people) for people in records])
    random.shuffle(records)
    for people in records:
        random.shuffle(people)
    again = people_agreement([said(*people) for people in records])
    assert again.share == pytest.approx(found.share)
    assert again.alpha == (None if found.alpha is None else pytest.approx(found.alpha))
    assert found.low <= found.share <= found.high
