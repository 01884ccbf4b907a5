"""Adapting the encoder: what it learns from, what it refuses, and that a cancelled job leaves nothing behind."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from al_core.embedders.base import unit_rows
from al_core.embedders.chunks import write_chunk
from al_core.embedders.jobs import EmbedResult
from al_core.embedders.worker import read_texts
from al_core.errors import Cancelled, InvalidInput, JobFailed
from al_core.workflow import adapting
from al_core.workflow.adapting import adapt, adapted, prospect


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    """Let the packaged model count as installed: no test here loads it."""
    monkeypatch.setattr("al_core.embedders.minilm.MiniLM.available", lambda self: "")


@pytest.fixture
def workers(monkeypatch):
    """The two workers played in this process; what they were asked is kept."""
    seen = {}

    def tune(job, *, on_progress, on_start):
        seen["texts"] = sorted(text for _, text in read_texts(job.texts))
        seen["truth"] = np.load(job.truth)
        (job.folder / "model").mkdir()
        (job.folder / "model" / "modules.json").write_text("[]")
        return job.folder / "model", "sha-of-tuned"

    def embed(job, *, on_progress, on_start):
        seen["model_was_there"] = (job.folder.parent / "model" / "modules.json").is_file()
        rows = list(read_texts(job.texts))
        job.folder.mkdir()
        write_chunk(job.folder, [sha for sha, _ in rows], unit_rows(np.array([[len(text), 1.0] for _, text in rows])))
        return EmbedResult("sha-of-tuned", 2, len(rows), len(rows))

    monkeypatch.setattr(adapting, "tune_encoder", tune)
    monkeypatch.setattr(adapting, "embed_texts", embed)
    monkeypatch.setattr(adapting, "store_typical", lambda *_: None)
    monkeypatch.setattr(adapting, "embed", lambda *found: seen.update(pool=found[3]))
    return seen


def left(shop):
    return sorted(path.name for path in shop.store.tunings.folder.glob("*"))


def names(shop):
    return [one.name for one in shop.store.embeddings.all(shop.project.project_id)]


def test_it_learns_from_what_is_not_in_the_audit_sample_and_remembers_it(shop, workers):
    shop.answer(range(30))
    shop.answer(range(30, 40), drawn_by="random", probability=1.0)
    found = prospect(shop.store, shop.task)
    assert (found.n_used, found.n_held_back, found.why_not) == (30, 10, "")
    assert not found.minutes.is_measured
    assert 0 < found.minutes.least < found.minutes.most < 60
    name = shop.workspace.jobs.wait(adapt(shop.workspace, shop.project, shop.task, shop.ann).job_id)
    assert name == "text-classification-adapted-1"
    assert workers["texts"] == sorted(f"text {i}" for i in range(30))
    assert workers["truth"].sum(axis=0).tolist() == [10, 10, 10]
    assert workers["model_was_there"]
    assert workers["pool"].endswith("adapted-1-pool")
    assert left(shop) == ["adapted-1"]
    assert prospect(shop.store, shop.task).minutes.is_measured
    file = shop.store.embeddings.vectors(shop.store.embeddings.named(shop.project.project_id, name))
    assert np.load(file.path).shape == (60, 2)
    assert file.model_sha == "sha-of-tuned"
    (one,) = adapted(shop.store, shop.project)
    assert (one.name, one.n_learnt, one.n_others, one.is_measurable, one.person) == ("adapted-1", 30, 10, False, "Ann")
    shop.answer(range(40, 60))
    assert adapted(shop.store, shop.project)[0].is_measurable
    assert shop.workspace.jobs.wait(adapt(shop.workspace, shop.project, shop.task, shop.bo).job_id).endswith("-2")


def test_too_few_answers_are_refused_with_what_is_missing(shop):
    shop.answer(range(0, 57, 3), "A")
    shop.answer([1, 4, 7], "B")
    shop.answer([2], "C", drawn_by="random", probability=1.0)
    with pytest.raises(InvalidInput) as refused:
        adapt(shop.workspace, shop.project, shop.task, shop.ann)
    assert refused.value.message == (
        "Too few answers to learn from: 22 texts (A 19, B 3, C 0). The 1 of the audit sample are held back. "
        "Adapting needs 20, with at least two labels of 4 or more each."
    )
    shop.answer([10], "B")
    assert prospect(shop.store, shop.task).why_not == ""


def test_a_cancelled_or_failed_job_leaves_nothing(shop, workers, monkeypatch):
    shop.answer(range(30))
    before = names(shop)
    tuning, killed = threading.Event(), threading.Event()

    def wait_for_the_end(job, *, on_progress, on_start):
        (job.folder / "model").mkdir()
        tuning.set()
        assert killed.wait(20)
        raise JobFailed("The worker process was killed.")

    monkeypatch.setattr(adapting, "tune_encoder", wait_for_the_end)
    job = adapt(shop.workspace, shop.project, shop.task, shop.ann)
    assert tuning.wait(20)
    assert adapt(shop.workspace, shop.project, shop.task, shop.bo).job_id == job.job_id
    shop.workspace.jobs.cancel(job.job_id)
    killed.set()
    with pytest.raises((Cancelled, JobFailed)):
        shop.workspace.jobs.wait(job.job_id)
    assert shop.workspace.jobs.get(job.job_id).state == "cancelled"
    assert (left(shop), names(shop), shop.store.tunings.all()) == ([], before, ())


def test_what_was_cut_off_is_swept_when_the_workspace_is_opened(shop):
    for name in ("unfinished-1", "adapted-9"):
        (shop.store.tunings.folder / name / "model").mkdir(parents=True)
    type(shop.store.tunings)(shop.store._database, shop.store.tunings.folder)
    assert left(shop) == []
