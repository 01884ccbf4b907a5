"""What a learner may read beside its labels, through the real sandbox: names, their vectors, a sample of the pool."""

import numpy as np
import pytest

from al_core.execution import FitPredict, LearnerContext, Limits
from al_core.execution.local import LocalExecutor

FROM_NAMES = """
from al_core.learning.fewshot import FewShotClassifier

class Few(LearningClassifier):
    starts_from_names = True

    def fit(self, embeddings, labels):
        assert not self.pool_sample.flags.writeable and not self.label_vectors.flags.writeable
        self.model = FewShotClassifier(
            self.label_names_all, self.label_vectors, self.pool_sample, views=self.embedding_views
        )
        self.model.fit(embeddings, labels)
"""
IGNORANT = """
from sklearn.linear_model import LogisticRegression

class Plain(LearningClassifier):
    def __init__(self):
        self.model = LogisticRegression()
"""
PEEKING = """
class Peek(LearningClassifier):
    def fit(self, embeddings, labels):
        print(self.label_names_all, self.label_vectors, self.pool_sample, self.embedding_views)
        self.classes_ = ["x", "y"]

    def predict_proba(self, embeddings):
        return np.full((len(embeddings), 2), 0.5)
"""
NAMES = ("x", "y", "z")


@pytest.fixture(scope="module")
def executor():
    opened = LocalExecutor()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    rows = np.eye(3, dtype=np.float32)[np.arange(30) % 3] + np.random.default_rng(0).normal(0, 0.1, (30, 3))
    named = {"vectors": rows, "names": np.eye(3), "sample": rows[:20]}
    for name, array in named.items():
        np.save(folder / f"{name}.npy", array.astype(np.float32))
    return {name: folder / f"{name}.npy" for name in named}


def job(files, source, rows, labels, around):
    rows = np.array(rows, dtype=np.int64)
    return FitPredict(source, (files["vectors"],), rows, tuple(labels), limits=Limits(seconds=60), around=around)


def around(files, **more):
    return LearnerContext(NAMES, (files["names"],), (files["sample"],), starts_from_names=True, **more)


@pytest.mark.parametrize(("rows", "labels"), [((), ()), ((0,), ("x",)), ((0, 4), ("x", "y"))])
def test_a_learner_starts_from_names(executor, files, rows, labels):
    outcome = executor.start(job(files, FROM_NAMES, rows, labels, around(files))).wait(120)
    assert outcome.kind == "ok", outcome
    assert outcome.classes == NAMES
    assert outcome.probabilities.argmax(axis=1).tolist() == (np.arange(30) % 3).tolist()


def test_without_names_no_label_is_too_few(executor, files):
    outcome = executor.start(job(files, FROM_NAMES, (), (), LearnerContext(NAMES))).wait(120)
    assert (outcome.kind, outcome.message.split(".")[0]) == ("invalid", "There are no labels to learn from")


def test_code_that_ignores_it_works_as_before_and_the_rest_is_none(executor, files):
    outcome = executor.start(job(files, IGNORANT, (0, 1), ("x", "y"), LearnerContext(NAMES))).wait(120)
    assert (outcome.kind, outcome.classes) == ("ok", ("x", "y"))
    lines = []
    started = executor.start(
        job(files, "import numpy as np\n" + PEEKING, (0, 1), ("x", "y"), LearnerContext(NAMES, views=2)),
        on_log=lines.append,
    )
    assert started.wait(120).kind == "ok"
    assert lines == ["('x', 'y', 'z') None None 2"]
