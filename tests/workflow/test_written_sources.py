"""Code as people write it: every block of the documentation, and sources in the style of refinery, pasted whole."""

import re
from pathlib import Path

import pytest

from al_core.execution.local import LocalExecutor
from al_core.workflow.creating import create_from_code
from al_core.workflow.evaluating import evaluate
from al_core.workflow.heuristics import check
from al_core.workflow.running import run
from al_core.workflow.word_lists import save_word_list

pytestmark = pytest.mark.sandbox

DOCS = (Path(__file__).parents[2] / "docs" / "heuristics.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python ?(\w*)\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
EMBEDDING = "text-classification-all-MiniLM-L6-v2"

TEMPLATE = f'''
from sklearn.linear_model import LogisticRegression
# you can find further models here: https://scikit-learn.org/stable/supervised_learning.html#supervised-learning

class ATLClassifier(LearningClassifier):

    def __init__(self):
        self.model = LogisticRegression()

    @params_fit(
        embedding_name = "{EMBEDDING}", # pick this from the options above
        train_test_split = 0.5 # we currently have this fixed
    )
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(
        min_confidence = 0.9,
        label_names = None # you can specify a list to filter the predictions (e.g. ["label-a", "label-b"])
    )
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
'''
GRID_IN_SINGLE_QUOTES = f"""
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier
from al_core.contract import LearningClassifier as Base, params_fit, params_inference

class ActiveDecisionTree(Base):
    def __init__(self):
        params = {{'criterion': ['gini', 'entropy'], 'max_depth': [5, 10, None]}}
        self.model = GridSearchCV(DecisionTreeClassifier(), params, cv=3)

    # @params_fit(embedding_name="an-old-one")
    @params_fit(embedding_name='{EMBEDDING}')
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(label_names=['delivery', 'refund'])
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""
NAME_IN_A_VARIABLE = """
from sklearn.svm import SVC

MODEL = "all-MiniLM-L6-v2"
YOUR_EMBEDDING: str = f"text-classification-{MODEL}"
YOUR_MIN_CONFIDENCE: float = 0.7

class MyActiveLearner(LearningClassifier):
    def __init__(self):
        self.model = SVC(probability=True, random_state=0)

    @params_fit(embedding_name=YOUR_EMBEDDING, train_test_split=0.5)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=YOUR_MIN_CONFIDENCE, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""
RULE_ON_A_DOCUMENT = """
def lf(record):
    if "late" in record["text"].text.lower():
        return "delivery"
"""
RULE_WITH_A_LIST = """
from typing import Any, Dict
from knowledge import refund_words

LABEL: str = "refund"

def normalised(text: str) -> str:
    return text.lower().strip()

def my_labeling_function(record: Dict[str, Any]):
    for token in record["text"].tokens:
        if normalised(token.text) in refund_words:
            return LABEL
"""
REFINERY = {
    "template": TEMPLATE,
    "grid search, single quotes": GRID_IN_SINGLE_QUOTES,
    "name in a variable": NAME_IN_A_VARIABLE,
    "rule": RULE_ON_A_DOCUMENT,
    "rule with a list": RULE_WITH_A_LIST,
}
WRITTEN = [(f"docs: block {i}", code, mark) for i, (mark, code) in enumerate(BLOCKS)]
WRITTEN += [(f"refinery: {name}", code, "") for name, code in REFINERY.items()]


@pytest.fixture(scope="module")
def real_executor():
    opened = LocalExecutor()
    yield opened
    opened.close()


@pytest.fixture
def executor(real_executor):
    """The real one, which is closed when all tests here are done."""

    class Open:
        tier, start, describe = real_executor.tier, real_executor.start, real_executor.describe

        def close(self):
            """The next test needs it."""

    return Open()


@pytest.mark.parametrize(("code", "mark"), [one[1:] for one in WRITTEN], ids=[one[0] for one in WRITTEN])
def test_it_passes_the_checks_and_runs_as_it_is(shop, code, mark):
    store = shop.store
    shop.embedding = store.embeddings.ensure(
        shop.project.project_id, shop.attribute, "classification", "all-MiniLM-L6-v2"
    )
    shop.put_vectors(60)
    save_word_list(store, shop.project, "refund_words", ["refund", "text"], shop.ann)
    labels = ["delivery", "refund", "other"]
    kind = "multi_label" if mark == "several" else "single_label"
    task = shop.task = store.projects.create_task(shop.attribute, "subject", kind, labels)
    ids = [label.label_id for label in task.labels]
    shop.answer_labels({number: [ids[number % 3]] for number in range(40)})
    kind_of_code = "active_learner" if "class " in code else "labeling_function"
    assert check(store, task, code, kind_of_code) == ()
    made = create_from_code(store, task, "pasted", kind_of_code, code, shop.ann)
    shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id)
    found = evaluate(store, made)
    assert found.run.state == "finished"
    if kind_of_code == "active_learner":
        assert found.n_judged >= 15  # half of the labels where the code holds them out, else all


def test_the_documentation_shows_every_kind():
    assert {"", "several", "function", "words"} <= {mark for mark, _ in BLOCKS}
