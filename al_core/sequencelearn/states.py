"""Token labels as states of a tagger, and back.

A label is one state, until two of its spans touch in the training records: then it gets a state for its first token
and one for the others (B and I), so that touching spans stay two. More states than needed cost time and labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.types import TokenLabel


@dataclass(frozen=True, slots=True)
class States:
    """The states [K] of a tagger: `names` [L] sorted; `label` indexes them; `inside`: follows its own label only."""

    names: tuple[str, ...]
    label: NDArray[np.int64]
    inside: NDArray[np.bool_]
    outside: str

    def legal(self) -> NDArray[np.bool_]:
        """Return which transitions are possible, [K, K] from row to column."""
        same = self.label[:, None] == self.label[None, :]
        return np.asarray(same | ~self.inside[None, :])

    def encode(self, sequences: Iterable[Sequence[str]]) -> NDArray[np.int64]:
        """Return the state of every token, [N]; the labels must be among `names`."""
        place = {name: i for i, name in enumerate(self.names)}
        first = {int(label): k for k, label in reversed(list(enumerate(self.label))) if not self.inside[k]}
        follow = {int(label): k for k, label in enumerate(self.label) if self.inside[k]}
        found = []
        for sequence in sequences:
            for name, begins in zip(sequence, span_starts(sequence, self.outside), strict=True):
                label = place[str(name)]
                found.append(first[label] if begins else follow.get(label, first[label]))
        return np.array(found, dtype=np.int64)

    def token_labels(self, path: NDArray[np.int64], lengths: NDArray[np.int64]) -> list[list[TokenLabel]]:
        """Return the labels of tokens in states `path` [N], cut into records of `lengths`."""
        label = self.label[path]
        is_first = np.zeros(len(path), dtype=bool)
        ends = np.cumsum(lengths)
        is_first[(ends - lengths)[lengths > 0]] = True
        begins = is_first | (np.diff(label, prepend=-1) != 0)
        split = np.isin(self.label, self.label[self.inside]) & ~self.inside  # the B of labels that have an I
        begins |= split[path]
        is_outside = label == (self.names.index(self.outside) if self.outside in self.names else -1)
        begins &= ~is_outside
        made = {
            (i, start): TokenLabel(name, begins=start) for i, name in enumerate(self.names) for start in (False, True)
        }
        flat = [made[one] for one in zip(label.tolist(), begins.tolist(), strict=True)]
        return [flat[end - length : end] for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)]

    def by_label(self, proba: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probabilities of labels [N, L] from those of states [N, K]."""
        summed = np.zeros((len(proba), len(self.names)))
        for k, label in enumerate(self.label):
            summed[:, label] += proba[:, k]
        return summed


def states_of(sequences: Sequence[Sequence[str]], outside: str, *, bio: bool | None = None) -> States:
    """Return the states that training labels need; `bio` True gives every label two, False one, None as needed.

    >>> touching = [TokenLabel("city", begins=True), TokenLabel("city", begins=True)]
    >>> states_of([touching, ["OUTSIDE"]], "OUTSIDE").inside.tolist()
    [False, False, True]
    """
    names = sorted({str(name) for sequence in sequences for name in sequence})
    touching = {name for name in names if name != outside} if bio else set()
    if bio is None:
        touching = {str(name) for sequence in sequences for name in _after_its_own(sequence, outside)}
    label = [i for i, name in enumerate(names) for _ in range(2 if name in touching else 1)]
    inside = [is_second for name in names for is_second in ([False, True] if name in touching else [False])]
    return States(tuple(names), np.array(label, dtype=np.int64), np.array(inside, dtype=bool), outside)


def span_starts(sequence: Sequence[str], outside: str) -> list[bool]:
    """Return for each token whether a span starts there: said by `.begins`, or the label before was another one.

    >>> span_starts(["a", "a", "OUTSIDE", "b"], "OUTSIDE")
    [True, False, False, True]
    """
    return [
        name != outside and (i == 0 or sequence[i - 1] != name or bool(getattr(name, "begins", False)))
        for i, name in enumerate(sequence)
    ]


def _after_its_own(sequence: Sequence[str], outside: str) -> list[str]:
    starts = span_starts(sequence, outside)
    return [name for i, name in enumerate(sequence) if i and starts[i] and sequence[i - 1] == name]
