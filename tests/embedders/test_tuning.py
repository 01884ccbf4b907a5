"""Tuning the packaged model in a real worker: a few steps bring texts of one label together; a kill leaves no model."""

from __future__ import annotations

import json
import os
import signal

import numpy as np
import pytest

from al_core.embedders import resolve
from al_core.embedders.minilm import MiniLM
from al_core.embedders.tuning_jobs import TuneJob, tune_encoder
from al_core.errors import JobFailed

TEXTS = ("parcel late", "card refused", "where is my box", "pay by invoice")

pytestmark = pytest.mark.skipif(bool(MiniLM().available()), reason="the packaged model is not installed")


@pytest.fixture
def job(tmp_path):
    shas = [f"{row:064}" for row in range(len(TEXTS))]
    lines = [json.dumps({"sha": sha, "text": text}) + "\n" for sha, text in zip(shas, TEXTS, strict=True)]
    (tmp_path / "texts.jsonl").write_text("".join(lines))
    np.save(tmp_path / "shas.npy", np.array(shas, dtype="S64"))
    np.save(tmp_path / "truth.npy", np.array([[1, 0], [0, 1], [1, 0], [0, 1]]))
    return TuneJob(
        "all-MiniLM-L6-v2",
        tmp_path / "texts.jsonl",
        tmp_path / "shas.npy",
        tmp_path / "truth.npy",
        tmp_path,
        steps=4,
    )


def apart(vectors):
    """How much nearer texts of one label are than texts of two."""
    cosine = vectors @ vectors.T
    return (cosine[0, 2] + cosine[1, 3]) / 2 - cosine[:2, :2][0, 1]


def test_texts_of_one_label_come_together_and_the_model_is_whole(job):
    messages = []
    folder, model_sha = tune_encoder(job, on_progress=lambda _, text: messages.append(text), on_start=lambda pid: None)
    assert messages[-1] == "learning, 4 of 4 steps"
    tuned, before = resolve(str(folder)), resolve("all-MiniLM-L6-v2")
    assert (tuned.available(), tuned.model_sha()) == ("", model_sha)
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    vectors = tuned.embed(TEXTS, lambda done: None)
    assert vectors.shape == (4, 384)
    assert apart(vectors) > apart(before.embed(TEXTS, lambda done: None)) + 0.05
    assert tuned.loaded().max_seq_length == before.loaded().max_seq_length


def test_a_killed_worker_leaves_no_finished_model(job):
    pids = []

    def kill_at_once(fraction, message):
        os.kill(pids[0], signal.SIGKILL)

    with pytest.raises(JobFailed, match="killed"):
        tune_encoder(job, on_progress=kill_at_once, on_start=pids.append)
    assert not (job.folder / "done.json").exists()
