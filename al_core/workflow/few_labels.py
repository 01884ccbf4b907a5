"""The default heuristic of a classification task: made with the task, run as soon as texts have features."""

from __future__ import annotations

from al_core.embedders import best_pool, is_pool
from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Heuristic, Job, Person, Project, Task, TaskKind
from al_core.workflow.embedding import WAIT_SECONDS, embed
from al_core.workflow.jobs import JobContext
from al_core.workflow.label_meaning import starts_from_names
from al_core.workflow.protection import check_allowed
from al_core.workflow.running import rerun, run_key
from al_core.workflow.starters import STARTERS, written_for
from al_core.workflow.starters.few_labels import FEW_LABELS, FEW_LABELS_SEVERAL
from al_core.workflow.workspace import Workspace

BEGUN = "default heuristic made"
# the starter that a new task gets, by the kind of task
DEFAULTS: dict[TaskKind, str] = {"single_label": FEW_LABELS, "multi_label": FEW_LABELS_SEVERAL}


def begin(workspace: Workspace, task: Task, person: Person) -> Job | None:
    """Return the job that prepares a task's default heuristic, which is made here, once, where the task has none.

    It computes pool features where they are missing, then starts the run. None for other kinds of tasks, while the
    project has no records, and where no heuristic starts from label names.
    """
    store = workspace.store
    if task.kind not in DEFAULTS:
        return None
    ensure_default(store, task, person)
    project = store.projects.get(task.project_id)
    if not store.records.count(project.project_id) or not _learners(store, task):
        return None
    return workspace.jobs.start(
        "prepare",
        f"First guess for {task.name}",
        lambda context: _prepare(workspace, project, task, person, context),
        key=f"prepare:{task.task_id}",
        project_id=project.project_id,
        person=person,
    )


def ensure_default(store: Store, task: Task, person: Person) -> None:
    """Make a classification task's default heuristic, once, where the task has none; nothing is computed."""
    if task.kind not in DEFAULTS or is_begun(store, task):
        return
    if not store.heuristics.all(task.task_id):
        add_default(store, task, pool_name(store, task), person)
    store.projects.set_setting(f"task:{task.task_id}", BEGUN, True)


def is_begun(store: Store, task: Task) -> bool:
    """Return whether a task has been given its default heuristic, which people may have deleted since."""
    return bool(store.projects.setting(f"task:{task.task_id}", BEGUN))


def _learners(store: Store, task: Task) -> list[Heuristic]:
    return [one for one in store.heuristics.all(task.task_id) if one.enabled and starts_from_names(one)]


def begin_all(workspace: Workspace, project: Project, person: Person) -> tuple[Job, ...]:
    """Return the jobs that prepare the default heuristics of a project's tasks; called when texts have come."""
    begun = [begin(workspace, task, person) for task in workspace.store.projects.tasks(project.project_id)]
    return tuple(job for job in begun if job is not None)


def missing_features(workspace: Workspace, heuristic: Heuristic, person: Person) -> Job | None:
    """Return the job that computes the vectors of a heuristic that starts from label names; None where they are there.

    Other heuristics name what people computed, and are told where that is missing.
    """
    store = workspace.store
    task = store.projects.task(heuristic.task_id)
    if not heuristic.embedding_name or not starts_from_names(heuristic):
        return None
    embedding = store.embeddings.named(task.project_id, heuristic.embedding_name)
    if not is_pool(embedding.model) or store.embeddings.vectors(embedding) is not None:
        return None
    return embed(workspace, store.projects.get(task.project_id), task.attribute, embedding.model, person)


def add_default(store: Store, task: Task, embedding_name: str, person: Person) -> Heuristic:
    """Return the default heuristic, new, on the embedding of that name."""
    source = written_for(task, STARTERS.get(DEFAULTS[task.kind]), (embedding_name,))
    return store.heuristics.create(task.task_id, FEW_LABELS, "active_learner", source, embedding_name, person.person_id)


def pool_name(store: Store, task: Task) -> str:
    """Return the name of the pool features of a task's text: the newest there are, else those of the best encoder."""
    for embedding in store.embeddings.all(task.project_id):
        if embedding.attribute_id == task.attribute.attribute_id and is_pool(embedding.model):
            return embedding.name
    return store.embeddings.ensure(task.project_id, task.attribute, "classification", best_pool()).name


def _prepare(workspace: Workspace, project: Project, task: Task, person: Person, context: JobContext) -> None:
    store = workspace.store
    embedding = store.embeddings.named(project.project_id, pool_name(store, task))
    file = store.embeddings.vectors(embedding)
    if file is None or len(file.record_nos) < store.records.count(project.project_id):
        job = embed(workspace, project, task.attribute, embedding.model, person)
        while not workspace.jobs.ended(job.job_id, within=WAIT_SECONDS):
            under_way = workspace.jobs.get(job.job_id)
            if under_way is not None:
                context.progress(0.9 * under_way.fraction, under_way.message)
        workspace.jobs.wait(job.job_id)
    try:
        run_again(workspace, task, person)
    except InvalidInput as error:  # nobody agreed yet that heuristics run here with limits only
        context.conclude(str(error))


def run_again(workspace: Workspace, task: Task, person: Person) -> tuple[Job, ...]:
    """Return the jobs that run a task's enabled learners that start from label names.

    Called when texts have come or labels have changed their names or descriptions, which changes their guesses.
    Raises InvalidInput where nothing but limits protects this computer and nobody agreed to that.
    """
    check_allowed(workspace)
    return tuple(
        rerun(workspace, one, person)
        for one in _learners(workspace.store, task)
        if workspace.jobs.of(run_key(one.heuristic_id)) is None
    )


def labels_changed(workspace: Workspace, before: Task, person: Person) -> tuple[Job, ...]:
    """Return the jobs that were started because labels are new, or are called or described otherwise than `before`.

    Only learners that have run already run again.
    """
    task = workspace.store.projects.task(before.task_id)

    def said(one: Task) -> list[tuple[int, str, str]]:
        return [(label.label_id, label.name, label.description) for label in one.labels]

    ran = any(workspace.store.runs.last(one.heuristic_id) for one in workspace.store.heuristics.all(task.task_id))
    return run_again(workspace, task, person) if ran and said(task) != said(before) else ()
