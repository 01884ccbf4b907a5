"""Errors that a person can cause or must hear about.

Each says what was wrong, with the value, and what to do about it. Pages show `message` and `hint`; the
command line prints both on one line and exits with 2. Everything else is a bug and crashes loudly.
"""

from __future__ import annotations

from collections.abc import Iterable


class ActiveLearnersError(Exception):
    """Base of all errors that are meant for a person: `message` says what, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class InvalidInput(ActiveLearnersError):
    """A value, file or setting that a person gave cannot be used."""


class NotFound(ActiveLearnersError):
    """Something was named that does not exist (any more)."""


class Conflict(ActiveLearnersError):
    """Something of that name exists already, or somebody else changed it meanwhile."""


class WorkspaceInUse(ActiveLearnersError):
    """Another process holds the workspace's database file."""


class Cancelled(ActiveLearnersError):
    """A job was cancelled by a person; earlier results stay."""


class JobFailed(ActiveLearnersError):
    """A worker process ended without a result."""


def unknown_name(kind: str, name: str, choices: Iterable[str]) -> NotFound:
    """Return the error for an unknown name, with the choices as its hint.

    >>> str(unknown_name("label", "spma", ["ham", "spam"]))
    "No label 'spma'. Use one of: ham, spam."
    """
    listed = ", ".join(sorted(choices))
    return NotFound(f"No {kind} {name!r}.", f"Use one of: {listed}." if listed else f"There is no {kind} yet.")
