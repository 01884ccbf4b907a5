"""The frame around every page: who, which project and task, what runs, what is saved, and errors in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

from al_core.types import Person, Project, Task
from al_core.workflow.workspace import Workspace
from pages.components import person, state
from pages.components.answers import saved_indicator
from pages.components.jobs import jobs_panel
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.redraw import drawing_page
from pages.components.resources import set_imports_aside, workspace

WIDTHS = {"Label": 1200}
WIDTH = 1440
# Streamlit writes white on primary buttons, which cannot be read on the dark theme's accent; and it fades what waits
# for the server, which the record under a person's eyes does not, nor do the parts that say how it stands
STYLE = """<style>
[data-testid="stBaseButton-primary"] { color: Canvas !important }
[class*="st-key-labeler_"], .st-key-al_outbox, .st-key-jobs_heartbeat {
  opacity: 1 !important; transition: none !important
}
</style>"""


@dataclass(frozen=True, slots=True)
class Current:
    """What a page works on. A project without tasks has none."""

    workspace: Workspace
    person: Person
    project: Project
    task: Task | None


@contextmanager
def page_frame(title: str) -> Iterator[None]:
    """Draw the frame and run the page inside it; a person's mistake becomes a message, a bug stays loud."""
    width = WIDTHS.get(title, WIDTH)
    with drawing_page(), st.container(horizontal_alignment="center"), st.container(width=width):
        opened = False
        with mistakes_shown():
            current = _open()
            _context_bar(current, on_label_page=title == "Label")
            opened = True
        if not opened:
            st.stop()
        with mistakes_shown():
            yield
    set_imports_aside(title)


def current() -> Current:
    """Return what the page works on.

    The very first visit of a new server may open a page by its address before `app.py` has ever run: Streamlit then
    runs the page alone, as it does for apps without `st.navigation`. Calling that once ends it for all visits, and
    `follow_address` then leads back to the page.
    """
    found = state.get("current")
    if not isinstance(found, Current):
        path = urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]
        state.put("landing", {"path": path, "query": dict(st.query_params)})
        # a page of that address must be known, else the browser says that it does not exist
        start = st.Page(lambda: None, title="Start", default=True)
        named = [st.Page(lambda: None, title=path, url_path=path)] if path else []
        st.navigation([start, *named], position="hidden")
        st.rerun()
    return found


def follow_address(pages: Sequence[st.Page]) -> None:
    """Go on to the page whose address the visit began with, where `current` had to start the app over."""
    landing = state.take("landing")
    if landing is None:
        return
    page = next((one for one in pages if one.url_path == landing["path"]), None)
    if page is not None:
        st.switch_page(page, query_params=landing["query"])


def _open() -> Current:
    name = state.get("person") or person.remembered()
    if not name:
        _ask_name()
        st.stop()
    opened = workspace()
    somebody = opened.store.projects.person(name)
    state.put("person", somebody.name)
    chosen = opened.store.projects.setting(f"person:{somebody.person_id}", "selection") or {}
    projects = opened.store.projects.all()
    if not projects:
        projects = (opened.store.projects.create("First project"),)
    project = next((one for one in projects if one.project_id == chosen.get("project")), projects[0])
    tasks = opened.store.projects.tasks(project.project_id)
    task = next((one for one in tasks if one.task_id == chosen.get("task")), tasks[0] if tasks else None)
    found = Current(opened, somebody, project, task)
    state.put("current", found)
    return found


def _ask_name() -> None:
    with st.container(width=420), st.form("who", border=True):
        st.subheader("Who is labeling?")
        st.caption("A name is enough. It stands beside your answers, and this browser remembers it.")
        name = st.text_input("Your name", key="who_name", max_chars=60)
        if st.form_submit_button("Start", type="primary") and name.strip():
            state.put("person", " ".join(name.split()))
            st.rerun()


def _context_bar(current: Current, *, on_label_page: bool) -> None:
    projects = {one.name: one for one in current.workspace.store.projects.all()}
    tasks = {one.name: one for one in current.workspace.store.projects.tasks(current.project.project_id)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="context_bar"):
        st.menu_button(
            literal(current.project.name),
            list(projects),
            format_func=literal,
            key="pick_project",
            icon=":material/folder_open:",
            type="tertiary",
            on_click=lambda: choose(current, projects[state.widget("pick_project")], None),
        )
        if current.task is not None:
            st.menu_button(
                literal(current.task.name),
                list(tasks),
                format_func=literal,
                key="pick_task",
                type="tertiary",
                icon=":material/label:",
                on_click=lambda: choose(current, current.project, tasks[state.widget("pick_task")]),
            )
            st.caption("extraction" if current.task.kind == "extraction" else "classification", width="content")
        if current.project.is_sample:
            st.badge("synthetic sample", color="gray")
        st.html(STYLE, width="content")
        person.remember(current.person.name)
        st.space("stretch")
        # a fragment stretches over its container: these give it the width of what it draws
        with st.container(width="content"):
            jobs_panel(current.workspace, current.person)
        with st.container(width=170):
            saved_indicator(current.workspace, current.person, current.task, on_label_page=on_label_page)
        with st.popover(literal(current.person.name), icon=":material/person:", type="tertiary"):
            st.caption("Answers are stored under this name.")
            other = st.text_input("Name", current.person.name, max_chars=60, key="other_name")
            if st.button("Change", disabled=not other.strip() or other == current.person.name):
                state.put("person", " ".join(other.split()))
                st.rerun()


def choose(current: Current, project: Project, task: Task | None) -> None:
    """Make a project and task the person's choice, in this and later visits."""
    current.workspace.store.projects.set_setting(
        f"person:{current.person.person_id}",
        "selection",
        {"project": project.project_id, "task": task.task_id if task else None},
    )
