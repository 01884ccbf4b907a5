"""How a run judged itself: by folds or a hold-out, once or several times, with or without the audit sample."""

from __future__ import annotations

from dataclasses import dataclass

FEW_LABELS = 200  # below this a second dealing of the folds makes an estimate visibly steadier
CHEAP_SECONDS = 0.5  # what a fit may take for that
CHEAP_REPEATS = 2

NAMES = "label names"  # of a run that no label was there for: a guess, which only later answers can judge

_HOLDOUT, _KEPT_OUT = "holdout", "audit sample kept out"


@dataclass(frozen=True, slots=True)
class Method:
    """The way a learner was judged; `folds` is 0 for a hold-out. Stored with the run as its `text`."""

    folds: int
    repeats: int = 1
    audit_kept_out: bool = False

    @property
    def text(self) -> str:
        """Return the words that are stored and shown.

        >>> Method(5, repeats=2).text, Method(0, audit_kept_out=True).text
        ('5-fold, 2 repeats', 'holdout, audit sample kept out')
        """
        parts = [f"{self.folds}-fold" if self.folds else _HOLDOUT]
        parts += [f"{self.repeats} repeats"] if self.repeats > 1 else []
        parts += [_KEPT_OUT] if self.audit_kept_out else []
        return ", ".join(parts)


def read_method(text: str) -> Method:
    """Return the method that `text` says; words of other kinds of runs (rules, votes) mean no folds and one repeat.

    >>> read_method("5-fold, 2 repeats") == Method(5, repeats=2)
    True
    >>> read_method("holdout"), read_method("every record")
    (Method(folds=0, repeats=1, audit_kept_out=False), Method(folds=0, repeats=1, audit_kept_out=False))
    """
    parts = text.split(", ")
    folds = parts[0].removesuffix("-fold")
    repeats = [part.removesuffix(" repeats") for part in parts if part.endswith(" repeats")]
    return Method(
        folds=int(folds) if folds.isdecimal() else 0,
        repeats=int(repeats[0]) if repeats else 1,
        audit_kept_out=_KEPT_OUT in parts,
    )


def repeats_for(n_labels: int, seconds: float) -> int:
    """Return how often the folds are dealt, by the number of labels and the seconds that the slowest fit took.

    A second time lowers the error of an estimate on 50 to 200 labels by about a seventh; beyond that it is not worth
    the wait, and a slow learner is never made slower.

    >>> repeats_for(120, 0.1), repeats_for(120, 0.8), repeats_for(200, 0.1)
    (2, 1, 1)
    """
    return CHEAP_REPEATS if n_labels < FEW_LABELS and seconds < CHEAP_SECONDS else 1
