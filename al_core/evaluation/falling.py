"""Since when a precision has been below what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # answers, before which a precision says nothing about a promise


def below_since(correct: NDArray[np.bool_], days: Sequence[date], target: float) -> date | None:
    """Return the day from which on the precision so far has stayed below `target`, None where it is not below now.

    `correct` [n] tells of kept predictions whether they are right, in the order in which people answered, on `days`
    [n]. The first few answers are passed over: one mistake among them would be a fall.

    >>> days = [date(2026, 1, day) for day in range(1, 13)]
    >>> below_since(np.array([True] * 9 + [False] * 3), days, 0.8)
    datetime.date(2026, 1, 12)
    >>> below_since(np.array([True] * 12), days, 0.8) is None
    True
    """
    n = len(correct)
    if n < FEWEST:
        return None
    so_far = np.cumsum(correct) / np.arange(1, n + 1)
    kept_up = np.flatnonzero(so_far[FEWEST - 1 :] >= target)
    first_below = int(kept_up[-1]) + FEWEST if len(kept_up) else FEWEST - 1
    return days[first_below] if first_below < n else None
