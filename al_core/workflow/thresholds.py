"""The threshold in force: what the slider or the code set last, for all labels or for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.evaluation.precision import ABSTAINED, Predicted
from al_core.source import Settings, SourceProblem, read_settings, with_min_confidence
from al_core.store import Store
from al_core.types import Heuristic, Person, Task

DEFAULT_THRESHOLD = 0.8
NEVER = 1.01  # the threshold of a label of which nothing is kept: above every confidence


def min_confidence(
    store: Store, heuristic_id: int, label_ids: NDArray[np.int64] | Sequence[int]
) -> float | dict[int, float]:
    """Return the threshold in force: one number, or one for each of `label_ids`; the one place that decides."""
    threshold, _ = store.heuristics.threshold(heuristic_id) or (DEFAULT_THRESHOLD, "code")
    by_label = store.label_thresholds.of(heuristic_id)
    return {int(one): by_label.get(int(one), threshold) for one in label_ids} if by_label else threshold


def is_kept(
    store: Store,
    heuristic_id: int,
    label_ids: NDArray[np.int64],
    confidence: NDArray[np.float64],
    threshold: float | None = None,
) -> NDArray[np.bool_]:
    """Return which predictions [n] of a heuristic are kept at the thresholds in force, or at another one."""
    cuts = min_confidence(store, heuristic_id, np.unique(label_ids)) if threshold is None else threshold
    return np.asarray(Predicted(label_ids, confidence).kept_label_ids(cuts) != ABSTAINED)


def code_threshold(settings: Settings) -> float:
    """Return the min_confidence that the code asks for in two decimals, 0.8 where it names none (or one per label)."""
    return round(settings.min_confidence, 2) if isinstance(settings.min_confidence, float) else DEFAULT_THRESHOLD


def adopt_from_code(store: Store, heuristic_id: int, task: Task, settings: Settings, person_id: int) -> None:
    """Put the thresholds that the code names in force, in the place of those set before."""
    store.heuristics.set_threshold(heuristic_id, code_threshold(settings), "code", person_id)
    named = settings.min_confidence if isinstance(settings.min_confidence, dict) else {}
    by_id = {task.label_id(name): round(value, 2) for name, value in named.items()}
    known = {label_id: value for label_id, value in by_id.items() if label_id is not None}
    store.label_thresholds.put(heuristic_id, known, "code", person_id)


def set_label_thresholds(store: Store, heuristic: Heuristic, values: Mapping[int, float], person: Person) -> None:
    """Put one threshold a label in force, rounded to two decimals; an empty mapping goes back to one for all."""
    clean = {label_id: round(min(NEVER, max(0.0, value)), 2) for label_id, value in values.items()}
    store.label_thresholds.put(heuristic.heuristic_id, clean, "slider", person.person_id)


def in_code(source: str) -> float | dict[str, float] | None:
    """Return the min_confidence that a source names, None where it names none or does not parse."""
    try:
        return read_settings(source).min_confidence
    except SourceProblem:
        return None


def precedence(store: Store, heuristic: Heuristic) -> str:
    """Return in words which threshold is in force and what the code says, such as "0.83, slider; code says 0.90"."""
    value, set_by = store.heuristics.threshold(heuristic.heuristic_id) or (DEFAULT_THRESHOLD, "code")
    said = in_code(heuristic.source)
    code = "one a label" if isinstance(said, dict) else "nothing" if said is None else f"{said:.2f}"
    if store.label_thresholds.of(heuristic.heuristic_id):
        return f"one threshold a label; code says {code}"
    if set_by == "code":
        return f"{value:.2f}, code" if said is not None else f"{value:.2f}, the default; code says nothing"
    return f"{value:.2f}, {set_by}; code says {code}"


def apply(store: Store, heuristic: Heuristic, person: Person) -> Heuristic:
    """Return the heuristic with the thresholds in force written into its code, as a new version that needs no run.

    Raises InvalidInput where they stand there already, SourceProblem for code that cannot be read.
    """
    task = store.projects.task(heuristic.task_id)
    found = min_confidence(store, heuristic.heuristic_id, [label.label_id for label in task.labels])
    value = {task.label_name(one): cut for one, cut in found.items()} if isinstance(found, dict) else found
    if in_code(heuristic.source) == value:
        raise InvalidInput("The code says so already.", "Move the slider first.")
    source = with_min_confidence(heuristic.source, value)
    saved = store.heuristics.save_version(heuristic.heuristic_id, source, heuristic.embedding_name, person.person_id)
    adopt_from_code(store, heuristic.heuristic_id, task, read_settings(source), person.person_id)
    return saved


def undo_apply(store: Store, heuristic: Heuristic, version_no: int, person: Person) -> Heuristic:
    """Return the heuristic with the code of an earlier version again; the thresholds in force stay, as the slider's."""
    source = store.heuristics.source(heuristic.heuristic_id, version_no)
    task = store.projects.task(heuristic.task_id)
    saved = store.heuristics.save_version(heuristic.heuristic_id, source, heuristic.embedding_name, person.person_id)
    found = min_confidence(store, heuristic.heuristic_id, [label.label_id for label in task.labels])
    if isinstance(found, dict):
        store.label_thresholds.put(heuristic.heuristic_id, found, "slider", person.person_id)
    else:
        store.heuristics.set_threshold(heuristic.heuristic_id, found, "slider", person.person_id)
    return saved
