"""Making heuristics: from a starter, from code, as a copy; their names, descriptions, and deleting with a way back."""

from __future__ import annotations

from al_core.embedders import is_pool
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Heuristic, HeuristicKind, Person, Task
from al_core.workflow.starters import STARTERS, starters_for, written_for

# kinds as pages and messages name them
KIND_NAMES: dict[HeuristicKind, str] = {
    "active_learner": "Active learning",
    "labeling_function": "Labeling function",
    "precomputed": "Precomputed",
    "merge": "Merged votes",
}
SHORT_NAMES: dict[HeuristicKind, str] = {
    "active_learner": "learner",
    "labeling_function": "function",
    "precomputed": "precomputed",
    "merge": "merge",
}
MOST_DESCRIBED = 2000  # characters


def create(store: Store, task: Task, name: str, starter: str, person: Person) -> Heuristic:
    """Return a new heuristic made from a starter; its name gets a number where it is taken.

    Raises NotFound for an unknown starter, InvalidInput for one that does not fit the task.
    """
    chosen = STARTERS.get(starter)
    if task.kind not in chosen.task_kinds:
        fitting = ", ".join(starters_for(task, chosen.kind)) or "none of this kind"
        raise InvalidInput(f"{starter!r} does not fit the task {task.name!r}.", f"These do: {fitting}.")
    embeddings = usable_embeddings(store, task)
    source = written_for(task, chosen, embeddings)
    return create_from_code(store, task, name.strip() or starter, chosen.kind, source, person)


def create_from_code(
    store: Store, task: Task, name: str, kind: HeuristicKind, source: str, person: Person
) -> Heuristic:
    """Return a new heuristic with a source; its name gets a number where it is taken."""
    embedding = default_embedding(store, task) if kind == "active_learner" else ""
    return store.heuristics.create(
        task.task_id, free_name(store, task, name), kind, source, embedding, person.person_id
    )


def free_name(store: Store, task: Task, wanted: str) -> str:
    """Return a name that no heuristic of the task has: the wanted one, or with a number behind it."""
    taken = {heuristic.name for heuristic in store.heuristics.all(task.task_id)}
    return next(one for one in (wanted, *(f"{wanted} {i}" for i in range(2, 10_000))) if one not in taken)


def usable_embeddings(store: Store, task: Task) -> tuple[str, ...]:
    """Return the names of the embeddings that have vectors for a task's learners: newest first, pool features last."""
    everything = store.embeddings.all(task.project_id)
    usable = [one for one in everything if one.granularity == task.granularity and one.n_vectors]
    # pool features have nearly three times the numbers: they serve whoever asks for them
    return tuple(one.name for one in sorted(usable, key=lambda one: is_pool(one.model)))


def default_embedding(store: Store, task: Task) -> str:
    """Return the name of the newest embedding that has vectors for a task's learners, empty without one."""
    return next(iter(usable_embeddings(store, task)), "")


def duplicate(store: Store, heuristic: Heuristic, person: Person) -> Heuristic:
    """Return a copy of a heuristic at its newest version, owned by `person`, without its runs."""
    if heuristic.kind == "precomputed":
        raise InvalidInput("Predictions of a file cannot be duplicated.", "Bring the file in again.")
    task = store.projects.task(heuristic.task_id)
    name = free_name(store, task, f"{heuristic.name} copy")
    copy = store.heuristics.create(
        task.task_id, name, heuristic.kind, heuristic.source, heuristic.embedding_name, person.person_id
    )
    describe(store, copy.heuristic_id, description(store, heuristic.heuristic_id))
    return copy


def description(store: Store, heuristic_id: int) -> str:
    """Return what people say a heuristic is for, empty where nobody did."""
    return str(store.projects.setting(f"heuristic:{heuristic_id}", "description") or "")


def describe(store: Store, heuristic_id: int, text: str) -> None:
    """Store what a heuristic is for; raises InvalidInput for more than 2,000 characters."""
    clean = text.strip()
    if len(clean) > MOST_DESCRIBED:
        raise InvalidInput(
            f"The description has {len(clean):,} characters.", f"Shorten it to {MOST_DESCRIBED:,} at most."
        )
    store.projects.set_setting(f"heuristic:{heuristic_id}", "description", clean)
