"""The store: the only SQL and the only `import duckdb` of the project. One file, vectors as .npy beside it."""

from __future__ import annotations

from pathlib import Path

from al_core.store.answers import Answers
from al_core.store.bulk import BulkAnswers
from al_core.store.certificates import Certificates
from al_core.store.comparing import VoteChanges
from al_core.store.deletions import Deletions
from al_core.store.draws import Draws
from al_core.store.embeddings import Embeddings
from al_core.store.held_runs import HeldRuns
from al_core.store.heuristics import Heuristics
from al_core.store.history import History
from al_core.store.jobs import JobRows
from al_core.store.judging import Judging
from al_core.store.landscape import Landscape
from al_core.store.migrations import migrate
from al_core.store.name_guesses import NameGuesses
from al_core.store.opinions import Opinions
from al_core.store.past_runs import PastRuns
from al_core.store.projects import Projects
from al_core.store.record_search import RecordSearch
from al_core.store.record_views import RecordViews
from al_core.store.records import Records
from al_core.store.remarks import Remarks
from al_core.store.removed_labels import RemovedLabels
from al_core.store.resettling import Resettled
from al_core.store.retention import Retention
from al_core.store.runs import Runs
from al_core.store.slices import Slices
from al_core.store.thresholds import LabelThresholds
from al_core.store.token_vectors import TokenVectors
from al_core.store.tunings import Tunings
from al_core.store.values import RecordValues
from al_core.store.versions import PinnedExamples, Versions
from al_core.store.word_lists import WordLists

__all__ = ["Store"]


class Store:
    """Everything that a workspace folder remembers, one part per kind of thing."""

    def __init__(self, folder: Path) -> None:
        """Open (and where needed make or migrate) the workspace; raises WorkspaceInUse or InvalidInput."""
        self.folder = folder
        self._database = migrate(folder / "workspace.duckdb")
        self.projects = Projects(self._database)
        self.records = Records(self._database)
        self.values = RecordValues(self._database)
        self.views = RecordViews(self._database)
        self.search = RecordSearch(self._database)
        self.deletions = Deletions(self._database)
        self.removed_labels = RemovedLabels(self._database)
        self.answers = Answers(self._database)
        self.resettled = Resettled(self._database)
        self.history = History(self._database)
        self.bulk = BulkAnswers(self._database)
        self.slices = Slices(self._database)
        self.opinions = Opinions(self._database)
        self.draws = Draws(self._database)
        self.remarks = Remarks(self._database)
        self.tunings = Tunings(self._database, folder / "models")
        self.embeddings = Embeddings(self._database, folder / "vectors")
        self.token_vectors = TokenVectors(self.embeddings)
        self.heuristics = Heuristics(self._database)
        self.runs = Runs(self._database, folder / "runs")
        self.judging = Judging(self._database)
        self.retention = Retention(self._database)
        self.name_guesses = NameGuesses(self._database)
        self.past_runs = PastRuns(self._database)
        self.held_runs = HeldRuns(self._database)
        self.versions = Versions(self._database)
        self.pinned = PinnedExamples(self._database)
        self.vote_changes = VoteChanges(self._database)
        self.certificates = Certificates(self._database)
        self.label_thresholds = LabelThresholds(self._database)
        self.landscape = Landscape(self._database)
        self.word_lists = WordLists(self._database)
        self.jobs = JobRows(self._database)

    def close(self) -> None:
        """Close the database file, so that another process can open it."""
        self._database.close()
