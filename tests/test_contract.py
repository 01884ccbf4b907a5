"""What heuristic code sees."""

import numpy as np
import pytest

from al_core import contract
from al_core.errors import InvalidInput


class RemembersFit:
    classes_ = ("a", "b")

    def fit(self, embeddings, labels):
        self.seen = (embeddings.shape, list(labels))

    def predict_proba(self, embeddings):
        return np.full((len(embeddings), 2), 0.5)


def test_a_class_with_only_init_delegates_to_its_model():
    class Mine(contract.LearningClassifier):
        def __init__(self):
            self.model = RemembersFit()

    learner = Mine()
    learner.fit(np.zeros((2, 3)), np.array(["a", "b"]))
    assert learner.model.seen == ((2, 3), ["a", "b"])
    assert learner.predict_proba(np.zeros((4, 3))).shape == (4, 2)


def test_decorators_keep_the_method_itself():
    def fit(self, embeddings, labels):
        return "mine"

    decorated = contract.params_fit(embedding_name=["one", "two"], train_test_split=0.5)(fit)
    assert decorated is fit
    assert (fit.embedding_name, fit.train_test_split) == (["one", "two"], 0.5)


def test_params_inference_has_the_documented_defaults():
    def predict_proba(self, embeddings): ...

    contract.params_inference()(predict_proba)
    assert (predict_proba.min_confidence, predict_proba.label_names) == (0.8, None)


@pytest.mark.parametrize("decorator", [contract.params_fit, contract.params_inference])
def test_a_decorator_without_parentheses_says_what_to_write(decorator):
    with pytest.raises(InvalidInput, match="needs parentheses"):
        decorator(lambda self: None)


def test_token_labels_equal_their_names_and_know_where_spans_begin():
    first, second = contract.TokenLabel("person", begins=True), contract.TokenLabel("person")
    assert first == second == "person"
    assert (first.begins, second.begins, contract.OUTSIDE.begins) == (True, False, False)
    assert {first: 1}["person"] == 1


def test_a_text_is_a_str_with_tokens_that_know_their_place():
    text = contract.Text("Nice 👍🏽 one")
    assert text == "Nice 👍🏽 one"
    assert text.text == "Nice 👍🏽 one" and type(text.text) is str
    assert [(token.text, token.start, token.end, token.i) for token in text.tokens] == [
        ("Nice", 0, 4, 0),
        ("👍🏽", 5, 7, 1),
        ("one", 8, 11, 2),
    ]


def test_everything_in_the_contract_is_visible_without_import():
    assert set(contract.visible_names()) == {
        "LearningClassifier",
        "LearningExtractor",
        "OUTSIDE",
        "Text",
        "TokenLabel",
        "params_fit",
        "params_inference",
        "progress",
    }
