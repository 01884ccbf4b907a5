"""Writes the sample project's files anew: `python -m data.sample.generate [--vectors]`.

Deterministic: the same seed gives the same bytes. Without `--vectors` only the texts are written; with it
also the vectors and the cold-start order, for which the model must be installed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from data.sample.messages import Message, make_message

FOLDER = Path(__file__).resolve().parent
SEED = 7
N_TRAIN, N_TEST = 1600, 600
MODEL = "all-MiniLM-L6-v2"


def build(n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = SEED) -> list[Message]:
    """Return the messages by the day they came in; no text comes twice, not even in another case."""
    rng = Random(seed)
    messages: dict[str, Message] = {}
    for split, n in (("train", n_train), ("test", n_test)):
        wanted = len(messages) + n
        while len(messages) < wanted:
            message = make_message(rng, split)
            messages.setdefault(message.text.lower(), message)
    return sorted(messages.values(), key=lambda message: message.received)


def external_id(position: int) -> str:
    """Return the id of the record at a position from 0: "M0001" is the first."""
    return f"M{position + 1:04d}"


def records_csv(messages: Sequence[Message]) -> bytes:
    """Return the records as CSV (UTF-8, quoted line breaks), without anything that gives a label away."""
    file = io.StringIO(newline="")
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["id", "text", "channel", "received", "split"])
    for position, message in enumerate(messages):
        received = message.received.isoformat()
        rows.writerow([external_id(position), message.text, message.channel, received, message.split])
    return file.getvalue().encode()


def truth_jsonl(messages: Sequence[Message]) -> bytes:
    """Return the true labels as JSON lines: id, topic, and spans as half-open code point offsets."""
    lines = []
    for position, message in enumerate(messages):
        spans = [{"start": span.start, "end": span.end, "label": span.label} for span in message.spans]
        lines.append(json.dumps({"id": external_id(position), "topic": message.topic, "spans": spans}) + "\n")
    return "".join(lines).encode()


def write_texts(messages: Sequence[Message]) -> None:
    """Write records.csv and truth.jsonl."""
    (FOLDER / "records.csv").write_bytes(records_csv(messages))
    (FOLDER / "truth.jsonl").write_bytes(truth_jsonl(messages))


def write_vectors(messages: Sequence[Message]) -> None:
    """Write vectors.npy (float16 [n, 384]), typical.npy (int32), what is made of them, and meta.json about them."""
    from al_core.embedders import resolve
    from al_core.learning.typicality import typical_order

    embedder = resolve(MODEL)
    vectors = embedder.embed([message.text for message in messages], lambda done: None).astype(np.float16)
    order = typical_order(vectors.astype(np.float32), rng=np.random.default_rng(SEED))
    np.save(FOLDER / "vectors.npy", vectors, allow_pickle=False)
    np.save(FOLDER / "typical.npy", order.astype(np.int32), allow_pickle=False)
    write_pool_features([message.text for message in messages], vectors.astype(np.float32))
    write_label_names(sorted({message.topic for message in messages}))
    meta = {
        "synthetic": True,
        "seed": SEED,
        "n_train": N_TRAIN,
        "n_test": N_TEST,
        "records_sha256": hashlib.sha256(records_csv(messages)).hexdigest(),
        "model": embedder.name,
        "model_sha256": embedder.model_sha(),
        "dim": vectors.shape[1],
    }
    (FOLDER / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")


def write_pool_features(texts: Sequence[str], vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    """Write pool.npy (float16 [n, 1024]) and typical_pool.npy, the cold-start order by these features."""
    from al_core.learning.typicality import typical_order

    features = pool_features(texts, vectors).astype(np.float16)
    order = typical_order(features.astype(np.float32), rng=np.random.default_rng(SEED))
    np.save(FOLDER / "pool.npy", features, allow_pickle=False)
    np.save(FOLDER / "typical_pool.npy", order.astype(np.int32), allow_pickle=False)


def pool_features(
    texts: Sequence[str], vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the pool features [n, 1024] of texts with their vectors [n, 384]."""
    from al_core.embedders.words import fit_words
    from al_core.learning.pool_features import fit_pool_features

    _, features = fit_pool_features(vectors, fit_words(texts).apply(texts), np.random.default_rng(0))
    return features.astype(np.float32)


def write_label_names(topics: Sequence[str]) -> None:
    """Write names.npy (float16 [m, 384]) and names.json: the sentences about the labels, and their vectors."""
    from al_core.embedders import resolve
    from al_core.learning.label_names import sentences

    texts = [text for topic in topics for text in sentences(topic)]
    np.save(FOLDER / "names.npy", resolve(MODEL).embed(texts, lambda done: None).astype(np.float16), allow_pickle=False)
    (FOLDER / "names.json").write_text(json.dumps(texts, indent=2) + "\n")


def summary(messages: Sequence[Message]) -> str:
    """Return the counts of topics and span types, for a look after a change."""
    topics = Counter(message.topic for message in messages)
    labels = Counter(span.label for message in messages for span in message.spans)
    without = sum(not message.spans for message in messages)
    return f"{len(messages)} messages, {without} without a span\n{dict(topics)}\n{dict(labels)}"


def main() -> None:
    """Write the files and print a summary."""
    parser = argparse.ArgumentParser(description="Write the sample project's files anew.")
    parser.add_argument("--vectors", action="store_true", help="also the vectors and the cold-start order")
    arguments = parser.parse_args()
    messages = build()
    write_texts(messages)
    if arguments.vectors:
        write_vectors(messages)
    sys.stdout.write(summary(messages) + "\n")


if __name__ == "__main__":
    main()
