"""Names that look like HTML, Markdown, LaTeX or Streamlit's directives show as they are on every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from al_core.importers import Mapping
from al_core.workflow import heuristics
from al_core.workflow.importing import ImportPlan, import_file

ODD = "<b>x</b> :red[y] $z$ [a](b) &amp; **c** -> d"
DIRECTIVE = ":red[y]"
# they show text, not Markdown (options and values of fields, tables, components with textContent)
PLAIN = {
    "text", "code", "selectbox", "text_input", "text_area", "arrow_data_frame", "data_editor", "bidi_component",
    "component_instance", "json", "dataframe",
}  # fmt: skip


@pytest.fixture(scope="module")
def odd(workspace, ada, tmp_path_factory):
    """A project, attribute, task, labels and heuristic that are all called alike, imported from a file of that kind."""
    path = tmp_path_factory.mktemp("odd") / f"{DIRECTIVE} $z$.csv"
    path.write_text(f'"{ODD}",text\nshop,<script>alert(1)</script> {ODD}\n', "utf-8")
    project = workspace.store.projects.create(ODD)
    job = import_file(workspace, project, ImportPlan(path, Mapping(("text",))), ada, then_embed=False)
    workspace.jobs.wait(job.job_id)
    (text,) = (one for one in workspace.store.projects.attributes(project.project_id) if one.is_text)
    task = workspace.store.projects.create_task(text, ODD, "single_label", [ODD, "other"])
    heuristics.create(workspace.store, task, ODD, "Logistic regression", ada)
    return project, task


def elements(node: object) -> Iterator[object]:
    """All elements below a node of AppTest's tree."""
    for child in getattr(node, "children", {}).values():
        yield child
        yield from elements(child)


def read_as_markdown(app) -> list[str]:
    """Every element of a page that shows Markdown, as the text of its message to the browser."""
    return [str(one.proto) for one in elements(app._tree) if one.type not in PLAIN and getattr(one, "proto", None)]


PAGES = ("1_Overview", "2_Label", "3_Heuristics", "4_Tune", "6_Project")


@pytest.mark.parametrize("page", PAGES)
def test_odd_names_show_as_they_are(open_app, odd, page):
    app = open_app(page, *odd)
    assert not app.exception
    shown = read_as_markdown(app)
    assert [one for one in shown if DIRECTIVE in one] == []
    assert any("red" in one for one in shown), "the name is on the page"


def test_an_odd_heuristic_is_opened_and_an_odd_mistake_said(open_app, odd, workspace):
    project, task = odd
    (heuristic,) = workspace.store.heuristics.all(task.task_id)
    app = open_app("3_Heuristics", project, task)
    app.query_params["heuristic"] = str(heuristic.heuristic_id)
    app.run()
    assert not app.exception
    assert [one for one in read_as_markdown(app) if DIRECTIVE in one] == []

    app = open_app("6_Project", project, task)
    next(one for one in app.text_input if one.label == "New project").set_value(ODD)
    [one for one in app.button if one.label == "Create"][-1].click().run()
    assert len(app.error) == 1
    assert [one for one in read_as_markdown(app) if DIRECTIVE in one] == []
