from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.learning.folds import deal, holdout

NONE_DEALT = np.array([], dtype=np.int8)
CLASSES = st.lists(st.sampled_from("abcdefg"), max_size=60)


def test_one_class_goes_round():
    assert deal(["a"] * 7, [], NONE_DEALT).tolist() == [0, 1, 2, 3, 4, 0, 1]


def test_singletons_spread_over_the_folds_instead_of_all_landing_in_the_first():
    assert deal(list("abcdef"), [], NONE_DEALT).tolist() == [0, 1, 2, 3, 4, 0]


def test_the_next_record_of_a_class_joins_its_emptiest_fold():
    dealt = np.array([0, 1, 2, 4], dtype=np.int8)
    assert deal(["a"], ["a", "a", "a", "a"], dealt).tolist() == [3]


def test_nothing_new_gets_nothing():
    assert deal([], ["a"], np.array([3], dtype=np.int8)).tolist() == []
    assert deal([], [], NONE_DEALT).dtype == np.int8


@given(CLASSES, CLASSES)
def test_dealing_in_two_steps_equals_dealing_in_one(first, second):
    dealt = deal(first, [], NONE_DEALT)
    later = deal(second, first, dealt)
    assert [*dealt, *later] == deal(first + second, [], NONE_DEALT).tolist()


@given(CLASSES, st.integers(2, 7))
def test_folds_of_a_class_differ_by_at_most_one(classes, k):
    folds = deal(classes, [], NONE_DEALT, k=k)
    for name in set(classes):
        sizes = Counter(int(fold) for fold, of in zip(folds, classes, strict=True) if of == name)
        counts = [sizes[fold] for fold in range(k)]
        assert max(counts) - min(counts) <= 1


@given(st.lists(st.integers(1, 12), min_size=1, max_size=12))
def test_classes_that_arrive_one_after_the_other_leave_even_folds(sizes):
    classes = [str(number) for number, size in enumerate(sizes) for _ in range(size)]
    counts = np.bincount(deal(classes, [], NONE_DEALT), minlength=5)
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(
    ("dealt_classes", "dealt", "k"), [(["a"], [], 5), (["a"], [5], 5), (["a"], [-1], 5), ([], [], 1)]
)
def test_impossible_folds_are_refused(dealt_classes, dealt, k):
    with pytest.raises(ValueError, match=r"dealt folds|k must"):
        deal(["a"], dealt_classes, np.array(dealt, dtype=np.int8), k=k)


@given(CLASSES, st.floats(0.01, 0.99), st.integers(0, 99))
def test_every_class_of_two_has_a_record_on_each_side(classes, share, seed):
    mask = holdout(classes, share, np.random.default_rng(seed))
    assert mask.shape == (len(classes),)
    for name, size in Counter(classes).items():
        n_held_out = sum(held for held, of in zip(mask, classes, strict=True) if of == name)
        if size >= 2:
            assert 1 <= n_held_out <= size - 1


def test_half_of_each_class_is_held_out_with_a_seed():
    classes = ["a"] * 10 + ["b"] * 6 + ["c"] * 4
    mask = holdout(classes, 0.5, np.random.default_rng(1))
    assert [int(mask[:10].sum()), int(mask[10:16].sum()), int(mask[16:].sum())] == [5, 3, 2]
    assert mask.tolist() == holdout(classes, 0.5, np.random.default_rng(1)).tolist()
    assert mask.tolist() != holdout(classes, 0.5, np.random.default_rng(2)).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_singletons_are_held_out_in_their_share(seed):
    mask = holdout([str(number) for number in range(40)], 0.25, np.random.default_rng(seed))
    assert 9 <= mask.sum() <= 11


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 2, float("nan")])
def test_a_share_that_leaves_a_side_empty_is_refused(share):
    with pytest.raises(InvalidInput, match="share"):
        holdout(["a", "b"], share, np.random.default_rng(0))
