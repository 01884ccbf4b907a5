"""Paths as people type them."""

from __future__ import annotations

from pathlib import Path

from al_core.errors import InvalidInput, NotFound


def typed_path(typed: str) -> Path:
    """Return the path that somebody typed, with ~ resolved; raises InvalidInput where nothing can have that name."""
    if not typed.strip() or "\0" in typed:
        raise InvalidInput(f"{typed!r} is not a path.", "Type the path of a file.")
    try:
        return Path(typed.strip()).expanduser()
    except RuntimeError as error:  # what expanduser raises for ~somebody who has no account
        raise InvalidInput(f"{typed!r} begins with a home folder that does not exist.", "Check the path.") from error


def existing_file(typed: str) -> Path:
    """Return the path of a file that is there; raises NotFound or InvalidInput with the reason."""
    path = typed_path(typed)
    try:
        if path.is_file():
            return path
        is_folder = path.is_dir()
    except OSError as error:  # too long a name, or a folder on the way that may not be read
        raise InvalidInput(f"{typed!r} cannot be opened: {error.strerror}.", "Check the path.") from error
    if is_folder:
        raise InvalidInput(f"{typed!r} is a folder.", "Name a file in it.")
    raise NotFound(f"There is no file {typed!r}.", "Check the path.")
