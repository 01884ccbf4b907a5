"""Extraction: the CRF and the point tagger against the training rule of the original, on two public sets.

Token vectors of the packaged model; the first labelled sentences of a shuffled training part, 700 others to test on.
Spans are right when label and borders are; their confidence is the smallest of their tokens'. The original's rule is
made again here: padding trained as if it were text, all sentences in one batch, plain gradient steps of a fixed size
on a summed loss, one confidence a sentence (its network: a hidden layer of 100, then a CRF).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from al_core.embedders.token_choice import resolve_for_tokens
from al_core.evaluation.diagnosis import calibration_error, reliability
from al_core.evaluation.spans import OUTSIDE, Spans, agreement, built, scores
from al_core.sequencelearn.point_tagger import LogisticTagger
from al_core.sequencelearn.sequence_tagger import CRFTagger
from al_core.text import tokenize, tokens_under
from benchmarks.figures import Figure, benchmark_set, compared, measured, report
from benchmarks.padded_crf import PaddedCRF

SIZES, N_TEST, SEEDS_AT_FIRST = (100, 300, 1_000), 700, 3
SPANS_OF_SET = {"snips_slots": True, "wnut17": False}  # whether figures are promised for it


@dataclass(frozen=True, slots=True)
class Sentences:
    """Token vectors [tokens, dim] and labels of sentences."""

    vectors: list[NDArray[np.float32]]
    labels: list[list[str]]

    def only(self, places: NDArray[np.int64]) -> Sentences:
        """Return some of the sentences."""
        return Sentences([self.vectors[i] for i in places], [self.labels[i] for i in places])


@dataclass(frozen=True, slots=True)
class Measured:
    """What one tagger did once: nan where it ended without a result."""

    f1: float
    fit_seconds: float
    predict_seconds: float
    auroc: float
    calibration: float


def sentences(path: Path, n_train: int, seed: int) -> tuple[Sentences, Sentences]:
    """Return the first `n_train` sentences of a shuffled training part, and N_TEST of the test part."""
    rows = pq.read_table(path, columns=["text", "spans", "split"]).to_pylist()
    rng = np.random.default_rng(seed)
    parts = {name: [row for row in rows if row["split"] == name] for name in ("train", "test")}
    chosen = [parts["train"][i] for i in rng.permutation(len(parts["train"]))[:n_train]] + parts["test"][:N_TEST]
    texts = [row["text"] for row in chosen]
    vectors, counts = resolve_for_tokens("all-MiniLM-L6-v2").embed_tokens(texts, lambda done: None)
    ends = np.cumsum(counts)
    matrices = [vectors[end - n : end].astype(np.float32) for end, n in zip(ends, counts, strict=True)]
    found = Sentences(matrices, [_labels(row) for row in chosen])
    places = np.arange(len(chosen))
    return found.only(places[:n_train]), found.only(places[n_train:])


def _labels(row: dict[str, object]) -> list[str]:
    tokens = tokenize(str(row["text"]))
    labels = ["OUTSIDE"] * len(tokens)
    for span in row["spans"]:  # type: ignore[attr-defined]
        touched = tokens_under(tokens, span["start"], span["end"])
        if touched:
            labels[touched[0] : touched[1]] = [span["label"]] * (touched[1] - touched[0])
    return labels


def spans_of(labels: Sequence[Sequence[str]], confidence: Sequence[Sequence[float]], names: list[str]) -> Spans:
    """Return the spans of token labels, in runs of the same label: all taggers are read the same way."""
    number = {name: i for i, name in enumerate(names)} | {"OUTSIDE": OUTSIDE}
    flat = np.array([number[str(label)] for one in labels for label in one], dtype=np.int64)
    sure = np.array([value for one in confidence for value in one], dtype=np.float64)
    return built(flat, np.zeros(len(flat), dtype=bool), sure, np.array([len(one) for one in labels]))


def measure(make: Callable[[], object], train: Sentences, test: Sentences) -> Measured:
    """Return how a tagger does; one that stops with an error has no figures but its seconds."""
    tagger = make()
    started = time.process_time()
    try:
        tagger.fit(train.vectors, train.labels)  # type: ignore[attr-defined]
    except FloatingPointError as error:
        print(f"  {type(tagger).__name__} stopped: {error}", flush=True)
        return Measured(0.0, time.process_time() - started, np.nan, np.nan, np.nan)
    fitted = time.process_time()
    labels, confidence = tagger.predict_proba(test.vectors)  # type: ignore[attr-defined]
    predicted_at = time.process_time()
    names = sorted({label for part in (train, test) for one in part.labels for label in one} - {"OUTSIDE"})
    predicted = spans_of(labels, confidence, names)
    true = spans_of(test.labels, [[1.0] * len(one) for one in test.labels], names)
    right = agreement(predicted, true).exact
    lengths = np.array([len(one) for one in test.labels])
    both = bool(right.any() and not right.all())
    return Measured(
        f1=scores(predicted, true, lengths).exact.f1 or 0.0,
        fit_seconds=fitted - started,
        predict_seconds=predicted_at - fitted,
        auroc=float(roc_auc_score(right, predicted.confidence)) if both else np.nan,
        calibration=calibration_error(reliability(predicted.confidence, right)) or np.nan,
    )


def main() -> None:
    """Print the figures of both sets at each size."""
    arguments = _arguments()
    figures: list[Figure] = []
    for name, is_promised in SPANS_OF_SET.items():
        path = benchmark_set(name)
        for size in arguments.sizes if path else ():
            seeds = range(SEEDS_AT_FIRST if size == SIZES[0] else 1)
            figures += _figures(path, name, size, seeds, promised=is_promised)
            print(f"{name} {size} done", flush=True)
    report(figures, arguments.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="labelled sentences")
    return parser.parse_args()


def _figures(path: Path, name: str, size: int, seeds: Sequence[int], *, promised: bool) -> list[Figure]:
    makers: dict[str, Callable[[], object]] = {
        "CRF": CRFTagger,
        "point": lambda: LogisticTagger(C=1),
        "point, C 0.01": lambda: LogisticTagger(C=0.01),
        "original": PaddedCRF,
    }
    runs: dict[str, list[Measured]] = {maker: [] for maker in makers}
    for seed in seeds:
        train, test = sentences(path, size, seed)
        for maker, make in makers.items():
            runs[maker].append(measure(make, train, test))

    return _as_figures(f"{name}, {size} sentences", runs, promised=promised)


def _as_figures(place: str, runs: dict[str, list[Measured]], *, promised: bool) -> list[Figure]:
    def mean(maker: str, field: str) -> float:
        values = [getattr(one, field) for one in runs[maker]]
        return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")

    gain = mean("CRF", "f1") - mean("original", "f1")
    fit, other_fit, auroc = mean("CRF", "fit_seconds"), mean("original", "fit_seconds"), mean("CRF", "auroc")
    fields = (
        ("f1", "span F1", "F1"),
        ("fit_seconds", "fit", "CPU-s"),
        ("predict_seconds", f"{N_TEST} sentences predicted", "CPU-s"),
        ("auroc", "AUROC of span confidence", ""),
        ("calibration", "calibration error of span confidence", ""),
    )
    return [
        compared(
            f"{place}: fit of the CRF, the original's", fit, "CPU-s", other_fit, at_least=10 if promised else None
        ),
        measured(f"{place}: F1 of the CRF above the original's", gain, "F1", at_least=0.1 if promised else None),
        measured(f"{place}: AUROC of the CRF's spans", auroc, "", at_least=0.75 if promised else None),
        *(
            measured(f"{place}: {maker}, {words}", mean(maker, field), unit)
            for maker in runs
            for field, words, unit in fields
        ),
    ]


if __name__ == "__main__":
    main()
