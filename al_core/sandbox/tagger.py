"""Child side of extraction: fits a learner on records of token vectors, and takes its labels token by token."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import al_core.sequencelearn
import al_core.sequencelearn.metrics
import al_core.sequencelearn.point_tagger
import al_core.sequencelearn.sequence_tagger
import al_core.sequencelearn.util
from al_core.sandbox.learner import ROUNDING, ContractBroken, load_learner
from al_core.sandbox.token_frames import OUTSIDE as NO_LABEL
from al_core.sandbox.token_frames import TagJob, TokenTags
from al_core.types import OUTSIDE, TokenLabel

TOKENS_AT_ONCE = 65_536  # predict_proba sees about so many tokens at once, so that memory stays bounded
IMPORTED_AS = "sequencelearn"


def offer_sequencelearn() -> None:
    """Return nothing; from here on `import sequencelearn` finds ours, with its modules."""
    ours = al_core.sequencelearn.__name__
    for name, module in list(sys.modules.items()):
        if name == ours or name.startswith(f"{ours}."):
            sys.modules[IMPORTED_AS + name.removeprefix(ours)] = module


class TokenMatrix:
    """Token vectors of one or several files side by side, and where each record begins in them, [n + 1]."""

    def __init__(self, parts: Sequence[NDArray[np.floating[Any]]], offsets: NDArray[np.int64]) -> None:
        self.parts = parts
        self.offsets = offsets
        self.n_records = len(offsets) - 1

    def record(self, row: int) -> NDArray[np.float32]:
        """Return the vectors of one record, float32 [tokens, dim]."""
        begin, end = int(self.offsets[row]), int(self.offsets[row + 1])
        pieces = [part[begin:end] for part in self.parts]
        joined = pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)
        return joined.astype(np.float32)

    def counts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many tokens records have, [m]."""
        return np.asarray(self.offsets[rows + 1] - self.offsets[rows], dtype=np.int64)

    def chunks(self, rows: NDArray[np.int64]) -> Iterator[list[NDArray[np.float32]]]:
        """Yield the records numbered `rows` in order, as many together as have TOKENS_AT_ONCE tokens or so."""
        after = np.cumsum(self.counts(rows))
        for group in np.split(rows, np.flatnonzero(np.diff(after // TOKENS_AT_ONCE)) + 1):
            yield [self.record(int(row)) for row in group]


def run_job(job: TagJob, matrix: TokenMatrix) -> TokenTags:
    """Return what the heuristic says of the tokens that the job asks for; raises what its code raises."""
    learner = load_learner(job.source)
    wanted = np.arange(matrix.n_records) if job.predict_rows is None else job.predict_rows
    if (job.labels == NO_LABEL).all():
        n_tokens = int(matrix.counts(wanted).sum())
        print("No span in the training part: none is predicted, with 1.0, and fit is not called.")  # noqa: T201 - the log
        ones = np.ones(n_tokens, np.float32)
        return TokenTags(np.full(n_tokens, NO_LABEL, np.int16), np.zeros(n_tokens, bool), ones, ones)
    learner.fit([matrix.record(int(row)) for row in job.train_rows], _training_labels(job, matrix))
    parts = [_predicted(learner, job, chunk) for chunk in matrix.chunks(wanted)] if len(wanted) else []
    empty = TokenTags(np.zeros(0, np.int16), np.zeros(0, bool), np.zeros(0, np.float32), np.zeros(0, np.float32))
    columns = ("label", "begins", "confidence", "margin")
    return TokenTags(*(np.concatenate([getattr(one, name) for one in (empty, *parts)]) for name in columns))


def _training_labels(job: TagJob, matrix: TokenMatrix) -> list[list[TokenLabel]]:
    names = [*job.names, str(OUTSIDE)]
    made = {(i, start): TokenLabel(name, begins=start) for i, name in enumerate(names) for start in (False, True)}
    last = len(job.names)
    flat = [
        made[last if label == NO_LABEL else label, begins]
        for label, begins in zip(job.labels.tolist(), job.begins.tolist(), strict=True)
    ]
    ends = np.cumsum(matrix.counts(job.train_rows))
    return [flat[end - count : end] for end, count in zip(ends, matrix.counts(job.train_rows), strict=True)]


def _predicted(learner: Any, job: TagJob, embeddings: list[NDArray[np.float32]]) -> TokenTags:  # noqa: ANN401
    counts = [len(one) for one in embeddings]
    labels, confidences = _as_pair(learner.predict_proba(embeddings))
    for returned, name in ((labels, "labels"), (confidences, "confidences")):
        if len(returned) != len(counts):
            raise ContractBroken(f"predict_proba returned {name} of {len(returned)} records for {len(counts)} records.")
        wrong = [i for i, one in enumerate(returned) if len(one) != counts[i]]
        if wrong:
            raise ContractBroken(
                f"predict_proba returned {len(returned[wrong[0]])} {name} for a record of {counts[wrong[0]]} tokens; "
                f"so it did for {len(wrong)} of {len(counts)} records. Every token needs one."
            )
    number, begins = _numbered(labels, job.names)
    confidence = _in_range([value for one in confidences for value in one])
    return TokenTags(number, begins, confidence, _margins(learner, job, embeddings, confidence))


def _as_pair(returned: Any) -> tuple[Any, Any]:  # noqa: ANN401
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise ContractBroken(
            "predict_proba of an extractor must return two lists: the labels and the confidences of all tokens, "
            f"record by record. It returned {type(returned).__name__}."
        )
    return returned[0], returned[1]


def _numbered(labels: Sequence[Sequence[str]], names: tuple[str, ...]) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return label numbers and span beginnings of all tokens; raises ContractBroken for unknown names."""
    number = {name: i for i, name in enumerate(names)} | {str(OUTSIDE): NO_LABEL}
    flat = [label for record in labels for label in record]
    found = [number.get(str(label)) for label in flat]
    if None in found:
        wrong = str(flat[found.index(None)])[:100]
        raise ContractBroken(f"predict_proba gave the label {wrong!r}. Use one of: {', '.join(names)}, OUTSIDE.")
    begins = [bool(getattr(label, "begins", False)) for label in flat]
    return np.array(found, dtype=np.int16), np.array(begins, dtype=bool)


def _in_range(values: list[Any]) -> NDArray[np.float32]:
    try:
        confidence = np.array(values, dtype=np.float32).reshape(-1)
    except (TypeError, ValueError) as error:
        raise ContractBroken("The confidences of predict_proba must be numbers, one a token.") from error
    if not np.isfinite(confidence).all():
        raise ContractBroken(f"predict_proba gave NaN or infinity for {int((~np.isfinite(confidence)).sum())} tokens.")
    low, high = float(confidence.min(initial=0)), float(confidence.max(initial=0))
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ContractBroken(f"predict_proba gave confidences from {low:g} to {high:g}: they must lie within 0 and 1.")
    return confidence.clip(0, 1)


def _margins(
    learner: Any,  # noqa: ANN401
    job: TagJob,
    embeddings: list[NDArray[np.float32]],
    confidence: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return how far apart the two likeliest labels of each token are, where the tagger knows all probabilities."""
    marginals = getattr(getattr(learner, "model", None), "predict_marginals", None)
    if not job.margins or marginals is None:
        return confidence
    found = [np.asarray(one, dtype=np.float32) for one in marginals(embeddings)]
    if sum(len(one) for one in found) != len(confidence) or any(one.shape[1] < 2 for one in found):
        return confidence
    top = [np.sort(one, axis=1)[:, -2:] for one in found]
    flat = np.concatenate([one[:, 1] - one[:, 0] for one in top]) if top else confidence
    return np.nan_to_num(flat).clip(0, 1).astype(np.float32)
