"""Taggers of tokens under the API of Kern's library of that name: scikit-learn for sequences.

Needs numpy, scipy and scikit-learn only; in heuristic code it is imported as `sequencelearn`.
"""

from __future__ import annotations

from al_core.sequencelearn.base import CONSTANT_OUTSIDE, BaseTagger, PointTagger, SequenceTagger

__all__ = ["CONSTANT_OUTSIDE", "BaseTagger", "PointTagger", "SequenceTagger"]
