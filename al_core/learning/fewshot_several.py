"""The learner for few labels where a record has any number of them: the same start, a yes or no for each label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from al_core.learning.fewshot import (
    FLOOR,
    GUARD_FROM,
    LEAST_PART,
    NAMES_ALONE,
    PLAIN,
    WITH_NAMES,
    WITHOUT_NAMES,
    Recipe,
)
from al_core.learning.folds import deal
from al_core.learning.named_start import NamedStart, Rows
from al_core.learning.prototypes import Floats, prototypes_of, softmax, unit
from al_core.learning.shrunk_regression import Weights, shrunk_yes_no

Indicator = NDArray[np.int64]
Views = tuple[Weights, ...]
Line = tuple[float, float]  # slope and shift of the logits

AS_THEY_ARE: Line = (1.0, 0.0)
_HOLDS = 2.0  # how strongly few answers hold the line at AS_THEY_ARE


class FewShotMultiLabelClassifier(ClassifierMixin, NamedStart):  # type: ignore[misc]
    """A classifier for records with any number of labels, from no answer at all up to some hundreds.

    Parameters as in `FewShotClassifier`; rows [n, d] have 0 or 1 [n, L], and every label has a probability of its
    own. With P_l the prototype of a label (its name pulled to the pool, mixed with the rows that have it) and R_l
    the mean of the other labels' prototypes:

    - no answer: p_l = sigmoid(15 x.(P_l - R_l) - log(L - 1)), before the text is seen one label in L;
    - answers: a logistic regression for each label, shrunk towards 10 (P_l - R_l). A name is one more record, which
      has this label alone; one empty record has every label by 1 / L (by a half where there is one label), so that
      a label that all or no records have stays possible;
    - from ten records on, the same without names and plain logistic regression take part by their out-of-fold
      likelihood, of all labels together: a label that nobody gave yet could not judge its name;
    - from ten records on too, a slope and a shift of all logits (Platt 1999) by the same out-of-fold probabilities.
      Without them a few records make every label look too seldom: the free intercept fits the records that were
      learnt from, whose labels the weights already explain.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> FewShotMultiLabelClassifier:
        """Return the fitted learner, from rows [n, d] and 0 or 1 [n, L]; n may be 0 where names are given."""
        has_names = self.label_vectors is not None
        least = 0 if has_names else 1
        rows = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=least)
        yes: Indicator = check_array(y, dtype=np.int64, ensure_min_samples=least)
        if len(rows) != len(yes):
            raise ValueError(f"{len(rows)} rows have {len(yes)} rows of labels")
        if not np.isin(yes, (0, 1)).all():
            raise ValueError("y must hold 0 and 1, a column for each label")
        names = range(yes.shape[1]) if self.label_names is None else self.label_names
        if len(names) != yes.shape[1]:
            raise ValueError(f"y has {yes.shape[1]} columns for {len(names)} label_names")
        self.classes_ = np.array(list(names))
        self._settle(rows, yes.shape[1], np.random.default_rng(self.random_state))
        if self.label_vectors is not None and yes.shape[1] == 1:  # nothing to tell the one name apart from
            halves = np.split(np.asarray(self.label_vectors), self.views, axis=1)
            self.name_prototypes_ = tuple(unit(half) for half in halves)
        self._fit_parts(self._views(rows), yes)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return independent probabilities [n, L], one column for each label."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        views = self._views(rows)
        mix = sum(share * _probabilities(part, views) for share, part in self.parts_)
        return np.asarray(mix if self.line_ == AS_THEY_ARE else expit(_moved(np.asarray(mix), self.line_)))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return 0 or 1 [n, L]: the labels that are likelier than not."""
        return (self.predict_proba(X) > 0.5).astype(np.int64)

    def _fit_parts(self, views: Sequence[Rows], yes: Indicator) -> None:
        """Fit the recipes and how much each counts: by out-of-fold likelihood from ten records on."""
        n, n_labels = yes.shape
        named = [WITH_NAMES] if self.name_prototypes_ is not None else []
        recipes, share = named or [WITHOUT_NAMES], np.ones(1)
        self.line_ = AS_THEY_ARE
        if n >= GUARD_FROM:
            is_dear = n > 100 and n_labels >= 77  # then the first recipe alone, for its line
            recipes = recipes if is_dear else [*named, WITHOUT_NAMES, PLAIN]
            held_out = [self._out_of_fold(views, yes, recipe) for recipe in recipes]
            logged = [_likelihood(one, yes, _line(one, yes)) for one in held_out]
            share = softmax(n * np.array([logged]))[0]
            share = np.where(share < LEAST_PART, 0.0, share)
            share /= share.sum()
            self.line_ = _line(np.tensordot(share, np.array(held_out), axes=1), yes)
        kept = [(recipe, float(part)) for recipe, part in zip(recipes, share, strict=True) if part > 0]
        self.parts_ = [(part, self._fitted(views, yes, recipe)) for recipe, part in kept]
        self.names_share_ = sum(part for recipe, part in kept if recipe is WITH_NAMES)

    def _out_of_fold(self, views: Sequence[Rows], yes: Indicator, recipe: Recipe) -> Floats:
        """Return probabilities [n, L] by models that did not see the row: 5 folds, 3 where that is dear."""
        n, n_labels = yes.shape
        order = np.random.default_rng(self.random_state).permutation(n)  # the same folds for every recipe
        together = ["".join(map(str, row)) for row in yes[order]]
        fold = np.empty(n, dtype=np.int64)
        fold[order] = deal(together, [], np.zeros(0, dtype=np.int8), k=3 if n > 200 or n * n_labels > 8000 else 5)
        found = np.zeros((n, n_labels))
        for number in np.unique(fold):
            out = fold == number
            part = self._fitted([view[~out] for view in views], yes[~out], recipe)
            found[out] = _probabilities(part, [view[out] for view in views])
        return found

    def _fitted(self, views: Sequence[Rows], yes: Indicator, recipe: Recipe) -> Views:
        """Return one recipe fitted on rows of every view."""
        names = self.name_prototypes_ if recipe.name_worth else None
        return tuple(_fit_view(rows, yes, names[i] if names else None, recipe) for i, rows in enumerate(views))


def _fit_view(rows: Rows, yes: Indicator, names: Floats | None, recipe: Recipe) -> Weights:
    """Return the weights for one view, a column for each label."""
    n_labels = yes.shape[1]
    record, label = np.nonzero(yes)
    prototypes = prototypes_of(rows[record], label, names, recipe.name_worth, n_labels)
    n_others = max(n_labels - 1, 1)
    rest = (prototypes.sum(axis=0) - prototypes) / n_others
    prior = recipe.prior * (prototypes - rest).T
    if not len(rows):
        return Weights(NAMES_ALONE * prior, np.full(n_labels, -np.log(n_others)))
    empty, seldom = np.zeros((1, rows.shape[1])), np.full((1, n_labels), 1 / max(n_labels, 2))
    more = [] if names is None else [prototypes]
    owned = [] if names is None else [np.eye(n_labels)]
    return shrunk_yes_no(np.vstack([rows, empty, *more]), np.vstack([yes, seldom, *owned]), prior, c=recipe.c)


def _probabilities(part: Views, views: Sequence[Rows]) -> Floats:
    margins = [weights.logits(rows) for weights, rows in zip(part, views, strict=True)]
    return np.asarray(expit(np.mean(margins, axis=0)))


def _moved(probabilities: Floats, line: Line) -> Floats:
    """Return the logits of probabilities, stretched and shifted."""
    return np.asarray(line[0] * logit(np.clip(probabilities, FLOOR, 1 - FLOOR)) + line[1])


def _likelihood(probabilities: Floats, yes: Indicator, line: Line) -> float:
    """Return the mean over rows of the log-likelihood of all labels [n, L] together, with a line."""
    margins = np.where(yes == 1, 1, -1) * _moved(probabilities, line)
    return -float(np.logaddexp(0.0, -margins).sum(axis=1).mean())


def _line(probabilities: Floats, yes: Indicator) -> Line:
    """Return the slope and shift, the same for all labels, at which the labels [n, L] are most likely.

    Few answers cannot bend much: log slope and shift are held at 0 as if by a normal prior.
    """

    def lost(bent: Floats) -> float:
        held = 0.5 * _HOLDS * float((bent**2).sum())
        return held - len(yes) * _likelihood(probabilities, yes, (float(np.exp(bent[0])), float(bent[1])))

    log_slope, shift = minimize(lost, np.zeros(2), method="L-BFGS-B", bounds=[(-2.5, 2.5), (-5.0, 5.0)]).x
    return float(np.exp(log_slope)), float(shift)
