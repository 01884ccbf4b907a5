"""Starters: heuristics that run as they are, to be changed by the person who picks one.

EMBEDDING_NAME stands for the embedding that the project has.
"""

from __future__ import annotations

LOGISTIC_REGRESSION = """\
from sklearn.linear_model import LogisticRegression


class LogisticRegressionLearner(LearningClassifier):

    def __init__(self):
        # C=1 leaves almost nothing above 0.8 confidence on few labels
        self.model = LogisticRegression(C=10, max_iter=1000)

    @params_fit(embedding_name="EMBEDDING_NAME")
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""

DECISION_TREE_GRID = """\
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier


class ActiveDecisionTree(LearningClassifier):

    def __init__(self):
        params = {
            "criterion": ["gini", "entropy"],
            "max_depth": [5, 10, None],
        }
        self.model = GridSearchCV(DecisionTreeClassifier(random_state=0), params, cv=3)
"""

NEAREST_NEIGHBOURS = """\
from sklearn.neighbors import KNeighborsClassifier


class NearestNeighbours(LearningClassifier):

    def __init__(self):
        self.n_neighbors = 10

    def fit(self, embeddings, labels):
        # with fewer labels than neighbours, all of them are neighbours
        n_neighbors = min(self.n_neighbors, len(labels))
        self.model = KNeighborsClassifier(n_neighbors, weights="distance", metric="cosine")
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""

STARTERS = {
    "Logistic regression": LOGISTIC_REGRESSION,
    "Decision tree grid": DECISION_TREE_GRID,
    "Nearest neighbours": NEAREST_NEIGHBOURS,
}
