import hashlib

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.text import shorten, snap, text_sha, tokenize

# Pieces that join, split or hide, beside anything that hypothesis comes up with.
AWKWARD = st.sampled_from(
    [
        *["a", "é", "e\u0301", "_", "9", ".", " ", "\n", "\r\n", "\t", "\x00"],
        *["\u200d", "\ufe0f", "\u0600", "\u202e", "\ud800", "\u1100", "\u1161", "가"],
        *["👍", "🏽", "🇩", "🇪", "👩\u200d👩\u200d👧", "ℹ️", "1️⃣", "שָׁלוֹם", "مي\u200cخواهم", "हिन्दी"],
    ]
)
TEXTS = st.one_of(st.text(), st.lists(AWKWARD, max_size=12).map("".join))


def words(text):
    return [text[start:end] for start, end in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t ", []),
        ("It's 3.5 kg, snake_case!", ["It", "'", "s", "3", ".", "5", "kg", ",", "snake_case", "!"]),
        ("Grüße aus Köln", ["Grüße", "aus", "Köln"]),
        ("cafe\u0301s x", ["cafe\u0301s", "x"]),
        ("क्षमा करें", ["क्षमा", "करें"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("hi👍🏽👍", ["hi", "👍🏽", "👍"]),
        ("👩\u200d👩\u200d👧!", ["👩\u200d👩\u200d👧", "!"]),
        ("🇩🇪🇫🇷🇨", ["🇩🇪", "🇫🇷", "🇨"]),
        ("🇩🇪\ufe0f!", ["🇩🇪\ufe0f", "!"]),
        ("\u06005 5", ["\u06005", "5"]),
        ("a\r\nb", ["a", "b"]),
        ("e\u0301\r\nb", ["e\u0301", "b"]),
        ("a\x00b", ["a", "\x00", "b"]),
        ("x\ud800y", ["x", "\ud800", "y"]),
        ("1️⃣ ❤️", ["1️⃣", "❤️"]),
        ("\u0301a", ["\u0301", "a"]),
    ],
)
def test_tokens_of_a_text(text, expected):
    assert words(text) == expected


def test_offsets_count_code_points_behind_an_emoji():
    assert tokenize("👍🏽 ok") == ((0, 2), (3, 5))


@given(TEXTS)
def test_tokens_are_ordered_and_only_space_lies_between_them(text):
    tokens = tokenize(text)
    edges = [0, *(edge for token in tokens for edge in token), len(text)]
    assert edges == sorted(edges)
    assert all(start < end for start, end in tokens)
    gaps = [text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)]
    assert "".join(gaps).strip() == ""


@given(TEXTS)
def test_no_token_splits_a_grapheme_cluster(text):
    bounds = {0} | {match.end() for match in regex.finditer(r"\X", text)}
    assert all(start in bounds and end in bounds for start, end in tokenize(text))


@given(TEXTS)
def test_a_token_is_one_word_or_one_symbol(text):
    for start, end in tokenize(text):
        clusters = regex.findall(r"\X", text[start:end])
        has_letters = [any(character.isalnum() or character == "_" for character in one) for one in clusters]
        assert all(has_letters) or len(clusters) == 1


@given(st.lists(st.sampled_from(["abc", "é", ".", " ", "_1", "\n"]), max_size=20).map("".join))
def test_a_joining_mark_elsewhere_changes_no_token(text):
    # The text with a mark takes the slow way through clusters, the one without the fast way.
    assert tokenize(text + " e\u0301")[:-1] == tokenize(text)


@pytest.mark.parametrize("piece", ["🇩🇪", "ab ", "e\u0301", "👍🏽", "\u0301", "\x00", "🇩"])
def test_a_million_characters_are_tokenized(piece):
    text = piece * (1_000_000 // len(piece))
    tokens = tokenize(text)
    assert tokens[0][0] == 0
    assert tokens[-1][1] == len(text.rstrip())


def test_hash_of_a_text_is_that_of_its_utf8():
    assert text_sha("Köln") == hashlib.sha256("Köln".encode()).hexdigest()
    assert text_sha("\ud800") != text_sha("\ud801")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(8, 16, (8, 16)), (9, 10, (8, 11)), (9, 13, (8, 16)), (4, 8, (5, 7)), (0, 16, (0, 16))],
)
def test_a_span_snaps_to_whole_tokens(start, end, expected):
    text = "ship to New York"
    assert snap(text, start, end) == expected
    assert snap(tokenize(text), start, end) == expected


@pytest.mark.parametrize(("start", "end"), [(4, 5), (2, 2), (3, 1), (-1, 4), (0, 17)])
def test_a_span_without_a_token_or_outside_is_refused(start, end):
    with pytest.raises(InvalidInput, match=f"span {start} to {end}"):
        snap("ship to New York", start, end)


@given(TEXTS, st.integers(0, 40), st.integers(1, 40))
def test_snapping_twice_changes_nothing_and_a_token_snaps_to_itself(text, start, length):
    tokens = tokenize(text)
    assert all(snap(text, *token) == token for token in tokens)
    if any(token[0] < start + length and token[1] > start for token in tokens):
        snapped = snap(tokens, start, start + length)
        assert snap(tokens, *snapped) == snapped


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("two\r\n  lines ", 20, "two lines"),
        ("one two", 5, "one…"),
        ("abe\u0301d", 4, "ab…"),
        ("👩\u200d👩\u200d👧👩", 3, "…"),
        ("ab", 1, "…"),
        ("", 3, ""),
    ],
)
def test_a_long_text_is_shortened_between_characters(text, limit, expected):
    assert shorten(text, limit) == expected


@given(TEXTS, st.integers(1, 30))
def test_a_shortened_text_keeps_to_its_limit(text, limit):
    shortened = shorten(text, limit)
    assert len(shortened) <= limit
    assert " ".join(text.split()).startswith(shortened.removesuffix("…"))


def test_no_limit_below_one():
    with pytest.raises(ValueError, match="at least 1"):
        shorten("text", 0)
