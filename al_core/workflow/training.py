"""What a learner learns from: labels, vectors, folds, and whether that is enough to judge it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import is_pool
from al_core.errors import ActiveLearnersError
from al_core.learning.folds import deal, holdout
from al_core.source import Settings
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.types import Heuristic, Task
from al_core.workflow.audit_apart import keeps_audit_out

FOLDS = 5


class NotEvaluable(ActiveLearnersError):
    """There are too few labels of too few classes to judge the heuristic yet; not a failure."""


class RunFailed(ActiveLearnersError):
    """The heuristic's code did not give a result."""

    def __init__(self, kind: str, message: str, line: int = 0) -> None:
        super().__init__(message, "Earlier results are kept.")
        self.kind = kind
        self.line = line


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a learner learns from.

    `rows` [m] count the vectors, `label` [m] indexes `names`, `fold` [m] is -1 where a label is never held out.
    `pool` [p] numbers the records that had no answer when the labels were read, whatever is answered meanwhile.
    `apart` [a] are the rows of the audit sample where it is kept out of the fit: they are in none of the others.
    `learnt` [k] numbers the records that a tuned encoder behind the vectors learnt from: they may be fitted on, and
    nothing is judged or calibrated by them.
    """

    files: tuple[VectorFile, ...]
    rows: NDArray[np.int64]
    label: NDArray[np.int64]
    audit: NDArray[np.bool_]
    fold: NDArray[np.int64]
    names: tuple[str, ...]
    label_ids: NDArray[np.int64]
    pool: NDArray[np.int64]
    n_without_vector: int
    apart: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    learnt: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def record_nos(self) -> NDArray[np.int64]:
        """Return the record numbers [n] of all rows of the vectors."""
        return self.files[0].record_nos

    @property
    def others(self) -> NDArray[np.bool_]:
        """Return which labels [m] no encoder learnt from."""
        return ~np.isin(self.record_nos[self.rows], self.learnt)

    @property
    def held_out(self) -> tuple[int, ...]:
        """Return the fold numbers that are held out in turn."""
        return tuple(int(fold) for fold in np.unique(self.fold) if fold != -1)


def training_set(store: Store, task: Task, heuristic: Heuristic, settings: Settings) -> TrainingSet:
    """Return the labels and vectors of a learner, with the fold of each label; folds are dealt where new."""
    files = vector_files(store, task, heuristic, settings)
    # in this order: a record answered in between is learnt from, and therefore not in the pool
    answered = store.answers.answered(task.task_id)
    labelled = store.answers.labelled(task.task_id)
    pool = np.setdiff1d(store.records.numbers(task.project_id), np.union1d(answered, labelled.record_no))
    record_nos = files[0].record_nos
    place = np.searchsorted(record_nos, labelled.record_no)
    has_label = np.isin(labelled.label, [label.label_id for label in task.labels])
    has_vector = (place < len(record_nos)) & has_label
    has_vector[has_vector] = record_nos[place[has_vector]] == labelled.record_no[has_vector]
    names = tuple(label.name for label in task.labels)
    label_ids = np.array([label.label_id for label in task.labels], dtype=np.int64)
    by_id = np.argsort(label_ids)
    label = by_id[np.searchsorted(label_ids[by_id], labelled.label[has_vector])]
    classes = [names[i] for i in label]
    if settings.train_test_split is None:
        fold = folds_of(store, task, labelled.record_no[has_vector], classes)
    else:
        out = holdout(classes, settings.train_test_split, np.random.default_rng(task.task_id))
        fold = np.where(out, 0, -1).astype(np.int64)
    found = TrainingSet(
        files=files,
        rows=place[has_vector].astype(np.int64),
        label=label.astype(np.int64),
        audit=labelled.audit[has_vector],
        fold=fold,
        names=names,
        label_ids=label_ids,
        pool=pool,
        n_without_vector=int((~has_vector & has_label).sum()),
        learnt=store.tunings.records(task.attribute.attribute_id, [file.sha256 for file in files]),
    )
    return _without_audit(found) if keeps_audit_out(store, heuristic) else found


def _without_audit(training: TrainingSet) -> TrainingSet:
    stay = ~training.audit
    return replace(
        training,
        rows=training.rows[stay],
        label=training.label[stay],
        audit=training.audit[stay],
        fold=training.fold[stay],
        apart=training.rows[training.audit],
    )


def dealt_again(store: Store, task: Task, training: TrainingSet, repeat_no: int) -> TrainingSet:
    """Return the same labels in the folds of another dealing, number `repeat_no` from 1 on; dealt where new."""
    classes = [training.names[i] for i in training.label]
    return replace(training, fold=folds_of(store, task, training.record_nos[training.rows], classes, repeat_no))


def vector_files(store: Store, task: Task, heuristic: Heuristic, settings: Settings) -> tuple[VectorFile, ...]:
    """Return the vectors that a learner's code or version names, the newest where it names none; raises RunFailed."""
    usable = [e for e in store.embeddings.all(task.project_id) if e.granularity == task.granularity]
    wanted = settings.embedding_names or ((heuristic.embedding_name,) if heuristic.embedding_name else ())
    if not wanted:
        ready = [one.name for one in sorted(usable, key=lambda one: is_pool(one.model)) if one.n_vectors]
        if not ready:
            raise RunFailed("embedding", "The project has no embedding yet. Compute one on the Project page.")
        wanted = (ready[0],)
    files = []
    for name in wanted:
        file = store.embeddings.vectors(store.embeddings.named(task.project_id, name))
        if file is None:
            raise RunFailed("embedding", f"The embedding {name!r} has no vectors yet. Wait until it is computed.")
        files.append(file)
    for file in files[1:]:
        if not np.array_equal(file.record_nos, files[0].record_nos):
            raise RunFailed(
                "embedding",
                f"{files[0].embedding.name!r} has vectors of {len(files[0].record_nos):,} records and "
                f"{file.embedding.name!r} of {len(file.record_nos):,}. Compute both for the same records first.",
            )
    return tuple(files)


