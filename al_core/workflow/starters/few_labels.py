"""The default heuristic of a classification task: a guess from the label names, corrected by every answer."""

from __future__ import annotations

from al_core.workflow.starters.registry import STARTERS, Starter

FEW_LABELS = "Few labels"
FEW_LABELS_SEVERAL = "Few labels (several a record)"

STARTERS.register(FEW_LABELS)(
    Starter(
        "active_learner",
        "Starts from what the labels are called, before the first answer. The best choice up to some hundred labels.",
        """\
\
from al_core.learning.fewshot import FewShotClassifier


class FewLabels(LearningClassifier):

    starts_from_names = True  # it runs without a label, too

    @params_fit(embedding_name=POOL_EMBEDDING)
    def fit(self, embeddings, labels):
        self.model = FewShotClassifier(
            label_names=self.label_names_all,
            label_vectors=self.label_vectors,  # what the names mean; None where they say nothing
            pool_sample=self.pool_sample,      # texts of the project, without their answers
            views=self.embedding_views,        # 2 for an embedding whose name ends in -pool
        )
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register(FEW_LABELS_SEVERAL)(
    Starter(
        "active_learner",
        "For tasks with several labels a record: starts from what the labels are called, before the first answer.",
        """\
from al_core.learning.fewshot_several import FewShotMultiLabelClassifier


class FewLabels(LearningClassifier):

    starts_from_names = True  # it runs without a label, too

    @params_fit(embedding_name=POOL_EMBEDDING)
    def fit(self, embeddings, labels):
        # labels is an array of 0 and 1, a row a record and a column a label
        self.model = FewShotMultiLabelClassifier(
            label_names=self.label_names_all,
            label_vectors=self.label_vectors,  # what the names mean; None where they say nothing
            pool_sample=self.pool_sample,      # texts of the project, without their answers
            views=self.embedding_views,        # 2 for an embedding whose name ends in -pool
        )
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.5, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
        ("multi_label",),
    )
)
