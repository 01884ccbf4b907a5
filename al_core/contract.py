"""What heuristic code sees: these names exist without import and can be imported from here, too.

The base classes delegate to `self.model`, so a class with only `__init__` runs. The decorators attach their
settings and return the method itself: tracebacks then show the author's own lines and nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.text import tokenize
from al_core.types import OUTSIDE, TokenLabel

__all__ = [
    "OUTSIDE",
    "LearningClassifier",
    "LearningExtractor",
    "Text",
    "Token",
    "TokenLabel",
    "listen_to_progress",
    "params_fit",
    "params_inference",
    "probabilities_of",
    "progress",
    "visible_names",
]

Method = TypeVar("Method", bound=Callable[..., Any])
Vectors = NDArray[np.float32]


class LearningClassifier:
    """Base of active learners that decide about whole records.

    In `fit` and `predict_proba` a learner may read, beside the labels, what carries no answer: the names of all labels
    of the task, the vectors of these names (float32 [labels, dim], None where names say nothing or the embedding's
    model cannot read them), a sample of the project's rows (float32 [m, dim]), and how many views of a text an
    embedding holds side by side (2 for pool features). With `starts_from_names = True` and label vectors, `fit` is
    called on no label, and on one label only, as well, and `classes_` may hold any label of the task.
    """

    model: Any
    starts_from_names: bool = False
    label_names_all: tuple[str, ...] = ()
    label_vectors: Vectors | None = None
    pool_sample: Vectors | None = None
    embedding_views: int = 1

    def fit(self, embeddings: Vectors, labels: NDArray[np.str_]) -> None:
        """Return nothing; fits `self.model` on embeddings [n, dim] and labels [n]."""
        self.model.fit(embeddings, labels)

    def predict_proba(self, embeddings: Vectors) -> NDArray[np.floating[Any]]:
        """Return the probabilities [n, classes] of `self.model`, or what stands for them: see `probabilities_of`."""
        return probabilities_of(self.model, embeddings)


def probabilities_of(model: Any, embeddings: Vectors) -> NDArray[np.floating[Any]]:  # noqa: ANN401
    """Return probabilities [n, classes] of a fitted model, in the order of its `classes_`.

    One without `predict_proba` gives its `decision_function` through a sigmoid (two classes, or several labels a
    record) or a softmax; one that only has `predict` gives 1 for its label. Both are calibrated out-of-fold later, so
    that the confidence of a bare label is the precision of such labels. Raises InvalidInput for other models.
    """
    if hasattr(model, "predict_proba"):
        probabilities: NDArray[np.floating[Any]] = model.predict_proba(embeddings)
        return probabilities
    if hasattr(model, "decision_function"):
        margins = np.asarray(model.decision_function(embeddings), dtype=np.float64)
        if margins.ndim == 1:
            positive = 1 / (1 + np.exp(-margins))
            return np.column_stack([1 - positive, positive])
        if getattr(model, "multilabel_", False):
            return np.asarray(1 / (1 + np.exp(-margins)))
        odds = np.exp(margins - margins.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))
    classes = getattr(model, "classes_", None)
    if classes is None or not hasattr(model, "predict"):
        raise InvalidInput(
            f"{type(model).__name__} has neither predict_proba nor decision_function nor predict with classes_.",
            "Write a predict_proba that returns a column a class.",
        )
    said = np.asarray(model.predict(embeddings))
    if said.ndim == 2:
        return np.asarray(said, dtype=np.float64)
    return np.asarray(said[:, None] == np.asarray(classes)[None, :], dtype=np.float64)


class LearningExtractor:
    """Base of active learners that find spans: embeddings are a list of float32 [tokens, dim]."""

    model: Any

    def fit(self, embeddings: list[Vectors], labels: list[list[TokenLabel]]) -> None:
        """Return nothing; fits `self.model` on one matrix and one list of token labels a record."""
        self.model.fit(embeddings, labels)

    def predict_proba(self, embeddings: list[Vectors]) -> tuple[list[list[str]], list[list[float]]]:
        """Return the label of every token, and its confidence, of `self.model`."""
        found: tuple[list[list[str]], list[list[float]]] = self.model.predict_proba(embeddings)
        return found


def params_fit(
    embedding_name: str | Sequence[str], train_test_split: float | None = None
) -> Callable[[Method], Method]:
    """Return a decorator for `fit`: which embedding(s) it gets, and the share held out for the evaluation.

    >>> @params_fit(embedding_name="text-classification-tfidf")
    ... def fit(self, embeddings, labels): ...
    >>> fit.embedding_name
    'text-classification-tfidf'
    """
    if callable(embedding_name):
        raise InvalidInput("@params_fit needs parentheses.", 'Write @params_fit(embedding_name="...").')
    settings = {"embedding_name": embedding_name, "train_test_split": train_test_split}
    return lambda method: _with_settings(method, settings)


def params_inference(
    min_confidence: float | dict[str, float] = 0.8, label_names: Iterable[str] | None = None
) -> Callable[[Method], Method]:
    """Return a decorator for `predict_proba`: which predictions are kept, all labels when None are named.

    >>> @params_inference(min_confidence=0.9)
    ... def predict_proba(self, embeddings): ...
    >>> predict_proba.min_confidence
    0.9
    """
    if callable(min_confidence):
        raise InvalidInput("@params_inference needs parentheses.", "Write @params_inference(min_confidence=0.8).")
    settings = {"min_confidence": min_confidence, "label_names": label_names}
    return lambda method: _with_settings(method, settings)


def _with_settings(method: Method, settings: Mapping[str, object]) -> Method:
    for name, value in settings.items():
        setattr(method, name, value)
    return method


class Token(str):
    """One token of a text: a str that knows its half-open character offsets and its number `i`."""

    start: int
    end: int
    i: int

    def __new__(cls, word: str, start: int, i: int) -> Token:
        """Return the token `word` that starts at character `start`."""
        token = super().__new__(cls, word)
        token.start, token.end, token.i = start, start + len(word), i
        return token

    @property
    def text(self) -> str:
        """Return the token as a plain str."""
        return str(self)


class Text(str):
    """A text attribute of a record: a str with `.text` and `.tokens`.

    >>> [token.start for token in Text("It works").tokens]
    [0, 3]
    """

    @property
    def text(self) -> str:
        """Return the text as a plain str."""
        return str(self)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Return the tokens in order."""
        offsets = tokenize(str(self))
        return tuple(Token(self[start:end], start, i) for i, (start, end) in enumerate(offsets))


_progress_listener: list[Callable[[float, str], None]] = []


def progress(fraction: float, message: str = "") -> None:
    """Return nothing; tells whoever watches the run how far it is, 0 to 1. Does nothing outside a run."""
    for listener in _progress_listener:
        listener(float(fraction), str(message))


def listen_to_progress(listener: Callable[[float, str], None]) -> None:
    """Return nothing; sends what `progress` gets to `listener`. Called once, in the process of a run."""
    _progress_listener[:] = [listener]


def visible_names() -> dict[str, object]:
    """Return what heuristic code sees without import, by name."""
    visible = (LearningClassifier, LearningExtractor, params_fit, params_inference, Text, TokenLabel, progress)
    return {value.__name__: value for value in visible} | {"OUTSIDE": OUTSIDE}
