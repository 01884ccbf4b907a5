"""Public data sets import without a problem; skipped where their folder is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from al_core.importers import Mapping, stage

BENCH = Path(os.environ.get("AL_BENCH_DATA", Path(__file__).parents[3] / "shared" / "bench"))

pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason=f"no benchmark data in {BENCH} (AL_BENCH_DATA)")


def test_banking77(tmp_path):
    staged = stage(BENCH / "banking77.parquet", Mapping(("text",), "id", "label"), tmp_path)
    assert (staged.n_records, len(staged.labels), staged.n_problems) == (13_083, 77, 0)
    assert staged.columns == ("text", "split")


def test_wnut17(tmp_path):
    staged = stage(BENCH / "wnut17.parquet", Mapping(("text",), "id", span_column="spans"), tmp_path)
    assert (staged.n_records, len(staged.labels), staged.n_problems) == (5_690, 6, 0)
