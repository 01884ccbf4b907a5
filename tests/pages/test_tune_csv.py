"""The curve as a file: what stands in one row belongs together, also after several dealings of the folds."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import numpy as np

from al_core.evaluation.averages import mean_curve
from al_core.evaluation.precision import precision_curve
from pages.components.tuning import curve_csv


def test_precision_is_correct_of_kept_and_large_counts_stay_whole():
    pool = np.full(1_234_567, 0.9)
    dealings = [
        precision_curve([0.9] * 4, right, pool, len(pool)) for right in ([1, 1, 1, 1], [1, 0, 0, 0])
    ]  # precision 1.00 and 0.25
    evaluation = SimpleNamespace(curve=mean_curve(dealings), corrected=None, run=SimpleNamespace(method="5-fold"))
    rows = {row["threshold"]: row for row in csv.DictReader(io.StringIO(curve_csv(evaluation)))}
    at = rows["0.9"]
    assert [at[name] for name in ("precision", "kept", "correct", "records")] == ["0.625", "4", "2.5", "1234567"]
    assert (rows["0.91"]["precision"], rows["0.91"]["correct"]) == ("", "0")
