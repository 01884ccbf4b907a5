"""Thresholds written into code: only the value changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.source import SourceProblem, read_settings, same_but_threshold, with_min_confidence

CODE = '''\
from sklearn.linear_model import LogisticRegression

class Mine(LearningClassifier):  # größer 😀
    """Ünïcode before the value, so that bytes and characters differ."""

    def __init__(self):
        self.model = LogisticRegression(C = 10)   # odd  spacing

    @params_fit( embedding_name = "text-classification-tfidf" )
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(  min_confidence = 0.8 ,   label_names=["größe 😀"])  # why
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
'''


def test_only_the_value_changes():
    assert with_min_confidence(CODE, 0.83) == CODE.replace("= 0.8 ,", "= 0.83 ,")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@params_inference(0.8)", "@params_inference(0.83)"),
        ("@params_inference()", "@params_inference(min_confidence=0.83)"),
        ('@params_inference(label_names=["ü"])', '@params_inference(min_confidence=0.83, label_names=["ü"])'),
        ("@params_inference(min_confidence=(0.8))", "@params_inference(min_confidence=(0.83))"),
        ("@params_inference(\n  min_confidence=\n 0.8,\n )", "@params_inference(\n  min_confidence=\n 0.83,\n )"),
        ('@params_inference(min_confidence={"a": 0.1,\n      "b": 0.2})', "@params_inference(min_confidence=0.83)"),
        ("@contract.params_inference(min_confidence=T)", "@contract.params_inference(min_confidence=0.83)"),
    ],
)  # fmt: skip
def test_every_way_to_write_it(before, after):
    def code(decorator):
        return f"T = 0.5\nclass Ä(LearningClassifier):\n    {decorator}\n    def predict_proba(self, e): ...\n"

    assert with_min_confidence(code(before), 0.83) == code(after)


def test_code_without_the_decorator_gets_one_before_the_right_method():
    code = "class A(LearningClassifier):\n\tdef __init__(self): ...\n\t@cached\n\tdef predict_proba(self, e): ...\n"
    written = with_min_confidence(code, 0.83)
    assert written == code.replace("\t@cached", "\t@params_inference(min_confidence=0.83)\n\t@cached")
    only_init = "class A(LearningClassifier):\r\n    def __init__(self):\r\n        pass\r\n"
    assert with_min_confidence(only_init, 0.83) == only_init.replace(
        "    def", "    @params_inference(min_confidence=0.83)\r\n    def"
    )


def test_thresholds_by_label_are_a_dict():
    thresholds = {'quo"te': 0.83, "ham": 1.01}
    written = with_min_confidence(CODE, thresholds)
    assert '{"quo\\"te": 0.83, "ham": 1.01}' in written
    assert read_settings(written).min_confidence == thresholds


def test_what_cannot_be_written_is_said():
    with pytest.raises(SourceProblem):
        with_min_confidence("class A(LearningClassifier", 0.83)
    with pytest.raises(InvalidInput, match="no method"):
        with_min_confidence("class A(LearningClassifier): pass", 0.83)


@given(st.integers(0, 101), st.integers(0, 101), st.sampled_from(["\n", "\r\n"]))
def test_writing_is_read_back_and_undone(one, other, ending):
    code = CODE.replace("\n", ending)
    written = with_min_confidence(code, one / 100)
    assert read_settings(written).min_confidence == one / 100
    assert with_min_confidence(with_min_confidence(written, other / 100), one / 100) == written
    assert same_but_threshold(written, code)


def test_the_same_code_but_for_the_threshold():
    assert same_but_threshold(CODE, with_min_confidence(CODE, {"a": 0.5}))
    assert same_but_threshold(CODE, CODE.replace("# why", "# because"))
    without = "class A(LearningClassifier):\n    def fit(self): ...\n"
    assert same_but_threshold(without, with_min_confidence(without, 0.83))
    assert not same_but_threshold(CODE, CODE.replace("C = 10", "C = 1"))
    assert not same_but_threshold(CODE, CODE.replace('["größe 😀"]', "None"))
    assert same_but_threshold("x = (", "x = (")
    assert not same_but_threshold("x = (", "y = (")
