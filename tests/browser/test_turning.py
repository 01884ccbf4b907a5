"""A click on another page wins over what parts of the old page ask for at the same moment."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def turning_app(serve):
    return serve("tests/browser/apps/turning_app.py")


def test_a_restless_page_can_be_left(turning_app, page):
    page.goto(turning_app)
    for _ in range(5):
        expect(page.get_by_role("heading", name="First")).to_be_visible()
        page.get_by_role("link", name="Second").click()
        expect(page.get_by_role("heading", name="Second")).to_be_visible()
        expect(page).to_have_url(f"{turning_app}/second")
        page.get_by_role("link", name="First").click()


def test_a_page_left_half_drawn_is_drawn_anew(turning_app, page):
    page.goto(f"{turning_app}/third")
    page.get_by_role("button", name="Give up").click()
    expect(page.get_by_text("drawn again")).to_be_visible()
    expect(page.get_by_role("heading", name="Third")).to_be_visible()
