"""The editor's page in the app: drafts, problems, completion, keeping a result, other people and other tabs."""

from __future__ import annotations

import re
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from al_core.types import Answer, LabelSpan
from al_core.workflow import heuristics
from al_core.workflow.workspace import Workspace

PATIENCE = 60_000
WORDS = ("invoice refund charged twice card", "parcel courier late address lost")
CODE = "() => document.querySelector('.ace_editor').env.editor.getValue()"
MARKS = "() => document.querySelector('.ace_editor').env.editor.session.getAnnotations()"
OFFERED = "() => document.querySelector('.ace_editor').env.editor.completer?.popup?.data?.map((one) => one.caption)"
# selects what is found, as a double click would, so that real keys write over it
SELECT = "(text) => { const {editor} = document.querySelector('.ace_editor').env; editor.focus(); editor.find(text); }"


@dataclass
class Site:
    """Where the app is, and the heuristics that the tests change: one each, so that they do not meet."""

    url: str
    ids: dict[str, int]


@pytest.fixture(scope="module")
def site(serve, chromium, tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("heuristics")
    with closing(Workspace(folder)) as workspace:
        made = fill(workspace, folder / "staged.parquet")
    url = serve("app.py", {"AL_WORKSPACE": str(folder)})
    visitor = chromium.new_page()  # the first visit of a server teaches it the addresses of its pages
    visitor.goto(url)
    expect(visitor.get_by_label("Your name")).to_be_visible(timeout=PATIENCE)
    visitor.close()
    return Site(url, made)


def fill(workspace: Workspace, staged: Path) -> dict[str, int]:
    """Sixty records with vectors, forty of them answered, and three learners that never ran: no process is started."""
    store, person = workspace.store, workspace.store.projects.person("Ann")
    project = store.projects.create("Shop")
    columns = {"row": range(60), "external_id": [f"id-{n}" for n in range(60)]}
    pq.write_table(pa.table(columns | {"text": [f"{WORDS[n % 2]} number {n}" for n in range(60)]}), staged)
    store.records.ingest(project.project_id, staged, ["text"], file="texts.csv", sha="0")
    (text,) = store.projects.attributes(project.project_id)
    task = store.projects.create_task(text, "topic", "single_label", ["billing", "delivery"])
    embedding = store.embeddings.ensure(project.project_id, text, "classification", "hashing")
    vectors = np.eye(2, 8, dtype=np.float32)[np.arange(60) % 2]

    def write(rows, start):
        rows[:] = vectors[start : start + len(rows)]

    numbers, shas = store.records.shas(text.attribute_id)
    store.embeddings.put(embedding, numbers, shas, write, dim=8, model_sha="m")
    by_person = {"task_id": task.task_id, "person_id": person.person_id, "drawn_by": "random"}
    labels = [(LabelSpan(label.label_id),) for label in task.labels]
    store.answers.add(
        [
            Answer(answer_id=str(uuid.uuid4()), record_no=n, verdict="accept", labels=labels[n % 2], **by_person)
            for n in range(40)
        ]
    )
    return {
        name: heuristics.create(store, task, name, "Logistic regression", person).heuristic_id
        for name in ("one", "two", "3")
    }


def open_editor(page: Page, site: Site, name: str, person: str = "Ann") -> FrameLocator:
    page.context.add_cookies([{"name": "al_person", "value": person, "url": site.url}])
    page.goto(f"{site.url}/Heuristics?heuristic={site.ids[name]}")
    wait_until_ready(page)
    return page.frame_locator("iframe[title*=streamlit_ace]")


def wait_until_ready(page: Page) -> None:
    expect(page.get_by_text("line 1, column 1")).to_be_visible(timeout=PATIENCE)


def in_editor(page: Page, script: str, argument: object = None) -> object:
    frame = next(frame for frame in page.frames if "streamlit_ace" in frame.url)
    return frame.evaluate(script, argument)


def write_over(page: Page, text: str, other: str) -> None:
    in_editor(page, SELECT, text)
    page.keyboard.type(other)


def test_names_are_checked_and_offered_and_the_draft_outlives_page_and_reload(page, site):
    frame = open_editor(page, site, "one")
    write_over(page, "text-classification-hashing", "text-classification-hashin")
    expect(frame.locator(".al-problem")).to_contain_text(
        "Did you mean 'text-classification-hashing'?", timeout=PATIENCE
    )
    source = str(in_editor(page, CODE)).splitlines()
    (mark,) = in_editor(page, MARKS)
    assert "embedding_name" in source[mark["row"]]
    page.keyboard.press("Control+Space")
    expect(frame.locator(".ace_autocomplete")).to_be_visible()
    assert in_editor(page, OFFERED)[0] == "text-classification-hashing"
    page.keyboard.press("Escape")
    frame.get_by_role("button", name="Replace by text-classification-hashing").click()
    expect(frame.locator(".al-problem")).to_have_count(0, timeout=PATIENCE)
    write_over(page, "C=10", "C=77")
    expect(page.get_by_text("unsaved changes kept as a draft")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)
    open_editor(page, site, "one")
    expect(page.get_by_text("unsaved changes kept as a draft")).to_be_visible(timeout=PATIENCE)
    assert "C=77" in str(in_editor(page, CODE))
    assert 'embedding_name="text-classification-hashing")' in str(in_editor(page, CODE))


def test_a_new_versions_result_is_compared_kept_and_taken_back_as_a_version(page, site):
    open_editor(page, site, "two")
    page.get_by_role("button", name="Run", exact=True).click(delay=40)
    expect(page.locator(".st-key-run_panel").get_by_text(re.compile("At 0.80: "))).to_be_visible(timeout=PATIENCE)
    write_over(page, "C=10", "C=1")
    page.keyboard.press("Control+Enter")
    panel = page.locator(".st-key-decision")
    expect(panel.get_by_role("heading", name="Against version 1")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-run_panel").get_by_text("not kept yet")).to_be_visible()
    panel.get_by_role("button", name="Keep version 2").click(delay=40)
    expect(panel).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".st-key-run_panel").get_by_text(re.compile("At 0.80: precision"))).to_be_visible()
    page.get_by_role("button", name="2 versions").click(delay=40)
    versions = page.get_by_role("dialog")
    expect(versions.locator("code")).to_contain_text("C=10", timeout=PATIENCE)
    versions.get_by_role("button", name="Restore version 1").click(delay=40)
    expect(page.get_by_text("learner, Ann, version 3")).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("() => !document.querySelector('[role=dialog]')")
    expect(page.frame_locator("iframe[title*=streamlit_ace]").locator(".ace_content")).to_contain_text("C=10")


