"""Names and messages show as they were typed, in every place where Streamlit would read Markdown."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pages.components.literal import JOINER

PLACES = 9  # the calls in apps/literal_app.py
TEXTS = (
    "<b>bold</b> <script>alert(1)</script> <!-- gone -->",
    "**bold** _slanted_ ~~struck~~ `code` ^up^ \\n \\* x\\",
    "# heading",
    "1. first",
    "- point",
    "+ point",
    "> quoted",
    "---",
    "[link](http://example.com) ![image](x.png) [^1] [ ] [x]",
    "http://example.com www.example.com a@example.com",
    "cost $5 and $6, $x^2$ $$y$$ \\(z\\)",
    ":red[red] :blue-background[blue] :small[small] :badge[b]",
    ":material/home: :smile: :+1: :streamlit: :warning::warning:",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "&amp; &lt; &#42; &copy;",
    "| a | b |",
    "<!--",
    "ok :)",
)
SECONDS = 15


@pytest.fixture(scope="module")
def literal_app(serve):
    return serve(Path(__file__).parent / "apps" / "literal_app.py", {"TEXTS": json.dumps(TEXTS)})


def test_every_text_shows_as_it_is_in_every_place(literal_app, page, idle):
    page.goto(literal_app)
    idle(page)
    deadline = time.monotonic() + SECONDS
    # some places draw late: they wait for a piece of Streamlit's own code
    while (wrong := not_as_typed(page)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert wrong == {}, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[11], TEXTS[13]])
def test_a_text_picked_from_a_menu_is_the_text_itself(literal_app, page, idle, text):
    page.goto(literal_app)
    idle(page)
    page.locator(".st-key-pick button").click()
    options = page.locator("[data-testid=stMenuButtonOption], [role=menuitem], [role=option]")
    options.nth(TEXTS.index(text)).click()
    page.get_by_text(f"picked {text}", exact=True).wait_for()


def not_as_typed(page):
    """What the page shows for each text that some place does not show as it is."""
    shown = {
        text: page.locator(f".st-key-text_{number}").inner_text().replace(JOINER, "").splitlines()
        for number, text in enumerate(TEXTS)
    }
    return {text: lines for text, lines in shown.items() if lines.count(text) != PLACES}
