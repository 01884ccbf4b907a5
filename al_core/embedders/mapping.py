"""The worker that lays vectors out in a plane: `python -m al_core.embedders.mapping FD VECTORS ROWS OUT SEED`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import write_durably


def write_points(report: Report, arguments: Sequence[str]) -> None:
    """Write a point [m, 2] for each row of the matrix in VECTORS that the file ROWS names, in that order, to OUT."""
    from al_core.learning.projection import plane

    source, wanted, out, seed = Path(arguments[0]), Path(arguments[1]), Path(arguments[2]), int(arguments[3])
    rows = np.load(wanted, allow_pickle=False)
    vectors = np.load(source, mmap_mode="r", allow_pickle=False)[rows]
    points = plane(
        vectors,
        rng=np.random.default_rng(seed),
        on_progress=lambda fraction: report({"fraction": fraction, "message": f"laying out {len(rows):,} records"}),
    )
    write_durably(out, lambda file: np.save(file, points))


if __name__ == "__main__":
    run_child(write_points)
