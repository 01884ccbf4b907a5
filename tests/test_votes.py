"""The label matrix, on cases small enough to count by eye."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.votes import ABSTAINED, coverage, label_matrix, summarise

SPAM, HAM, NEWS = 1, 2, 3
# record          0     1     2     3     4
# words (7)      spam  spam   .    ham    .
# length (8)     spam  ham    .     .    ham
# model (9)      spam   .    news  ham    .
COLUMNS = {
    7: ([0, 1, 3], [SPAM, SPAM, HAM]),
    8: ([0, 1, 4], [SPAM, HAM, HAM]),
    9: ([0, 2, 3], [SPAM, NEWS, HAM]),
}
TRUTH = np.array([SPAM, HAM, NEWS, ABSTAINED, SPAM], dtype=np.int32)


def test_who_abstains_has_no_vote():
    matrix = label_matrix(COLUMNS)
    assert matrix.units[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert matrix.votes.tolist() == [[1, 1, 1], [1, 2, -1], [-1, -1, 3], [2, -1, 2], [-1, 2, -1]]


def test_hits_overlaps_conflicts_and_what_each_adds_alone():
    words, length, model = summarise(label_matrix(COLUMNS), TRUTH)
    assert (words.hits, words.overlaps, words.conflicts, words.correct, words.alone) == (3, 3, 1, 1, 0)
    assert (length.hits, length.overlaps, length.conflicts, length.correct, length.alone) == (3, 2, 1, 2, 1)
    assert (model.hits, model.overlaps, model.conflicts, model.correct, model.alone) == (3, 2, 0, 2, 1)


def test_without_truth_nothing_is_correct():
    assert all(one.correct == one.alone == 0 for one in summarise(label_matrix(COLUMNS)))


def test_coverage_counts_units_that_anybody_votes_on():
    assert coverage(label_matrix(COLUMNS), 8) == 5 / 8
    assert coverage(label_matrix({}), 0) == 0.0


def test_units_can_be_a_record_and_a_label_or_a_place_in_a_text():
    matrix = label_matrix({7: ([[0, SPAM], [0, HAM]], [1, 1]), 8: ([[0, HAM], [1, SPAM]], [1, 0])})
    assert matrix.units.tolist() == [[0, SPAM], [0, HAM], [1, SPAM]]
    assert matrix.votes.tolist() == [[1, -1], [1, 1], [-1, 0]]
    assert [one.conflicts for one in summarise(matrix)] == [0, 0]


def test_truth_is_found_by_unit_whatever_its_order():
    matrix = label_matrix(COLUMNS)
    assert matrix.truth_of([4, 0, 77], [HAM, SPAM, HAM]).tolist() == [SPAM, -1, -1, -1, HAM]


def test_one_heuristic_votes_once_on_a_unit():
    with pytest.raises(ValueError, match="heuristic 7 votes twice"):
        label_matrix({7: ([1, 1], [SPAM, HAM])})


def test_units_of_one_matrix_have_one_width():
    with pytest.raises(ValueError, match="widths"):
        label_matrix({7: ([1], [SPAM]), 8: ([[1, 2]], [SPAM])})


@given(st.lists(st.dictionaries(st.integers(0, 9), st.integers(1, 3), max_size=8), min_size=1, max_size=4))
def test_the_counts_are_those_of_plain_loops(heuristics):
    columns = {number: (list(votes), list(votes.values())) for number, votes in enumerate(heuristics)}
    for number, found in enumerate(summarise(label_matrix(columns))):
        mine, others = heuristics[number], [one for i, one in enumerate(heuristics) if i != number]
        assert found.hits == len(mine)
        assert found.overlaps == sum(any(unit in other for other in others) for unit in mine)
        assert found.conflicts == sum(
            any(unit in other and other[unit] != label for other in others) for unit, label in mine.items()
        )
