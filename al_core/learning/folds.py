"""Who is tested when: folds dealt for good as labels arrive, and the hold-out of `train_test_split`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput


def deal(
    classes: Sequence[str],
    dealt_classes: Sequence[str],
    dealt_folds: NDArray[np.int8],
    *,
    k: int = 5,
    rng: np.random.Generator | None = None,
) -> NDArray[np.int8]:
    """Return the fold 0 .. k-1 of each new record [m], given the class and fold of every record dealt before.

    `classes` [m] is in order of arrival. The turn goes round within a class: a record joins the fold that has
    fewest records of its class, of these the one with fewest records at all, of these the first. So the folds of a
    class differ by at most one record, classes start where the folds are least filled, a class of one record is kept,
    and the answer depends on what was dealt but not on the number of calls. No class is too small for it,
    unlike a stratified split; singletons must stay, because leaving them out flatters the evaluation. With `rng` the
    choice among equally filled folds is random: a repeat of the cross-validation has other neighbours in its folds.

    >>> deal(["ham", "ham", "spam"], [], np.array([], dtype=np.int8)).tolist()
    [0, 1, 2]
    >>> deal(["ham"], ["ham", "ham", "spam"], np.array([0, 1, 2], dtype=np.int8)).tolist()
    [3]
    """
    if not 2 <= k <= 127:
        raise ValueError(f"k must be from 2 to 127, not {k}")
    if len(dealt_classes) != len(dealt_folds):
        raise ValueError(f"{len(dealt_classes)} dealt classes but {len(dealt_folds)} dealt folds")
    if len(dealt_folds) and not 0 <= int(dealt_folds.min()) <= int(dealt_folds.max()) < k:
        raise ValueError(f"dealt folds must be from 0 to {k - 1}")
    of_class: defaultdict[str, list[int]] = defaultdict(lambda: [0] * k)
    overall = [0] * k
    for name, fold in zip(dealt_classes, dealt_folds.tolist(), strict=True):
        of_class[name][fold] += 1
        overall[fold] += 1
    folds = np.empty(len(classes), dtype=np.int8)
    for row, name in enumerate(classes):
        counts = of_class[name]
        turn = range(k) if rng is None else rng.permutation(k).tolist()
        fold = min(turn, key=lambda candidate: (counts[candidate], overall[candidate]))
        counts[fold] += 1
        overall[fold] += 1
        folds[row] = fold
    return folds


def holdout(classes: Sequence[str], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a mask [n] of the records held out for the test: about `share` of each class, drawn with `rng`.

    Every class of two records or more keeps at least one on each side; the share of all records is met to within
    one record before that rule. Raises InvalidInput unless `share` lies between 0 and 1.

    >>> mask = holdout(["ham"] * 4 + ["spam"] * 2, 0.5, np.random.default_rng(0))
    >>> int(mask[:4].sum()), int(mask[4:].sum())
    (2, 1)
    """
    if not 0 < share < 1:
        raise InvalidInput(
            f"The share of records held out is {share}.", "Use a number between 0 and 1, such as 0.5, or None."
        )
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(classes):
        rows_of[name].append(row)
    mask = np.zeros(len(classes), dtype=np.bool_)
    # One running quota over all classes, from a random start, so that what small classes round off adds up to `share`.
    quota = float(rng.random())
    classes_in_order = list(rows_of)
    for position in rng.permutation(len(classes_in_order)):
        rows = rng.permutation(rows_of[classes_in_order[position]])
        due = int(np.floor(quota + share * len(rows)))
        quota += share * len(rows) - due
        n_held_out = due if len(rows) == 1 else min(max(due, 1), len(rows) - 1)
        mask[rows[:n_held_out]] = True
    return mask
