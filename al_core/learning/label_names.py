"""What the names of labels say: which are words at all, and the sentences that an encoder gets for each.

A guess from names alone needs names that mean something: "refund request" does, "7" and "B" do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

SHORTEST_WORD = 2  # letters; a single letter names a place in a list, not a meaning

_BORDERS = re.compile(r"(?<=[^\W\d_])(?<=[^\WA-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\s_\-/.:]+")


def readable(name: str) -> str:
    """Return a label's name as words in lower case; camelCase, "_", "-", "/", "." and ":" separate words.

    >>> readable("card_arrival"), readable("lostOrStolenPhone"), readable("HTTPError"), readable("Sci/Tech")
    ('card arrival', 'lost or stolen phone', 'http error', 'sci tech')
    """
    return " ".join(part for part in _BORDERS.split(name) if part).lower()


def says_something(name: str) -> bool:
    """Return whether a name has a word of two letters or more, in whatever script.

    >>> [says_something(name) for name in ("late parcel", "7", "B", "class_1", "", "好")]
    [True, False, False, True, False, True]
    """
    words = re.findall(r"[^\W\d_]+", readable(name))
    return any(len(word) >= SHORTEST_WORD or not word.isascii() for word in words)


def without_meaning(names: Sequence[str], descriptions: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names that say nothing and have no description that does; with any, names are not used at all.

    >>> without_meaning(["spam", "0", "1"], ["", "", "an ordinary message"])
    ('0',)
    """
    described = [*descriptions, *([""] * (len(names) - len(descriptions)))]
    pairs = zip(names, described, strict=True)
    return tuple(name for name, text in pairs if not says_something(name) and not says_something(text))


def sentences(name: str, description: str = "") -> tuple[str, ...]:
    """Return the texts whose vectors, added up, stand for a label: its name, the name in a sentence, what it means.

    A name that says nothing is left out where a description speaks for it.

    >>> sentences("card_arrival")
    ('card arrival', 'This text is about card arrival.')
    >>> sentences("0", "an ordinary message")
    ('an ordinary message',)
    """
    words = readable(name)
    texts = [words, f"This text is about {words}."] if says_something(name) or not description.strip() else []
    return (*texts, *([" ".join(description.split())] if description.strip() else []))


def label_vectors(of_sentences: Sequence[Vectors]) -> Vectors:
    """Return one vector of length 1 a label, float32 [K, dim]: the direction of the sum of its sentences' vectors.

    `of_sentences` holds one matrix [m, dim] a label. They are in the encoder's space as it is, not centred.

    >>> label_vectors([np.array([[1.0, 0.0], [0.0, 1.0]])]).round(2).tolist()
    [[0.7099999785423279, 0.7099999785423279]]
    """
    sums = np.stack([np.asarray(vectors, dtype=np.float64).sum(axis=0) for vectors in of_sentences])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
