"""The code editor under real keys: what is on screen is what Python gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

SCRIPT = Path(__file__).parent / "apps" / "editor_app.py"
ALL_LINES = "() => document.querySelector('.ace_editor').env.editor.getValue()"
ANNOTATIONS = "() => document.querySelector('.ace_editor').env.editor.session.getAnnotations()"


@pytest.fixture(scope="module")
def editor_app(serve):
    return serve(SCRIPT)


@pytest.fixture
def editor(editor_app, page, idle):
    def open_editor(source: str = "short") -> FrameLocator:
        page.goto(f"{editor_app}/?source={source}")
        idle(page)
        frame = page.frame_locator("iframe[title*=streamlit_ace]")
        wait_until_ready(page)
        return frame

    return open_editor


def wait_until_ready(page: Page) -> None:
    expect(page.locator(".st-key-editor").get_by_text("line 1, column 1")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-editor .early")).to_be_hidden()


def ace_frame(page: Page):
    return next(frame for frame in page.frames if "streamlit_ace" in frame.url)


def text_on_screen(page: Page) -> str:
    return ace_frame(page).evaluate(ALL_LINES)


def last_text(page: Page) -> str:
    """The text that Python had at the last run, save or click on Run."""
    return page.locator(".st-key-last pre").text_content()


def expect_last(page: Page, text: str) -> None:
    """Like `last_text`, as soon as it is on screen: it is drawn after the counts."""
    expect(page.locator(".st-key-last pre")).to_have_js_property("textContent", text)


def expect_draft(page: Page, text: str) -> None:
    expect(page.locator(".st-key-draft pre")).to_have_js_property("textContent", text)


def go_to_end(page: Page, editor: FrameLocator) -> None:
    editor.locator(".ace_content").click()
    page.keyboard.press("Control+End")


def test_typing_and_clicking_run_at_once_sees_the_latest_text(editor, page):
    go_to_end(page, editor())
    for turn in range(1, 5):
        page.keyboard.type(f"c{turn} = {turn}\n")
        # as fast as a hand: the button stays down for a moment
        page.get_by_role("button", name="Run", exact=True).click(delay=40)
        expect(page.get_by_text(f"runs 0, saves 0, clicks {turn}")).to_be_visible()
        # the count of clicks may be on screen a moment before the text that the click saw
        expect(page.locator(".st-key-last pre")).to_have_text(re.compile(rf"c{turn} = {turn}\s*$"))
        assert last_text(page).rstrip() == text_on_screen(page).rstrip()
        go_to_end(page, page.frame_locator("iframe[title*=streamlit_ace]"))


def test_ctrl_enter_runs_once_with_the_text_on_screen(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("c = 3")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("runs 1, saves 0, clicks 0")).to_be_visible()
    expect_last(page, "a = 1\nb = 2\nc = 3")
    assert text_on_screen(page) == "a = 1\nb = 2\nc = 3"
    page.keyboard.type("0")
    page.get_by_label("paste here").click(delay=40)
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    expect_draft(page, "a = 1\nb = 2\nc = 30")
    expect(page.get_by_text("runs 1, saves 0, clicks 0")).to_be_visible()


def test_run_and_save_in_one_breath_are_both_heard(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("d = 4")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("runs 1, saves 1, clicks 0")).to_be_visible()
    expect_last(page, "a = 1\nb = 2\nd = 4")


def test_what_is_typed_after_a_save_stays(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("e = 5")
    page.keyboard.press("Control+s")
    page.keyboard.type("55")  # before Python's new revision is back
    expect(page.get_by_text("runs 0, saves 1, clicks 0")).to_be_visible()
    expect_draft(page, "a = 1\nb = 2\ne = 555")
    assert text_on_screen(page) == "a = 1\nb = 2\ne = 555"


def test_python_replaces_the_text_and_undo_brings_it_back(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("f = 6")
    page.get_by_role("button", name="Load other").click(delay=40)
    expect_draft(page, "# another text\nz = 3\n")
    frame = page.frame_locator("iframe[title*=streamlit_ace]")
    expect(frame.locator(".ace_line").first).to_have_text("# another text")
    go_to_end(page, frame)
    page.keyboard.type("y")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("runs 1")).to_be_visible()
    expect_last(page, "# another text\nz = 3\ny")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert text_on_screen(page) == "a = 1\nb = 2\nf = 6"


def test_a_pause_in_typing_sends_the_draft(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("g = 7")
    expect_draft(page, "a = 1\nb = 2\ng = 7")
    page.keyboard.type(" + 1")  # the editor still has the keys
    assert text_on_screen(page).endswith("g = 7 + 1")


def test_enter_while_typing_makes_a_new_line(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("aaa = 0\naa")  # a list of completions would offer aaa, and take the next Enter
    page.keyboard.press("Enter")
    page.keyboard.type("if x:\ny")
    assert text_on_screen(page) == "a = 1\nb = 2\naaa = 0\naa\nif x:\n    y", "soft tabs, no completion taken"


def test_problems_stand_at_their_lines(editor, page):
    frame = editor("learner")
    page.get_by_role("button", name="Find problems").click()
    expect(frame.locator(".ace_gutter-cell.ace_error")).to_have_text("10")
    expect(frame.locator(".al-problem")).to_contain_text("No embedding of this name in the project.")
    assert [(mark["row"], mark["type"]) for mark in ace_frame(page).evaluate(ANNOTATIONS)] == [(9, "error")]
    line = frame.locator(".ace_line", has_text="embedding_name=").bounding_box()
    red = frame.locator(".al-bad-line").bounding_box()
    assert red["y"] == pytest.approx(line["y"], abs=2)
    component = page.locator(".st-key-editor")
    expect(component.locator("[aria-live=polite]")).to_contain_text("Line 10: No embedding of this name")
    expect(component.locator(".general")).to_have_text("This task has one label only.")
    component.get_by_role("button", name="2 problems").click()
    expect(component.get_by_text("line 10, column 1")).to_be_visible()
    page.get_by_role("button", name="Forget problems").click()
    expect(frame.locator(".ace_gutter-cell.ace_error")).to_have_count(0)
    expect(frame.locator(".al-problem")).to_have_count(0)


def test_problems_move_with_their_line(editor, page):
    frame = editor("learner")
    page.get_by_role("button", name="Find problems").click()
    expect(frame.locator(".ace_gutter-cell.ace_error")).to_have_text("10")
    frame.locator(".ace_content").click(position={"x": 10, "y": 5})
    page.keyboard.press("Control+Home")
    page.keyboard.type("\n\n")
    expect(frame.locator(".ace_gutter-cell.ace_error")).to_have_text("12")


def test_a_draft_survives_another_page(editor, page):
    go_to_end(page, editor())
    page.keyboard.type("h = 8")
    expect_draft(page, "a = 1\nb = 2\nh = 8")
    page.get_by_role("link", name="Elsewhere").click()
    expect(page.get_by_text("another page")).to_be_visible()
    page.get_by_role("link", name="Write").click()
    wait_until_ready(page)
    frame = page.frame_locator("iframe[title*=streamlit_ace]")
    expect(frame.locator(".ace_content")).to_contain_text("h = 8")
    expect_draft(page, "a = 1\nb = 2\nh = 8")


def test_the_source_is_readable_before_ace_is_ready(editor_app, page):
    page.route("**/component/streamlit_ace.streamlit_ace/static/js/*", lambda route: route.abort())
    page.goto(f"{editor_app}/?source=short")
    early = page.locator(".st-key-editor .early")
    expect(early).to_have_js_property("textContent", "a = 1\nb = 2\n", timeout=30_000)
    expect(early).to_be_visible()
    assert early.bounding_box()["height"] == 460


def test_nothing_is_loaded_from_elsewhere(editor_app, page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{editor_app}/?source=learner")
    wait_until_ready(page)
    assert [url for url in asked if not url.startswith((editor_app, "data:", "blob:"))] == []


def test_escape_leaves_and_the_theme_follows(editor_app, open_page):
    page = open_page(color_scheme="dark")
    page.goto(f"{editor_app}/?source=short")
    wait_until_ready(page)
    frame = page.frame_locator("iframe[title*=streamlit_ace]")
    expect(frame.locator(".ace_editor")).to_have_css("background-color", "rgb(20, 23, 29)")
    page.emulate_media(color_scheme="light")
    expect(frame.locator(".ace_editor")).to_have_css("background-color", "rgb(255, 255, 255)")
    go_to_end(page, frame)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-editor .status")).to_be_focused()
