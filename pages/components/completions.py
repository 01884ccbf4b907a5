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
    code = CONTRACT_WORDS[heuristic.kind]
    lists = store.word_lists.all(task.project_id) if "knowledge" in code else {}
    return [
        *({"word": label.name, "kind": "label", "quoted": True} for label in task.labels),
        *({"word": one.name, "kind": "embedding", "quoted": True} for one in embeddings),
        *({"word": name, "kind": f"word list, {len(words):,}", "quoted": False} for name, words in lists.items()),
        *({"word": word, "kind": kind, "quoted": False} for word, kind in code.items()),
    ]
