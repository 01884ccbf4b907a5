"""Which version of a heuristic counts: a new one's result waits until a person keeps it.

The first result of a heuristic counts at once, and so does every later run of the kept version, or of one that
differs from it in nothing but its threshold.
"""

from __future__ import annotations

from dataclasses import replace

from al_core.source import read_settings, same_but_threshold
from al_core.store import Store
from al_core.types import Heuristic, Person, Run
from al_core.workflow.thresholds import adopt_from_code, in_code


def kept_version(store: Store, heuristic: Heuristic) -> Heuristic:
    """Return the heuristic at the version that counts: the newest while nothing else was kept."""
    current = store.runs.last(heuristic.heuristic_id, finished=True)
    if current is None or current.version_no == heuristic.version_no:
        return heuristic
    source, embedding_name = store.heuristics.version(heuristic.heuristic_id, current.version_no)
    if embedding_name == heuristic.embedding_name and same_but_threshold(source, heuristic.source):
        return heuristic
    return replace(heuristic, version_no=current.version_no, source=source, embedding_name=embedding_name)


def must_wait(store: Store, heuristic: Heuristic) -> bool:
    """Return whether a run of the heuristic, at the version given, will have to be kept before it counts."""
    newest = store.heuristics.get(heuristic.heuristic_id)
    kept = kept_version(store, newest)
    return heuristic.version_no not in (kept.version_no, _current_version(store, heuristic))


def keep(store: Store, heuristic: Heuristic, run: Run, person: Person) -> None:
    """Make a waiting run the current one; a min_confidence that its code changed comes into force with it."""
    before = store.heuristics.source(heuristic.heuristic_id, _current_version(store, heuristic) or run.version_no)
    source = store.heuristics.source(heuristic.heuristic_id, run.version_no)
    store.held_runs.keep(run, person.person_id)
    adopt_changed_threshold(store, heuristic, before, source, person)


def keep_waiting(store: Store, heuristic: Heuristic, person: Person) -> bool:
    """Return whether a result waited and now counts: for those who ran the newest version to have it, as a command."""
    waiting = store.held_runs.waiting(heuristic.heuristic_id)
    if waiting is not None:
        keep(store, heuristic, waiting, person)
    return waiting is not None


def discard(store: Store, run: Run, person: Person) -> None:
    """Decide against a waiting run; its version and log stay, and the current run goes on to count."""
    store.held_runs.discard(run, person.person_id)


def adopt_changed_threshold(store: Store, heuristic: Heuristic, before: str, after: str, person: Person) -> None:
    """Put the min_confidence of a source in force where it is another than that of the source before."""
    said = in_code(after)
    if said is None or said == in_code(before):
        return
    task = store.projects.task(heuristic.task_id)
    adopt_from_code(store, heuristic.heuristic_id, task, read_settings(after), person.person_id)


def _current_version(store: Store, heuristic: Heuristic) -> int | None:
    current = store.runs.last(heuristic.heuristic_id, finished=True)
    return None if current is None else current.version_no
