"""The words of the contract that an editor can offer, with what each is."""

from __future__ import annotations

from collections.abc import Mapping

from al_core.types import HeuristicKind

_EVERYWHERE = {"progress": "progress(fraction, message)", "knowledge": "module of word lists"}

_LEARNER = {
    "LearningClassifier": "base class",
    "LearningExtractor": "base class",
    "params_fit": "decorator of fit",
    "params_inference": "decorator of predict_proba",
    "embedding_name": "setting of params_fit",
    "train_test_split": "setting of params_fit",
    "min_confidence": "setting of params_inference",
    "label_names": "setting of params_inference",
    "predict_proba": "method(self, embeddings)",
    "fit": "method(self, embeddings, labels)",
    "OUTSIDE": "label of a token in no span",
}

_FUNCTION = {
    "record": "the one argument",
    "tokens": "tokens of a text",
    "text": "a text as a plain str",
}

CONTRACT_WORDS: Mapping[HeuristicKind, Mapping[str, str]] = {
    "active_learner": _LEARNER | _EVERYWHERE,
    "labeling_function": _FUNCTION | _EVERYWHERE,
    "precomputed": {},
    "merge": {},
}