def folds_of(
    store: Store, task: Task, record_nos: NDArray[np.int64], classes: Sequence[str], repeat_no: int = 0
) -> NDArray[np.int64]:
    """Return the fold [m] of labelled records, dealt and stored where they have none yet."""
    dealt_nos, dealt_classes, dealt_folds = store.runs.folds(task.task_id, repeat_no)
    fresh = np.flatnonzero(~np.isin(record_nos, dealt_nos))
    if len(fresh):
        fresh_classes = [classes[int(i)] for i in fresh]
        rng = np.random.default_rng([task.task_id, repeat_no, len(dealt_nos)]) if repeat_no else None
        folds = deal(fresh_classes, dealt_classes, dealt_folds, k=FOLDS, rng=rng)
        store.runs.add_folds(task.task_id, record_nos[fresh], fresh_classes, folds, repeat_no)
        dealt_nos, _, dealt_folds = store.runs.folds(task.task_id, repeat_no)
    order = np.argsort(dealt_nos)
    return dealt_folds[order][np.searchsorted(dealt_nos[order], record_nos)].astype(np.int64)


def check_evaluable(training: TrainingSet, needs: int) -> None:
    """Raise NotEvaluable where some fold's training part has one class only, or no class with `needs` labels."""
    names = np.array(training.names, dtype=object)
    counts = Counter(names[training.label])
    listed = ", ".join(f"{name} {n}" for name, n in counts.most_common())
    if not counts and len(training.apart):
        raise NotEvaluable(
            f"Not evaluable yet: all {len(training.apart)} labels are in the audit sample, which is not fitted on.",
            "Label records in the Smart queue, or let the heuristic learn from the audit sample too.",
        )
    if not counts:
        raise NotEvaluable("Not evaluable yet: no record is labelled.", "Label about 40 records, then run again.")
    if len(counts) == 1:
        raise NotEvaluable(
            f"Not evaluable yet: all {len(training.rows)} labels are {listed.rsplit(' ', 1)[0]!r}.",
            "A learner needs at least two different labels.",
        )
    cross_validated = bool((training.fold != -1).all())
    if len(training.held_out) < (2 if cross_validated else 1):
        raise NotEvaluable(f"Not evaluable yet: {len(training.rows)} labels ({listed}).", "Label some more.")
    for fold in training.held_out:
        part = Counter(names[training.label[training.fold != fold]])
        if not part or max(part.values()) < needs:
            shown = ", ".join(f"{name} {n}" for name, n in part.most_common())
            raise NotEvaluable(
                f"Not evaluable yet: the code's cross-validation needs {needs} labels of some class, but the training "
                f"part of fold {fold + 1} has {shown or 'none'}.",
                "Label some more.",
            )
