"""Calibrated confidence: what a learner's top probability is worth, learnt from its out-of-fold predictions.

Why these methods: on six data sets temperature and Platt's sigmoid had the least calibration error, and unlike
isotonic regression they make no ties. A calibrated confidence is still no promise; certificates make promises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, logit, logsumexp

Floats = NDArray[np.float64]
Method = Literal["temperature", "platt", "none"]

MIN_ROWS = 10  # fewer say nothing about calibration
MIN_ROWS_TEMPERATURE = 200

_N_PARAMETERS: dict[Method, int] = {"temperature": 1, "platt": 2, "none": 0}
_LEAST_PROBABILITY = 1e-3  # floor inside the logarithm of temperature scaling, also for classes a fold never saw
_LEAST_DOUBT = 1e-6  # keeps the logit of a tree's 0 and 1 finite
_LOG_TEMPERATURE_BOUNDS = (np.log(0.05), np.log(20.0))
_MOST_ROWS_TEMPERATURE = 20_000
_MOST_LEVELS_OF_A_TREE = 128
_MOST_AT_CEILING = 0.25
_CELLS_PER_CHUNK = 4_000_000
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Calibrator:
    """How raw probabilities become confidences.

    `parameters` are (temperature,) for "temperature", (slope, intercept) for "platt", () for "none".
    """

    method: Method
    parameters: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in _N_PARAMETERS or len(self.parameters) != _N_PARAMETERS[self.method]:
            raise ValueError(f"not a calibrator: method {self.method!r} with parameters {self.parameters}")

    def confidence(self, proba: NDArray[np.floating]) -> Floats:
        """Return the calibrated confidence [n] of the first class of each row of `proba` [n, K], in 0 .. 1.

        Rounded to six decimals. Works through chunks of rows, so that a mapped file of any length is fine.

        >>> Calibrator("temperature", (2.0,)).confidence(np.array([[0.8, 0.2]])).tolist()
        [0.666667]
        """
        confidences = np.empty(proba.shape[0], dtype=np.float64)
        for rows, block in _chunks(proba):
            confidences[rows] = self._confidence_of(block)
        return np.clip(np.round(confidences, _DECIMALS), 0.0, 1.0)

    def _confidence_of(self, proba: Floats) -> Floats:
        """Return the unrounded confidences of a few rows."""
        if self.method == "temperature":
            scaled = np.log(np.clip(proba, _LEAST_PROBABILITY, 1.0)) / self.parameters[0]
            confidences: Floats = np.exp(scaled.max(axis=1) - logsumexp(scaled, axis=1))
            return confidences
        top: Floats = proba.max(axis=1)
        if self.method == "platt":
            slope, intercept = self.parameters
            top = expit(slope * _top_logit(top) + intercept)
        return top

    def to_json(self) -> str:
        """Return the calibrator as JSON, for the run that it belongs to.

        >>> Calibrator("platt", (1.5, -0.25)).to_json()
        '{"method": "platt", "parameters": [1.5, -0.25]}'
        """
        return json.dumps({"method": self.method, "parameters": list(self.parameters)})

    @classmethod
    def from_json(cls, text: str) -> Calibrator:
        """Return the calibrator that `to_json` wrote; raises ValueError for anything else.

        >>> Calibrator.from_json('{"method": "none", "parameters": []}')
        Calibrator(method='none', parameters=())
        """
        fields = json.loads(text)
        if not isinstance(fields, dict) or set(fields) != {"method", "parameters"}:
            raise ValueError(f"not a calibrator: {text}")
        return cls(fields["method"], tuple(float(parameter) for parameter in fields["parameters"]))


def fit_calibrator(
    proba: NDArray[np.floating], correct: NDArray[np.bool_], truth_column: NDArray[np.int64] | None = None
) -> Calibrator:
    """Return the calibrator that out-of-fold predictions support.

    `proba` [n, K] are the out-of-fold probabilities, `correct` [n] tells whether the first class of each row was
    right, `truth_column` [n] which column was right, -1 where none was (the class is not among the columns).

    - fewer than 10 rows: "none";
    - 200 rows or more, several columns, `truth_column` given, and probabilities that it suits: temperature scaling
      (Guo et al. 2017) of log(max(p, 0.001)), by bounded maximum likelihood;
    - otherwise the sigmoid of Platt (1999) on the logit of the top probability, with his smoothed targets and a
      slope of at least 0.

    >>> fit_calibrator(np.full((4, 2), 0.5), np.array([True, False, True, True])).method
    'none'
    """
    n_rows, n_columns = proba.shape
    if len(correct) != n_rows or (truth_column is not None and len(truth_column) != n_rows):
        raise ValueError(f"{n_rows} rows of probabilities, but {len(correct)} that tell what was right")
    if n_rows < MIN_ROWS:
        return Calibrator("none")
    top: Floats = proba.max(axis=1).astype(np.float64)
    if truth_column is None or n_rows < MIN_ROWS_TEMPERATURE or n_columns < 2 or not suits_temperature(top):
        return _fit_platt(top, np.asarray(correct, dtype=np.bool_))
    return _fit_temperature(proba, truth_column)


def suits_temperature(top: NDArray[np.floating]) -> bool:
    """Return whether temperature scaling can calibrate a learner with these top probabilities [n].

    It cannot where they look like a tree's, a forest's or a vote of neighbours: shares of few cases, which take few
    values, while those of other learners are nearly all different. And it cannot where many are so near 1 that all
    other classes lie below the floor of the logarithm: scaling then moves the floor alone. The learner itself is not
    asked, because it may wrap anything. Few values: fewer than half the rows, and fewer than 128; a forest of 100
    trees has 101, and the second bound spares probabilities that were stored in 16 bits. Many: above a quarter;
    from there on the sigmoid had the smaller calibration error for overconfident linear models and naive Bayes.

    >>> suits_temperature(np.array([0.91, 0.62, 0.55])), suits_temperature(np.array([0.5, 0.75, 0.5, 0.75, 0.5]))
    (True, False)
    """
    levels = np.unique(np.round(np.asarray(top, dtype=np.float64), _DECIMALS))
    is_tree_like = len(levels) < min(len(top) / 2, _MOST_LEVELS_OF_A_TREE)
    share_at_ceiling = float(np.mean(np.asarray(top) >= 1 - _LEAST_PROBABILITY))
    return not is_tree_like and share_at_ceiling <= _MOST_AT_CEILING


def _fit_temperature(proba: NDArray[np.floating], truth_column: NDArray[np.int64]) -> Calibrator:
    """Return temperature scaling with the greatest likelihood of the true columns.

    One number needs no more than 20,000 rows; of more, every second, third, ... is used.
    """
    step = -(-len(proba) // _MOST_ROWS_TEMPERATURE)
    column = truth_column[::step]
    logs = np.log(np.clip(np.asarray(proba[::step], dtype=np.float64), _LEAST_PROBABILITY, 1.0))
    # A class without a column has the floor as its probability, like one that the fold never saw.
    true_logs = np.where(column < 0, np.log(_LEAST_PROBABILITY), logs[np.arange(len(logs)), column])

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float(np.mean(logsumexp(logs / temperature, axis=1) - true_logs / temperature))

    found = minimize_scalar(loss, bounds=_LOG_TEMPERATURE_BOUNDS, method="bounded")
    return Calibrator("temperature", (round(float(np.exp(found.x)), _DECIMALS),))


def _fit_platt(top: Floats, correct: NDArray[np.bool_]) -> Calibrator:
    """Return Platt's sigmoid on the logit of `top` [n].

    The targets stay inside 0 and 1 even if all or none are right, so the optimum is finite. Where all of `top` are
    equal, the slope is 0 and the confidence is the smoothed share that is right.
    """
    n_right = int(correct.sum())
    n_wrong = len(correct) - n_right
    target = np.where(correct, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    logits = _top_logit(top)
    centre = float(logits.mean())
    offsets = logits - centre

    def loss_and_gradient(parameters: Floats) -> tuple[float, Floats]:
        scores = parameters[0] * offsets + parameters[1]
        loss = -np.mean(target * log_expit(scores) + (1 - target) * log_expit(-scores))
        excess = expit(scores) - target
        return float(loss), np.array([np.mean(excess * offsets), np.mean(excess)])

    start = np.array([0.0, logit(target.mean())])
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)])
    slope, at_centre = (float(parameter) for parameter in found.x)
    return Calibrator("platt", (slope, at_centre - slope * centre))


def _top_logit(top: Floats) -> Floats:
    """Return the logit of top probabilities [n], kept finite."""
    logits: Floats = logit(np.clip(top, _LEAST_DOUBT, 1 - _LEAST_DOUBT))
    return logits


def _chunks(proba: NDArray[np.floating]) -> Iterator[tuple[slice, Floats]]:
    """Yield slices of rows with these rows in float64, a bounded number of cells at a time."""
    n_rows, n_columns = proba.shape
    size = max(1, _CELLS_PER_CHUNK // max(1, n_columns))
    for start in range(0, n_rows, size):
        rows = slice(start, start + size)
        yield rows, np.asarray(proba[rows], dtype=np.float64)
