"""Taggers that let a scikit-learn classifier decide about each token alone."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from al_core.sequencelearn.base import CONSTANT_OUTSIDE, PointTagger
from al_core.sequencelearn.ragged import Vectors

CALIBRATION_FOLDS = 3


class _Wrapped(PointTagger):
    """A point tagger around the scikit-learn class `estimator`, which gets all keyword arguments."""

    estimator: ClassVar[type[Any]]
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, constant_outside: str = CONSTANT_OUTSIDE, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(constant_outside)
        self.model = self.estimator(**(self.defaults | kwargs))
        self._given = dict(kwargs)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return `constant_outside` and the classifier's parameters; those given only where `deep` is False."""
        return {"constant_outside": self.constant_outside} | (self.model.get_params(deep) if deep else self._given)

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401
        """Return the tagger with some parameters changed; raises ValueError for unknown ones."""
        self.constant_outside = params.pop("constant_outside", self.constant_outside)
        self.model.set_params(**params)
        self._given |= params
        return self

    def _fit_states(self, vectors: Vectors, lengths: NDArray[np.int64], states: NDArray[np.int64]) -> None:
        if len(self.states_.label) > 1:
            self.fitted_ = self._with_probabilities(states).fit(vectors, states)

    def _with_probabilities(self, states: NDArray[np.int64]) -> Any:  # noqa: ANN401
        return self.model

    def _predict_states(
        self, vectors: Vectors, lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        proba = np.zeros((len(vectors), len(self.states_.label)))
        proba[:, self.fitted_.classes_] = self.fitted_.predict_proba(vectors)
        label = self.states_.by_label(proba).argmax(axis=1)
        of_label = np.where(self.states_.label[None, :] == label[:, None], proba, -1.0)
        return of_label.argmax(axis=1), proba


class LogisticTagger(_Wrapped):
    """Logistic regression."""

    estimator = LogisticRegression
    defaults: ClassVar[dict[str, Any]] = {"max_iter": 1000}


class SupportVectorTagger(_Wrapped):
    """A support vector classifier, calibrated on folds of the training tokens: it has no probabilities of its own."""

    estimator = SVC

    def _with_probabilities(self, states: NDArray[np.int64]) -> Any:  # noqa: ANN401
        rarest = int(np.bincount(states)[np.unique(states)].min())
        folds = KFold(CALIBRATION_FOLDS) if rarest < CALIBRATION_FOLDS else CALIBRATION_FOLDS
        return CalibratedClassifierCV(self.model, cv=folds, ensemble=False)


class NearestNeighborTagger(_Wrapped):
    """The nearest training tokens."""

    estimator = KNeighborsClassifier


class BayesTagger(_Wrapped):
    """Gaussian naive Bayes."""

    estimator = GaussianNB


class GaussianTagger(_Wrapped):
    """A Gaussian process: its memory grows with the square of the number of training tokens."""

    estimator = GaussianProcessClassifier


class TreeTagger(_Wrapped):
    """A decision tree."""

    estimator = DecisionTreeClassifier


class ForestTagger(_Wrapped):
    """A random forest."""

    estimator = RandomForestClassifier


class AdaTagger(_Wrapped):
    """Boosted decision stumps (AdaBoost)."""

    estimator = AdaBoostClassifier
