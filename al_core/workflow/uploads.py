"""Files that came through the browser, kept in the workspace, private to its owner."""

from __future__ import annotations

import os
from pathlib import Path

from al_core.workflow.workspace import Workspace

LONGEST_NAME = 100


def keep_upload(workspace: Workspace, upload_id: str, name: str, content: bytes) -> Path:
    """Return where an upload lies now, written once; its name has no say in its folder."""
    folder = workspace.folder / "uploads" / Path(upload_id).name
    folder.mkdir(exist_ok=True, parents=True, mode=0o700)
    target = folder / Path(name).name[-LONGEST_NAME:]
    if not target.exists():
        partial = target.with_name(target.name + ".part")
        with open(partial, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(content)
        partial.rename(target)
    return target
