"""Starters of extraction tasks: taggers that learn, and rules that yield spans."""

from __future__ import annotations

from al_core.types import TaskKind
from al_core.workflow.starters.registry import STARTERS, Starter

SPANS: tuple[TaskKind, ...] = ("extraction",)

STARTERS.register("CRF tagger")(
    Starter(
        "active_learner",
        "Decides about all tokens of a record together: best where spans follow a pattern.",
        """\
from sequencelearn.sequence_tagger import CRFTagger


class Spans(LearningExtractor):

    def __init__(self):
        # l2 is the strength of the penalty: None for 10 below 200 records, 30 from there on
        self.model = CRFTagger(num_epochs=100, l2=None)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
        SPANS,
    )
)

STARTERS.register("Logistic point tagger")(
    Starter(
        "active_learner",
        "Looks at each token alone: quick, and good where spans are short and rare.",
        """\
from sequencelearn.point_tagger import LogisticTagger


class SpansByToken(LearningExtractor):

    def __init__(self):
        # a smaller C keeps it from learning few records by heart, a larger one suits many
        self.model = LogisticTagger(C=1)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
        SPANS,
    )
)

STARTERS.register("Gazetteer")(
    Starter(
        "labeling_function",
        "Names from a list, the longest first.",
        """\
NAMES_OF = {
    FIRST_LABEL: ["New York", "Berlin", "Lyon"],
}
ENTRIES = [(label, name.lower().split()) for label, names in NAMES_OF.items() for name in names]
ENTRIES.sort(key=lambda entry: -len(entry[1]))


def lf(record):
    words = [token.lower() for token in record[ATTRIBUTE].tokens]
    taken = set()
    for label, name in ENTRIES:
        for start in range(len(words) - len(name) + 1):
            end = start + len(name)
            if words[start:end] == name and taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                yield label, start, end
""",
        SPANS,
    )
)

STARTERS.register("Pattern of spans")(
    Starter(
        "labeling_function",
        "What a regular expression finds, such as dates or numbers of orders.",
        """\
import re

PATTERN = re.compile(r"\\b\\d{1,2}[./]\\d{1,2}([./]\\d{2,4})?\\b")


def lf(record):
    text = record[ATTRIBUTE]
    for found in PATTERN.finditer(text):
        inside = [token.i for token in text.tokens if token.start < found.end() and found.start() < token.end]
        if inside:
            # tokens, the end not included
            yield FIRST_LABEL, inside[0], inside[-1] + 1
""",
        SPANS,
    )
)
