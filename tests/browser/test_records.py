"""The Records page in a browser: a filter, its link in another browser, a bulk label and its undo, odd texts."""

import pytest
from playwright.sync_api import expect

from al_core.filters import Compare, Numbers, RecordFilter, to_address
from pages.components.record_links import records_link
from tests.browser.conftest import choose

PATIENCE = 30_000


@pytest.fixture
def records(app, idle):
    def open_as(page, name, address="Records"):
        page.goto(f"{app}/{address}")
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Start").click(delay=40)
        idle(page)
        return page

    return open_as


def says(page, words):
    expect(page.get_by_text(words, exact=True).first).to_be_visible(timeout=PATIENCE)


def press(page, name):
    page.get_by_role("button", name=name).click(delay=40)


def choose_label(page, name):
    choose(page, page.get_by_role("combobox", name="Label of"), name)


def test_filter_link_bulk_label_and_undo(open_page, records):
    page = records(open_page(), "Ada")
    says(page, "2,200 records")
    search = page.get_by_label("Search the texts")
    search.press_sequentially("neighbour in", delay=5)
    search.press("Enter")
    expect(page.get_by_role("button", name="text contains neighbour in")).to_be_visible(timeout=PATIENCE)
    counted = page.get_by_text("records", exact=False).and_(page.locator("[data-testid=stCaptionContainer] p"))
    expect(counted.first).not_to_have_text("2,200 records", timeout=PATIENCE)
    words = counted.first.inner_text()

    press(page, "Label all of these")
    choose_label(page, "delivery")
    give = page.get_by_role("button", name=f"Label {words}")
    expect(give).to_be_enabled(timeout=PATIENCE)
    give.click(delay=40)
    undo = page.get_by_role("button", name=f"Undo: {words} labelled at once")
    expect(undo).to_be_visible(timeout=PATIENCE)

    other = records(open_page(), "Bo", page.url.rpartition("/")[2])
    says(other, words)
    expect(other.get_by_role("button", name="text contains neighbour in")).to_be_visible()
    expect(other.get_by_role("button", name="Undo")).to_have_count(0)  # what others did is theirs to undo

    undo.click(delay=40)
    expect(undo).to_have_count(0, timeout=PATIENCE)
    page.reload()
    says(page, words)
    press(page, "Label all of these")
    choose_label(page, "billing")
    expect(page.get_by_role("button", name=f"Label {words}")).to_be_enabled(timeout=PATIENCE)


def test_a_slice_is_saved_and_asked_on_the_label_page(open_page, records):
    few = records_link(RecordFilter(conditions=(Numbers((7, 3, 12)),)))
    page = records(open_page(), "Cleo", few)
    says(page, "3 records")
    press(page, "Save as a slice")
    page.get_by_label("Name", exact=True).fill("$x$ *few* :smile:")
    page.get_by_role("button", name="Save", exact=True).click(delay=40)
    press(page, "Slices (1)")
    expect(page.get_by_role("button", name="$x$ *few* :")).to_be_visible(timeout=PATIENCE)
    press(page, "Send to Label")
    expect(page.locator(".record")).to_have_attribute("data-record", "3", timeout=PATIENCE)


def test_a_crafted_link_says_what_is_wrong(open_page, records):
    bad = to_address(RecordFilter(conditions=(Compare("regex", ("(<img src=x onerror=alert(1)>",)),)))
    page = records(open_page(), "Dee", f"Records?filter={bad}")
    expect(page.get_by_test_id("stAlertContainer")).to_contain_text("(<img src=x onerror=alert(1)>", timeout=PATIENCE)
    page = records(open_page(), "Eve", "Records?filter=1.@@@")
    expect(page.get_by_test_id("stAlertContainer")).to_contain_text("damaged", timeout=PATIENCE)
    press(page, "Show all records")
    says(page, "2,200 records")
