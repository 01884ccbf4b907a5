import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import NotFound
from al_core.learning.query_strategies import STRATEGIES, margin, mix, random_share, select

SURE, TORN, EVEN = [0.98, 0.01, 0.01], [0.49, 0.48, 0.03], [0.34, 0.33, 0.33]


@pytest.mark.parametrize("name", STRATEGIES.names())
class TestEveryStrategy:
    def test_asks_about_the_unsure_before_the_sure(self, name):
        score = STRATEGIES.get(name)(np.array([SURE, TORN, EVEN]))
        assert score[0] < min(score[1], score[2])

    def test_gives_one_finite_number_a_row(self, name):
        for proba in (
            np.empty((0, 3)),
            np.array([[1.0]]),
            np.array([[0.0, 1.0]]),
            np.full((4, 77), 1 / 77, np.float16),
        ):
            score = STRATEGIES.get(name)(proba)
            assert score.shape == (len(proba),)
            assert np.isfinite(score).all()

    def test_does_not_depend_on_chunks_or_the_order_of_columns(self, name, monkeypatch):
        proba = np.random.default_rng(0).dirichlet(np.ones(5), 40)
        whole = STRATEGIES.get(name)(proba)
        monkeypatch.setattr("al_core.learning.query_strategies._CELLS_PER_CHUNK", 17)
        assert STRATEGIES.get(name)(proba[:, ::-1]) == pytest.approx(whole)

    def test_leaves_its_argument_alone(self, name):
        proba = np.array([SURE, TORN])
        STRATEGIES.get(name)(proba)
        assert proba.tolist() == [SURE, TORN]


def test_literal_scores():
    proba = np.array([[0.5, 0.25, 0.25]])
    assert {name: STRATEGIES.get(name)(proba)[0] for name in STRATEGIES} == {
        "margin": 0.75,
        "least_confidence": 0.5,
        "entropy": 1.5,
    }


def test_margin_prefers_a_tie_of_two_where_entropy_prefers_a_tie_of_all():
    proba = np.array([[0.5, 0.5, 0.0], [0.4, 0.3, 0.3]])
    assert margin(proba).argmax() == 0
    assert STRATEGIES.get("entropy")(proba).argmax() == 1


def test_an_unknown_strategy_lists_the_choices():
    with pytest.raises(NotFound, match="entropy, least_confidence, margin"):
        STRATEGIES.get("magic")


def test_select_takes_the_highest_first():
    score = np.array([0.2, 0.9, 0.4, 0.7])
    assert select(score, 3, rng=np.random.default_rng(0)).tolist() == [1, 3, 2]


def test_select_shuffles_ties_and_repeats_with_a_seed():
    ties = np.zeros(50)
    first = select(ties, 5, rng=np.random.default_rng(0))
    assert first.tolist() == select(ties, 5, rng=np.random.default_rng(0)).tolist()
    assert first.tolist() != select(ties, 5, rng=np.random.default_rng(1)).tolist()


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=20), st.integers(0, 30))
def test_select_returns_the_n_best_each_once(scores, n):
    rows = select(np.array(scores), n, rng=np.random.default_rng(0))
    assert len(set(rows.tolist())) == len(rows) == min(n, len(scores))
    assert [scores[row] for row in rows] == sorted(scores, reverse=True)[:n]


def test_select_refuses_a_negative_number():
    with pytest.raises(ValueError, match="negative"):
        select(np.zeros(3), -1, rng=np.random.default_rng(0))


@given(
    st.sets(st.integers(0, 200), max_size=40), st.floats(0, 1), st.integers(0, 50), st.floats(0, 1), st.integers(0, 9)
)
def test_a_draw_has_its_size_and_nothing_twice(pool, ranked_share, n, share, seed):
    rng = np.random.default_rng(seed)
    records = np.array(sorted(pool), dtype=np.int64)
    ranked = rng.permutation(records)[: int(ranked_share * len(records))]
    drawn = mix(ranked, records, n, strategy="margin", random_share=share, rng=rng)
    size = min(n, len(pool))
    assert len(drawn.indices) == len(drawn.drawn_by) == len(drawn.probability) == size
    assert len(set(drawn.indices.tolist())) == size
    assert set(drawn.indices.tolist()) <= pool
    n_random = drawn.drawn_by.count("random")
    for by, probability in zip(drawn.drawn_by, drawn.probability, strict=True):
        assert probability == (n_random / len(pool) if by == "random" else 1.0)
    chosen = [index for index, by in zip(drawn.indices, drawn.drawn_by, strict=True) if by == "margin"]
    at_random = set(drawn.indices.tolist()) - set(chosen)
    assert chosen == [record for record in ranked if record not in at_random][: len(chosen)]


