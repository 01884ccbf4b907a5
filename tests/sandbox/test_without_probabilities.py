"""Learners whose model has no predict_proba: margins are made probabilities, bare labels are votes."""

import numpy as np
import pytest

BARE = "class L(LearningClassifier):\n    def __init__(self):\n        {imports}\n        self.model = {model}\n"
ASKS = "\n    def predict_proba(self, embeddings):\n        return self.model.predict_proba(embeddings)\n"
SVM = BARE.format(imports="from sklearn.svm import LinearSVC", model="LinearSVC()")
ONLY_PREDICT = """
class Model:
    def fit(self, embeddings, labels):
        self.classes_ = sorted(set(labels))
    def predict(self, embeddings):
        return ["spam" if row[0] else "ham" for row in embeddings]
class L(LearningClassifier):
    def __init__(self):
        self.model = Model()
"""


@pytest.mark.parametrize("source", [SVM, SVM + ASKS], ids=["by default", "asked for"])
def test_margins_become_probabilities(run, source):
    outcome = run(source)
    assert outcome.kind == "ok", outcome
    assert outcome.classes == ("ham", "spam")
    assert np.allclose(outcome.probabilities.sum(axis=1), 1)
    assert outcome.probabilities.argmax(axis=1).tolist() == [0, 1] * 15
    assert 0.5 < outcome.probabilities.max() < 1


@pytest.mark.parametrize("source", [ONLY_PREDICT, ONLY_PREDICT + ASKS], ids=["by default", "asked for"])
def test_bare_labels_are_votes_and_the_log_says_so(executor, job, source):
    lines = []
    outcome = executor.start(job(source), on_log=lines.append).wait(60)
    assert outcome.kind == "ok", outcome
    assert outcome.probabilities.tolist() == [[1, 0], [0, 1]] * 15
    assert lines == ["Model has only predict: the confidence of its labels is their precision out-of-fold."]


def test_a_missing_method_elsewhere_is_the_authors_error(run):
    source = ONLY_PREDICT + "    def predict_proba(self, embeddings):\n        return embeddings.nonsense\n"
    outcome = run(source)
    assert (outcome.kind, outcome.line) == ("error", 11)


def test_a_model_that_can_do_nothing_is_named(run):
    source = "class Odd:\n    def fit(self, e, l): ...\nclass L(LearningClassifier):\n    def __init__(self):\n"
    outcome = run(source + "        self.model = Odd()\n")
    assert outcome.kind == "error"
    assert "Odd has neither predict_proba nor decision_function" in outcome.message
