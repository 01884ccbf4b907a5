"""The learner for few labels: it starts from what the labels are called, and is corrected by every answer.

Class-balanced multinomial regression, shrunk towards prototypes of the classes; prototypes start from the label
names, pulled towards the project's own unlabelled texts. Names that mislead are found out by an out-of-fold guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from al_core.learning.folds import deal
from al_core.learning.named_start import NamedStart, Rows
from al_core.learning.prototypes import Floats, prototypes_of, softmax
from al_core.learning.shrunk_regression import Weights, shrunk_regression

Classes = NDArray[np.int64]

NAME_WORTH = 3.0  # a name counts as much as so many labels of its class
GUARD_FROM = 10  # labels; below, an out-of-fold comparison says nothing
TEMPERATURE_FROM = 50
NAMES_ALONE = 1.5  # sharper weights while there is no label at all
LEAST_PART = 0.02
FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to fit: how much a name is worth, how strong the prototypes are as a prior, and how loose it is."""

    name_worth: float
    prior: float
    c: float


WITH_NAMES = Recipe(NAME_WORTH, 10.0, 3.0)
WITHOUT_NAMES = Recipe(0.0, 10.0, 3.0)
PLAIN = Recipe(0.0, 0.0, 10.0)


@dataclass(frozen=True, slots=True)
class Part:
    """A fitted recipe: weights for each view of the rows, over `classes`, positions among all of the learner's."""

    classes: Classes
    views: tuple[Weights, ...]
    n_classes: int

    def probabilities(self, views: Sequence[Rows]) -> Floats:
        """Return probabilities [n, all classes], zero for classes that this part does not know."""
        found = np.zeros((len(views[0]), self.n_classes))
        if len(self.classes) == 1:
            found[:, self.classes] = 1.0
            return found
        logs = [_log_softmax(weights.logits(rows)) for weights, rows in zip(self.views, views, strict=True)]
        found[:, self.classes] = softmax(np.mean(logs, axis=0))
        return found


class FewShotClassifier(ClassifierMixin, NamedStart):  # type: ignore[misc]
    """A classifier for no label at all up to some hundreds; a scikit-learn estimator.

    `label_names` [K] are all classes in the order of the columns, `label_vectors` [K, d] what their names mean, in
    the space of the rows (None where the names say nothing), `pool_sample` [n, d] rows without their labels. With
    `label_vectors` every class of `label_names` has a probability, also one that no row has, and `fit` takes no
    rows at all. Without them only the classes of `y` do. `views` is 2 for rows that hold two versions of the same
    features side by side, as the embeddings whose name ends in -pool do, else 1.

    The method and its constants are those of a comparison on six public sets of texts: see docs/few-labels.md.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> FewShotClassifier:
        """Return the fitted learner, from rows [n, d] and their classes [n]; n may be 0 where names are given."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        has_names = self.label_vectors is not None
        # an empty y of floats is what np.array([]) gives, and no class at all
        rows = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=0 if has_names else 1)
        given = column_or_1d(y, warn=True)
        if len(rows) != len(given):
            raise ValueError(f"{len(rows)} rows have {len(given)} labels")
        if len(given):
            check_classification_targets(given)
        self.classes_, classes = self._named(given)
        rng = np.random.default_rng(self.random_state)
        self._settle(rows, len(self.classes_), rng)
        views = self._views(rows)
        self._fit_parts(views, classes, rng)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return probabilities [n, classes], one column for each of `classes_`."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return self._mixed(self._views(rows))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable class [n] of each row."""
        columns = self.predict_proba(X).argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[columns]
        return chosen

    def _named(self, given: NDArray[Any]) -> tuple[NDArray[Any], Classes]:
        """Return all classes, and the position [n] of each label among them."""
        if self.label_vectors is None or self.label_names is None:
            seen, places = np.unique(given, return_inverse=True)
            return seen, places.astype(np.int64)
        names = [str(name) for name in self.label_names]
        known = {name: place for place, name in enumerate(names)}
        if len(known) != len(names):
            raise ValueError("label_names has a name twice")
        unknown = [str(label) for label in given if str(label) not in known]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not among label_names: {', '.join(names[:10])}")
        return np.array(names), np.array([known[str(label)] for label in given], dtype=np.int64)

    def _fit_parts(self, views: Sequence[Rows], classes: Classes, rng: np.random.Generator) -> None:
        """Fit the recipes and how much each counts: by out-of-fold likelihood from ten labels on."""
        n, n_classes = len(classes), len(self.classes_)
        recipes = [WITH_NAMES] if self.name_prototypes_ is not None else [WITHOUT_NAMES]
        share = np.ones(1)
        self.temperature_ = 1.0
        if n >= GUARD_FROM and n_classes > 1 and not (n > 100 and n_classes >= 77):
            recipes = [*([WITH_NAMES] if self.name_prototypes_ is not None else []), WITHOUT_NAMES, PLAIN]
            held_out = [self._out_of_fold(views, classes, recipe, rng) for recipe in recipes]
            logged = np.array([_likelihood(one, classes) for one in held_out])
            share = softmax(n * logged[None])[0]
            share = np.where(share < LEAST_PART, 0.0, share)
            share /= share.sum()
            if n >= TEMPERATURE_FROM:
                mix = sum(part * one for part, one in zip(share, held_out, strict=True))
                self.temperature_ = _temperature(np.asarray(mix), classes)
        kept = [(recipe, part) for recipe, part in zip(recipes, share, strict=True) if part > 0]
        self.parts_ = [(float(part), self._fitted(views, classes, recipe)) for recipe, part in kept]
        names_weigh = [part for recipe, part in kept if recipe is WITH_NAMES]
        self.names_share_ = float(names_weigh[0]) if names_weigh else 0.0

    def _out_of_fold(self, views: Sequence[Rows], classes: Classes, recipe: Recipe, rng: np.random.Generator) -> Floats:
        """Return probabilities [n, classes] by models that did not see the row: 5 folds, 3 where that is dear."""
        n, n_classes = len(classes), len(self.classes_)
        folds = 3 if n > 200 or n * n_classes > 8000 else 5
        order = np.random.default_rng(self.random_state).permutation(n)  # the same folds for every recipe
        fold = np.empty(n, dtype=np.int64)
        fold[order] = deal([str(classes[row]) for row in order], [], np.zeros(0, dtype=np.int8), k=folds)
        found = np.zeros((n, n_classes))
        for number in np.unique(fold):
            out = fold == number
            part = self._fitted([view[~out] for view in views], classes[~out], recipe)
            found[out] = part.probabilities([view[out] for view in views])
        return found

    def _fitted(self, views: Sequence[Rows], classes: Classes, recipe: Recipe) -> Part:
        """Return one recipe fitted on rows of every view."""
        n_classes = len(self.classes_)
        names = self.name_prototypes_ if recipe.name_worth else None
        if names is None:
            present, places = np.unique(classes, return_inverse=True)
        else:
            present, places = np.arange(n_classes), classes
        if len(present) < 2:
            return Part(present, (), n_classes)
        fitted = [
            _fit_view(rows, places.astype(np.int64), names[view] if names else None, recipe, len(present))
            for view, rows in enumerate(views)
        ]
        return Part(present, tuple(fitted), n_classes)

    def _mixed(self, views: Sequence[Rows]) -> Floats:
        mix = np.zeros((len(views[0]), len(self.classes_)))
        for share, part in self.parts_:
            mix += share * part.probabilities(views)
        if self.temperature_ == 1.0:
            return mix
        return softmax(np.log(np.maximum(mix, 1e-9)) / self.temperature_)


