"""Child side: learners of tasks whose records have any number of labels, each an independent column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.sandbox.frames import SEPARATOR
from al_core.sandbox.learner import ContractBroken, in_range, said_by


@dataclass(frozen=True, slots=True)
class Columns:
    """The labels of a task, and for each of them 0 or 1 where all training records agree, else -1."""

    names: tuple[str, ...]
    constant: NDArray[np.int8]


def indicator(labels: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    r"""Return 0 and 1 [n, L] for labels joined by SEPARATOR; no label at all is a row of 0.

    >>> indicator(["a", "", "b\x1fa"], ["a", "b"]).tolist()
    [[1, 0], [0, 0], [1, 1]]
    """
    given = [set(one.split(SEPARATOR)) if one else set() for one in labels]
    return np.array([[int(name in one) for name in names] for one in given], dtype=np.int64).reshape(-1, len(names))


def fit(
    learner: Any,  # noqa: ANN401
    embeddings: NDArray[np.float32],
    labels: Sequence[str],
    names: tuple[str, ...],
) -> Columns:
    """Return what is known of the columns, after fitting the learner on embeddings [n, dim] and 0 or 1 [n, L]."""
    wanted = indicator(labels, names)
    # of no record at all nothing is known
    constant = np.where((wanted == wanted[0]).all(axis=0), wanted[0], -1) if len(wanted) else np.full(len(names), -1)
    learner.labels = names
    learner.fit(embeddings, wanted)
    return Columns(names, constant.astype(np.int8))


def predict(learner: Any, known: Columns, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ANN401
    """Return independent probabilities float32 [n, L]; raises ContractBroken.

    Takes what scikit-learn's classifiers of several labels return: one array, or for each label one array [n, 2].
    """
    returned = said_by(learner, embeddings)
    if isinstance(returned, list) and len(returned) == len(known.names):
        returned = np.column_stack([_yes(np.asarray(part), known, i) for i, part in enumerate(returned)])
    try:
        probabilities = np.asarray(returned, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ContractBroken(
            f"predict_proba must return an array of numbers, not {type(returned).__name__}."
        ) from error
    expected = (len(embeddings), len(known.names))
    if probabilities.shape != expected:
        shown = f"predict_proba returned shape {probabilities.shape}"
        raise ContractBroken(f"{shown}: in a task with several labels it must be {expected}, a column a label.")
    return in_range(probabilities)


def _yes(part: NDArray[Any], known: Columns, column: int) -> NDArray[Any]:
    """Return the probability [n] that a label is there, from one column a class that occurred in training."""
    if part.ndim == 2 and part.shape[1] == 2:
        return part[:, 1]
    if part.ndim == 2 and part.shape[1] == 1 and known.constant[column] >= 0:
        return np.full(len(part), float(known.constant[column]))
    shown = f"predict_proba returned shape {part.shape} for the label {known.names[column]!r}"
    raise ContractBroken(f"{shown}: it must be one column for no and one for yes.")
