"""The worker that finds near-duplicates: `python -m al_core.embedders.grouping FD VECTORS ROWS OUT`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import write_durably
from al_core.learning.duplicates import near_duplicate_groups


def write_groups(report: Report, arguments: Sequence[str]) -> None:
    """Write, for each row of the matrix in VECTORS that the file ROWS names, the first row of its group to OUT."""
    source, wanted, out = Path(arguments[0]), Path(arguments[1]), Path(arguments[2])
    rows = np.load(wanted, allow_pickle=False)
    vectors = np.load(source, mmap_mode="r", allow_pickle=False)[rows]
    first = near_duplicate_groups(
        vectors,
        on_progress=lambda fraction: report({"fraction": fraction, "message": f"comparing {len(rows):,} records"}),
    )
    write_durably(out, lambda file: np.save(file, rows[first]))


if __name__ == "__main__":
    run_child(write_groups)
