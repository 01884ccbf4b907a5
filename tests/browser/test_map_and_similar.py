"""The map and the similar records in a browser: a box to a bulk label, by mouse and keys, and neighbours labelled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import choose

SLOW = 60_000  # the first draw of a busy machine imports half of the app, and the records


@pytest.fixture(scope="module")
def panels(serve) -> str:
    return serve("tests/browser/apps/map_app.py")


@pytest.fixture
def opened(panels, page, idle) -> Page:
    page.goto(panels)
    expect(plot(page)).to_be_visible(timeout=SLOW)
    idle(page)
    return page


def plot(page: Page) -> Locator:
    return page.locator(".st-key-map .plot")


def said(page: Page) -> Locator:
    return page.locator(".st-key-map .said")


def actions(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-{name}_actions")


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a place of the map is, in shares of its width and height from its left top."""
    plot(page).scroll_into_view_if_needed()
    frame = plot(page).bounding_box()
    assert frame is not None
    return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *end), steps=3)
    page.mouse.up()


def choose_label(page: Page, where: str, name: str) -> None:
    choose(page, actions(page, where).get_by_label("Label in topic"), name)


def test_a_box_on_the_map_becomes_a_bulk_label_a_slice_and_a_list(opened, idle):
    page = opened
    drag(page, (0.01, 0.01), (0.3, 0.3))  # where the late parcels lie
    expect(said(page)).to_have_text("20 records selected")
    give = actions(page, "map").get_by_role("button", name="Label 20 records")
    expect(give).to_be_disabled()
    choose_label(page, "map", "delivery")
    give.click(delay=40)
    expect(page.get_by_text("20 records labelled delivery.")).to_be_visible()
    expect(page.locator(".st-key-map .legend")).to_contain_text(re.compile(r"delivery\s*20"))
    expect(said(page)).to_have_text("20 records selected")
    idle(page)
    page.get_by_role("button", name="Read again").click(delay=40)
    expect(page.get_by_text("stored [('delivery', 20)]")).to_be_visible()

    # hovering shows the text as it is written
    for share in range(40):
        page.mouse.move(*place(page, 0.05 + share / 400, 0.1))
        if page.locator(".tip").is_visible():
            break
    expect(page.locator(".tip")).to_contain_text("<b>late</b> parcel")

    page.locator(".st-key-map").get_by_role("button", name=re.compile("^Undo: 20 records")).click(delay=40)
    expect(page.get_by_text("Taken back on 20 records.")).to_be_visible()
    page.get_by_role("button", name="Save as a slice").last.click(delay=40)
    page.get_by_label("Name of the slice").fill("Late parcels")
    page.get_by_role("button", name="Save 20 records").click(delay=40)
    expect(page.get_by_text("20 records saved as Late parcels.")).to_be_visible()


def test_keys_do_what_the_mouse_does(opened):
    page = opened
    plot(page).focus()
    page.keyboard.press("ArrowUp")
    expect(said(page)).to_have_text("0 records in the box")  # the box begins in the empty middle
    for _ in range(30):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    expect(said(page)).to_have_text("20 records in the box")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("20 records selected")
    expect(actions(page, "map").get_by_role("button", name="Show in the table")).to_be_enabled()
    page.keyboard.press("+")
    drag(page, (0.01, 0.01), (0.99, 0.99))  # nearer, so that no longer all of them lie on the screen
    expect(said(page)).not_to_have_text("20 records selected")
    plot(page).press("Escape")
    expect(said(page)).to_have_text("")
    expect(actions(page, "map").get_by_role("button", name="Label 0 records")).to_be_disabled()


def test_neighbours_are_ticked_and_labelled(opened, idle):
    page = opened
    page.get_by_label("Record number").fill("1")
    page.get_by_label("Record number").press("Enter")
    neighbours = page.locator(".st-key-neighbours")
    expect(neighbours).to_contain_text("$x^2$ invoice 4")
    neighbours.get_by_role("checkbox").first.locator("xpath=ancestor::label").click(delay=40)
    give = actions(page, "similar").get_by_role("button", name=re.compile("^Label [0-9]+ record"))
    expect(give).to_have_text("Label 1 record")
    page.get_by_role("button", name="Tick all").click(delay=40)
    expect(give).to_have_text("Label 20 records")
    choose_label(page, "similar", "billing")
    give.click(delay=40)
    expect(page.get_by_text("20 records labelled billing.")).to_be_visible()
    expect(neighbours.get_by_text(re.compile(r"^\d+: billing")).first).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Read again").click(delay=40)
    expect(page.get_by_text("('billing', 20)")).to_be_visible()
