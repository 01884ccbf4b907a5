"""Importing: a file is parsed in a worker process, its records are taken in by id, its labels become answers."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from al_core.errors import InvalidInput
from al_core.importers import ANSWERS, RECORDS, Mapping, ReadOptions, Staged, stage
from al_core.store import Store
from al_core.store.records import Ingested
from al_core.types import Answer, DrawnClaim, Job, LabelSpan, Person, Project, Task, TaskKind
from al_core.workflow.embedding import embed, killer
from al_core.workflow.few_labels import begin_all
from al_core.workflow.jobs import JobContext
from al_core.workflow.workspace import Workspace

IMPORTED = "Imported labels"  # the person whose answers a file's labels are
BATCH = 2000
SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class LabelImport:
    """What to do with a file's labels: the task they go to, how they were drawn, and whether to keep them hidden."""

    task_name: str
    drawn: DrawnClaim
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A file to import, what its columns hold, how to read it, and what its labels are."""

    path: Path
    mapping: Mapping
    options: ReadOptions = field(default_factory=ReadOptions)
    labels: LabelImport | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    staged: Staged
    ingested: Ingested
    n_labels: int
    task: Task | None

    def problem_lines(self) -> tuple[str, ...]:
        """Return the first problems of the file, each with its line."""
        problems = self.staged.problems[:SHOWN_PROBLEMS]
        return tuple(f"line {one.line}: {one.message}" if one.line else one.message for one in problems)

    def lines(self) -> tuple[str, ...]:
        """Return the report in sentences, with every count that is not zero."""
        staged, ingested = self.staged, self.ingested
        of_task = f"with labels of task {self.task.name!r}" if self.task else "with labels"
        counted = (
            (ingested.n_new, "new record", "new records"),
            (ingested.n_changed, "text changed, kept as a new revision", "texts changed, kept as new revisions"),
            (ingested.n_same, "record was there already, unchanged", "records were there already, unchanged"),
            (self.n_labels, f"record {of_task}", f"records {of_task}"),
            (staged.n_empty, "row without text skipped", "rows without text skipped"),
            (staged.n_duplicate_ids, "repeated row with a known id skipped", "repeated rows with a known id skipped"),
            (staged.n_duplicate_texts, "text occurs more than once", "texts occur more than once"),
            (staged.n_problems, "problem", "problems"),
        )
        return tuple(f"{n:,} {one if n == 1 else many}" for n, one, many in counted if n) + staged.notes


def import_file(
    workspace: Workspace, project: Project, plan: ImportPlan, person: Person, *, then_embed: bool = True
) -> Job:
    """Return the job that imports a file; its result is an ImportReport. Embeddings are started when it is done."""

    def work(context: JobContext) -> ImportReport:
        report = _import(workspace.store, project, plan, context)
        context.conclude("\n".join([*report.lines(), *report.problem_lines()]))
        if then_embed and not context.cancelled:
            text = plan.mapping.text_columns[0]
            attribute = next(a for a in workspace.store.projects.attributes(project.project_id) if a.name == text)
            embed(workspace, project, attribute, "", person)
            begin_all(workspace, project, person)
        return report

    _check_labels(workspace.store, project, plan)
    return workspace.jobs.start(
        "import",
        f"Import {plan.path.name}",
        work,
        key=f"import:{project.project_id}:{plan.path}",
        project_id=project.project_id,
        person=person,
    )


def _import(store: Store, project: Project, plan: ImportPlan, context: JobContext) -> ImportReport:
    folder = store.folder / "staging" / str(uuid.uuid4())
    try:
        staged = stage(
            plan.path,
            plan.mapping,
            folder,
            plan.options,
            on_progress=lambda fraction, message: context.progress(0.6 * fraction, message),
            on_start=lambda pid: context.on_cancel(killer(pid), pid),
        )
        # from here on everything is stored, whoever cancels: records without their labels would be half an import
        context.child_ended()
        context.progress(0.6, "storing records")
        ingested = store.records.ingest(
            project.project_id, folder / RECORDS, staged.text_columns, file=plan.path.name, sha=staged.sha
        )
        if plan.labels is None or not (folder / ANSWERS).exists():
            return ImportReport(staged, ingested, 0, None)
        context.tell(0.7, "storing labels")
        task = _ensure_task(store, project, plan, staged)
        given = list(_given(store, task, folder))
        if plan.labels.hidden:
            return ImportReport(staged, ingested, _hide(store, task, given), task)
        return ImportReport(staged, ingested, _answer(store, task, given, plan.labels, ingested, context), task)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kind(plan: ImportPlan) -> TaskKind:
    return "extraction" if plan.mapping.span_column else "single_label"


def _present_task(store: Store, project: Project, plan: ImportPlan) -> Task | None:
    name = " ".join(plan.labels.task_name.split()) if plan.labels else ""
    return next((task for task in store.projects.tasks(project.project_id) if task.name == name), None)


def _check_labels(store: Store, project: Project, plan: ImportPlan) -> None:
    """Raise InvalidInput where the file's labels have no task, or one that cannot take them."""
    if plan.labels is None:
        return
    if not plan.labels.task_name.strip():
        raise InvalidInput("Labels need a task to go to.", "Name one.")
    task, kind, text = _present_task(store, project, plan), _kind(plan), plan.mapping.text_columns[0]
    if task is not None and task.kind != kind:
        raise InvalidInput(
            f"Task {task.name!r} is of kind {task.kind}, the file's labels are of kind {kind}.", "Name another task."
        )
    if task is not None and kind == "extraction" and task.attribute.name != text:
        raise InvalidInput(
            f"Task {task.name!r} is about {task.attribute.name!r}, the file's spans are offsets in {text!r}.",
            "Name another task.",
        )


