"""Every page opens on every kind of project, with one title, no exception and no message of a mistake."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from al_core.errors import WorkspaceInUse
from al_core.importers import Mapping
from pages.components import frame, person, resources

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "1_Overview": "Overview",
    "2_Label": "Label",
    "3_Heuristics": "Heuristics",
    "4_Tune": "Tune",
    "5_Records": "Records",
    "6_Project": "Project",
}
PROJECTS = ("sample", "without_records", "without_tasks", "with_a_run")


@pytest.fixture(params=PROJECTS)
def project(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens(open_app, project, page):
    app = open_app(page, project)
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [PAGES[page]]


def test_what_a_page_imports_is_out_of_the_garbage_collectors_sight(open_app, sample):
    resources.set_imports_aside.clear()
    gc.unfreeze()
    open_app("1_Overview", sample)
    assert gc.get_freeze_count() > 100_000


def test_a_page_opens_on_an_extraction_task(open_app, workspace, sample):
    entities = workspace.store.projects.task_named(sample.project_id, "entities")
    for page, title in PAGES.items():
        app = open_app(page, sample, entities)
        assert not app.exception
        assert [one.value for one in app.title] == [title]


@pytest.fixture
def first_visit(workspace, monkeypatch):
    """The app in a browser that remembers nobody."""
    monkeypatch.setattr(person, "remembered", lambda: "")
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def test_somebody_new_is_asked_for_a_name(workspace, first_visit):
    app = first_visit
    assert [one.value for one in app.subheader] == ["Who is labeling?"]
    app.text_input(key="who_name").set_value("  Grace   Hopper ")
    app.button[0].click().run()
    assert not app.exception
    assert [one.value for one in app.title] == ["Overview"]
    assert "Grace Hopper" in [one.name for one in workspace.store.projects.people()]


def test_an_empty_name_is_asked_again(first_visit):
    first_visit.text_input(key="who_name").set_value("   ")
    first_visit.button[0].click().run()
    assert [one.value for one in first_visit.subheader] == ["Who is labeling?"]


def test_a_workspace_that_is_held_shows_as_a_message(open_app, monkeypatch):
    def held():
        raise WorkspaceInUse("The workspace x is in use by process 7.", "Stop that process.")

    monkeypatch.setattr(frame, "workspace", held)
    app = open_app()
    assert not app.exception
    assert [one.value for one in app.error] == ["**The workspace x is in use by process 7\\.** Stop that process\\."]


def test_the_overview_says_what_to_do_next(open_app, sample, without_records, without_tasks, with_a_run):
    def heading(project):
        return open_app("1_Overview", project).subheader[0].value

    assert heading(without_records) == "Next\\: import texts"
    assert heading(without_tasks) == "Next\\: define a task"
    assert heading(sample) == "Next\\: label records for topic"
    assert heading(with_a_run) == "Next\\: label what the learner finds hard"


def test_the_overview_counts_answers_and_shows_the_estimate_with_its_n(open_app, with_a_run):
    app = open_app("1_Overview", with_a_run)
    labelled, kept, left = (one.value for one in app.metric)
    assert (labelled, left) == ("40", "20")
    assert 0 < int(kept) <= 20
    assert any(" to 1.00, n = " in one.value for one in app.caption)


def test_export_is_a_job_that_writes_a_file_in_the_workspace(open_app, workspace, with_a_run):
    app = open_app("1_Overview", with_a_run)
    next(button for button in app.button if button.label == "Export").click().run()
    assert not app.exception
    job = next(job for job in (*workspace.jobs.running(), *workspace.jobs.recent()) if job.kind == "export")
    assert workspace.jobs.wait(job.job_id) == 60
    assert (workspace.folder / "exports" / "with-a-run.csv").read_text("utf-8-sig").startswith("record_id,")


def test_the_label_page_hands_out_records_with_their_tokens_and_reasons(open_app, workspace, import_texts):
    rows = [f"{number},parcel {number} is late" for number in range(40)]
    project = import_texts("Never run", ["id,text", *rows], Mapping(("text",), "id"))
    (text,) = (one for one in workspace.store.projects.attributes(project.project_id) if one.is_text)
    topic = workspace.store.projects.create_task(text, "topic", "single_label", ["billing", "delivery"])
    queue = open_app("2_Label", project, topic).session_state["al:queue"]
    assert len(queue["items"]) >= 20
    first = queue["items"][0]
    assert first["blind"] == (first["drawn_by"] == "random")
    assert first["suggestion"] is None  # nothing has run; on the sample the first guess runs by itself
    assert first["why"].startswith("Smart: ")
