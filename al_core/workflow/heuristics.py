"""Writing heuristics: checks while typing, drafts, versions."""

from __future__ import annotations

from al_core.source import check_function, check_source, read_settings
from al_core.store import Store
from al_core.types import Heuristic, HeuristicKind, Person, Problem, Task
from al_core.workflow.creating import create, default_embedding
from al_core.workflow.states import State, Status, stale, status
from al_core.workflow.thresholds import adopt_from_code, in_code

__all__ = [
    "State",
    "Status",
    "check",
    "create",
    "default_embedding",
    "keep_draft",
    "save",
    "stale",
    "status",
]


def check(store: Store, task: Task, source: str, kind: HeuristicKind = "active_learner") -> tuple[Problem, ...]:
    """Return what is wrong with a source, line by line, without running it."""
    if kind == "labeling_function":
        return check_function(source, label_names=[label.name for label in task.labels])
    return check_source(
        source,
        embedding_names=[embedding.name for embedding in store.embeddings.all(task.project_id)],
        label_names=[label.name for label in task.labels],
        granularity=task.granularity,
    )


def save(store: Store, heuristic: Heuristic, source: str, embedding_name: str, person: Person) -> Heuristic:
    """Return the heuristic at its newest version; a min_confidence changed in the code resets the threshold."""
    saved = store.heuristics.save_version(heuristic.heuristic_id, source, embedding_name, person.person_id)
    before, after = in_code(heuristic.source), in_code(source)
    if after is not None and after != before:
        task = store.projects.task(heuristic.task_id)
        adopt_from_code(store, heuristic.heuristic_id, task, read_settings(source), person.person_id)
    return saved


def keep_draft(store: Store, heuristic: Heuristic, source: str, person: Person) -> None:
    """Keep a person's unsaved text; a text that is the saved one needs no draft."""
    draft = store.heuristics.draft(heuristic.heuristic_id, person.person_id)
    if source == heuristic.source:
        if draft is not None:
            store.heuristics.drop_draft(heuristic.heuristic_id, person.person_id)
    elif draft is None or draft[1] != source:
        base = draft[0] if draft else heuristic.version_no
        store.heuristics.save_draft(heuristic.heuristic_id, person.person_id, base, source)
