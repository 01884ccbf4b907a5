"""Similar records in 100,000 and 1,000,000 vectors of 384 dimensions, against scikit-learn and faiss, one at a time."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.learning.neighbours import nearest
from benchmarks.figures import Figure, compared, measured, parse_arguments, report

SIZES = (100_000, 1_000_000)
DIM, K, QUERIES, SEED = 384, 10, 5, 0
CHUNK = 50_000

Search = Callable[[NDArray[np.float32]], object]


def main() -> None:
    """Print the figures; a baseline that is not installed (`requirements-bench.txt`) is left out."""
    arguments = parse_arguments(__doc__)
    print(f"seed {SEED}, {QUERIES} queries each, top {K}, median of CPU seconds", file=sys.stderr)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for n in SIZES:
            path = Path(folder) / f"{n}.npy"
            write_vectors(path, n)
            figures += of_size(path, n)
            path.unlink()
    sys.exit(0 if report(figures, arguments.json) else 1)


def of_size(path: Path, n: int) -> list[Figure]:
    """Return the figures of one size: ours reads the mapped file, the others hold the matrix in memory."""
    vectors = np.load(path, mmap_mode="r")
    rng = np.random.default_rng(SEED + 1)
    queries = [np.asarray(vectors[row]) for row in rng.integers(0, n, QUERIES)]
    searches: dict[str, Search] = {"ours": lambda query: nearest(vectors, query, K).rows}
    found = set(nearest(vectors, queries[0], K).rows.tolist())
    taken = allocated_mb(lambda: nearest(vectors, queries[1], K))
    in_memory = np.load(path)
    searches["scikit-learn"] = scikit_learn(in_memory)
    flat = faiss_flat(in_memory)
    if flat is not None:
        searches["faiss"] = flat
    for name, search in searches.items():
        same = len(set(np.asarray(search(queries[0])).ravel().tolist()) & found)
        if same < K - 1:  # rounding may swap the last place
            raise RuntimeError(f"{name} and ours disagree: {same} of {K} are the same")
    seconds = side_by_side(searches, queries)
    ours = seconds.pop("ours")
    sized = f"one query in {n:,} x {DIM}"
    figures = [compared(f"{sized}, against {name}", ours, "CPU-s", other) for name, other in seconds.items()]
    return [*figures, measured(f"memory that a search in {n:,} x {DIM} allocates", taken, "MB", at_most=64)]


def side_by_side(searches: dict[str, Search], queries: list[NDArray[np.float32]]) -> dict[str, float]:
    """Return the median CPU seconds of each search; they take turns, so that the machine's mood meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in searches}
    for query in queries:
        for name, search in searches.items():
            started = time.process_time()
            search(query)
            taken[name].append(time.process_time() - started)
    return {name: statistics.median(times) for name, times in taken.items()}


def scikit_learn(vectors: NDArray[np.float32]) -> Search:
    """Return what one would write with scikit-learn: brute force by cosine."""
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=K, algorithm="brute", metric="cosine").fit(vectors)
    return lambda query: index.kneighbors(query[None], return_distance=False)


def faiss_flat(vectors: NDArray[np.float32]) -> Search | None:
    """Return faiss's exact index by inner product, which is the cosine of unit vectors; None without faiss."""
    try:
        import faiss
    except ModuleNotFoundError:
        print("Left out: faiss is not installed. See requirements-bench.txt.", file=sys.stderr)
        return None
    index = faiss.IndexFlatIP(DIM)
    index.add(vectors)
    return lambda query: index.search(query[None], K)[1]


def write_vectors(path: Path, n: int) -> None:
    """Write `n` unit vectors that lie, like texts, near a surface of few dimensions."""
    rng = np.random.default_rng(SEED)
    directions = rng.standard_normal((24, DIM), dtype=np.float32)
    rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(n, DIM))
    for start in range(0, n, CHUNK):
        size = min(CHUNK, n - start)
        chunk = rng.standard_normal((size, 24), dtype=np.float32) @ directions
        chunk += rng.standard_normal((size, DIM), dtype=np.float32)
        rows[start : start + size] = chunk / np.linalg.norm(chunk, axis=1, keepdims=True)
    rows.flush()


def allocated_mb(work: Callable[[], object]) -> float:
    """Return the most memory that `work` has allocated at a time, in MB; pages of a mapped file are not its own."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024**2


if __name__ == "__main__":
    main()
