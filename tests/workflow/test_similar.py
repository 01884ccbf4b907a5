"""Similar records, the map and near-duplicates through real worker processes, on a shop of sixty records."""

from __future__ import annotations

import numpy as np
import pytest

from al_core.errors import InvalidInput, JobFailed, NotFound
from al_core.store.landscape import CONFLICT
from al_core.workflow.embedding import embed
from al_core.workflow.mapping import UNKNOWN, colourings, draw_map, map_key, map_of
from al_core.workflow.near_duplicates import find_near_duplicates, near_duplicates
from al_core.workflow.running import run
from al_core.workflow.similar import embed_typed, near_record, near_text, searchable


@pytest.fixture
def pairs(shop):
    """Vectors in which records 0 and 3 say the same, and so do 1 and 4; all others have directions of their own."""
    units = np.eye(shop.n, dtype=np.float32)
    units[3], units[4] = units[0], units[1]
    units[2, 0] = 0.5

    def fill(rows, start):
        rows[:] = units[start : start + len(rows)]

    record_nos, shas = shop.store.records.shas(shop.attribute.attribute_id)
    shop.store.embeddings.put(shop.embedding, record_nos, shas, fill, dim=shop.n, model_sha="m")
    return shop


def test_neighbours_come_with_text_and_truth_and_without_the_record_itself(pairs):
    pairs.answer([3], "B")
    found = near_record(pairs.store, pairs.embedding, pairs.task, 0, 3)
    assert [one.record_no for one in found[:2]] == [3, 2]
    same, near = found[:2]
    assert (same.text, same.label, same.says_the_same) == ("text 3", pairs.label_id("B"), True)
    assert (near.cosine, near.label, near.says_the_same) == (0.4472, None, False)
    assert len(found) == 3


def test_a_record_without_a_vector_says_where_to_get_one(pairs):
    with pytest.raises(NotFound, match="Record 60 has no vector in text-classification-hashing"):
        near_record(pairs.store, pairs.embedding, pairs.task, 60, 3)


def test_a_typed_text_is_embedded_once_by_a_worker(shop):
    workspace = shop.workspace
    workspace.jobs.wait(embed(workspace, shop.project, shop.attribute, "hashing", shop.ann).job_id)
    embedding = searchable(shop.store, shop.project, shop.task)[0]
    assert near_text(workspace, embedding, shop.task, "text 7", 2) is None
    workspace.jobs.wait(embed_typed(workspace, shop.project, embedding, " text 7 ", shop.ann).job_id)
    found = near_text(workspace, embedding, shop.task, "text 7", 2)
    assert found is not None and found[0].record_no == 7 and found[0].says_the_same
    assert near_text(workspace, embedding, shop.task, "text 8", 2) is None


def test_a_typed_text_and_vectors_of_an_older_model_are_not_compared(shop):
    job = embed_typed(shop.workspace, shop.project, shop.embedding, "text 7", shop.ann)
    with pytest.raises(InvalidInput, match="not the one any more"):
        shop.workspace.jobs.wait(job.job_id)
    assert near_text(shop.workspace, shop.embedding, shop.task, "text 7", 2) is None


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_an_empty_or_endless_text_is_refused_before_anything_starts(shop, text):
    with pytest.raises(InvalidInput, match="1 to 20,000 characters"):
        embed_typed(shop.workspace, shop.project, shop.embedding, text, shop.ann)


def test_a_model_that_reads_all_texts_together_takes_no_single_one(shop):
    embedding = shop.store.embeddings.ensure(shop.project.project_id, shop.attribute, "classification", "tfidf-svd")
    with pytest.raises(InvalidInput, match="all texts of the project together"):
        embed_typed(shop.workspace, shop.project, embedding, "text", shop.ann)


def test_a_map_goes_with_its_vectors(shop):
    assert map_of(shop.store, shop.embedding) is None
    shop.workspace.jobs.wait(draw_map(shop.workspace, shop.project, shop.embedding, shop.ann).job_id)
    drawn = map_of(shop.store, shop.embedding)
    assert drawn is not None and drawn.n_records == 60
    assert drawn.record_no.tolist() == list(range(60)) and drawn.points.shape == (60, 2)
    kinds = [drawn.points[kind::3].mean(axis=0) for kind in range(3)]
    assert min(np.linalg.norm(kinds[one] - kinds[other]) for one, other in [(0, 1), (0, 2), (1, 2)]) > 0.2
    shop.put_vectors(60)
    assert map_of(shop.store, shop.embedding) is None


def test_a_cancelled_map_leaves_none(shop, monkeypatch):
    killed: list[int] = []

    def cancelled_at_once(*_, on_progress, on_start, **__):
        on_start(0)
        board.cancel(board.of(map_key(shop.embedding)).job_id)
        raise JobFailed("The worker process was killed.")

    board = shop.workspace.jobs
    monkeypatch.setattr("al_core.workflow.mapping.lay_out", cancelled_at_once)
    monkeypatch.setattr("al_core.workflow.mapping.killer", lambda pid: lambda: killed.append(pid))
    job = draw_map(shop.workspace, shop.project, shop.embedding, shop.ann)
    with pytest.raises(JobFailed):
        board.wait(job.job_id)
    assert killed == [0] and board.recent()[0].state == "cancelled"
    assert map_of(shop.store, shop.embedding) is None


def test_colours_are_truth_and_honest_predictions(shop):
    shop.answer(range(30))
    shop.answer([0], "B", by=shop.bo)
    shop.workspace.jobs.wait(run(shop.workspace, shop.heuristic(), shop.ann).job_id)
    shop.workspace.jobs.wait(run(shop.workspace, shop.heuristic(name="Second"), shop.ann).job_id)
    truth, label, confidence, *_, contrary = colourings(shop.store, shop.task, np.arange(60))
    assert [truth.name, label.name, confidence.name, contrary.name] == [
        "Truth",
        "Nearest",
        "Nearest, confidence",
        "Disagreement",
    ]
    assert truth.label[:4].tolist() == [CONFLICT, shop.label_id("B"), shop.label_id("C"), shop.label_id("A")]
    assert (truth.label[30:] == UNKNOWN).all()
    assert label.label[3] == shop.label_id("A") and label.label[59] == shop.label_id("C")
    assert ((confidence.amount > 0) & (confidence.amount <= 1))[1:].all()
    assert (contrary.amount[1:] == 0).all()


def test_groups_say_where_the_same_text_has_different_truths(pairs):
    assert near_duplicates(pairs.store, pairs.embedding, pairs.task) is None
    pairs.answer([1], "A")
    pairs.answer([4], "B")
    pairs.workspace.jobs.wait(find_near_duplicates(pairs.workspace, pairs.project, pairs.embedding, pairs.ann).job_id)
    groups = near_duplicates(pairs.store, pairs.embedding, pairs.task)
    assert groups is not None and (groups.n, groups.n_spare) == (2, 2)
    contrary, plain = groups.shown
    assert (contrary.record_nos, contrary.contradicts, contrary.n_unlabelled) == ((1, 4), True, 0)
    assert (plain.record_nos, plain.contradicts, plain.n_unlabelled, plain.text) == ((0, 3), False, 2, "text 0")
