"""Active learners for classification: any scikit-learn estimator over embeddings."""

from __future__ import annotations

from al_core.workflow.starters.registry import STARTERS, Starter

STARTERS.register("Logistic regression")(
    Starter(
        "active_learner",
        "The best first choice: quick, and its confidences mean something.",
        """\
\
from sklearn.linear_model import LogisticRegression


class LogisticRegressionLearner(LearningClassifier):

    def __init__(self):
        # C=1 leaves almost nothing above 0.8 confidence on few labels
        self.model = LogisticRegression(C=10, max_iter=1000)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("Decision tree grid")(
    Starter(
        "active_learner",
        "A tree whose depth is found by cross-validation. Slow, and good to look at.",
        """\
\
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier


class ActiveDecisionTree(LearningClassifier):

    def __init__(self):
        params = {
            "criterion": ["gini", "entropy"],
            "max_depth": [5, 10, None],
        }
        self.model = GridSearchCV(DecisionTreeClassifier(random_state=0), params, cv=3)
""",
    )
)

STARTERS.register("Nearest neighbours")(
    Starter(
        "active_learner",
        "Says what the most similar labelled records say.",
        """\
\
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
""",
    )
)

STARTERS.register("Linear SVM, calibrated")(
    Starter(
        "active_learner",
        "Often a little better than logistic regression; its margins are made confidences inside.",
        """\
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import LinearSVC


class CalibratedSVM(LearningClassifier):

    def __init__(self):
        # three folds inside the fit turn margins into probabilities
        self.model = CalibratedClassifierCV(LinearSVC(C=1), cv=3)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("Random forest")(
    Starter(
        "active_learner",
        "Many trees that vote. Fits odd shapes, needs many labels.",
        """\
from sklearn.ensemble import RandomForestClassifier


class RandomForest(LearningClassifier):

    def __init__(self):
        self.model = RandomForestClassifier(n_estimators=200, min_samples_leaf=2, random_state=0)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("Gradient boosting")(
    Starter(
        "active_learner",
        "Small trees, each on the mistakes of those before; embeddings are made short first.",
        """\
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline


class GradientBoosting(LearningClassifier):

    def __init__(self):
        # a share of the variance instead of a number of axes fits any number of labels
        boosting = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, min_samples_leaf=5, random_state=0)
        self.model = make_pipeline(PCA(n_components=0.8, random_state=0), boosting)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("Small neural network")(
    Starter(
        "active_learner",
        "One hidden layer with strong regularisation.",
        """\
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class SmallNetwork(LearningClassifier):

    def __init__(self):
        network = MLPClassifier((64,), alpha=1.0, max_iter=300, random_state=0)
        self.model = make_pipeline(StandardScaler(), network)

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("Two embeddings")(
    Starter(
        "active_learner",
        "Logistic regression over two embeddings side by side.",
        """\
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class TwoEmbeddings(LearningClassifier):

    def __init__(self):
        # both embeddings at one scale, so that neither drowns the other
        self.model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))

    @params_fit(embedding_name=[EMBEDDING_NAME, SECOND_EMBEDDING])
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.8, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
    )
)

STARTERS.register("One model a label")(
    Starter(
        "active_learner",
        "For tasks with several labels a record: one yes-or-no model for each.",
        """\
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier


class OneVsRest(LearningClassifier):

    def __init__(self):
        # one yes-or-no model a label; labels is an array of 0 and 1, a row a record and a column a label
        self.model = OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000))

    @params_fit(embedding_name=EMBEDDING_NAME)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.5, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
""",
        ("multi_label",),
    )
)
