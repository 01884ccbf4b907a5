"""Agreement of people who labelled the same records: what it says about the highest precision that can be measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import permutations

from al_core.evaluation.precision import clopper_pearson

Given = frozenset[Hashable]  # the labels that one person gave one record


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often people agree: `share` is the mean over `n` records with labels of two people or more.

    `low` and `high` are its 95 % interval. `alpha` is Krippendorff's, which counts off what chance alone would agree
    on: None where an answer has several labels or none, and where only one label was ever given.
    """

    share: float
    low: float
    high: float
    n: int
    alpha: float | None

    @property
    def perfect(self) -> float:
        """Return the precision that a heuristic without any error would be measured at, at most, by one person.

        Where each of two people is right with probability p, whoever the other is, both are right in p squared of
        the records and agree there; so p is at most the root of their agreement.
        """
        return math.sqrt(self.share)


def people_agreement(answers: Sequence[Sequence[Given]]) -> Agreement | None:
    """Return how far people agree, None where no record has labels of two people.

    `answers` holds for each record the labels that each person gave it: one, several, or spans. In a record, the
    share is that of the labels which one person gave and the other gave too, over all pairs of people; with one label
    each it is the share of pairs that agree. Every record counts once, so that pairs within it are not taken for
    independent; a record that nobody gave a label to is left out.

    >>> found = people_agreement([[frozenset("a"), frozenset("a")], [frozenset("a"), frozenset("b")]])
    >>> found.share, found.n, found.alpha
    (0.5, 2, 0.0)
    """
    several = [given for given in answers if len(given) > 1]
    shares = [share for share in map(_share, several) if share is not None]
    if not shares:
        return None
    n = len(shares)
    low, high = clopper_pearson([min(math.fsum(shares), n)], [n])
    return Agreement(math.fsum(shares) / n, float(low[0]), float(high[0]), n, _alpha(several))


def _share(given: Sequence[Given]) -> float | None:
    """Return the share of the given labels that another person gave too, over all ordered pairs; None without any."""
    pairs = list(permutations(given, 2))
    labels = sum(len(one) for one, _ in pairs)
    return sum(len(one & other) for one, other in pairs) / labels if labels else None


def _alpha(several: Sequence[Sequence[Given]]) -> float | None:
    """Return Krippendorff's alpha for nominal values (2004, chapter 11), from one label of each person a record."""
    if any(len(one) != 1 for given in several for one in given):
        return None
    differing, counts = 0.0, Counter[Hashable]()
    for given in several:
        labels = [next(iter(one)) for one in given]
        counts.update(labels)
        differing += sum(one != other for one, other in permutations(labels, 2)) / (len(labels) - 1)
    total = counts.total()
    by_chance = total**2 - sum(count**2 for count in counts.values())
    return 1 - (total - 1) * differing / by_chance if by_chance else None