def _ensure_task(store: Store, project: Project, plan: ImportPlan, staged: Staged) -> Task:
    assert plan.labels is not None
    names = [label for label, _ in staged.labels]
    task = _present_task(store, project, plan)
    if task is not None:
        store.projects.add_labels(task.task_id, names)
        return store.projects.task(task.task_id)
    attribute = next(a for a in store.projects.attributes(project.project_id) if a.name == plan.mapping.text_columns[0])
    return store.projects.create_task(attribute, plan.labels.task_name, _kind(plan), names)


Given = tuple[int, tuple[LabelSpan, ...]]


def _given(store: Store, task: Task, folder: Path) -> Iterator[Given]:
    """Yield (record number, labels) of each record that the file labels; no labels = nothing here."""
    ids = pq.read_table(folder / RECORDS, columns=["row", "external_id"]).to_pydict()
    numbers = store.records.by_external_id(task.project_id)
    record_no = {row: numbers[external] for row, external in zip(ids["row"], ids["external_id"], strict=True)}
    by_name = {label.name: label.label_id for label in task.labels}
    columns = pq.read_table(folder / ANSWERS).to_pydict()
    rows = zip(columns["row"], columns["label"], columns["start"], columns["end"], strict=True)
    for row, group in groupby(rows, key=lambda one: one[0]):
        yield (
            record_no[row],
            tuple(LabelSpan(by_name[" ".join(n.split())], s, e) for _, n, s, e in group if n is not None),
        )


def _hide(store: Store, task: Task, given: Sequence[Given]) -> int:
    rows = [
        (record_no, ordinal, span.label_id, span.start, span.end)
        for record_no, spans in given
        for ordinal, span in enumerate(spans or (LabelSpan(0),))
    ]
    store.answers.hide(task.task_id, rows)
    return len(given)


def _answer(
    store: Store, task: Task, given: Sequence[Given], labels: LabelImport, ingested: Ingested, context: JobContext
) -> int:
    person = store.projects.person(IMPORTED)
    store.records.claim(ingested.import_id, labels.drawn, person.person_id)
    present = store.answers.given_by(task.task_id, person.person_id)
    changed = [(number, spans) for number, spans in given if present.get(number) != _comparable(spans)]
    for start in range(0, len(changed), BATCH):
        context.tell(0.7 + 0.3 * start / len(changed), f"{start:,} of {len(changed):,} labels")
        store.answers.add(
            [
                Answer(
                    answer_id=str(uuid.uuid4()),
                    task_id=task.task_id,
                    record_no=number,
                    person_id=person.person_id,
                    verdict="accept",
                    labels=spans,
                    drawn_by="imported",
                    import_id=ingested.import_id,
                )
                for number, spans in changed[start : start + BATCH]
            ]
        )
    return len(given)


def _comparable(spans: Sequence[LabelSpan]) -> tuple[tuple[int, int | None, int | None], ...]:
    return tuple(sorted((span.label_id, span.start, span.end) for span in spans))
