"""The worker that computes a cold-start order: `python -m al_core.embedders.typical FD VECTORS OUT SEED`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import write_durably


def write_order(report: Report, arguments: Sequence[str]) -> None:
    """Write the typical rows of the .npy file named first, most typical first, to the one named second."""
    from al_core.learning.typicality import typical_order

    source, out, seed = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    matrix = np.load(source, mmap_mode="r", allow_pickle=False)
    finite = np.flatnonzero(np.isfinite(matrix).all(axis=1))
    order = typical_order(np.asarray(matrix[finite], dtype=np.float32), rng=np.random.default_rng(seed))
    rows = finite[order].astype(np.int32)
    write_durably(out, lambda file: np.save(file, rows, allow_pickle=False))


if __name__ == "__main__":
    run_child(write_order)
