"""How many labels of a class the code's own cross-validation asks for."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from al_core.source.parsing import NotLiteral, SourceProblem, constants, literal, parse

DEFAULT_FOLDS = 5  # scikit-learn's cv=None
CROSS_VALIDATORS = frozenset(
    (
        "GridSearchCV",
        "RandomizedSearchCV",
        "HalvingGridSearchCV",
        "HalvingRandomSearchCV",
        "CalibratedClassifierCV",
        "RFECV",
        "SequentialFeatureSelector",
        "StackingClassifier",
        "TunedThresholdClassifierCV",
        "LogisticRegressionCV",
        "cross_val_score",
        "cross_val_predict",
        "cross_validate",
    )
)
SPLITTERS = frozenset(("StratifiedKFold", "RepeatedStratifiedKFold"))


def needs_per_class(source: str) -> int:
    """Return how many labels some class must have for the code's cross-validation, 1 if it does none.

    scikit-learn's stratified splitters refuse when no class has as many members as there are folds.

    >>> needs_per_class("GridSearchCV(model, params, cv=3)"), needs_per_class("LogisticRegression()")
    (3, 1)
    """
    try:
        tree = parse(source)
    except SourceProblem:
        return 1
    known = constants(tree) | _local_constants(tree)
    folds = [_folds(node, known) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return max([1, *folds])


def _folds(call: ast.Call, known: Mapping[str, ast.expr]) -> int:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in SPLITTERS:
        return _count(call.args[0] if call.args else keywords.get("n_splits"), known)
    if name in CROSS_VALIDATORS:
        return _count(keywords.get("cv"), known)
    return 1


def _count(node: ast.expr | None, known: Mapping[str, ast.expr]) -> int:
    """Return the number of folds that an argument asks for; a splitter given in its place counts for itself."""
    if node is None:
        return DEFAULT_FOLDS
    try:
        value = literal(node, known)
    except NotLiteral:
        return 1
    if value is None:
        return DEFAULT_FOLDS
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _local_constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return names that any function or class gives a number, so that `folds = 3` in `__init__` is understood."""
    return {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
