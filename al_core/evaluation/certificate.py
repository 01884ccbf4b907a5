"""Certificates: the lowest threshold that keeps a promise, or that none can be given yet and what it would take.

Three fixed sequences of exact binomial tests, each with a third of `delta`, start at the fewest most confident
predictions that could pass if all were right, at twice and at four times as many, and go down until one fails. Each
cut that passed is a valid threshold, all of them together with probability 1 - delta (Bauer 1991 for fixed
sequences; Hoeffding 1956: the binomial bounds the tail for predictions of unequal confidence). `delta` is always
passed: who looks more than once, or at several heuristics, has to share it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from al_core.errors import InvalidInput

STARTS = (1, 2, 4)
CUTS = 30  # tests in each sequence, at most
LOWEST_TARGET = 50  # in hundredths
HIGHEST_TARGET = 99

_DECIMALS = 6  # of confidences
_THRESHOLD_DECIMALS = 2  # of thresholds: what slider, number box and decorator can hold


@dataclass(frozen=True, slots=True)
class Certificate:
    """What `certify` found: `threshold` is None where no promise can be given, `kept` and `correct` are 0 then.

    `needed` is the fewest kept labelled predictions, all right, that could give one; `available` how many there were.
    """

    target: float
    delta: float
    threshold: float | None
    kept: int
    correct: int
    needed: int
    available: int


@dataclass(frozen=True, slots=True)
class _Cuts:
    """The places where a threshold may cut, from the highest down; arrays [c]. Equal confidences stay together."""

    threshold: NDArray[np.float64]
    kept: NDArray[np.int64]
    correct: NDArray[np.int64]


def needed_kept(target: float, delta: float) -> int:
    """Return how many kept predictions, all of them right, a certificate needs at least.

    Raises InvalidInput for a target that is not 0.50, 0.51, ... 0.99, ValueError for a delta outside 0 .. 1.

    >>> needed_kept(0.9, 0.05), needed_kept(0.9, look_share(0.05, 1))
    (39, 44)
    """
    _check(target, delta)
    return _first_cut(target, delta / len(STARTS), 1)


def look_share(delta: float, look_no: int, heuristics: int = 1) -> float:
    """Return the part of `delta` that look number `look_no` (from 1) may spend on each of `heuristics`.

    6 / (pi^2 j^2) of it, so that all looks that will ever be made spend `delta` together; a look at several heuristics
    at once splits its part evenly.

    >>> round(look_share(0.05, 1), 4), round(look_share(0.05, 2), 4), round(look_share(0.05, 1, 10), 4)
    (0.0304, 0.0076, 0.003)
    """
    if look_no < 1 or heuristics < 1:
        raise ValueError(f"look_no and heuristics count from 1, not {look_no} and {heuristics}")
    return delta * 6 / (math.pi**2 * look_no**2 * heuristics)


def certify(
    confidence: ArrayLike, correct: ArrayLike, target: float, delta: float, *, decimals: int = _THRESHOLD_DECIMALS
) -> Certificate:
    """Return the lowest threshold at which precision is at least `target`, wrong with probability `delta` at most.

    `confidence` [n] and `correct` [n] belong to labelled predictions that did not see their label, in any order.
    Thresholds have `decimals` decimals (6 = any confidence). A higher target never gets a lower threshold: the cut
    must have passed at `target` and lie at or above the thresholds of 0.50, 0.51, ... below it; where one of these
    has none, there is none. Raises InvalidInput for a target that is not 0.50, 0.51, ... 0.99, ValueError for nan.

    >>> sure = np.linspace(0.99, 0.60, 40)
    >>> certify(sure, np.ones(40, dtype=bool), 0.90, 0.05).threshold
    0.6
    >>> certify(sure[:38], np.ones(38, dtype=bool), 0.90, 0.05).threshold is None
    True
    """
    _check(target, delta)
    cuts = _cuts(np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=np.bool_), decimals)
    last = len(cuts.kept) - 1
    for passed in _passed(cuts, np.arange(LOWEST_TARGET, _hundredths(target) + 1) / 100, delta / len(STARTS)):
        reachable = passed[passed <= last]
        last = int(reachable.max()) if len(reachable) else -1
    found = last >= 0
    return Certificate(
        target=target,
        delta=delta,
        threshold=float(cuts.threshold[last]) if found else None,
        kept=int(cuts.kept[last]) if found else 0,
        correct=int(cuts.correct[last]) if found else 0,
        needed=needed_kept(target, delta),
        available=int(cuts.kept[-1]) if len(cuts.kept) else 0,
    )


def certify_labels(
    predicted: NDArray[np.int64],
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    label_ids: Iterable[int],
    *,
    target: float,
    delta: float,
) -> dict[int, Certificate]:
    """Return a certificate for each of `label_ids`, on the predictions of that label alone.

    Arrays [n] as in `certify`, `predicted` holds label ids. Each promise is made with `delta` by itself. A label
    without enough predictions gets none: the threshold of all labels is never put in its place.

    >>> both = np.repeat(np.array([7, 8]), [40, 5])
    >>> found = certify_labels(both, np.full(45, 0.9), np.ones(45, dtype=bool), (7, 8), target=0.90, delta=0.05)
    >>> found[7].threshold, found[8].threshold
    (0.9, None)
    """
    masks = {label_id: predicted == label_id for label_id in label_ids}
    return {label_id: certify(confidence[chosen], correct[chosen], target, delta) for label_id, chosen in masks.items()}


def _check(target: float, delta: float) -> None:
    hundredths = target * 100
    is_whole = math.isfinite(target) and abs(hundredths - round(hundredths)) < 1e-6
    if not is_whole or not LOWEST_TARGET <= round(hundredths) <= HIGHEST_TARGET:
        reason = "No number of labels can prove that nothing is ever wrong." if target == 1 else ""
        raise InvalidInput(
            f"A precision of {target:g} cannot be promised. {reason}".rstrip(), "Use 0.50, 0.51, ... up to 0.99."
        )
    if not 0 < delta < 1:
        raise ValueError(f"delta must be between 0 and 1, not {delta}")


def _hundredths(target: float) -> int:
    return round(target * 100)


def _first_cut(target: float, share: float, start: int) -> int:
    return math.ceil(start * math.log(share) / math.log(target))


def _cuts(confidence: NDArray[np.float64], correct: NDArray[np.bool_], decimals: int) -> _Cuts:
    if confidence.shape != correct.shape:
        raise ValueError(f"confidence has shape {confidence.shape} but correct {correct.shape}")
    if np.isnan(confidence).any():
        raise ValueError("a confidence is nan: leave predictions that abstain out")
    # In whole steps, rounded down after the rounding that thresholds are compared with: 0.8399 is kept from 0.83 on.
    steps = np.floor_divide(np.rint(confidence * 10**_DECIMALS), 10 ** (_DECIMALS - decimals))
    levels, place = np.unique(-steps, return_inverse=True)
    kept = np.cumsum(np.bincount(place, minlength=len(levels)))
    n_correct = np.cumsum(np.bincount(place[correct], minlength=len(levels)))
    return _Cuts(-levels / 10**decimals, kept.astype(np.int64), n_correct.astype(np.int64))


def _passed(cuts: _Cuts, targets: NDArray[np.float64], share: float) -> list[NDArray[np.int64]]:
    """Return for each of the targets [t] the places of the cuts that passed in any of its three sequences."""
    if not len(cuts.kept):
        return [np.empty(0, dtype=np.int64)] * len(targets)
    n = int(cuts.kept[-1])
    first = np.array([[_first_cut(target, share, start) for start in STARTS] for target in targets.tolist()])
    # which cuts are tested depends on the confidences only, never on what was right
    wanted = np.rint(np.linspace(np.minimum(first, n), n, CUTS, axis=-1))  # [t, starts, tests]
    places = np.searchsorted(cuts.kept, wanted)
    passes = _tail(cuts.correct[places], cuts.kept[places], targets[:, None, None]) <= share
    certified = np.logical_and.accumulate(passes, axis=-1) & (first <= n)[..., None]
    return [of_target[is_certified] for of_target, is_certified in zip(places, certified, strict=True)]


def _tail(correct: NDArray[np.int64], kept: NDArray[np.int64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of at least `correct` out of `kept` where each is right with `target`."""
    tail: NDArray[np.float64] = np.where(correct > 0, betainc(np.maximum(correct, 1), kept - correct + 1, target), 1.0)
    return tail
