"""Keeping the audit sample out of a learner's fit, so that what it proves is exact and not only tested."""

from __future__ import annotations

from al_core.learning.methods import read_method
from al_core.store import Store
from al_core.types import Heuristic, Run

_KEY = "audit_kept_out"


def keeps_audit_out(store: Store, heuristic: Heuristic) -> bool:
    """Return whether a learner's next run leaves the audit sample out of its fit."""
    return bool(store.projects.setting(_scope(heuristic), _KEY))


def keep_audit_out(store: Store, heuristic: Heuristic, *, wanted: bool) -> None:
    """Store whether a learner leaves the audit sample out of its fit; the next run does so."""
    store.projects.set_setting(_scope(heuristic), _KEY, wanted)


def fits_otherwise(store: Store, heuristic: Heuristic, run: Run) -> bool:
    """Return whether a learner's run treated the audit sample in another way than its next one would."""
    is_learner = heuristic.kind == "active_learner"
    return is_learner and read_method(run.method).audit_kept_out != keeps_audit_out(store, heuristic)


def _scope(heuristic: Heuristic) -> str:
    return f"heuristic:{heuristic.heuristic_id}"
