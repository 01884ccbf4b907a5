"""Every embedder of tokens: one vector for each token of any text, none lost and none shifted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.embedders.token_choice import TOKEN_EMBEDDERS, best_for_tokens, resolve_for_tokens
from al_core.embedders.token_transformer import pooled, windows_over
from al_core.embedders.tokens import SHAPES, shape_features
from al_core.errors import NotFound
from al_core.text import tokenize

LONG = "the grey kettle leaks " * 300 + "in Lyon"
TEXTS = ["Where is my parcel?", "", "\x00 a", "👩‍👩‍👧 שלום cafe\u0301 \ud800 👍👍", LONG, "Where is my parcel?", "  \n"]


def ignore(_done):
    pass


@pytest.fixture(scope="module", params=TOKEN_EMBEDDERS.names())
def embedded(request):
    member = resolve_for_tokens(request.param)
    if member.available():
        pytest.skip(member.available())
    vectors, counts = member.embed_tokens(TEXTS, ignore)
    ends = np.cumsum(counts)
    return [vectors[end - count : end].astype(np.float64) for end, count in zip(ends, counts, strict=True)]


def test_one_vector_a_token_whatever_the_text(embedded):
    assert [len(one) for one in embedded] == [len(tokenize(text)) for text in TEXTS]
    assert all(np.isfinite(one).all() for one in embedded)
    np.testing.assert_allclose(embedded[0], embedded[5], atol=0.02)
    # words that differ have vectors that differ, also at the end of a long text
    lyon, the = embedded[4][-1], embedded[4][0]
    assert np.abs(lyon - the).max() > 0.1
    assert np.abs(lyon).max() > 0.1


def test_a_token_that_a_model_does_not_know_shifts_no_other():
    member = resolve_for_tokens("all-MiniLM-L6-v2")
    if member.available():
        pytest.skip(member.available())
    both, _ = member.embed_tokens(["\x00 kettle"], ignore)
    alone, _ = member.embed_tokens(["kettle"], ignore)
    n = both.shape[1] - len(SHAPES)
    assert not both[0, :n].any()
    np.testing.assert_allclose(both[1, :n].astype(float), alone[0, :n].astype(float), atol=0.01)


@given(st.integers(0, 2000), st.integers(8, 300), st.integers(0, 64))
def test_windows_let_every_piece_count_once_and_none_is_too_long(n_pieces, size, overlap):
    windows = list(windows_over(n_pieces, size, overlap))
    counted = [piece for one in windows for piece in range(one.keep, one.keep_stop)]
    assert counted == list(range(n_pieces))
    assert all(one.stop - one.start <= size and one.start <= one.keep <= one.keep_stop <= one.stop for one in windows)


def test_pieces_are_averaged_over_the_tokens_they_touch():
    pieces = [(0, 3), (3, 5), (6, 10)]  # two of the first token, one over the second and third
    vectors = np.array([[1.0], [3.0], [8.0]], np.float32)
    tokens = ((0, 5), (6, 8), (8, 10), (11, 12))
    assert pooled(pieces, vectors, tokens).ravel().tolist() == [2.0, 8.0, 8.0, 0.0]
    assert pooled([], np.zeros((0, 1), np.float32), tokens).ravel().tolist() == [0.0] * 4


def test_shapes_by_eye():
    text = "I live in NYC. Mail 42b"
    found = shape_features(text, tokenize(text))
    by_name = {name: found[:, i].tolist() for i, name in enumerate(SHAPES)}
    assert by_name["begins with a capital"] == [1, 0, 0, 1, 0, 1, 0]
    assert by_name["capitals only"] == [0, 0, 0, 1, 0, 0, 0]
    assert by_name["has a digit"] == [0, 0, 0, 0, 0, 0, 1]
    assert by_name["symbol"] == [0, 0, 0, 0, 1, 0, 0]
    assert by_name["after the end of a sentence"] == [0, 0, 0, 0, 0, 1, 0]


def test_unknown_names_list_the_choices():
    with pytest.raises(NotFound, match="all-MiniLM-L6-v2, hashing"):
        resolve_for_tokens("bert")
    assert best_for_tokens() in TOKEN_EMBEDDERS
