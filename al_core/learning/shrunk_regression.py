"""Logistic regression, multinomial or a label at a time, shrunk towards given weights instead of towards zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]
Lost = Callable[[Floats], tuple[float, Floats]]  # logits [n, K] -> loss, and its slope [n, K]

_MOST_STEPS = 100
_GRADIENT, _DECREASE = 1e-4, 1e-8  # the study's; finer ones cost time and change no decision
_TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear classifier: `matrix` [d, K] and `intercept` [K]."""

    matrix: Floats
    intercept: Floats

    def logits(self, rows: NDArray[np.floating]) -> Floats:
        """Return the logits [n, K] of rows [n, d]."""
        return np.asarray(rows @ self.matrix.astype(rows.dtype) + self.intercept, dtype=np.float64)


def shrunk_regression(
    rows: NDArray[np.floating],
    classes: NDArray[np.int64],
    prior: Floats,
    *,
    c: float,
    sample_weight: NDArray[np.floating] | None = None,
    gradient: float = _GRADIENT,
) -> Weights:
    """Return the weights W = prior + D that minimise sum of weight x cross-entropy + |D|^2 / (2 c).

    `rows` [n, d], `classes` [n] in 0 .. K-1, `prior` [d, K]; the intercept is free. With a prior of zeros this is
    scikit-learn's LogisticRegression(C=c). With fewer rows than columns D lies in the span of the rows, so these are
    rotated into it first; the solution is the same. L-BFGS from zero, at most 100 steps, to `gradient`.

    >>> flat = shrunk_regression(np.array([[1.0], [-1.0]]), np.array([0, 1]), np.zeros((1, 2)), c=1.0)
    >>> bool(flat.matrix[0, 0] > 0.3), round(abs(float(flat.matrix.sum())), 6)
    (True, 0.0)
    """
    truth = np.zeros((len(rows), prior.shape[1]))
    truth[np.arange(len(rows)), classes] = 1.0
    weight = np.ones(len(rows)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    return _shrunk(rows, prior, c, gradient, partial(_softmax_loss, truth, weight[:, None]))


def shrunk_yes_no(
    rows: NDArray[np.floating], yes: NDArray[np.floating], prior: Floats, *, c: float, gradient: float = _GRADIENT
) -> Weights:
    """Return the weights W = prior + D of one yes-or-no regression a label, all found at once.

    `rows` [n, d], `yes` [n, L] within 0 and 1, `prior` [d, L]. Each column minimises the sum of log(1 + e^z) - y z
    over the rows plus |D|^2 / (2 c); the intercept is free. With a prior of zeros a column is scikit-learn's
    LogisticRegression(C=c) of its label.

    >>> found = shrunk_yes_no(np.array([[1.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros((1, 2)), c=1.0)
    >>> bool(found.matrix[0, 0] > 0.3), round(abs(float(found.matrix.sum())), 6)
    (True, 0.0)
    """
    return _shrunk(rows, prior, c, gradient, partial(_sigmoid_loss, np.asarray(yes, dtype=np.float64)))


def _shrunk(rows: NDArray[np.floating], prior: Floats, c: float, gradient: float, lost: Lost) -> Weights:
    exact = np.asarray(rows, dtype=np.float64)
    n, width, n_columns = len(exact), exact.shape[1], prior.shape[1]
    turned, back = _rotated(exact) if n < width else (exact, None)
    ended = minimize(
        _penalised(turned, exact @ prior, c, lost),
        np.zeros((turned.shape[1] + 1) * n_columns),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _MOST_STEPS, "gtol": gradient, "ftol": min(_DECREASE, gradient * 1e-4)},
    )
    found = ended.x.reshape(-1, n_columns)
    change = found[:-1] if back is None else back.T @ found[:-1]
    return Weights(prior + change, found[-1])


def _rotated(rows: Floats) -> tuple[Floats, Floats]:
    """Return the rows [n, r] in an orthogonal basis of their span, and that basis [r, d]."""
    left, sizes, right = np.linalg.svd(rows, full_matrices=False)
    rank = max(1, int((sizes > _TINY).sum()))
    return left[:, :rank] * sizes[:rank], right[:rank]


def _penalised(rows: Floats, offset: Floats, c: float, lost: Lost) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the function from flat weights to the penalised loss and its gradient."""

    def evaluate(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(-1, offset.shape[1])
        loss, residual = lost(rows @ change[:-1] + change[-1] + offset)
        slope = np.empty_like(change)
        slope[:-1] = rows.T @ residual + change[:-1] / c
        slope[-1] = residual.sum(axis=0)
        return loss + 0.5 * float((change[:-1] ** 2).sum()) / c, slope.ravel()

    return evaluate


def _softmax_loss(truth: Floats, by_row: Floats, logits: Floats) -> tuple[float, Floats]:
    highest = logits.max(axis=1, keepdims=True)
    powers = np.exp(logits - highest)
    sums = powers.sum(axis=1, keepdims=True)
    loss = ((np.log(sums) + highest - (logits * truth).sum(axis=1, keepdims=True)) * by_row).sum()
    return float(loss), (powers / sums - truth) * by_row


def _sigmoid_loss(yes: Floats, logits: Floats) -> tuple[float, Floats]:
    loss = (np.logaddexp(0.0, logits) - yes * logits).sum()
    return float(loss), np.asarray(expit(logits) - yes)
