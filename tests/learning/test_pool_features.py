"""Pool features on cases that can be checked by eye: who is whose neighbour, and what a later text gets."""

import numpy as np
import pytest

from al_core.learning import pool_features
from al_core.learning.pool_features import fit_pool_features

NO_WORDS = np.zeros((4, 0))
RNG = np.random.default_rng


def test_the_second_view_leans_on_the_neighbours():
    degrees = np.radians([0, 0, 50, 180, 180, 230])  # two groups, each of two copies and one apart
    rows = np.stack([np.cos(degrees), np.sin(degrees)], axis=1)
    _, both = fit_pool_features(rows, np.zeros((6, 0)), RNG(0))
    plain, smooth = both[:, :2], both[:, 2:]
    before, after = (np.degrees(np.arctan2(view[:3, 1], view[:3, 0])) for view in (plain, smooth))
    assert before == pytest.approx([0, 0, 50], abs=1e-4)
    assert 0 < after[2] < 40
    assert np.sqrt((plain**2).sum(axis=1).mean()) == pytest.approx(1)
    assert np.sqrt((smooth**2).sum(axis=1).mean()) == pytest.approx(1)


def test_words_weigh_less_than_the_vectors_and_a_text_without_words_has_none():
    words = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    fitted, both = fit_pool_features(np.eye(4), words, RNG(0))
    by_vector, by_words = both[:, :4] * fitted.plain_size, both[:, 4:6] * fitted.plain_size
    assert np.linalg.norm(by_vector, axis=1) == pytest.approx(np.ones(4))
    assert np.linalg.norm(by_words, axis=1) == pytest.approx([0.6, 0.6, 0.6, 0.0])


def test_what_is_applied_later_is_what_was_fitted(monkeypatch):
    monkeypatch.setattr(pool_features, "N_LANDMARKS", 12)
    rows = RNG(1).normal(size=(40, 6))
    fitted, both = fit_pool_features(rows, NO_WORDS[:, :0].repeat(10, axis=0), RNG(0))
    assert len(fitted.landmarks) == 12
    own = np.full(40, -1)
    own[fitted.landmark_rows] = np.arange(12)
    assert fitted.apply(rows, np.zeros((40, 0)), own) == pytest.approx(both, abs=1e-5)
    alone = fitted.apply(rows[:1] * 7, np.zeros((1, 0)), own[:1])
    assert alone == pytest.approx(both[:1], abs=1e-5)  # lengths of vectors do not matter, nor does the company


@pytest.mark.parametrize("rows", [np.ones((1, 3)), np.ones((5, 3)), np.zeros((3, 2)), np.zeros((0, 2))])
def test_odd_pools_stay_finite(rows):
    _, both = fit_pool_features(rows, np.zeros((len(rows), 0)), RNG(0))
    assert both.shape == (len(rows), 2 * rows.shape[1])
    assert np.isfinite(both).all()