def _fit_view(rows: Rows, classes: Classes, names: Floats | None, recipe: Recipe, n_classes: int) -> Weights:
    """Return the weights for one view: classes weigh the same, and a name counts as one more row of its class."""
    prototypes = prototypes_of(rows, classes, names, recipe.name_worth, n_classes)
    prior = recipe.prior * (prototypes - prototypes.mean(axis=0)).T
    n = len(classes)
    if n == 0:
        return Weights(NAMES_ALONE * prior, np.zeros(n_classes))
    counts = np.bincount(classes, minlength=n_classes)
    if names is None:
        by_class = n / (n_classes * counts)
        return shrunk_regression(rows, classes, prior, c=recipe.c, sample_weight=by_class[classes])
    by_class = (n + n_classes) / (n_classes * (counts + 1.0))
    return shrunk_regression(
        np.vstack([rows, prototypes]),
        np.concatenate([classes, np.arange(n_classes)]),
        prior,
        c=recipe.c,
        sample_weight=np.concatenate([by_class[classes], by_class]),
    )


def _log_softmax(logits: Floats) -> Floats:
    lowered = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(lowered - np.log(np.exp(lowered).sum(axis=1, keepdims=True)))


def _temperature(probabilities: Floats, classes: Classes) -> float:
    """Return the temperature at which the classes [n] are most likely under probabilities [n, K]."""
    logs = np.log(np.clip(probabilities, FLOOR, 1.0))
    rows = np.arange(len(classes))

    def lost(log_temperature: float) -> float:
        return -float(_log_softmax(logs / np.exp(log_temperature))[rows, classes].mean())

    return float(np.exp(minimize_scalar(lost, bounds=(-2.5, 2.5), method="bounded").x))


def _likelihood(probabilities: Floats, classes: Classes) -> float:
    """Return the mean log-likelihood of the classes [n] under the probabilities [n, K] at their best temperature."""
    temperature = _temperature(probabilities, classes)
    scaled = softmax(np.log(np.clip(probabilities, FLOOR, 1.0)) / temperature)
    return float(np.log(np.clip(scaled[np.arange(len(classes)), classes], FLOOR, 1.0)).mean())
