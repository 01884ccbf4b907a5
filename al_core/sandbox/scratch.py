"""The folder that a run may write to: measured while it runs, and removed however strange it was left."""

from __future__ import annotations

import itertools
import os
import secrets
from pathlib import Path

BLOCK = 512  # bytes that st_blocks counts in, everywhere
ENTRY_LIMIT = 20_000


def measure(folder: Path) -> tuple[int, int]:
    """Return bytes on disk and number of entries below `folder`, ENTRY_LIMIT + 1 where that is hidden or more."""
    n_bytes = n_entries = 0
    waiting = [str(folder)]
    while waiting and n_entries <= ENTRY_LIMIT:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    n_entries += 1
                    n_bytes += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if n_entries > ENTRY_LIMIT:
                        break
        except FileNotFoundError:
            continue  # it went while it was counted
        except OSError:
            return n_bytes, ENTRY_LIMIT + 1  # too deep or closed to us: whatever lies there could not be counted
    return n_bytes, n_entries


def remove(folder: Path) -> None:
    """Return nothing; removes `folder` with all it holds, also trees too deep for a path or without permissions.

    Folders are moved up before they are emptied, so no path gets longer than two names below `folder`.
    """
    folder.chmod(0o700)
    unused = secrets.token_hex(8)  # the run cannot have taken names that begin with this
    numbers = itertools.count()
    while subfolders := _emptied(folder):
        for subfolder in subfolders:
            subfolder.chmod(0o700)
            for inner in _emptied(subfolder):
                inner.chmod(0o700)
                inner.rename(folder / f"{unused}-{next(numbers)}")
            subfolder.rmdir()
    folder.rmdir()


def _emptied(folder: Path) -> list[Path]:
    """Return the folders directly in `folder`, after deleting everything else there."""
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                subfolders.append(folder / entry.name)
            else:
                os.unlink(entry.path)
    return subfolders
