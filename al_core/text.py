"""One tokenizer and one offset convention for pages, embeddings and taggers.

Offsets are half-open and count Unicode code points, as Python strings do. Pages turn them into UTF-16 units.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterator

import regex

from al_core.errors import InvalidInput

Tokens = tuple[tuple[int, int], ...]

# Where every grapheme cluster is one code point (CRLF apart, which is space) this says all there is to say.
_SIMPLE_TOKEN = re.compile(r"\w+|[^\w\s]")
# Code points that can join a neighbour; a text without any of them is simple.
_JOINS = regex.compile(
    r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}\p{GCB=Prepend}\p{GCB=Regional_Indicator}\p{GCB=L}\p{GCB=V}\p{GCB=T}]"
)
# Flags are matched as pairs first: `\X` alone looks back over the whole run of flags, which takes quadratic time.
_CLUSTER = regex.compile(r"\p{GCB=Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X")


def tokenize(text: str) -> Tokens:
    r"""Return the half-open offsets of the tokens of `text`, in order and without overlap.

    A token is a run of letters, digits and underscores, or a single other symbol that is not space, as in
    ``\w+|[^\w\s]``; grapheme clusters (Unicode annex 29) are never split, so that combining marks, joined
    emoji, flags and skin tones stay with their base. Linear in the length of the text.

    >>> text = "Prix: 5 €!"
    >>> [text[start:end] for start, end in tokenize(text)]
    ['Prix', ':', '5', '€', '!']
    """
    if text.isascii() or _JOINS.search(text) is None:
        return tuple(match.span() for match in _SIMPLE_TOKEN.finditer(text))
    return tuple(_tokens_of_clusters(text))


def _tokens_of_clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield the tokens of a text that has clusters of several code points: neighbouring word clusters join."""
    word_start = -1
    for match in _CLUSTER.finditer(text):
        cluster = match[0]
        if _is_word(cluster):
            if word_start < 0:
                word_start = match.start()
            continue
        if word_start >= 0:
            yield word_start, match.start()
            word_start = -1
        if not cluster.isspace():
            yield match.span()
    if word_start >= 0:
        yield word_start, len(text)


def _is_word(cluster: str) -> bool:
    r"""Return whether a cluster belongs to a word: any code point of it is ``\w`` to the standard library."""
    return any(character.isalnum() or character == "_" for character in cluster)


def text_sha(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, as 64 hexadecimal digits; lone surrogates count as they stand.

    >>> text_sha("")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def snap(text_or_tokens: str | Tokens, start: int, end: int) -> tuple[int, int]:
    """Return the span `start`, `end` widened to whole tokens, and narrowed where it reaches into space.

    Takes the text, or its tokens where they are at hand already. Raises InvalidInput for a span that holds no
    part of a token, is empty, or lies outside the text (outside the tokens' reach, where only they are given,
    means: no token in it).

    >>> snap("ship to New York", 9, 13)
    (8, 16)
    """
    is_text = isinstance(text_or_tokens, str)
    if start < 0 or end <= start or (is_text and end > len(text_or_tokens)):
        raise InvalidInput(f"The span {start} to {end} is empty or outside the text.", "Mark at least one character.")
    tokens = tokenize(text_or_tokens) if isinstance(text_or_tokens, str) else text_or_tokens
    touched = [token for token in tokens if token[0] < end and token[1] > start]
    if not touched:
        raise InvalidInput(f"The span {start} to {end} holds nothing but space.", "Mark at least one word or symbol.")
    return touched[0][0], touched[-1][1]


def tokens_under(tokens: Tokens, start: int, end: int) -> tuple[int, int] | None:
    """Return the half-open numbers of the tokens that a span of characters touches, None where it touches none.

    A span that cuts a token covers it: people's spans are kept as they are, learners see whole tokens.

    >>> tokens_under(tokenize("ship to New York"), 9, 13)  # "ew Y"
    (2, 4)
    """
    first = bisect.bisect_right(tokens, start, key=lambda token: token[1])
    stop = bisect.bisect_left(tokens, end, key=lambda token: token[0])
    return (first, stop) if first < stop else None


def characters_of(tokens: Tokens, first: int, stop: int) -> tuple[int, int]:
    """Return the half-open character offsets of tokens number `first` up to `stop`, the reverse of `tokens_under`.

    >>> characters_of(tokenize("ship to New York"), 2, 4)
    (8, 16)
    """
    return tokens[first][0], tokens[stop - 1][1]


def around(text: str, start: int, end: int, limit: int = 60) -> str:
    """Return a span between angle brackets with up to `limit` code points of the text before and behind it.

    >>> around("ship to Lyon now", 8, 12, limit=3)
    '…to ⟨Lyon⟩ no…'
    """
    before, after = text[max(0, start - limit) : start], text[end : end + limit]
    left = "…" if start > limit else ""
    right = "…" if end + limit < len(text) else ""
    return f"{left}{before}⟨{text[start:end]}⟩{after}{right}"


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line for a table: runs of space become one, at most `limit` code points.

    What was cut ends in an ellipsis and is cut between grapheme clusters. Raises ValueError for `limit` < 1.

    >>> shorten("where is   my parcel", 9)
    'where is…'
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    # Whether a cluster ends before a code point depends on that code point and those before it, on none after.
    ends = [match.end() for match in _CLUSTER.finditer(line[:limit])]
    return line[: max((end for end in ends if end < limit), default=0)].rstrip() + "…"
