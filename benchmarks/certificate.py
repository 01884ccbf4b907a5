"""How often a certified threshold falls short of its promise, beside the naive rule; peeking; how wrong estimates are.

Fits are few and kept; each rerun draws labels anew from their out-of-fold predictions. Seeds 0, 1, ...
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.certificate import certify, look_share, needed_kept
from al_core.evaluation.correction import corrected_precision
from al_core.evaluation.precision import clopper_pearson
from benchmarks.figures import Figure, report
from benchmarks.trials import LEARNERS, TWENTY, Trial, chosen_labels, kept_trial, random_labels, trial
from benchmarks.vectors import labelled_vectors

SETS = ("sms_spam", "banking77")
TARGETS = (0.80, 0.90, 0.95)
SIZES = (100, 200, 500, 1000)
DELTA = 0.05
LOOKS = 10
TALKED_INTO = 0.10  # of the errors that are shown, by a prediction on screen
Group = dict[tuple[str, str, str], list[Trial]]
Twenties = list[list[Trial]]


@dataclass(slots=True)
class Tally:
    """Reruns of one kind: how many certified, how many fell short, and what share of the records was kept."""

    runs: int = 0
    certified: int = 0
    short: int = 0
    naive_short: int = 0
    kept: float = 0.0
    oracle_kept: float = 0.0


def truth_at(shown: Trial, threshold: float) -> tuple[float, float]:
    """Return (precision, share kept) of the unlabelled records at a threshold; 1 where none is kept."""
    kept = shown.pool_confidence >= threshold - 5e-7
    return (float(shown.pool_correct[kept].mean()) if kept.any() else 1.0), float(kept.mean())


def naive(confidence: NDArray[np.float64], correct: NDArray[np.bool_], target: float) -> float | None:
    """Return the lowest confidence from which on the labelled predictions reach the target: what a chart invites to."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((share >= target) & (np.arange(1, len(order) + 1) >= 5))
    return float(confidence[order][good[-1]]) if len(good) else None


def fit_group(fits: int) -> Group:
    """Return the trials of all sets, ways to choose labels, and learners: the dear part."""
    group: Group = {}
    for name in SETS:
        loaded = labelled_vectors(name)
        if loaded is None:
            continue
        vectors, truth = loaded
        for seed in range(fits):
            rng = np.random.default_rng(seed)
            ways = {
                "random": random_labels(len(truth), SIZES[-1], rng),
                "margin + 20 % audit": chosen_labels(vectors, truth, SIZES[-1], rng),
            }
            for way, (rows, audit) in ways.items():
                for learner, make in LEARNERS.items():
                    compute = partial(trial, vectors, truth, rows, audit, make)
                    shown = kept_trial(f"{name} {way} {learner} {seed}", compute)
                    group.setdefault((name, way, learner), []).append(shown)
    return group


def fit_twenties(fits: int) -> Twenties:
    """Return twenty heuristics of one person for each set and seed, all on the same random labels."""
    twenties: Twenties = []
    for name in SETS:
        loaded = labelled_vectors(name)
        if loaded is None:
            continue
        vectors, truth = loaded
        for seed in range(fits):
            rows, audit = random_labels(len(truth), SIZES[-1], np.random.default_rng(seed))
            computes = [partial(trial, vectors, truth, rows, audit, make) for make in TWENTY]
            named = enumerate(computes)
            twenties.append([kept_trial(f"{name} twenty {seed} {number}", compute) for number, compute in named])
    return twenties


def rerun(shown: Trial, tally: Tally, rng: np.random.Generator) -> None:
    """Count one rerun: some of the labels, some target, one first look as the app makes it."""
    target, n = rng.choice(TARGETS), int(rng.choice(SIZES))
    chosen = rng.permutation(len(shown.confidence))[:n]
    share = look_share(DELTA, 1)
    audit = chosen[shown.audit[chosen]]
    rows = audit if len(audit) >= 2 * needed_kept(target, share) else chosen
    found = certify(shown.confidence[rows], shown.correct[rows], target, share)
    tally.runs += 1
    if found.threshold is not None:
        precision, kept = truth_at(shown, found.threshold)
        tally.certified += 1
        tally.short += precision < target
        tally.kept += kept
    simple = naive(shown.confidence[chosen], shown.correct[chosen], target)
    tally.naive_short += simple is not None and truth_at(shown, simple)[0] < target
    best = naive(shown.pool_confidence, shown.pool_correct, target)
    tally.oracle_kept += truth_at(shown, best)[1] if best is not None else 0.0


def rates(group: Group, reruns: int) -> Iterator[Figure]:
    """Yield how often promises break, over all runs and over those with a certificate."""
    for (name, way, learner), trials in group.items():
        tally, rng = Tally(), np.random.default_rng(0)
        for number in range(reruns):
            rerun(trials[number % len(trials)], tally, rng)
        where = f"{name}, {way}, {learner}"
        yield kept_promise(f"{where}: falls short, of all runs", tally.short, tally.runs, tally.naive_short)
        yield kept_promise(f"{where}: falls short, of {tally.certified} certified", tally.short, tally.certified)
        kept, oracle = tally.kept / tally.runs, tally.oracle_kept / tally.runs
        yield Figure(f"{where}: share kept (against the oracle's)", kept, "share", oracle, kept / max(oracle, 1e-9))


