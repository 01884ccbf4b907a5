"""What all taggers are: scikit-learn estimators that take ragged lists of vectors and give ragged lists of labels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from al_core.errors import InvalidInput
from al_core.sequencelearn.ragged import Vectors, check_labels, cut, joined
from al_core.sequencelearn.states import States, states_of
from al_core.types import TokenLabel

CONSTANT_OUTSIDE = "OUTSIDE"

Tagged = tuple[list[list[TokenLabel]], list[list[float]]]


class BaseTagger(BaseEstimator):  # type: ignore[misc]
    """A tagger: one label and one confidence for every token.

    After `fit`: `classes_` (label names, the outside one included, sorted), `label2idx`, `idx2label`.
    """

    def __init__(self, constant_outside: str = CONSTANT_OUTSIDE) -> None:
        self.constant_outside = constant_outside

    @property
    def CONSTANT_OUTSIDE(self) -> str:
        """Return the label of tokens in no span."""
        return self.constant_outside

    def fit(self, embeddings: Sequence[Any], labels: Sequence[Sequence[str]]) -> Self:
        """Return the tagger, fitted on one matrix [tokens, dim] and one list of labels a record.

        Records without tokens are allowed. Labels may be TokenLabel, whose `begins` keeps touching spans apart.
        Raises InvalidInput where vectors and labels do not fit each other.
        """
        vectors, lengths = joined(embeddings)
        check_labels(lengths, labels)
        self.states_ = states_of(labels, self.constant_outside, bio=getattr(self, "bio", None))
        self.classes_ = list(self.states_.names)
        self.label2idx = {name: i for i, name in enumerate(self.classes_)}
        self.idx2label = dict(enumerate(self.classes_))
        self.n_features_in_ = vectors.shape[1]
        self._fit_states(vectors, lengths, self.states_.encode(labels))
        return self

    def predict_proba(self, embeddings: Sequence[Any]) -> Tagged:
        """Return the label of every token, and the probability of that label: two lists with one list a record."""
        vectors, lengths = self._checked(embeddings)
        path, proba = self._tag(vectors, lengths)
        confidence = proba[np.arange(len(path)), self.states_.label[path]]
        return self.states_.token_labels(path, lengths), cut(confidence.tolist(), lengths)

    def predict(self, embeddings: Sequence[Any]) -> list[list[TokenLabel]]:
        """Return the label of every token, one list a record."""
        return self.predict_proba(embeddings)[0]

    def predict_marginals(self, embeddings: Sequence[Any]) -> list[NDArray[np.float64]]:
        """Return the probability of every label at every token, [tokens, classes] a record, as in `classes_`."""
        vectors, lengths = self._checked(embeddings)
        return cut(self._tag(vectors, lengths)[1], lengths)

    def score(self, embeddings: Sequence[Any], labels: Sequence[Sequence[str]]) -> float:
        """Return the F1 of the tokens in spans, 0 to 1; 1 where there is none and none is predicted."""
        pairs = [
            (str(predicted), str(true))
            for one, other in zip(self.predict(embeddings), labels, strict=True)
            for predicted, true in zip(one, other, strict=True)
        ]
        outside = self.constant_outside
        right = sum(predicted == true != outside for predicted, true in pairs)
        marked = sum((predicted != outside) + (true != outside) for predicted, true in pairs)
        return 2 * right / marked if marked else 1.0

    def _checked(self, embeddings: Sequence[Any]) -> tuple[Vectors, NDArray[np.int64]]:
        if not hasattr(self, "states_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet: call fit first.")
        vectors, lengths = joined(embeddings)
        if len(vectors) and vectors.shape[1] != self.n_features_in_:
            raise InvalidInput(
                f"The token vectors have {vectors.shape[1]} dimensions, those in fit had {self.n_features_in_}."
            )
        return vectors, lengths

    def _tag(self, vectors: Vectors, lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the state [N] and the label probabilities [N, L] of every token."""
        states: States = self.states_
        if len(states.label) == 1 or not len(vectors):  # nothing to decide
            return np.zeros(len(vectors), dtype=np.int64), np.ones((len(vectors), len(states.names)))
        path, proba = self._predict_states(vectors, lengths)
        return path, states.by_label(proba)

    @abstractmethod
    def _fit_states(self, vectors: Vectors, lengths: NDArray[np.int64], states: NDArray[np.int64]) -> None:
        """Fit on tokens [N, dim] with states [N]."""

    @abstractmethod
    def _predict_states(
        self, vectors: Vectors, lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the chosen state [N] and the probabilities of all states [N, K]."""


class PointTagger(BaseTagger):
    """A tagger that looks at each token alone."""


class SequenceTagger(BaseTagger):
    """A tagger that looks at all tokens of a record together."""
