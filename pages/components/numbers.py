"""Numbers as the design writes them: two decimals, n and interval always beside an estimate."""

from __future__ import annotations

from al_core.evaluation.precision import Estimate
from al_core.learning.methods import NAMES
from al_core.workflow.evaluating import Evaluation
from al_core.workflow.judging import NOT_MEASURABLE


def count(n: int, what: str) -> str:
    """Return a count with its noun.

    >>> count(1, "record"), count(2200, "record")
    ('1 record', '2,200 records')
    """
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """Return a share in per cent.

    >>> share(1, 3), share(0, 0)
    ('33 %', '0 %')
    """
    return f"{round(100 * part / whole) if whole else 0} %"


def decimals(value: float) -> str:
    """Return a value with two decimals.

    >>> decimals(0.9949), decimals(0.996), decimals(0.83)
    ('0.99', '1.00', '0.83')
    """
    return f"{value:.2f}"


def interval(estimate: Estimate) -> str:
    """Return the interval and n of an estimate in brackets."""
    return f"({decimals(estimate.low)} to {decimals(estimate.high)}, n = {estimate.kept})"


def worth_text(evaluation: Evaluation) -> str:
    """Return the estimate of a heuristic at its threshold; a guess that no answer has judged is called one."""
    if evaluation.run.method == NAMES and not evaluation.n_judged:
        return "a guess from the label names, not measured yet"
    if not evaluation.is_measurable:
        return NOT_MEASURABLE
    return estimate_text(evaluation.estimate)


def estimate_text(estimate: Estimate) -> str:
    """Return precision with interval and n, and what it covers; in words where nothing is known."""
    if estimate.precision is None:
        return "No labelled record is kept: precision unknown"
    return f"precision {decimals(estimate.precision)} {interval(estimate)}"
