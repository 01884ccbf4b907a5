"""Learners that fail: each kind of failure has its own message, line and traceback."""

import numpy as np
import pytest

from al_core.errors import InvalidInput
from al_core.execution import Limits

HEAD = "import numpy as np\nclass Mine(LearningClassifier):\n"
FIT = "    def fit(self, embeddings, labels): pass\n"


def returning(expression):
    return HEAD + FIT + f"    def predict_proba(self, embeddings):\n        return {expression}\n"


def test_an_error_names_its_line_and_shows_the_authors_own_text(run):
    outcome = run("class Mine(LearningClassifier):\n    def __init__(self):\n        self.model = 1 / 0\n")
    assert (outcome.kind, outcome.line) == ("error", 3)
    assert outcome.message == "ZeroDivisionError: division by zero"
    assert outcome.traceback.splitlines()[:3] == [
        "Traceback (most recent call last):",
        '  File "heuristic.py", line 3, in __init__',
        "    self.model = 1 / 0",
    ]


def test_an_error_inside_a_library_points_to_the_authors_line(run):
    source = "import numpy as np\nclass Mine(LearningClassifier):\n" + (
        "    def fit(self, embeddings, labels):\n        np.linalg.inv(embeddings)\n"
    )
    outcome = run(source)
    assert (outcome.kind, outcome.line) == ("error", 4)
    assert 'File "numpy/linalg/' in outcome.traceback


def test_an_error_of_a_default_method_points_to_where_the_model_is_set(run):
    source = (
        "from sklearn.svm import SVC\nclass Mine(LearningClassifier):\n"
        "    def __init__(self):\n        self.model = SVC(kernel='nonsense')\n"
    )
    outcome = run(source)
    assert (outcome.kind, outcome.line) == ("error", 4)
    assert outcome.traceback.splitlines()[1:3] == [
        '  File "heuristic.py", line 4, in self.model',
        "    self.model = SVC(kernel='nonsense')",
    ]
    assert "al_core" not in outcome.traceback


def test_too_few_members_for_cross_validation_keeps_the_librarys_message(run):
    source = (
        "from sklearn.model_selection import GridSearchCV\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "class Mine(LearningClassifier):\n    def __init__(self):\n"
        "        self.model = GridSearchCV(DecisionTreeClassifier(), {'max_depth': [1]}, cv=3)\n"
    )
    outcome = run(source, train_rows=np.arange(4), train_labels=("ham", "spam", "ham", "spam"))
    assert outcome.kind == "error"
    assert "n_splits=3 cannot be greater than the number of members in each class" in outcome.message


def test_a_syntax_error_names_its_line(run):
    outcome = run("x = 1\ny = (2,\n")
    assert (outcome.kind, outcome.line) == ("error", 2)
    assert outcome.message == "SyntaxError: '(' was never closed"


def test_a_message_that_fails_itself_is_told(run):
    source = "class Sly(Exception):\n    def __str__(self): raise ValueError\nraise Sly()\n"
    outcome = run(source)
    assert (outcome.kind, outcome.line) == ("error", 3)
    assert "cannot be shown" in outcome.message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1\n", "one class that derives from LearningClassifier; here is none"),
        ("class A(LearningClassifier): pass\nclass B(LearningClassifier): pass\n", "here is A and B"),
        (
            returning("np.ones((len(embeddings), 3)) / 3"),
            "returned shape (30, 3) for 30 records and 2 classes (ham, spam): it must be (30, 2)",
        ),
        (returning("np.ones((7, 2)) / 2"), "returned shape (7, 2) for 30 records"),
        (returning("np.ones(len(embeddings))"), "returned shape (30,)"),
        (returning("None"), "returned shape ()"),
        (returning("'spam'"), "must return an array of numbers, not str"),
        (returning("np.full((len(embeddings), 2), np.nan)"), "NaN or infinity for 30 rows, first row 0"),
        (returning("np.full((len(embeddings), 2), 1.5)"), "values from 0 to 1.5"),
        (returning("np.full((len(embeddings), 2), -0.1)"), "values from -0.1 to 0"),
        (
            HEAD + "    def fit(self, embeddings, labels): self.classes_ = ['ham', 'egg']\n",
            "self.classes_ holds ham, egg; not all of these are labels of the training part (ham, spam)",
        ),
    ],
)
def test_what_does_not_line_up_is_invalid_and_says_why(run, source, words):
    outcome = run(source)
    assert outcome.kind == "invalid"
    assert words in outcome.message
    assert outcome.probabilities is None


def test_five_ways_to_fail_have_five_messages(run):
    short = Limits(seconds=1.0, memory_mib=300, scratch_mib=4)
    fill_scratch = "import time\nfor i in range(9): open(str(i), 'wb').write(bytes(3 << 20))\ntime.sleep(5)"
    outcomes = {
        "timeout": run("while True: pass", limits=short),
        "memory": run("x = bytearray(400 << 20)", limits=short),
        "killed": run(fill_scratch, limits=short),
        "crashed": run("import ctypes; ctypes.string_at(0)", limits=short),
        "invalid": run("import os; os._exit(0)", limits=short),
    }
    assert {kind: outcome.kind for kind, outcome in outcomes.items()} == {kind: kind for kind in outcomes}
    assert len({outcome.message for outcome in outcomes.values()}) == 5
    assert "limit of 1 seconds" in outcomes["timeout"].message
    assert "limit of 300 MiB" in outcomes["memory"].message
    assert "limit of 4 MiB" in outcomes["killed"].message
    assert "SIGSEGV" in outcomes["crashed"].message
    assert "without a result" in outcomes["invalid"].message


def test_leaving_early_is_told(run):
    outcome = run("import sys\nsys.exit(3)\n")
    assert (outcome.kind, outcome.line) == ("error", 2)
    assert "exit code 3" in outcome.message
    crashed = run("import os; os._exit(5)")
    assert (crashed.kind, "exit code 5" in crashed.message) == ("crashed", True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vectors": ()}, "names no vectors"),
        ({"train_labels": ("ham",)}, "20 training rows have 1 labels"),
        ({"train_rows": np.array([], np.int64), "train_labels": ()}, "no labels to learn from"),
        ({"predict_rows": np.array([30])}, "row beyond the 30 vectors"),
        ({"train_rows": np.array([-1]), "train_labels": ("ham",)}, "row beyond the 30 vectors"),
    ],
)
def test_a_job_that_makes_no_sense_never_starts(run, changes, words):
    outcome = run(returning("None"), **changes)
    assert (outcome.kind, words in outcome.message) == ("invalid", True), outcome.message


def test_vectors_that_are_no_vectors_are_refused(run, tmp_path, vectors):
    broken, longer = tmp_path / "broken.npy", tmp_path / "longer.npy"
    broken.write_bytes(b"no array")
    np.save(longer, np.zeros((31, 2), np.float32))
    assert "broken.npy cannot be read" in run("", vectors=(broken,)).message
    assert "[30, 31] rows" in run("", vectors=(vectors, longer)).message


def test_an_unknown_tier_lists_the_choices():
    from al_core.execution.local import LocalExecutor

    with pytest.raises(InvalidInput, match="full, no-bwrap, rlimits"):
        LocalExecutor(tier="none")
