"""An embedding job: a worker process, chunks that survive it, and errors that reach the person."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.embedders import resolve
from al_core.embedders.chunks import iter_chunks, read_chunks, write_chunk
from al_core.embedders.jobs import EmbedJob, embed_texts, typical
from al_core.errors import JobFailed


def sha(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_texts(path, texts):
    path.write_text("".join(json.dumps({"sha": sha(text), "text": text}) + "\n" for text in texts))
    return path


def run(job, on_progress=lambda fraction, message: None, on_start=lambda pid: None):
    return embed_texts(job, on_progress=on_progress, on_start=on_start)


def test_a_job_gives_each_text_its_vector(tmp_path):
    texts = ["Where is my parcel?", "", "Zeile\nzwei – ü 👍", "\ud800"]
    job = EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", texts), tmp_path / "out")
    pids, fractions, messages = [], [], []

    def on_progress(fraction, message):
        fractions.append(fraction)
        messages.append(message)

    result = run(job, on_progress, pids.append)
    assert (result.n, result.n_new, result.dim) == (4, 4, 256)
    assert result.model_sha == resolve("hashing").model_sha()
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1], messages[-1]) == (0, 1, "4 of 4 texts")
    assert len(pids) == 1
    shas, vectors = read_chunks(job.folder)
    assert shas.tolist() == [sha(text).encode() for text in texts]
    assert np.array_equal(vectors, resolve("hashing").embed(texts, lambda done: None))


def test_parquet_and_a_repeated_text(tmp_path):
    texts = ["one", "two", "one"]
    table = pa.table({"text": texts, "sha": [sha(text) for text in texts]})
    pyarrow.parquet.write_table(table, tmp_path / "texts.parquet")
    result = run(EmbedJob("hashing", tmp_path / "texts.parquet", tmp_path / "out"))
    assert (result.n, result.n_new) == (2, 2)
    assert read_chunks(tmp_path / "out")[0].tolist() == [sha("one").encode(), sha("two").encode()]


def test_only_missing_texts_are_embedded(tmp_path):
    job = EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", ["one", "two"]), tmp_path / "out")
    run(job)
    write_texts(job.texts, ["one", "two", "three"])
    again = run(job)
    assert (again.n, again.n_new) == (3, 1)
    assert [len(shas) for shas, _ in iter_chunks(job.folder)] == [2, 1]


def test_another_model_in_the_same_folder_starts_afresh(tmp_path):
    job = EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", ["one two", "two three"]), tmp_path / "out")
    run(job)
    other = run(EmbedJob("tfidf-svd", job.texts, job.folder))
    assert (other.n, other.n_new) == (2, 2)
    assert read_chunks(job.folder)[1].shape == (2, other.dim)


def test_fitted_vectors_are_never_mixed_with_those_of_a_smaller_corpus(tmp_path):
    job = EmbedJob("tfidf-svd", write_texts(tmp_path / "texts.jsonl", ["red car", "blue car"]), tmp_path / "out")
    first = run(job)
    write_texts(job.texts, ["blue car", "red car"])
    same = run(job)
    write_texts(job.texts, ["blue car", "red car", "green bus"])
    larger = run(job)
    assert (same.model_sha, same.n_new) == (first.model_sha, 0)
    assert larger.model_sha != first.model_sha
    assert (larger.n, larger.n_new) == (3, 3)


def test_no_texts_is_no_error(tmp_path):
    result = run(EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", []), tmp_path / "out"))
    assert (result.n, result.dim) == (0, 0)


def test_killed_worker_fails_the_job_and_its_chunks_are_reused(tmp_path):
    texts = [f"text number {n} " + "word " * 2000 for n in range(3000)]
    job = EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", texts), tmp_path / "out")
    pids = []

    def kill_after_a_chunk(fraction, message):
        if next(iter_chunks(job.folder), None) is not None:
            os.kill(pids[0], signal.SIGKILL)

    with pytest.raises(JobFailed, match="killed"):
        run(job, kill_after_a_chunk, pids.append)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    kept = len(read_chunks(job.folder)[0])
    assert 512 <= kept < 3000
    assert not (job.folder / "done.json").exists()
    result = run(job)
    assert (result.n, result.n_new) == (3000, 3000 - kept)
    shas, vectors = read_chunks(job.folder)
    assert sorted(shas.tolist()) == sorted(sha(text).encode() for text in texts)
    assert len(vectors) == 3000


def test_an_error_in_the_callback_kills_the_worker(tmp_path):
    job = EmbedJob("hashing", write_texts(tmp_path / "texts.jsonl", ["one"]), tmp_path / "out")
    pids = []

    def fail(fraction, message):
        raise KeyError("page is gone")

    with pytest.raises(KeyError):
        run(job, fail, pids.append)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_worker_ends_when_its_server_is_gone(tmp_path):
    texts = write_texts(tmp_path / "texts.jsonl", [f"text number {n} " + "word " * 2000 for n in range(20_000)])
    code = (
        "import os, signal, sys; from pathlib import Path; from al_core.embedders.jobs import EmbedJob, embed_texts\n"
        "def die(fraction, message):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "embed_texts(EmbedJob('hashing', Path(sys.argv[1]), Path(sys.argv[2])), on_progress=die,"
        " on_start=lambda pid: print(pid, flush=True))"
    )
    server = subprocess.run(
        [sys.executable, "-c", code, str(texts), str(tmp_path / "out")], stdout=subprocess.PIPE, text=True, check=False
    )
    assert server.returncode == -signal.SIGKILL
    worker = int(server.stdout)
    deadline = time.monotonic() + 60
    while is_running(worker):
        assert time.monotonic() < deadline, "the worker goes on without its server"
        time.sleep(0.05)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # an orphan that nobody has waited for yet has ended all the same
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_a_mistake_reaches_the_person_in_words(tmp_path):
    with pytest.raises(JobFailed) as caught:
        run(EmbedJob("no-such-model", write_texts(tmp_path / "texts.jsonl", ["one"]), tmp_path / "out"))
    assert caught.value.message == "No embedder 'no-such-model'."
    assert "hashing" in caught.value.hint


def test_a_crash_brings_the_last_lines(tmp_path):
    (tmp_path / "texts.jsonl").write_text("not json\n")
    with pytest.raises(JobFailed) as caught:
        run(EmbedJob("hashing", tmp_path / "texts.jsonl", tmp_path / "out"))
    assert "exit code 1" in caught.value.message
    assert "JSONDecodeError" in caught.value.hint


def test_vectors_without_their_shas_do_not_count(tmp_path):
    write_chunk(tmp_path, [sha("one")], np.ones((1, 2), dtype=np.float32))
    (tmp_path / "chunk-00001.npy").write_bytes(b"half a chunk")
    shas, vectors = read_chunks(tmp_path)
    assert shas.tolist() == [sha("one").encode()]
    assert vectors.tolist() == [[1.0, 1.0]]


def test_an_empty_folder_has_no_vectors(tmp_path):
    shas, vectors = read_chunks(tmp_path)
    assert (len(shas), vectors.shape) == (0, (0, 0))


def test_typical_order_is_computed_elsewhere_and_leaves_out_missing_rows(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float16)
    vectors[[3, 50]] = np.nan
    np.save(tmp_path / "vectors.npy", vectors)
    pids = []
    typical(tmp_path / "vectors.npy", tmp_path / "typical.npy", on_start=pids.append)
    order = np.load(tmp_path / "typical.npy")
    assert order.dtype == np.int32
    assert len(order) > 0
    assert len(set(order.tolist())) == len(order)
    assert set(order.tolist()) <= set(range(60)) - {3, 50}
    assert len(pids) == 1


def test_typical_order_of_a_missing_file_fails_with_its_last_lines(tmp_path):
    with pytest.raises(JobFailed) as caught:
        typical(tmp_path / "none.npy", tmp_path / "typical.npy")
    assert "none.npy" in caught.value.hint
    assert not (tmp_path / "typical.npy").exists()
