"""Writing heuristics: checks while typing, drafts, versions."""

from __future__ import annotations

from al_core.source import check_function, check_source
from al_core.store import Store
from al_core.types import Heuristic, HeuristicKind, Person, Problem, Task
from al_core.workflow.creating import create, default_embedding
from al_core.workflow.drafts import LONGEST_SOURCE, check_size, too_long
from al_core.workflow.keeping import adopt_changed_threshold, kept_version
from al_core.workflow.states import State, Status, stale, status

__all__ = [
    "State",
    "Status",
    "check",
    "create",
    "default_embedding",
    "save",
    "stale",
    "status",
]


def check(store: Store, task: Task, source: str, kind: HeuristicKind = "active_learner") -> tuple[Problem, ...]:
    """Return what is wrong with a source, line by line, without running it."""
    if len(source) > LONGEST_SOURCE:
        return (Problem(0, too_long(source)),)
    if kind == "labeling_function":
        return check_function(source, label_names=[label.name for label in task.labels])
    return check_source(
        source,
        embedding_names=[embedding.name for embedding in store.embeddings.all(task.project_id)],
        label_names=[label.name for label in task.labels],
        granularity=task.granularity,
    )


def save(store: Store, heuristic: Heuristic, source: str, embedding_name: str, person: Person) -> Heuristic:
    """Return the heuristic at its newest version, made from the version given.

    A min_confidence changed in the code resets the threshold, at once where nothing else changed since the kept
    version, else when a run of the new version is kept. Raises Conflict where somebody saved another one meanwhile.
    """
    check_size(source)
    saved = store.heuristics.save_version(
        heuristic.heuristic_id, source, embedding_name, person.person_id, after=heuristic.version_no
    )
    if kept_version(store, saved).version_no == saved.version_no:
        adopt_changed_threshold(store, saved, heuristic.source, source, person)
    return saved
