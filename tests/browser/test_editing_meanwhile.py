"""One browser labels while another renames the task, removes a label and deletes the record that the first one sees."""

from __future__ import annotations

import re
from contextlib import closing, suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from al_core.store import Store
from tests.browser.conftest import choose

PATIENCE = 60_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def url(serve, folder):
    return serve("app.py", {"AL_WORKSPACE": str(folder)})


@pytest.fixture
def visit(url, idle):
    """Opens a page of the app as somebody."""

    def open_as(page, name, address):
        page.context.add_cookies([{"name": "al_person", "value": name, "url": url}])
        page.goto(f"{url}/{address}")
        idle(page, timeout=PATIENCE)

    return open_as


def shown(page):
    return int(page.locator(".record").get_attribute("data-record"))


def all_saved(page):
    expect(page.locator(".saved")).to_have_attribute("data-pending", "0", timeout=PATIENCE)


def alert(page):
    return page.locator(".refusals")


def rename_task(page, name):
    page.get_by_role("tab", name="Tasks and labels").click()
    page.get_by_role("button", name="Rename the task").click()
    page.get_by_label("Name of the task").fill(name)
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("heading", name=f"Labels of {name}")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")


def remove_label(page, name):
    box = page.get_by_role("combobox", name="Label to remove")
    for _ in range(3):  # the page may be drawn anew under the first click: a job has ended
        page.get_by_role("button", name="Remove a label").or_(box).click(delay=40, timeout=PATIENCE)
        with suppress(PlaywrightTimeout):
            box.wait_for(timeout=5000)
            break
    choose(page, box, name)
    expect(page.get_by_text(re.compile(f"carr(y|ies) {name}"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible(timeout=PATIENCE)


def delete_record(page):
    page.get_by_role("button", name="Delete", exact=True).click(timeout=PATIENCE)
    page.get_by_role("button", name="Delete 1 record").click()
    expect(page.get_by_role("button", name="Undo: 1 record deleted")).to_be_visible(timeout=PATIENCE)


def given(folder):
    """(record, label) of every stored answer, in order; the app must not be running."""
    with closing(Store(folder)) as store:
        return store._database.rows(
            "SELECT a.record_no, l.name FROM answer a JOIN answer_label USING (answer_id)"
            " JOIN label l USING (label_id) ORDER BY a.event_no"
        )


def test_nothing_that_still_can_be_stored_is_lost_and_what_cannot_is_named(serve, url, folder, visit, open_page):
    mira, bo = open_page(), open_page()
    visit(mira, "Mira", "Label")
    expect(mira.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    labels = mira.locator(".choice").evaluate_all("found => found.map((one) => one.innerText)")
    assert any("billing" in words for words in labels[1:2]), labels
    first = shown(mira)
    mira.keyboard.press("2")  # billing
    all_saved(mira)

    visit(bo, "Bo", "Project")
    rename_task(bo, "subject")
    second = shown(mira)
    mira.keyboard.press("1")  # account, under the task's old name on this screen
    all_saved(mira)
    expect(alert(mira)).to_be_empty()
    expect(mira.get_by_role("button", name="subject")).to_be_visible(timeout=PATIENCE)

    remove_label(bo, "billing")
    third = shown(mira)
    visit(bo, "Bo", f"Records?record={third}")
    delete_record(bo)
    mira.keyboard.press("1")
    gone = f"Record {third} was deleted meanwhile; your answer was not stored."
    expect(alert(mira)).to_contain_text(gone, timeout=PATIENCE)
    assert shown(mira) not in (first, second, third)
    all_saved(mira)
    expect(mira.locator(".choice")).to_have_count(len(labels) - 1, timeout=PATIENCE)

    fourth = shown(mira)
    mira.keyboard.press("1")
    all_saved(mira)
    bo.get_by_role("button", name="Undo: 1 record deleted").click()
    expect(bo.get_by_text("1 record restored.")).to_be_visible(timeout=PATIENCE)
    visit(bo, "Bo", "Project")
    bo.get_by_role("tab", name="Tasks and labels").click()
    expect(bo.get_by_text("1 answer carries it")).to_be_visible(timeout=PATIENCE)
    bo.get_by_role("button", name="Restore").click()
    expect(bo.get_by_text("billing is back.")).to_be_visible(timeout=PATIENCE)
    serve.stop(url)
    assert given(folder) == [(first, "billing"), (second, "account"), (fourth, "account")]


def test_an_answer_with_a_label_that_just_went_is_refused_by_name(serve, url, folder, visit, open_page):
    mira, bo = open_page(), open_page()
    visit(mira, "Mira", "Label")
    expect(mira.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    visit(bo, "Bo", "Project")
    bo.get_by_role("tab", name="Tasks and labels").click()
    remove_label(bo, "billing")
    record_no = shown(mira)
    mira.keyboard.press("2")  # this screen still has the label
    expect(alert(mira)).to_contain_text(f"your answer on record {record_no} was not stored", timeout=PATIENCE)
    expect(alert(mira)).to_contain_text("Label 'billing' was removed from task 'topic' meanwhile")
    all_saved(mira)
    serve.stop(url)
    assert given(folder) == []
