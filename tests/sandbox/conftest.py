"""Executors and small jobs for tests that really run heuristic code."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from al_core.execution import FitPredict, Limits
from al_core.execution.local import LocalExecutor

SHORT = Limits(seconds=20.0, memory_mib=512, scratch_mib=16, log_kib=64)
LABELS = ("ham", "spam") * 10


@pytest.fixture(scope="session")
def executor():
    """The strongest protection that works here, as the app uses it."""
    with_best_tier = LocalExecutor()
    yield with_best_tier
    with_best_tier.close()


@pytest.fixture(scope="session")
def vectors(tmp_path_factory) -> Path:
    """30 x 2 vectors: even rows lie at (0, row), odd rows at (1, row)."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.npy"
    rows = np.arange(30)
    np.save(path, np.stack([rows % 2, rows], axis=1).astype(np.float32))
    return path


@pytest.fixture(scope="session")
def job(vectors):
    """Makes a job from code: 20 labels, ham on even and spam on odd rows; 30 rows are predicted."""

    def make(source: str, **changes: object) -> FitPredict:
        made = FitPredict(source, (vectors,), np.arange(20), LABELS, limits=SHORT)
        return dataclasses.replace(made, **changes)

    return make


@pytest.fixture(scope="session")
def run(executor, job):
    """Runs code to its outcome."""

    def run_to_end(source: str, **changes: object):
        return executor.start(job(source, **changes)).wait(60)

    return run_to_end
