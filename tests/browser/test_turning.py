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
