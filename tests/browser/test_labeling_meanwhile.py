"""What somebody who labels notices of changes by others, of clocks that jump, and of other tabs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.labeling_site import given, record, saved, shows


@pytest.fixture
def site(server):
    return server.site()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def run_page(page, count):
    """Let the page run again, as R does, and wait until it has run `count` times."""
    runs = page.get_by_text(re.compile("^runs: [0-9]+$"))

    def has_run() -> bool:
        return int(runs.inner_text().removeprefix("runs: ")) >= count

    for _ in range(5):
        press(page, "r")  # Streamlit passes it over while something else runs
        for _ in range(40):
            if has_run():
                return
            page.wait_for_timeout(100)
    assert has_run()


def test_a_removed_label_and_a_renamed_task_leave_the_record_on_screen(site, page, idle):
    site.open(page, idle)
    site.pause()
    press(page, "1", "3")
    site.change(name="subject", removed=[103])
    run_page(page, 2)
    expect(page.locator(".choice[data-label='103']")).to_have_count(0)
    shows(page, 2)
    press(page, "3")  # nobody's key any more
    shows(page, 2)
    press(page, "2")
    site.resume()
    expect(page.get_by_text("A label of record 1 is gone; your answer was not stored.")).to_be_visible(timeout=20_000)
    assert given(site.wait_for(page, 2)) == [(0, "accept", [101]), (2, "accept", [102])]
    shows(page, 3)


def test_a_newer_queue_comes_after_the_record_on_screen(site, page, idle):
    site.open(page, idle)
    press(page, "1", "1")
    site.wait_for(page, 2)
    page.keyboard.press("m")
    page.keyboard.type("half a")
    site.change(first=[50, 51])
    page.get_by_text("Show suggestions").click()  # any run of the page brings the newer queue
    expect(page.get_by_text("runs: 2")).to_be_visible()
    shows(page, 2)
    expect(record(page).get_by_label("Comment on this record")).to_have_value("half a")
    record(page).locator(".text").click()
    press(page, "4", "5")
    shows(page, 51)
    assert given(site.wait_for(page, 4))[2:] == [(2, "accept", [104]), (50, "accept", [105])]


def test_a_clock_that_jumps_loses_and_reorders_nothing(site, page, idle):
    site.open(page, idle)
    site.pause()
    for number, year in enumerate((2150, 1970, -2000)):
        page.evaluate(
            "(year) => { const Real = Object.getPrototypeOf(Date).name === '' ? Date : Object.getPrototypeOf(Date);"
            " window.Date = class extends Real { constructor() { super(Real.UTC(year, 0, 1)); }"
            " static now() { return Real.UTC(year, 0, 1); } }; }",
            year,
        )
        press(page, str(number + 1))
    expect(saved(page)).to_have_text(re.compile("3 not yet saved"))
    site.resume()
    answers = site.wait_for(page, 3)
    assert given(answers) == [(0, "accept", [101]), (1, "accept", [102]), (2, "accept", [103])]
    assert [one["client_ts"][:5] for one in answers] == ["2150-", "1970-", "-0020"]
    assert all(0 <= one["seconds"] < 60 for one in answers)


def test_ten_tabs_one_of_them_a_copy_store_each_answer_once(site, page, idle):
    site.open(page, idle)
    page.evaluate("sessionStorage.setItem('mark', 'copied')")
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")  # as duplicating does, this copies the session's storage
    tabs = [page, opened.value, *(page.context.new_page() for _ in range(8))]
    for tab in tabs[2:]:
        tab.goto(page.url, wait_until="commit")
    for tab in tabs:
        expect(record(tab)).to_be_visible(timeout=60_000)
    assert opened.value.evaluate("sessionStorage.getItem('mark')") == "copied"
    assert len({tab.evaluate("alOutbox.tab") for tab in tabs}) == 10
    site.pause()
    shown = []
    for number, tab in enumerate(tabs):
        tab.bring_to_front()
        shown.append((int(record(tab).get_attribute("data-record")), "accept", [101 + number % 7]))
        press(tab, str(1 + number % 7))
    for tab in tabs[1:]:
        tab.close()
    site.resume()
    assert sorted(given(site.wait_for(page, 10))) == sorted(shown)
