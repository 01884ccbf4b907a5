"""Embeddings: the vectors in force are always whole, and of the newest set."""

import numpy as np
import pytest

from al_core.errors import NotFound
from al_core.store import Store, embeddings
from al_core.types import Embedding


@pytest.fixture
def ensured(team) -> Embedding:
    return team.store.embeddings.ensure(team.project.project_id, team.attribute, "classification", "hashing")


def put(team, embedding, value, n=6, dim=2):
    """Store vectors of `dim` numbers that are all `value`."""
    record_nos, shas = team.store.records.shas(team.attribute.attribute_id)

    def fill(rows, start):
        rows[:] = value

    return team.store.embeddings.put(embedding, record_nos[:n], shas[:n], fill, dim=dim, model_sha="m1")


def test_the_name_says_attribute_granularity_and_model(team, ensured):
    assert ensured.name == "text-classification-hashing"
    assert team.store.embeddings.ensure(team.project.project_id, team.attribute, "classification", "hashing") == ensured
    with pytest.raises(NotFound, match="Use one of: text-classification-hashing"):
        team.store.embeddings.named(team.project.project_id, "text-classification-hasing")


def test_no_vectors_yet(team, ensured):
    assert team.store.embeddings.vectors(ensured) is None
    assert (ensured.n_vectors, ensured.coverage) == (0, 0.0)


def test_vectors_come_back_with_their_records(team, ensured):
    put(team, ensured, 0.5, n=3)
    file = team.store.embeddings.vectors(ensured)
    assert np.load(file.path).tolist() == [[0.5, 0.5]] * 3
    assert np.load(file.path).dtype == np.float32
    assert file.record_nos.tolist() == [0, 1, 2]
    assert file.shas.tolist() == team.store.records.shas(team.attribute.attribute_id)[1][:3].tolist()
    assert team.store.embeddings.named(team.project.project_id, ensured.name).coverage == 0.5


def test_coverage_never_exceeds_one(team, ensured):
    put(team, ensured, 0.5)
    team.store._database.rows("UPDATE record SET deleted_ts = now()::TIMESTAMP WHERE record_no < 2")
    assert team.store.embeddings.named(team.project.project_id, ensured.name).coverage == 1.0


def test_many_chunks_are_one_matrix(team, ensured, monkeypatch):
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    record_nos, shas = team.store.records.shas(team.attribute.attribute_id)

    def fill(rows, start):
        rows[:, 0] = np.arange(start, start + len(rows))

    path = team.store.embeddings.put(ensured, record_nos, shas, fill, dim=1, model_sha="m1")
    assert np.load(path, mmap_mode="r")[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_new_set_replaces_the_old_one_and_leaves_it_to_readers(team, ensured):
    put(team, ensured, 1)
    before = team.store.embeddings.vectors(ensured)
    put(team, ensured, 2)
    assert np.load(before.path)[0].tolist() == [1, 1]  # looked up before, opened after
    assert np.load(team.store.embeddings.vectors(ensured).path)[0].tolist() == [2, 2]
    put(team, ensured, 3)
    assert not before.path.exists()
    assert sorted(path.name for path in before.path.parent.glob("vectors-*[0-9].npy")) == [
        "vectors-0002.npy",
        "vectors-0003.npy",
    ]


class Killed(BaseException):
    """Stands for the end of the process at that moment."""


@pytest.mark.parametrize("moment", ["in the matrix", "before the row"])
def test_a_writer_that_dies_leaves_the_old_set(team, ensured, monkeypatch, moment):
    put(team, ensured, 1)

    def die(*arguments, **named):
        raise Killed

    monkeypatch.setattr(embeddings, "now" if moment == "before the row" else "_write_matrix", die)
    with pytest.raises(Killed):
        put(team, ensured, 2)
    monkeypatch.undo()
    folder = team.store.folder
    team.store.close()
    reopened = Store(folder)
    try:
        file = reopened.embeddings.vectors(ensured)
        assert np.load(file.path)[0].tolist() == [1, 1]
        assert [path.name for path in file.path.parent.glob("vectors-*[0-9].npy")] == ["vectors-0001.npy"]
        team.store = reopened
        put(team, ensured, 2)
        assert np.load(reopened.embeddings.vectors(ensured).path)[0].tolist() == [2, 2]
    finally:
        reopened.close()


def test_the_order_for_a_cold_start_belongs_to_its_vectors(team, ensured):
    team.store.embeddings.put_typical(ensured, np.array([1, 0]))  # no vectors: nothing to belong to
    put(team, ensured, 1)
    assert team.store.embeddings.vectors(ensured).typical.tolist() == []
    team.store.embeddings.put_typical(ensured, np.array([4, 2]))
    assert team.store.embeddings.vectors(ensured).typical.tolist() == [4, 2]
    put(team, ensured, 2)
    assert team.store.embeddings.vectors(ensured).typical.tolist() == []


def test_sets_of_one_model_are_found_in_all_projects(team, ensured, take_in):
    other = team.store.projects.create("Other")
    take_in(other, ["eins"])
    attribute = team.store.projects.attributes(other.project_id)[0]
    second = team.store.embeddings.ensure(other.project_id, attribute, "classification", "hashing")
    put(team, ensured, 1)
    assert [file.embedding.embedding_id for file in team.store.embeddings.same_model("hashing", "classification")] == [
        ensured.embedding_id
    ]
    put(team, second, 1)
    assert len(team.store.embeddings.same_model("hashing", "classification")) == 2
    assert team.store.embeddings.same_model("hashing", "extraction") == ()
