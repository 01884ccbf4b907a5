"""How long adapting the encoder takes: a range before this computer did it, its own speed after, told as it goes on."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from al_core.learning.contrast import PAIRS, steps_for
from al_core.store import Store

Phase = Literal["learning", "encoding"]

# seconds of one processor core: a start, and a text by its characters, as far as the model reads while tuning and after
_START = 15.0
_TUNE, _READ_TUNING = (0.02, 2e-4), 280
_ENCODE, _READ = (0.003, 5e-5), 1000
QUICK, SLOW = 2.0, 5.0  # a computer of which nothing is known: so many times as fast, or as slow or as busy
LEAST_SECONDS = 1.0  # of steps between two looks, before a speed is believed


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job costs in seconds of one core of the computer that the constants were measured on."""

    learning: float
    encoding: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds on this computer's clock for each second of a `Cost`, as its last finished job took."""

    learning: float
    encoding: float


@dataclass(frozen=True, slots=True)
class Minutes:
    """How many minutes a job takes; from `least` to `most`, which are equal once `is_measured` here."""

    least: float
    most: float
    is_measured: bool


def cost_of(n_learnt: int, n_texts: int, characters: float) -> Cost:
    """Return what tuning on `n_learnt` texts and encoding `n_texts` costs; `characters` is their mean length.

    >>> cost_of(100, 0, 0.0).encoding
    0.0
    """
    steps = steps_for(max(n_learnt, 1))
    learning = _START + steps * 2 * PAIRS * _seconds(_TUNE, min(characters, _READ_TUNING))
    return Cost(learning, n_texts * _seconds(_ENCODE, min(characters, _READ)))


def _seconds(of: tuple[float, float], characters: float) -> float:
    return of[0] + of[1] * characters


def minutes_of(cost: Cost, pace: Pace | None, cores: int) -> Minutes:
    """Return how long a job takes at a computer's pace; without one, a range that knows its cores alone.

    >>> minutes_of(Cost(100.0, 20.0), None, 2)
    Minutes(least=0.5, most=10.0, is_measured=False)
    >>> minutes_of(Cost(100.0, 20.0), Pace(1.5, 3.0), 2)
    Minutes(least=3.5, most=3.5, is_measured=True)
    """
    if pace is None:
        whole = (cost.learning + cost.encoding) / 60
        return Minutes(whole / QUICK / cores, whole * SLOW, False)
    known = (cost.learning * pace.learning + cost.encoding * pace.encoding) / 60
    return Minutes(known, known, True)


def expected_minutes(store: Store, cost: Cost) -> Minutes:
    """Return how long a job takes on this computer."""
    return minutes_of(cost, known_pace(store), os.cpu_count() or 1)


def known_pace(store: Store) -> Pace | None:
    """Return this computer's pace as its last finished job in this workspace took, None before the first one."""
    found = store.projects.setting(_this_computer(), "adapting")
    return None if found is None else Pace(found["learning"], found["encoding"])


def keep_pace(store: Store, pace: Pace) -> None:
    """Store this computer's pace; a workspace that moves to another computer starts with a range there."""
    store.projects.set_setting(_this_computer(), "adapting", {"learning": pace.learning, "encoding": pace.encoding})


def _this_computer() -> str:
    return f"computer:{platform.node()}"


class Course:
    """One job as it goes on: how much of it is done, and what is left by the speed of the steps so far.

    Speed is measured from the first step on, so that loading a model does not count as a slow step.
    """

    def __init__(self, cost: Cost, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._cost = {"learning": cost.learning, "encoding": cost.encoding}
        self._pace = {} if pace is None else {"learning": pace.learning, "encoding": pace.encoding}
        self._has_encoded = pace is not None
        self._furthest = 0.0
        self._clock = clock
        self._phase: Phase | None = None
        self._first = (0.0, 0.0)  # fraction and time of the first step in this phase
        self._began = clock()
        self.took: dict[Phase, float] = {}

    def told(self, phase: Phase, fraction: float, message: str) -> tuple[float, str]:
        """Return (how much of the whole is done, the message with the minutes left), `fraction` of a phase done."""
        now = self._clock()
        if phase != self._phase and fraction > 0:
            self._phase, self._first = phase, (fraction, now)
        elif phase == self._phase and now - self._first[1] >= LEAST_SECONDS and fraction > self._first[0]:
            speed = (now - self._first[1]) / (fraction - self._first[0]) / max(self._cost[phase], 1e-9)
            self._pace[phase] = speed
            if phase == "learning" and not self._has_encoded:
                self._pace["encoding"] = speed
        left = self._left(phase, fraction)
        self._furthest = max(self._furthest, self._done(phase, fraction))  # a better estimate never goes back
        return self._furthest, message if left is None else f"{message}, {left}"

    def ended(self, phase: Phase) -> None:
        """Note how long a phase took, starts of processes included."""
        now = self._clock()
        self.took[phase] = now - self._began
        self._began = now

    def pace(self) -> Pace:
        """Return the pace of this computer once both phases have ended."""
        learning, encoding = (self.took[phase] / max(self._cost[phase], 1e-9) for phase in ("learning", "encoding"))
        return Pace(learning, encoding)

    def _done(self, phase: Phase, fraction: float) -> float:
        """Return the share of the whole time that is done, by what is known of the pace."""
        learning = self._cost["learning"] * self._pace.get("learning", 1.0)
        encoding = self._cost["encoding"] * self._pace.get("encoding", 1.0)
        done = learning * fraction if phase == "learning" else learning + encoding * fraction
        return done / max(learning + encoding, 1e-9)

    def _left(self, phase: Phase, fraction: float) -> str | None:
        if phase not in self._pace:
            return None
        seconds = self._cost[phase] * self._pace[phase] * (1 - fraction)
        if phase == "learning":
            seconds += self._cost["encoding"] * self._pace["encoding"]
        minutes = round(seconds / 60)
        return "less than a minute left" if minutes < 1 else f"about {minutes} min left"
