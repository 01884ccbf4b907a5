"""Child side: turns heuristic code into a fitted learner and its probabilities into a result that lines up."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.contract import LearningClassifier, LearningExtractor, probabilities_of, visible_names
from al_core.sandbox import frames

MODULE_NAME = "__heuristic__"
FILE_NAME = "heuristic.py"
CHUNK_ROWS = 65_536  # predict_proba sees at most so many rows at once, so that memory stays bounded
_SAID = "_al_said_what_stands_for_probabilities"
ROUNDING = 1e-4  # float32 sums may pass 1 by a little; more than this is an error of the code


class ContractBroken(Exception):
    """The code ran, but what it gave back cannot be used; the message says why and what to do."""


class Matrix:
    """Rows of one or several vector files side by side, as float32 [rows, sum of dims]."""

    def __init__(self, parts: Sequence[NDArray[np.floating[Any]]]) -> None:
        self.parts = parts
        self.n_rows = min(len(part) for part in parts)

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the rows numbered `rows`, a copy."""
        return self._joined([part[rows] for part in self.parts])

    def span(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows start to stop, without a copy when there is one float32 file."""
        return self._joined([part[start:stop] for part in self.parts])

    @staticmethod
    def _joined(parts: list[NDArray[np.floating[Any]]]) -> NDArray[np.float32]:
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        return joined.astype(np.float32, copy=False)

    def chunks(self, rows: NDArray[np.int64] | None) -> Iterator[NDArray[np.float32]]:
        """Yield the rows numbered `rows`, or all, in order and in pieces of at most CHUNK_ROWS."""
        n_rows = self.n_rows if rows is None else len(rows)
        for start in range(0, n_rows, CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, n_rows)
            yield self.span(start, stop) if rows is None else self.take(rows[start:stop])


def load_module(source: str) -> types.ModuleType:
    """Return the module that `source` makes when it is run; raises whatever its code raises."""
    module = types.ModuleType(MODULE_NAME)
    module.__file__ = FILE_NAME
    vars(module).update(visible_names())
    sys.modules[MODULE_NAME] = module  # dataclasses and typing look their module up by name
    exec(compile(source, FILE_NAME, "exec"), vars(module))
    return module


def load_learner(source: str) -> Any:  # noqa: ANN401 - a class that nobody has seen before
    """Return an instance of the one learner class that `source` defines; raises whatever its code raises."""
    module = load_module(source)
    bases = (LearningClassifier, LearningExtractor)
    classes = [value for value in dict(vars(module)).values() if isinstance(value, type) and issubclass(value, bases)]
    own = [value for value in dict.fromkeys(classes) if value.__module__ == MODULE_NAME]
    leaves = [value for value in own if not any(other is not value and issubclass(other, value) for other in own)]
    if len(leaves) != 1:
        found = " and ".join(value.__name__ for value in leaves) or "none"
        raise ContractBroken(f"A heuristic has one class that derives from LearningClassifier; here is {found}.")
    return leaves[0]()


def look_around(learner: Any, around: frames.Around, files: Sequence[NDArray[np.floating[Any]]]) -> None:  # noqa: ANN401
    """Set what a learner may read beside its labels; `files` are the label names' vectors, then the pool's sample."""
    learner.label_names_all = around.label_names
    learner.label_vectors = _read_only(files[: around.n_label_vectors])
    learner.pool_sample = _read_only(files[around.n_label_vectors :])
    learner.embedding_views = around.views


def _read_only(parts: Sequence[NDArray[np.floating[Any]]]) -> NDArray[np.float32] | None:
    """Return the parts side by side, None without any."""
    if not parts:
        return None
    joined = np.concatenate(parts, axis=1).astype(np.float32, copy=False)
    joined.flags.writeable = False
    return joined


def fit(learner: Any, embeddings: NDArray[np.float32], labels: Sequence[str]) -> tuple[str, ...]:  # noqa: ANN401
    """Return the classes in the order of the learner's columns, after fitting it on embeddings [n, dim]."""
    seen = sorted(set(labels))
    if getattr(learner, "starts_from_names", False) and learner.label_vectors is not None:
        learner.fit(embeddings, np.array(labels, dtype=str))
        return _column_order(learner, sorted({*seen, *learner.label_names_all}))
    if len(seen) == 1:
        only = seen[0]
        print(f"Only one class here, {only!r}: it is predicted with 1.0 and fit is not called.")  # noqa: T201 - the log
        return (only,)
    learner.fit(embeddings, np.array(labels))
    return _column_order(learner, seen)


def _column_order(learner: Any, seen: list[str]) -> tuple[str, ...]:  # noqa: ANN401
    """Return self.model.classes_, else self.classes_, else the sorted labels seen; raises ContractBroken."""
    known = set(seen)
    refused = ""
    for holder, shown in ((getattr(learner, "model", None), "self.model.classes_"), (learner, "self.classes_")):
        given = getattr(holder, "classes_", None)
        if given is None:
            continue
        names = tuple(str(name) for name in given)
        if known.issuperset(names):
            return names
        refused = refused or f"{shown} holds {_listed(names)}; not all of these are labels of the training part"
    if refused:
        advice = "Set self.classes_ in fit to the labels in the order of the columns of predict_proba."
        raise ContractBroken(f"{refused} ({_listed(seen)}). {advice}")
    return tuple(seen)


def _listed(names: Sequence[str], limit: int = 6) -> str:
    shown = ", ".join(str(name)[:40] for name in names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def predict(learner: Any, classes: tuple[str, ...], embeddings: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ANN401
    """Return probabilities float32 [n, classes] for embeddings [n, dim]; raises ContractBroken."""
    n_rows = len(embeddings)
    if len(classes) == 1:
        return np.ones((n_rows, 1), np.float32)
    returned = said_by(learner, embeddings)
    try:
        probabilities = np.asarray(returned, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ContractBroken(
            f"predict_proba must return an array of numbers, not {type(returned).__name__}."
        ) from error
    expected = (n_rows, len(classes))
    if probabilities.shape != expected:
        shown = f"predict_proba returned shape {probabilities.shape}"
        reason = f"for {n_rows} records and {len(classes)} classes ({_listed(classes)})"
        raise ContractBroken(f"{shown} {reason}: it must be {expected}, one row a record and one column a class.")
    return in_range(probabilities)


def said_by(learner: Any, embeddings: NDArray[np.float32]) -> Any:  # noqa: ANN401
    """Return what the learner's predict_proba gives, or what stands for it where its model has no such method."""
    model = getattr(learner, "model", None)
    if model is None or hasattr(model, "predict_proba"):
        return learner.predict_proba(embeddings)
    _say_once(learner, type(model).__name__, hasattr(model, "decision_function"))
    try:
        return learner.predict_proba(embeddings)
    except AttributeError as error:
        if "predict_proba" not in str(error):
            raise
        return probabilities_of(model, embeddings)  # the code asks the model for what it does not have


def _say_once(learner: Any, name: str, has_margins: bool) -> None:  # noqa: ANN401
    if getattr(learner, _SAID, False):
        return
    setattr(learner, _SAID, True)
    if has_margins:
        print(f"{name} has no predict_proba: its decision_function is calibrated on out-of-fold predictions.")  # noqa: T201
    else:
        print(f"{name} has only predict: the confidence of its labels is their precision out-of-fold.")  # noqa: T201


def in_range(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities within 0 and 1, clipped by no more than rounding; raises ContractBroken."""
    bad = ~np.isfinite(probabilities)
    if bad.any():
        row = int(np.argwhere(bad)[0, 0])
        raise ContractBroken(
            f"predict_proba returned NaN or infinity for {int(bad.any(axis=1).sum())} rows, first row {row}."
        )
    low, high = float(probabilities.min(initial=0)), float(probabilities.max(initial=0))
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ContractBroken(f"predict_proba returned values from {low:g} to {high:g}: they must lie within 0 and 1.")
    return np.ascontiguousarray(probabilities.clip(0, 1))
