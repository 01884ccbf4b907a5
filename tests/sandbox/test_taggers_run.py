"""Extractors in the sandbox: the pasted template, touching spans, and everything that a tagger can return wrongly."""

from __future__ import annotations

import os

import numpy as np
import pytest

from al_core.execution import FitTag, Limits
from al_core.sandbox import frames, token_frames

PASTED = """\
from sequencelearn.sequence_tagger import CRFTagger
# you can find further models here: sequence-learn

class ATLExtractor(LearningExtractor):

    def __init__(self):
        self.model = CRFTagger(
            num_epochs = 100, # Number of epochs to train the CRF tagger
            learning_rate = 0.001, # Learning rate for optimizer
            momentum = 0.9, # Momentum for optimizer
            random_seed = None, # Random seed to use for reproducibility
            verbose = False # Set true to print training logs
        )

    @params_fit(
        embedding_name = "text-extraction-hashing",
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
"""
WRONG = """\
class Wrong(LearningExtractor):
    def fit(self, embeddings, labels):
        print([type(label).__name__ for label in labels[0]], labels[0], [one.begins for one in labels[0]])
    def predict_proba(self, embeddings):
        return {returned}
"""
# three records: city city -, (none), - city; each token's vector tells what it is: first, follow, none
KINDS = [0, 1, 2, 2, 0]
OFFSETS = np.array([0, 3, 3, 5])


@pytest.fixture(scope="module")
def tag(executor, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    np.save(folder / "vectors.npy", np.eye(3, dtype=np.float16)[KINDS])
    np.save(folder / "offsets.npy", OFFSETS)

    def run(source: str, **changes):
        given = {
            "names": ("city", "day"),
            "train_rows": np.array([0, 1, 2]),
            "labels": np.array([0, 0, -1, -1, 0], np.int16),
            "begins": np.array([True, False, False, False, True]),
            "limits": Limits(seconds=20, memory_mib=512),
        } | changes
        job = FitTag(source, (folder / "vectors.npy",), folder / "offsets.npy", **given)
        said: list[str] = []
        return executor.start(job, on_log=said.append).wait(60), said

    return run


def test_the_pasted_template_runs(tag):
    outcome, _ = tag(PASTED.replace("verbose = False", "l2 = 0.1, verbose = True"), margins=True)
    assert (outcome.kind, outcome.message) == ("ok", "")
    assert outcome.tags.label.tolist() == [0, 0, -1, -1, 0]
    assert outcome.tags.begins.tolist() == [True, False, False, False, True]
    assert outcome.tags.margin[0] < outcome.tags.confidence[0]
    only, _ = tag(PASTED, predict_rows=np.array([2, 1]))
    assert len(only.tags.label) == 2
    nothing, _ = tag(PASTED, predict_rows=np.array([], np.int64))
    assert (nothing.kind, len(nothing.tags.label)) == ("ok", 0)


def test_where_spans_begin_reaches_the_code_and_comes_back(tag):
    source = WRONG.format(
        returned="[[TokenLabel('city', begins=True)] * len(e) for e in embeddings], [[1] * len(e) for e in embeddings]"
    )
    outcome, said = tag(source, begins=np.array([True, True, False, False, True]))
    assert outcome.tags.begins.all()
    assert "['city', 'city', 'OUTSIDE'] [True, True, False]" in said[0]


def test_a_training_part_without_spans_predicts_none(tag):
    outcome, said = tag(PASTED, labels=np.full(5, -1, np.int16))
    assert (outcome.tags.label == -1).all()
    assert "none is predicted" in said[0]


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("embeddings", "must return two lists"),
        ("([], [])", "labels of 0 records for 3"),
        ("([['city']] * 3, [[1.0]] * 3)", "1 labels for a record of 3 tokens"),
        ("([['town'] * len(e) for e in embeddings], [[1.0] * len(e) for e in embeddings])", "Use one of: city, day"),
        ("([['city'] * len(e) for e in embeddings], [[7.0] * len(e) for e in embeddings])", "within 0 and 1"),
        ("([['city'] * len(e) for e in embeddings], [[float('nan')] * len(e) for e in embeddings])", "NaN"),
    ],
)
def test_what_does_not_line_up_is_said(tag, returned, words):
    outcome, _ = tag(WRONG.format(returned=returned))
    assert outcome.kind == "invalid"
    assert words in outcome.message


def test_job_and_result_come_back_as_they_were():
    job = token_frames.TagJob(
        "x = 1",
        ("a", "b"),
        np.array([3, 1]),
        np.array([0, -1, 1], np.int16),
        np.array([True, False, True]),
        None,
        True,
        7,
        {"cities": ("Ulm", "Linz")},
    )
    descriptor = os.memfd_create("job")
    token_frames.write_job(descriptor, job)
    assert token_frames.is_tag_job(descriptor)
    read = token_frames.read_job(descriptor)
    assert (read.source, read.names, read.predict_rows, read.margins, read.seed) == ("x = 1", ("a", "b"), None, True, 7)
    assert {name: tuple(words) for name, words in read.word_lists.items()} == job.word_lists
    assert (read.train_rows.tolist(), read.labels.tolist(), read.begins.tolist()) == (
        [3, 1],
        [0, -1, 1],
        [True, False, True],
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": [2, 0]}, "labels"),
        ({"confidence": [0.5, 2.0]}, "confidence"),
        ({"margin": [np.nan, 0.5]}, "confidence"),
    ],
)
def test_a_forged_result_is_refused(changes, words):
    columns = {"label": [0, -1], "begins": [1, 0], "confidence": [0.5, 0.5], "margin": [0.5, 0.5]} | changes
    descriptor = os.memfd_create("result")
    token_frames.write_tags(
        descriptor, token_frames.TokenTags(**{name: np.array(one) for name, one in columns.items()})
    )
    with pytest.raises(frames.BadFrame, match=words):
        token_frames.read_tags(descriptor, n_tokens=2, n_labels=2)
    with pytest.raises(frames.BadFrame, match="2 tokens where 3"):
        token_frames.read_tags(descriptor, n_tokens=3, n_labels=2)
