"""What a starter is, and the registry that each file of this package adds to."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.registry import Registry
from al_core.types import HeuristicKind, TaskKind

CLASSIFICATION: tuple[TaskKind, ...] = ("single_label", "multi_label")


@dataclass(frozen=True, slots=True)
class Starter:
    """Code that runs as it is, to be changed by the person who picks it.

    In `source`, EMBEDDING_NAME and SECOND_EMBEDDING stand for embeddings that the project has, POOL_EMBEDDING for
    its pool features where it has them, ATTRIBUTE for the task's text, FIRST_LABEL and LAST_LABEL for labels of the
    task. `note` says in a sentence what it is good for.
    """

    kind: HeuristicKind
    note: str
    source: str
    task_kinds: tuple[TaskKind, ...] = ("single_label",)


STARTERS: Registry[Starter] = Registry("starter")