def test_the_share_is_right_on_average():
    pool = np.arange(1000)
    rng = np.random.default_rng(0)
    counts = [
        mix(pool, pool, 5, strategy="margin", random_share=0.3, rng=rng).drawn_by.count("random") for _ in range(400)
    ]
    assert set(counts) == {1, 2}
    assert np.mean(counts) == pytest.approx(1.5, abs=0.1)


def drawn_at_random(ranked, pool, n, share, n_draws):
    """How often each record of the pool was drawn at random."""
    rng = np.random.default_rng(0)
    seen = np.zeros(len(pool))
    for _ in range(n_draws):
        drawn = mix(ranked, pool, n, strategy="margin", random_share=share, rng=rng)
        seen[[index for index, by in zip(drawn.indices, drawn.drawn_by, strict=True) if by == "random"]] += 1
    return seen / n_draws


def test_random_records_come_from_the_whole_pool_evenly():
    # 5 of 20 at random: each record with probability 1/4, those ranked first too.
    frequency = drawn_at_random(np.arange(20), np.arange(20), 10, 0.5, 2000)
    assert frequency == pytest.approx(np.full(20, 0.25), abs=0.04)


def test_filling_up_a_short_ranking_does_not_favour_what_was_not_ranked():
    # 20 of 40 are ranked, 30 wanted: about half of every part of the pool is drawn at random.
    frequency = drawn_at_random(np.arange(20), np.arange(40), 30, 0.0, 1000)
    assert frequency[:20].mean() == pytest.approx(10 / 21, abs=0.02)
    assert frequency[20:].mean() == pytest.approx(10 / 20, abs=0.02)


def test_random_records_stand_anywhere_in_the_order():
    pool = np.arange(100)
    rng = np.random.default_rng(0)
    places = [
        mix(pool, pool, 10, strategy="margin", random_share=0.1, rng=rng).drawn_by.index("random") for _ in range(300)
    ]
    assert set(places) == set(range(10))


def test_without_a_ranking_all_is_random():
    nothing = np.array([], dtype=np.int64)
    drawn = mix(nothing, np.arange(8), 4, strategy="margin", random_share=0.1, rng=np.random.default_rng(0))
    assert drawn.drawn_by == ("random",) * 4
    assert drawn.probability.tolist() == [0.5] * 4


def test_the_strategy_called_random_never_passes_a_ranking_off_as_random():
    drawn = mix(np.arange(8), np.arange(8), 4, strategy="random", random_share=0.0, rng=np.random.default_rng(0))
    assert drawn.drawn_by == ("random",) * 4
    assert drawn.probability.tolist() == [0.5] * 4


def test_a_short_pool_is_drawn_whole():
    drawn = mix(
        np.array([3, 5]), np.array([5, 3, 9]), 10, strategy="margin", random_share=0.0, rng=np.random.default_rng(0)
    )
    assert sorted(drawn.indices.tolist()) == [3, 5, 9]


def test_an_empty_pool_gives_an_empty_draw():
    nothing = np.array([], dtype=np.int64)
    drawn = mix(nothing, nothing, 5, strategy="margin", random_share=0.2, rng=np.random.default_rng(0))
    assert (drawn.indices.tolist(), drawn.drawn_by, drawn.probability.tolist()) == ([], (), [])


def test_a_share_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match="random_share"):
        mix(np.arange(2), np.arange(2), 1, strategy="margin", random_share=1.5, rng=np.random.default_rng(0))


def test_random_labels_come_faster_while_they_are_few():
    assert [random_share(count) for count in (0, 99, 100, 5000)] == [0.2, 0.2, 0.1, 0.1]
