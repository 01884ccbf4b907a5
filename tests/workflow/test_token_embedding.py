"""Token vectors of a project: computed once by text, one file with offsets, and taken up after a change."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.text import tokenize
from al_core.workflow.token_embedding import embed_tokens

TEXTS = ["ship to New York", "", "👩‍👩‍👧 Ana in Lyon", "ship to New York", "42"]


def ingest(store, project, folder, texts, first=0):
    staged = folder / "staged.parquet"
    numbers = range(first, first + len(texts))
    pq.write_table(
        pa.table({"row": range(len(texts)), "external_id": [f"id-{i}" for i in numbers], "text": texts}), staged
    )
    store.records.ingest(project.project_id, staged, ["text"], file="f.csv", sha=str(first))


def test_vectors_by_token_once_a_text_and_again_only_for_new_ones(workspace, tmp_path):
    store = workspace.store
    ann, project = store.projects.person("Ann"), store.projects.create("Mail")
    ingest(store, project, tmp_path, TEXTS)
    (attribute,) = store.projects.attributes(project.project_id)
    n_new = workspace.jobs.wait(embed_tokens(workspace, project, attribute, "hashing", ann).job_id)
    assert n_new == 4  # one text is there twice
    embedding = store.embeddings.named(project.project_id, "text-extraction-hashing")
    file = store.embeddings.vectors(embedding)
    tokens = store.token_vectors.of(file)
    vectors = np.load(file.path)
    assert tokens.counts.tolist() == [len(tokenize(text)) for text in TEXTS] == [4, 0, 4, 4, 1]
    assert (vectors.dtype, len(vectors)) == (np.float16, 13)
    np.testing.assert_array_equal(vectors[0:4], vectors[8:12])
    assert (embedding.granularity, embedding.dim, embedding.n_vectors) == ("extraction", vectors.shape[1], 5)

    ingest(store, project, tmp_path, ["ship to Lyon"], first=5)
    assert workspace.jobs.wait(embed_tokens(workspace, project, attribute, "hashing", ann).job_id) == 1
    again = store.embeddings.vectors(store.embeddings.named(project.project_id, embedding.name))
    assert again.path != file.path
    assert store.token_vectors.of(again).counts.tolist() == [4, 0, 4, 4, 1, 3]
    np.testing.assert_array_equal(np.load(again.path)[:13], vectors)
