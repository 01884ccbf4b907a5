"""Labeling in the app itself: fast keys, a server that is killed, old answers, flags; the keyboard only."""

from __future__ import annotations

import os
import re
import signal

import duckdb
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import free_port

PATIENCE = 60_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def app_at(serve, folder):
    """Starts the app on the workspace, again on the same port after a kill."""
    port = free_port()
    return lambda: serve("app.py", {"AL_WORKSPACE": str(folder)}, port=port)


def open_label(page, url):
    page.context.add_cookies([{"name": "al_person", "value": "Mira", "url": url}])
    page.goto(f"{url}/Label")
    expect(page.locator(".record .id")).to_be_visible(timeout=PATIENCE)


def shown(page):
    return int(page.locator(".record").get_attribute("data-record"))


def press_and_note(page, count, pause=20):
    """Press digits; return (record, digit) as the page showed them when the key was pressed."""
    given = []
    for number in range(count):
        digit = 1 + number % 5
        expect(page.locator(".record")).to_be_visible(timeout=PATIENCE)  # nothing can be given to an empty page
        given.append((shown(page), digit))
        page.keyboard.press(str(digit))
        page.wait_for_timeout(pause)
    return given


def kill(serve, url):
    server = serve.running.pop(url)
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait(10)


def stored(folder):
    """(record, key) of every stored answer, in order; the app must not be running."""
    with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as connection:
        return connection.execute(
            "SELECT a.record_no, l.key::INTEGER FROM answer a JOIN answer_label USING (answer_id)"
            " JOIN label l USING (label_id) ORDER BY a.event_no"
        ).fetchall()


def test_a_hundred_keys_then_a_page_a_reload_and_a_killed_server_lose_nothing(serve, app_at, folder, page):
    url = app_at()
    open_label(page, url)
    given = press_and_note(page, 100)
    page.get_by_role("link", name="Tune").click()
    expect(page.get_by_role("heading", name="Tune", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Label").click()
    expect(page.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    given += press_and_note(page, 5)
    page.reload()
    expect(page.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    given += press_and_note(page, 4)
    kill(serve, url)
    given += press_and_note(page, 3)
    expect(page.locator(".saved")).to_have_text(re.compile("not yet saved"), timeout=PATIENCE)
    assert app_at() == url
    expect(page.locator(".saved")).to_have_attribute("data-pending", "0", timeout=2 * PATIENCE)
    serve.stop(url)
    assert stored(folder) == given
    assert len({record_no for record_no, _ in given}) == len(given) == 112


FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.matches('button, a, input') ? at.getAttribute('aria-label') || at.textContent : '';
}"""


def tab_to(page, words):
    """Press Tab until what has the focus says these words."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab never leads to {words!r}")


def type_name(page, field, name):
    tab_to(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_from_signing_in_to_another_person_at_this_browser_with_the_keyboard_only(serve, app_at, folder, page):
    url = app_at()
    page.goto(f"{url}/Label")
    expect(page.get_by_label("Your name")).to_be_visible(timeout=PATIENCE)
    type_name(page, "Your name", "Mira")
    expect(page.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    first = shown(page)
    press(page, "1", "f", "2", "3", *["ArrowLeft"] * 3)
    assert shown(page) == first
    press(page, "4")
    rail = page.locator(".rail")
    expect(rail).to_contain_text("3 today")
    expect(rail).to_contain_text("3 in the last hour")
    expect(page.locator(".saved")).to_have_attribute("data-pending", "0", timeout=PATIENCE)
    page.reload()
    expect(rail).to_contain_text("3 today", timeout=PATIENCE)
    expect(rail.locator(".history button")).to_have_count(3)
    tab_to(page, rail.locator(".history button").last.text_content())
    press(page, "Enter")
    expect(page.get_by_text("Another answer replaces it.")).to_be_visible(timeout=PATIENCE)
    tab_to(page, "Smart")
    while page.evaluate(FOCUSED) != "Flagged":
        press(page, "ArrowRight")
    press(page, " ")
    expect(page.locator(".why")).to_contain_text("set aside for a second look", timeout=PATIENCE)
    press(page, "5")
    expect(page.get_by_text("No record is flagged.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".saved")).to_have_attribute("data-pending", "0", timeout=PATIENCE)
    tab_to(page, "Mira")
    press(page, "Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_visible(timeout=PATIENCE)
    type_name(page, "Name", "Bo")
    expect(page.get_by_role("button", name="Change")).to_be_enabled(timeout=PATIENCE)
    tab_to(page, "Change")
    press(page, "Enter")
    expect(rail).to_contain_text("0 today", timeout=PATIENCE)
    serve.stop(url)
    with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT p.name, count(*) FROM answer JOIN person p USING (person_id) GROUP BY ALL"
        ).fetchall()
    assert rows == [("Mira", 5)]
