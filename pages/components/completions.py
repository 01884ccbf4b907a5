"""What the editor offers on Ctrl+Space: the contract, and the names of the project."""

from __future__ import annotations

from typing import Any

from al_core.source import CONTRACT_WORDS
from al_core.types import Heuristic
from pages.components.frame import Current


def completions(here: Current, heuristic: Heuristic) -> list[dict[str, Any]]:
    """Return the words that code of this heuristic may use, each with what it is; names go in quotes."""
    assert here.task is not None
    store, task = here.workspace.store, here.task
    embeddings = [one for one in store.embeddings.all(task.project_id) if one.granularity == task.granularity]
    return [
        *({"word": label.name, "kind": "label", "quoted": True} for label in task.labels),
        *({"word": one.name, "kind": "embedding", "quoted": True} for one in embeddings),
        *({"word": word, "kind": kind, "quoted": False} for word, kind in CONTRACT_WORDS[heuristic.kind].items()),
    ]
