"""What heuristic code says about itself, and what is wrong with it, without running it."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from al_core.source import (
    Settings,
    SourceProblem,
    check_source,
    imported_packages,
    needs_per_class,
    read_settings,
)
from al_core.types import Problem

GRID_SEARCH = """\
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

class ActiveDecisionTree(LearningClassifier):

    def __init__(self):
        params = {
            "criterion": ["gini", "entropy"],
            "max_depth": [5, 10, None]
        }
        self.model = GridSearchCV(DecisionTreeClassifier(), params, cv=3)
"""
EMBEDDINGS = ("text-classification-all-MiniLM-L6-v2", "text-classification-tfidf")


def learner(fit="", inference="", body="pass", base="LearningClassifier"):
    decorated_fit = f"    @{fit}\n" if fit else ""
    decorated_inference = f"    @{inference}\n" if inference else ""
    return (
        f"class Mine({base}):\n"
        f"    def __init__(self):\n        {body}\n"
        f"{decorated_fit}    def fit(self, embeddings, labels): ...\n"
        f"{decorated_inference}    def predict_proba(self, embeddings): ...\n"
    )


def problems(source, granularity="classification"):
    return check_source(source, embedding_names=EMBEDDINGS, label_names=("ham", "spam"), granularity=granularity)


def only_problem(source, **kwargs):
    found = problems(source, **kwargs)
    assert len(found) == 1, found
    return found[0]


def test_a_class_with_only_init_is_fine_and_names_nothing():
    assert problems(GRID_SEARCH) == ()
    assert read_settings(GRID_SEARCH) == Settings("ActiveDecisionTree", "LearningClassifier")


@pytest.mark.parametrize("gone", ["        }\n", "}"], ids=["line", "character"])
def test_a_brace_that_is_never_closed_is_shown_where_it_opens(gone):
    assert only_problem(GRID_SEARCH.replace(gone, "", 1)) == Problem(7, "'{' was never closed.")


def test_settings_are_read_from_both_decorators():
    source = learner(
        fit='params_fit("text-classification-tfidf", train_test_split=0.5)',
        inference='params_inference(min_confidence=0.9, label_names=["spam"])',
    )
    assert read_settings(source) == Settings(
        "Mine", "LearningClassifier", ("text-classification-tfidf",), 0.5, 0.9, ("spam",)
    )
    assert problems(source) == ()


def test_settings_may_be_constants_lists_and_per_label():
    source = 'NAME: str = "a"\nOTHER = f"{NAME}-b"\n' + learner(
        fit="params_fit(embedding_name=[NAME, OTHER])", inference="params_inference({'ham': 0.5, 'spam': 1})"
    )
    settings = read_settings(source)
    assert settings.embedding_names == ("a", "a-b")
    assert settings.min_confidence == {"ham": 0.5, "spam": 1.0}


def test_what_stands_in_comments_and_strings_is_no_setting():
    source = learner(
        fit='params_fit(embedding_name="text-classification-tfidf")',
        body='"""@params_fit(embedding_name="wrong")"""  # @params_fit(embedding_name="wrong too")',
    )
    assert read_settings(source).embedding_names == ("text-classification-tfidf",)


def test_a_base_class_may_be_imported_under_another_name_and_inherited():
    source = (
        "import al_core.contract\nfrom al_core.contract import LearningClassifier as Base\n"
        "class Common(Base): pass\nclass Mine(Common): pass\n"
    )
    assert read_settings(source).class_name == "Mine"
    dotted = "import al_core.contract as c\nclass Mine(c.LearningExtractor): pass"
    assert read_settings(dotted).base == "LearningExtractor"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("", 1, "No learner class"),
        ("x = 1\nclass Mine: pass\n", 2, "Class Mine is no learner"),
        (learner() + learner().replace("Mine", "Other"), 6, "Two learner classes, Mine and Other"),
        (learner(fit="params_fit"), 4, "@params_fit needs parentheses"),
        (learner(inference="params_inference"), 5, "@params_inference needs parentheses"),
        (learner(fit="params_fit()"), 4, "needs the name of an embedding"),
        (learner(fit="params_fit(embedding=1)"), 4, "does not take this argument 'embedding'"),
        (learner(fit='params_fit("a", 0.5, 3)'), 4, "takes only"),
        (learner(fit="params_fit(embedding_name=choose())"), 4, "Write the value of embedding_name itself"),
        (learner(fit="params_fit(embedding_name=3)"), 4, "must be a name in quotes"),
        (learner(fit="params_fit(embedding_name=[])"), 4, "must be a name in quotes"),
        (learner(fit='params_fit("text-classification-tfdif")'), 4, "Did you mean 'text-classification-tfidf'?"),
        (learner(fit='params_fit("text-extraction-tfidf")'), 4, "one vector a token; this task needs one a record"),
        (learner(fit='params_fit("text-classification-tfidf", 1.5)'), 4, "train_test_split is 1.5"),
        (learner(inference="params_inference(min_confidence=1.2)"), 5, "min_confidence is 1.2"),
        (learner(inference="params_inference(min_confidence=True)"), 5, "must be a number"),
        (learner(inference="params_inference(min_confidence={'ham': -1})"), 5, "min_confidence is -1"),
        (learner(inference="params_inference(min_confidence={'hem': 0.5})"), 5, "Did you mean 'ham'?"),
        (learner(inference='params_inference(label_names=["ham", "spma"])'), 5, "Did you mean 'spam'?"),
        (learner(base="LearningExtractor"), 1, "does not fit this task, which needs LearningClassifier"),
        ("class Mine(LearningClassifier):\n    def fit(self): ...\n", 2, "fit must take (self, embeddings, labels)"),
        ("class Mine(LearningClassifier):\n    async def fit(self, a, b): ...\n", 2, "delete `async`"),
        ("x = 1\ny = (2,\n", 2, "'(' was never closed"),
        ("x = 1\nreturn x\n", 2, "'return' outside function"),
        ("x = 1\ny = '\0'\n", 2, "U+0000"),
        ("x = 1\ny = '\ud800'\n", 2, "U+D800"),
        ("if True:\nx = 1\n", 2, "expected an indented block"),
    ],
)
def test_problems_name_their_line_and_what_to_do(source, line, words):
    found = only_problem(source)
    assert found.line == line
    assert words.lower() in found.message.lower()


def test_code_nested_beyond_reading_is_a_problem_and_no_crash():
    for source in ("(" * 5_000, "x = " + "-" * 200_000 + "1", "x = " + "a+" * 100_000 + "a"):
        assert problems(source)


def test_all_problems_are_told_in_order_of_lines():
    source = learner(fit='params_fit("nothing")', inference="params_inference(min_confidence=3, label_names=['x'])")
    assert [problem.line for problem in problems(source)] == [4, 6, 6]


def test_read_settings_raises_with_the_problems():
    with pytest.raises(SourceProblem) as raised:
        read_settings("class Mine(LearningClassifier)")
    assert raised.value.problems == (Problem(1, "Expected ':'."),)


@given(st.text(max_size=200))
@example("class Mine(LearningClassifier): pass")
def test_no_text_makes_the_checks_fail(source):
    for problem in problems(source):
        assert 1 <= problem.line <= source.count("\n") + source.count("\r") + source.count("\f") + 2


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("GridSearchCV(model, params, cv=3)", 3),
        ("CalibratedClassifierCV(model, cv=7)", 7),
        ("cross_val_score(model, X, y, cv=4)", 4),
        ("model_selection.RandomizedSearchCV(model, params)", 5),
        ("GridSearchCV(model, params, cv=StratifiedKFold(n_splits=6))", 6),
        ("GridSearchCV(model, params, cv=StratifiedKFold(2))", 2),
        ("GridSearchCV(CalibratedClassifierCV(model, cv=2), params, cv=3)", 3),
        ("folds = 4\nGridSearchCV(model, params, cv=folds)", 4),
        ("GridSearchCV(model, params, cv=choose())", 1),
        ("LogisticRegression(C=10)", 1),
        ("# GridSearchCV(model, params, cv=3)", 1),
        ("GridSearchCV(", 1),
    ],
)
def test_needs_per_class_is_the_largest_number_of_folds_in_the_code(call, expected):
    assert needs_per_class(call) == expected


def test_imported_packages_are_those_of_import_statements_anywhere():
    source = "import numpy as np, os.path\ndef f():\n    from torch import nn\n    from . import x\n'import pandas'"
    assert imported_packages(source) == {"numpy", "os", "torch"}
    assert imported_packages("import (") == frozenset()


def test_a_tree_disturbed_by_another_thread_is_built_again(monkeypatch):
    disturbed = iter([True, True, False])
    parse_once = ast.parse

    def parse(*arguments):
        if next(disturbed):
            raise SystemError("AST constructor recursion depth mismatch")
        return parse_once(*arguments)

    monkeypatch.setattr(ast, "parse", parse)
    assert imported_packages("import numpy") == {"numpy"}
