"""Every tagger under one contract, and what each of them learns on records that can be checked by eye."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from al_core.errors import InvalidInput
from al_core.sequencelearn import CONSTANT_OUTSIDE, BaseTagger, PointTagger, SequenceTagger, point_tagger
from al_core.sequencelearn.metrics import get_confusion_matrix
from al_core.sequencelearn.sequence_tagger import CRFTagger
from al_core.types import OUTSIDE, TokenLabel

ROOT = Path(__file__).resolve().parents[2]
POINT = ["Logistic", "SupportVector", "NearestNeighbor", "Bayes", "Gaussian", "Tree", "Forest", "Ada"]
TAGGERS = [CRFTagger, *(getattr(point_tagger, f"{name}Tagger") for name in POINT)]
O = "OUTSIDE"  # noqa: E741


def vectors(sequence: list[str], rng: np.random.Generator) -> np.ndarray:
    """One vector a token that tells its label, with noise."""
    corner = {O: [0, 0, 1], "city": [1, 0, 0], "day": [0, 1, 0]}
    return np.array([corner[str(name)] for name in sequence], dtype=np.float32).reshape(-1, 3) + rng.normal(
        0, 0.05, (len(sequence), 3)
    ).astype(np.float32)


LABELS = [["city", "city", O, "day"], [O], [], [O, O, "day", "day", O], ["city"], [O, "city", "city", O, O, "day"]] * 2


@pytest.fixture(scope="module")
def records():
    rng = np.random.default_rng(0)
    return [vectors(one, rng) for one in LABELS]


@pytest.mark.parametrize("tagger", TAGGERS, ids=lambda one: one.__name__)
def test_every_tagger_learns_and_keeps_the_lengths(tagger, records):
    fitted = tagger()
    assert fitted.fit(records, LABELS) is fitted
    assert fitted.classes_ == [O, "city", "day"]
    assert fitted.idx2label[fitted.label2idx["day"]] == "day"
    labels, confidence = fitted.predict_proba(records)
    assert labels == LABELS == fitted.predict(records)
    assert [len(one) for one in confidence] == [len(one) for one in LABELS]
    assert all(0 < value <= 1 for one in confidence for value in one)
    for one, marginal in zip(confidence, fitted.predict_marginals(records), strict=True):
        np.testing.assert_allclose(marginal.sum(axis=1), 1, atol=1e-6)
        assert marginal.shape == (len(one), 3)
    assert fitted.score(records, LABELS) == 1.0


@pytest.mark.parametrize("tagger", TAGGERS, ids=lambda one: one.__name__)
def test_clone_keeps_the_parameters_and_forgets_the_fit(tagger, records):
    given = {"l2": 3.0} if tagger is CRFTagger else {}
    original = tagger(**given).fit(records, LABELS)
    copy = clone(original)
    assert copy.get_params() == original.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(records)


def test_grid_search_chooses_the_penalty(records):
    search = GridSearchCV(CRFTagger(num_epochs=30), {"l2": [0.1, 1e6]}, cv=2).fit(records, LABELS)
    assert search.best_params_ == {"l2": 0.1}
    assert search.best_score_ > 0.9
    other = GridSearchCV(point_tagger.LogisticTagger(), {"C": [1e-6, 10.0]}, cv=2).fit(records, LABELS)
    assert other.best_params_ == {"C": 10.0}


def test_a_tagger_takes_the_keyword_arguments_of_its_classifier():
    assert point_tagger.NearestNeighborTagger(n_neighbors=2).get_params()["n_neighbors"] == 2
    assert point_tagger.LogisticTagger().set_params(C=7).model.C == 7
    assert clone(point_tagger.ForestTagger(n_estimators=3)).model.n_estimators == 3
    with pytest.raises(ValueError, match="nonsense"):
        point_tagger.LogisticTagger().set_params(nonsense=1)


def test_the_five_parameters_of_the_template_are_taken_and_nothing_is_random(records):
    given = {"num_epochs": 100, "learning_rate": 0.001, "momentum": 0.9, "random_seed": None, "verbose": False}
    one, other = (CRFTagger(**given).fit(records, LABELS).predict_proba(records)[1] for _ in range(2))
    assert one == other


def test_the_crf_reads_the_neighbours_where_the_token_alone_says_nothing():
    # the same vector is a city after "in" (0) and nothing after "or" (1): only the neighbour tells
    word = {"in": [0.0, 1, 0], "or": [1.0, 0, 0], "Bath": [0.0, 0, 1]}
    texts = [["in", "Bath"], ["or", "Bath"]] * 10
    labels = [["prep", "city"], ["conj", O]] * 10
    embeddings = [np.array([word[token] for token in text], np.float32) for text in texts]
    crf = CRFTagger(l2=0.1).fit(embeddings, labels)
    assert crf.predict(embeddings[:2]) == labels[:2]
    point = point_tagger.LogisticTagger().fit(embeddings, labels)
    assert point.predict(embeddings[:2]) != labels[:2]


def begins(name: str, *starts: bool) -> list[TokenLabel]:
    return [TokenLabel(name, begins=start) for start in starts]


def test_touching_spans_of_one_label_stay_two():
    # a first token (x) and a following one (y): two names side by side
    first, follow, none = [1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]
    embeddings = [np.array(rows, np.float32) for rows in ([first, follow, first, none], [none, first, follow])] * 6
    labels = [[*begins("name", True, False, True), OUTSIDE], [OUTSIDE, *begins("name", True, False)]] * 6
    for tagger in (CRFTagger(l2=0.1), point_tagger.LogisticTagger(C=100)):
        found = tagger.fit(embeddings, labels).predict(embeddings[:1])[0]
        assert found == ["name", "name", "name", O]
        assert [token.begins for token in found] == [True, False, True, False]
    never = CRFTagger(l2=0.1, bio=False).fit(embeddings, labels).predict(embeddings[:1])[0]
    assert [token.begins for token in never] == [True, False, False, False]


def test_inside_never_follows_another_label_or_begins_a_record():
    follow = np.array([[0, 1.0, 0]] * 3, np.float32)  # looks like the middle of a name three times over
    embeddings = [np.array([[1.0, 0, 0], [0, 1.0, 0], [1.0, 0, 0], [0, 0, 1.0]], np.float32)] * 8
    labels = [[*begins("name", True, False, True), OUTSIDE]] * 8
    crf = CRFTagger(l2=0.1).fit(embeddings, labels)
    path = crf.chain_.paths(follow, np.array([3]))
    assert not crf.states_.inside[path[0]]


def test_one_label_only_no_span_at_all_and_no_token():
    embeddings = [np.ones((2, 3), np.float32), np.zeros((0, 3), np.float32)]
    for tagger in (CRFTagger(), point_tagger.SupportVectorTagger()):
        labels, confidence = tagger.fit(embeddings, [[O, O], []]).predict_proba(embeddings)
        assert (labels, confidence) == ([[O, O], []], [[1.0, 1.0], []])
    assert CRFTagger().fit(embeddings, [["city", "city"], []]).predict([[], []]) == [[], []]


@pytest.mark.parametrize(
    ("embeddings", "labels", "words"),
    [
        ([np.ones((2, 3))], [["a"]], "2 tokens and 1 labels"),
        ([np.ones((2, 3))], [["a", "b"], ["a"]], "1 records have 2"),
        ([np.ones((1, 3)), np.ones((1, 2))], [["a"], ["b"]], "shapes"),
        ([np.full((1, 3), np.nan)], [["a"]], "NaN"),
        ([np.ones((0, 3))], [[]], "no token"),
    ],
)
def test_what_does_not_fit_is_said(embeddings, labels, words):
    with pytest.raises(InvalidInput, match=words):
        CRFTagger().fit(embeddings, labels)


def test_vectors_of_another_embedding_are_refused(records):
    with pytest.raises(InvalidInput, match="4 dimensions, those in fit had 3"):
        CRFTagger().fit(records, LABELS).predict([np.ones((1, 4))])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from([O, "city", "day"]), max_size=7), min_size=1, max_size=6).filter(any))
def test_ragged_in_ragged_out(labels):
    rng = np.random.default_rng(1)
    embeddings = [vectors(one, rng) for one in labels]
    found, confidence = CRFTagger(num_epochs=5).fit(embeddings, labels).predict_proba(embeddings)
    assert [len(one) for one in found] == [len(one) for one in confidence] == [len(one) for one in labels]


def test_the_confusion_matrix_counts_tokens_in_bio():
    matrix, names = get_confusion_matrix([["city", O, "day"]], [["city", "city", O]])
    assert names == ["B-city", "I-city", "B-day", "I-day", O]
    assert matrix[names.index("I-city"), names.index(O)] == 1
    assert matrix[names.index(O), names.index("B-day")] == 1
    assert matrix.sum() == 3


def test_names_of_the_original_are_there():
    assert issubclass(CRFTagger, SequenceTagger) and issubclass(point_tagger.TreeTagger, PointTagger)
    assert issubclass(PointTagger, BaseTagger) and CRFTagger().CONSTANT_OUTSIDE == CONSTANT_OUTSIDE == O


def test_it_needs_numpy_scipy_and_scikit_learn_only():
    command = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name in {'pandas', 'pyarrow', 'regex', 'torch', 'duckdb', 'streamlit'}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent)\n"
        "from al_core.sequencelearn.sequence_tagger import CRFTagger\n"
        "from al_core.sequencelearn import point_tagger, metrics, util\n"
        "print(CRFTagger().fit([[[1.0]], [[0.0]]], [['a'], ['b']]).predict([[[1.0]]]))"
    )
    ended = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stdout == "[['a']]\n", ended.stderr
