"""Token labels in BIO notation: `B-` on the first token of a span, `I-` on the others."""

from __future__ import annotations

from collections.abc import Sequence

from al_core.sequencelearn.base import CONSTANT_OUTSIDE
from al_core.sequencelearn.states import span_starts


def convert_to_bio(
    labels: Sequence[Sequence[str]], constant_outside: str = CONSTANT_OUTSIDE, flat: bool = False
) -> list[list[str]] | list[str]:
    """Return the labels of each record in BIO notation, in one list of all tokens where `flat`.

    >>> convert_to_bio([["city", "city", "OUTSIDE"], ["city"]])
    [['B-city', 'I-city', 'OUTSIDE'], ['B-city']]
    """
    converted = [
        [
            str(name) if name == constant_outside else f"{'B' if begins else 'I'}-{name}"
            for name, begins in zip(record, span_starts(record, constant_outside), strict=True)
        ]
        for record in labels
    ]
    return [tag for record in converted for tag in record] if flat else converted