def kept_promise(figure: str, short: int, runs: int, naive_short: int | None = None) -> Figure:
    """Return a rate that holds when the lower end of its 95 % interval is at most delta."""
    low, high = (float(end[0]) for end in clopper_pearson([short], [runs]))
    rate = short / max(runs, 1)
    against = None if naive_short is None else naive_short / max(runs, 1)
    named = f"{figure} ({low:.3f} to {high:.3f})"
    return Figure(named, rate, "rate", against, None, f"lower end at most {DELTA}", low <= DELTA)


def temptations(twenties: Twenties, projects: int) -> Iterator[Figure]:
    """Yield what looking again, trying many, and correcting shown errors do, without and with what is done against."""
    pool = [one for twenty in twenties for one in twenty]
    if not pool:
        return
    rng = np.random.default_rng(1)
    broken = np.zeros((3, 2), dtype=np.int64)
    for number in range(projects):
        shown, target = pool[int(rng.integers(len(pool)))], float(rng.choice(TARGETS))
        order = rng.permutation(len(shown.confidence))
        for paid in (0, 1):
            broken[0, paid] += _peeks(shown, order, target, paid=bool(paid))
            broken[1, paid] += _tries(twenties[number % len(twenties)], order[:300], target, paid=bool(paid))
            broken[2, paid] += _corrects(shown, order[:300], target, np.random.default_rng(number), paid=bool(paid))
    names = (
        f"{LOOKS} looks at a growing sample", f"{len(TWENTY)} heuristics tried",
        f"{TALKED_INTO:.0%} of the shown errors taken over",
    )  # fmt: skip
    for name, (without, with_payment) in zip(names, broken.tolist(), strict=True):
        yield kept_promise(f"{name}: any promise broken", with_payment, projects, without)


def _is_short(shown: Trial, rows: NDArray[np.int64], correct: NDArray[np.bool_], target: float, delta: float) -> bool:
    found = certify(shown.confidence[rows], correct, target, delta)
    return found.threshold is not None and truth_at(shown, found.threshold)[0] < target


def _peeks(shown: Trial, order: NDArray[np.int64], target: float, *, paid: bool) -> bool:
    sizes = np.linspace(60, len(order), LOOKS).astype(np.int64)
    return any(
        _is_short(shown, order[:n], shown.correct[order[:n]], target, look_share(DELTA, j) if paid else DELTA)
        for j, n in enumerate(sizes, start=1)
    )


def _tries(twenty: list[Trial], rows: NDArray[np.int64], target: float, *, paid: bool) -> bool:
    delta = look_share(DELTA, 1, len(twenty)) if paid else DELTA
    return any(_is_short(one, rows, one.correct[rows], target, delta) for one in twenty)


def _corrects(shown: Trial, rows: NDArray[np.int64], target: float, rng: np.random.Generator, *, paid: bool) -> bool:
    talked_into = rng.random(len(rows)) < TALKED_INTO
    # what is done against it: the answer given before the prediction was seen is the one that counts
    correct = shown.correct[rows] if paid else shown.correct[rows] | talked_into
    return _is_short(shown, rows, correct, target, look_share(DELTA, 1))


def estimates(group: Group) -> Iterator[Figure]:
    """Yield bias and root mean squared error of four estimates of the precision at 0.0, 0.5 and 0.8."""
    thresholds = np.array([0.0, 0.5, 0.8])
    for way in ("random", "margin + 20 % audit"):
        errors: dict[str, list[float]] = {}
        for one in (one for key, trials in group.items() if key[1] == way for one in trials):
            corrected = corrected_precision(one.confidence, one.correct, one.pool_confidence, thresholds)
            part = np.arange(len(one.confidence)) % 5 == 0
            for place, threshold in enumerate(thresholds):
                truth, kept = truth_at(one, float(threshold))
                if kept == 0:
                    continue
                known = {
                    "in-sample": one.in_sample_correct[one.in_sample >= threshold],
                    "20 % hold-out": one.correct[part & (one.confidence >= threshold)],
                    "out-of-fold": one.correct[one.confidence >= threshold],
                }
                for name, right in known.items():
                    if len(right):
                        errors.setdefault(name, []).append(float(right.mean()) - truth)
                errors.setdefault("corrected", []).append(float(corrected[place]) - truth)
        for name, found in errors.items():
            yield Figure(f"{way}: bias of {name}", float(np.mean(found)), "precision")
            yield Figure(f"{way}: RMSE of {name}", float(np.sqrt(np.mean(np.square(found)))), "precision")


def main() -> None:
    """Fit, rerun, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--fits", type=int, default=10, help="fits of each learner on each choice of labels")
    parser.add_argument("--reruns", type=int, default=500, help="reruns of each cell, and projects")
    parser.add_argument("--only", choices=("rates", "temptations"), help="a part of the figures")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    if arguments.only != "temptations":
        group = fit_group(arguments.fits)
        figures += [*rates(group, arguments.reruns), *estimates(group)]
    if arguments.only != "rates":
        figures += temptations(fit_twenties(arguments.fits), arguments.reruns)
    report(figures, arguments.json)


if __name__ == "__main__":
    main()
