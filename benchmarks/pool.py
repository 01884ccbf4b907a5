"""A large pool: features of 10,000 to 1,000,000 rows, and one fit with a prediction of every row.

The worker that the app starts, on made-up texts and random vectors of 384 numbers; then the learner for few labels on
100 labels. Each step is a process of its own, whose CPU seconds and largest resident memory are read at its end.
Memory counts the pages of mapped files too, which the system may take back. `--rows 10000 100000` measures less.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.embedders import pool_worker
from al_core.embedders.chunks import SHA_DTYPE
from al_core.learning.fewshot import FewShotClassifier
from al_core.learning.prototypes import MOST_ROWS
from benchmarks.figures import Figure, measured, report

DIM, N_WORDS, TEXT_WORDS, PIECE = 384, 20_000, 12, 50_000
N_LABELS, N_CLASSES = 100, 4
MOST_GIB = 8.0


def make(folder: Path, n: int, dtype: str) -> None:
    """Write what a job of pool features gets: texts.parquet, vectors.npy [n, 384], shas.npy."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(N_WORDS)])
    rare = 1.0 / np.arange(1, N_WORDS + 1)
    often = np.cumsum(rare / rare.sum())
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=dtype, shape=(n, DIM))
    shas = np.zeros(n, dtype=SHA_DTYPE)
    schema = pa.schema([("sha", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(folder / "texts.parquet", schema) as writer:
        for start in range(0, n, PIECE):
            size = min(PIECE, n - start)
            drawn = words[np.minimum(np.searchsorted(often, rng.random((size, TEXT_WORDS))), N_WORDS - 1)]
            texts = [f"{' '.join(row)} {start + place}" for place, row in enumerate(drawn)]
            names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
            writer.write_table(pa.table({"sha": names, "text": texts}, schema=schema))
            vectors[start : start + size] = rng.normal(size=(size, DIM)) / np.sqrt(DIM)
            shas[start : start + size] = names
    vectors.flush()
    np.save(folder / "shas.npy", shas)


def features(folder: Path) -> None:
    """Fit and apply the pool features, as the app's worker process does."""
    n = len(np.load(folder / "shas.npy", mmap_mode="r"))
    paths = {"folder": folder, "texts": folder / "texts.parquet", "vectors": folder / "vectors.npy"}
    paths["shas"] = folder / "shas.npy"
    job = {**{name: str(path) for name, path in paths.items()}, "n": n, "fit": True, "base_sha": "made-up"}
    (folder / "job.json").write_text(json.dumps(job))
    pool_worker.run_job(lambda values: None, [str(folder / "job.json")])


def learner(folder: Path) -> None:
    """Fit the learner for few labels on 100 labels, and predict every row in one call."""
    rows = np.load(folder / "out.npy", mmap_mode="r")
    rng = np.random.default_rng(0)
    names = [f"label {place}" for place in range(N_CLASSES)]
    sample = np.asarray(rows[np.sort(rng.permutation(len(rows))[:MOST_ROWS])])
    few = FewShotClassifier(names, rng.normal(size=(N_CLASSES, rows.shape[1])), sample, views=2)
    few.fit(np.asarray(rows[:N_LABELS]), [names[place % N_CLASSES] for place in range(N_LABELS)])
    found = few.predict_proba(rows)
    assert found.shape == (len(rows), N_CLASSES)


def in_a_process(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """Return (CPU seconds, largest resident memory in GiB) of a process that does the work."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work(folder)
            code = 0
        finally:
            os._exit(code)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"{work.__name__} ended with status {status}")
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 2**30


def figures_of(n: int, dtype: str) -> list[Figure]:
    """Return the figures of a pool of `n` rows."""
    figures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_a_process(lambda place: make(place, n, dtype), folder)
        for words, work in (("pool features", features), ("fit on 100 labels and prediction", learner)):
            seconds, gib = in_a_process(work, folder)
            figures.append(measured(f"{n:,} rows, {words}", seconds, "CPU-s"))
            figures.append(measured(f"{n:,} rows, {words}: peak memory", gib, "GiB", at_most=MOST_GIB))
            print(f"{n:,} rows, {words}: {seconds:.1f} CPU-s, {gib:.2f} GiB", file=sys.stderr, flush=True)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--dtype", choices=("float16", "float32"), default="float32", help="of the encoder's vectors")
    arguments = parser.parse_args()
    report([one for n in arguments.rows for one in figures_of(n, arguments.dtype)], arguments.json)


if __name__ == "__main__":
    main()
