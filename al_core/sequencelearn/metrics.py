"""How predicted token labels compare with true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.sequencelearn.base import CONSTANT_OUTSIDE
from al_core.sequencelearn.util import convert_to_bio


def get_confusion_matrix(
    predictions: Sequence[Sequence[str]], labels: Sequence[Sequence[str]], constant_outside: str = CONSTANT_OUTSIDE
) -> tuple[NDArray[np.int64], list[str]]:
    """Return token counts [names, names], true labels in rows and predicted in columns, and the BIO names.

    >>> matrix, names = get_confusion_matrix([["city", "OUTSIDE"]], [["city", "city"]])
    >>> names, matrix.tolist()
    (['B-city', 'I-city', 'OUTSIDE'], [[1, 0, 0], [0, 0, 1], [0, 0, 0]])
    """
    predicted = convert_to_bio(predictions, constant_outside, flat=True)
    true = convert_to_bio(labels, constant_outside, flat=True)
    plain = sorted({str(name) for record in (*predictions, *labels) for name in record} - {constant_outside})
    names = [f"{position}-{name}" for name in plain for position in "BI"] + [constant_outside]
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)), dtype=np.int64)
    for given, found in zip(true, predicted, strict=True):
        matrix[place[str(given)], place[str(found)]] += 1
    return matrix, names
