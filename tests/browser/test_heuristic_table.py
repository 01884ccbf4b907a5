"""The table of heuristics: sorted, searched and chosen in the browser; names and numbers lead on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SCRIPT = Path(__file__).parent / "apps" / "heuristic_table_app.py"
PATIENCE = 30_000


@pytest.fixture(scope="module")
def table_app(serve):
    return serve(SCRIPT)


def names(page: Page) -> list[str]:
    return page.locator("table.overview .open").all_inner_texts()


def test_it_is_sorted_searched_and_chosen_and_leads_on(table_app, page):
    page.goto(table_app)
    expect(page.locator("table.overview .open")).to_have_count(3, timeout=PATIENCE)
    assert names(page)[0] == "<b>parcels</b>"  # a name is text, whatever it looks like
    expect(page.get_by_text("fold 2 of 5")).to_be_visible()

    heading = page.get_by_role("button", name="Precision at its threshold")
    heading.click()
    assert names(page) == ["money words", "<b>parcels</b>", "never run"]
    heading.click()
    assert names(page) == ["<b>parcels</b>", "money words", "never run"]  # what is unknown stays last

    page.get_by_label("Search name or code").press_sequentially("refund")
    assert names(page) == ["money words"]
    page.get_by_label("Choose all").check()
    expect(page.get_by_text("chosen [2]")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Search name or code").fill("")
    page.get_by_label("Choose never run").check()
    expect(page.get_by_text("chosen [2, 3]")).to_be_visible(timeout=PATIENCE)

    page.get_by_role("link", name="20", exact=True).click()
    expect(page.get_by_text("went to Records?filter=hits2")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Cards", exact=True).click()
    page.get_by_role("button", name="money words").click()
    expect(page.get_by_text("went to heuristic 2")).to_be_visible(timeout=PATIENCE)
