"""Exports: files in the workspace, written by a job."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import streamlit as st

from al_core.types import Project
from al_core.workflow.exporting import export
from al_core.workflow.jobs import JobContext
from al_core.workflow.workspace import Workspace
from pages.components.frame import Current
from pages.components.literal import literal

_UNSAFE_IN_NAMES = re.compile(r"[^\w-]+")


def start_export(here: Current) -> None:
    """Start the job that writes the project's records, and say where to."""
    target = here.workspace.folder / "exports" / f"{file_name(here.project)}.csv"
    target.parent.mkdir(exist_ok=True, mode=0o700)
    here.workspace.jobs.start(
        "export",
        f"Export to {target}",
        partial(_write, here.workspace, here.project.project_id, target),
        key=f"export:{target}",
        project_id=here.project.project_id,
        person=here.person,
    )
    st.toast(f"Exporting to {literal(str(target))}. You can go on meanwhile.", duration="long")


def file_name(project: Project) -> str:
    """Return what a project's files are called, without anything that a file system could stumble over."""
    return _UNSAFE_IN_NAMES.sub("-", project.name).strip("-").lower() or str(project.project_id)


def _write(workspace: Workspace, project_id: int, target: Path, context: JobContext) -> int:
    context.progress(0.0, "writing")
    return export(workspace.store, workspace.store.projects.get(project_id), target)