def test_another_person_cancels_a_run_and_saves_first(page, site, open_page):
    open_editor(page, site, "3")
    write_over(page, "self.model.fit(embeddings, labels)", "import time; time.sleep(50)")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("learner, Ann, version 2")).to_be_visible(timeout=PATIENCE)
    bo = open_page()
    open_editor(bo, site, "3", "Bo")
    panel = bo.locator(".st-key-run_panel")
    expect(panel.get_by_role("button", name="Cancel")).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("button", name="Cancel").click(delay=40)
    for both in (bo, page):
        expect(both.locator(".st-key-run_panel").get_by_text("cancelled", exact=True)).to_be_visible(timeout=PATIENCE)
    write_over(bo, "C=10", "C=2")
    bo.keyboard.press("Control+s")
    expect(bo.get_by_text("learner, Ann, version 3")).to_be_visible(timeout=PATIENCE)
    write_over(page, "time.sleep(50)", "time.sleep(5)")
    page.keyboard.press("Control+s")
    clash = page.locator(".st-key-clash")
    expect(clash).to_contain_text(
        "Bo saved version 3 while you wrote from version 2. Your text was not saved.", timeout=PATIENCE
    )
    expect(clash.locator("code")).to_contain_text("C=2")
    clash.get_by_role("button", name="Take version 3").click(delay=40)
    expect(clash).to_have_count(0, timeout=PATIENCE)
    expect(page.frame_locator("iframe[title*=streamlit_ace]").locator(".ace_content")).to_contain_text("C=2")
