"""Pool features of a project: over vectors that come first, extended as rows come, made anew when many have."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.embedders import resolve
from al_core.embedders.pool_worker import run_job
from al_core.errors import InvalidInput
from al_core.workflow.embedding import embed, is_complete
from al_core.workflow.pool_embedding import make_pool, must_fit

WORDS = ("kettle", "parcel", "leaks", "late", "broken", "refund", "never", "please", "again", "box", "card")


@pytest.fixture
def bring(shop, tmp_path):
    """A function that adds `n` records; their base vectors are there at once."""

    def bring(first, n):
        texts = [" ".join(WORDS[(i * k) % 11] for k in (1, 5, 7)) + f" {i}" for i in range(first, first + n)]
        columns = {"row": range(n), "external_id": [f"more-{i}" for i in range(first, first + n)], "text": texts}
        pq.write_table(pa.table(columns), tmp_path / "more.parquet")
        shop.store.records.ingest(shop.project.project_id, tmp_path / "more.parquet", ["text"], file="f", sha="1")
        put_base(shop)

    return bring


def put_base(shop):
    record_nos, shas = shop.store.records.shas(shop.attribute.attribute_id)
    records = shop.store.records.get(shop.project.project_id, shop.attribute.attribute_id, record_nos.tolist())
    vectors = resolve("hashing").embed([records[number].text for number in record_nos.tolist()], lambda done: None)

    def fill(rows, start):
        rows[:] = vectors[start : start + len(rows)]

    model_sha = resolve("hashing").model_sha()
    shop.store.embeddings.put(shop.embedding, record_nos, shas, fill, dim=vectors.shape[1], model_sha=model_sha)


class Quiet:
    """A job's context for a call in this process."""

    def progress(self, fraction, message): ...
    def check(self): ...
    def child_ended(self): ...


@pytest.fixture
def make(shop, monkeypatch):
    """A function that makes the features as the job does, the worker's part in this process."""

    def in_this_process(module, arguments, **_):
        assert module == "al_core.embedders.pool_worker"
        run_job(lambda values: None, arguments)

    monkeypatch.setattr("al_core.embedders.jobs.run_module", in_this_process)

    def make():
        embeddings = shop.store.embeddings
        pool = embeddings.ensure(shop.project.project_id, shop.attribute, "classification", "hashing-pool")
        _, n_new = make_pool(shop.store, pool, embeddings.vectors(shop.embedding), Quiet(), lambda pid: None)
        file = embeddings.vectors(pool)
        return n_new, np.load(file.path), file, embeddings.fit_folder(pool)

    return make


def test_features_are_made_extended_and_made_anew(shop, bring, make):
    bring(0, 100)
    n_new, first, file, folder = make()
    assert (n_new, len(first)) == (160, 160)
    assert first.shape[1] > 2 * 256
    assert np.isfinite(first).all()
    for view in np.split(first, 2, axis=1):
        assert np.sqrt((view**2).sum(axis=1).mean()) == pytest.approx(1, abs=1e-3)

    bring(100, 20)
    n_new, second, extended, _ = make()
    assert (n_new, extended.model_sha) == (20, file.model_sha)
    assert np.array_equal(second[:160], first)
    assert make()[0] == 0

    bring(120, 60)  # 80 of 240 are new to what was fitted
    n_new, third, anew, _ = make()
    assert (n_new, len(third)) == (240, 240)
    assert anew.model_sha != file.model_sha
    assert json.loads((folder / "fit.json").read_text())["model_sha"] == anew.model_sha
    assert not (folder / "out.npy").exists()
    assert must_fit(folder, "another base model", anew.shas)


def test_they_wait_for_the_vectors_of_the_base_model(shop, make):
    shop.put_vectors(30)
    assert not is_complete(shop.store, shop.embedding)
    with pytest.raises(InvalidInput, match="text-classification-hashing lacks some vectors"):
        make()


def test_the_job_computes_what_is_missing_first(shop):
    job = embed(shop.workspace, shop.project, shop.attribute, "hashing-pool", shop.ann)
    assert shop.workspace.jobs.wait(job.job_id) == 60
    assert is_complete(shop.store, shop.embedding)
    pool = shop.store.embeddings.named(shop.project.project_id, "text-classification-hashing-pool")
    assert pool.coverage == 1
    assert len(shop.store.embeddings.vectors(pool).typical) > 0
