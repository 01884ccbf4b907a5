"""What all browsers share: the one open workspace of this server, and its libraries."""

from __future__ import annotations

import atexit
import gc

import streamlit as st

from al_core.workflow.sample import ensure_sample
from al_core.workflow.workspace import Workspace, workspace_folder


@st.cache_resource(show_spinner="Opening the workspace")
def workspace() -> Workspace:
    """Return the workspace, opened once per server; an empty one gets the sample project."""
    opened = Workspace(workspace_folder())
    atexit.register(opened.close)
    ensure_sample(opened)
    # the first run must not wait for the libraries that heuristic code uses
    opened.executor  # noqa: B018
    return opened


@st.cache_resource(show_spinner=False)
def set_imports_aside(title: str) -> None:
    """Take what the page called `title` has imported out of the garbage collector's sight, once per server.

    Streamlit collects garbage after every run, and would walk through all libraries each time: most of a run's cost.
    """
    gc.collect()
    gc.freeze()
