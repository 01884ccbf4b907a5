"""Badges: copied names are really pasted, inserted names really stand in the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

SCRIPT = Path(__file__).parent / "apps" / "editor_app.py"
MINILM = "text-classification-all-MiniLM-L6-v2"
HASHING = "text-classification-hashing"
PLAIN_NAME = "shop.test"  # see CHROMIUM_ARGS
TEXT = "() => document.querySelector('.ace_editor').env.editor.getValue()"


@pytest.fixture(scope="module")
def editor_app(serve):
    return serve(SCRIPT, {"STREAMLIT_BROWSER_SERVER_ADDRESS": PLAIN_NAME})


@pytest.fixture
def badges(editor_app, page):
    def open_badges(source: str = "learner", host: str = "127.0.0.1") -> Locator:
        page.goto(f"{editor_app.replace('127.0.0.1', host)}/?source={source}")
        expect(page.locator(".st-key-editor").get_by_text("line 1, column 1")).to_be_visible(timeout=30_000)
        return page.locator(".st-key-badges")

    return open_badges


def ace_frame(page: Page):
    return next(frame for frame in page.frames if "streamlit_ace" in frame.url)


def code(page: Page) -> str:
    return ace_frame(page).evaluate(TEXT)


def setting_line(page: Page, setting: str) -> str:
    return next(line.strip() for line in code(page).splitlines() if setting in line)


def copy_badge(badges: Locator, name: str) -> Locator:
    return badges.get_by_role("button", name=f"Copy {name}", exact=True)


def insert_arrow(badges: Locator, name: str) -> Locator:
    return badges.get_by_role("button", name=f"Insert {name} at embedding_name")


def pasted(page: Page) -> str:
    page.get_by_label("paste here").click()
    page.keyboard.press("Control+v")
    return page.get_by_label("paste here").input_value()


def test_a_badge_shows_size_and_coverage_and_copies_its_name(badges, page):
    shown = badges()
    expect(copy_badge(shown, MINILM)).to_contain_text("384, 100 %")
    expect(copy_badge(shown, "text-classification-my-model")).to_contain_text("768, 41 %, computing")
    expect(insert_arrow(shown, "text-classification-my-model")).to_have_count(0)
    before = shown.locator(".embed").first.bounding_box()
    copy_badge(shown, MINILM).click()
    expect(shown.locator(".embed.copied")).to_have_count(1)
    assert shown.locator(".embed").first.bounding_box() == before, "nothing moves"
    expect(shown.locator("[aria-live=polite]")).to_have_text(f"Copied {MINILM}.")
    expect(shown.locator(".embed.copied")).to_have_count(0)
    assert pasted(page) == MINILM


def test_a_label_is_copied_by_key(badges, page):
    shown = badges()
    copy_badge(shown, "billing").focus()
    page.keyboard.press("Enter")
    expect(shown.locator("[aria-live=polite]")).to_have_text("Copied billing.")
    assert pasted(page) == "billing"


def test_copying_works_on_a_plain_http_name_which_has_no_clipboard_api(badges, page):
    shown = badges(host=PLAIN_NAME)
    assert page.evaluate("() => [window.isSecureContext, navigator.clipboard === undefined]") == [False, True]
    copy_badge(shown, HASHING).click()
    assert pasted(page) == HASHING


def test_the_arrow_replaces_the_name_at_embedding_name(badges, page):
    shown = badges()
    insert_arrow(shown, MINILM).click()
    assert setting_line(page, "embedding_name") == f'embedding_name="{MINILM}",'
    expect(shown.locator("[aria-live=polite]")).to_have_text("Inserted at embedding_name.")
    page.get_by_role("button", name="Run", exact=True).click(delay=40)
    expect(page.get_by_text("clicks 1")).to_be_visible()
    expect(page.locator(".st-key-last pre")).to_contain_text(f'embedding_name="{MINILM}"')
    insert_arrow(shown, MINILM).click()
    expect(shown.locator("[aria-live=polite]")).to_have_text("It is at embedding_name already.")


def test_shift_click_inserts_and_alt_click_makes_a_list(badges, page):
    shown = badges()
    copy_badge(shown, MINILM).click(modifiers=["Shift"])
    assert setting_line(page, "embedding_name") == f'embedding_name="{MINILM}",'
    copy_badge(shown, HASHING).click(modifiers=["Alt"])
    assert setting_line(page, "embedding_name") == f'embedding_name=["{MINILM}", "{HASHING}"],'
    copy_badge(shown, "text-classification-my-model").click(modifiers=["Shift"])
    assert setting_line(page, "embedding_name").endswith(f'"{HASHING}", "text-classification-my-model"],')


def test_labels_gather_at_label_names(badges, page):
    shown = badges()
    copy_badge(shown, "billing").click(modifiers=["Shift"])
    assert setting_line(page, "label_names") == 'label_names=["billing"],  # all seven'
    copy_badge(shown, "returns").click(modifiers=["Shift"])
    assert setting_line(page, "label_names") == 'label_names=["billing", "returns"],  # all seven'


def test_a_fit_without_decorator_gets_one(badges, page):
    insert_arrow(badges("without-decorator"), MINILM).click()
    assert f'\n    @params_fit(embedding_name="{MINILM}")\n    def fit(self' in code(page)


def test_without_fit_the_name_goes_to_the_cursor_once_there_is_one(badges, page):
    shown = badges("without-fit")
    before = code(page)
    insert_arrow(shown, MINILM).click()
    assert code(page) == before
    expect(shown.locator("[aria-live=polite]")).to_contain_text("Click into the code")
    page.frame_locator("iframe[title*=streamlit_ace]").locator(".ace_content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("name = ")
    insert_arrow(shown, MINILM).click()
    assert code(page) == f'{before}name = "{MINILM}"'
    page.keyboard.type("  # ours")
    assert code(page).endswith(f'"{MINILM}"  # ours'), "the editor has the keys again, behind the name"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@params_fit()\ndef fit(self): ...", '@params_fit(embedding_name="N")\ndef fit(self): ...'),
        ("@params_fit\ndef fit(self): ...", '@params_fit(embedding_name="N")\ndef fit(self): ...'),
        ("@params_fit('old')", '@params_fit("N")'),
        ("@params_fit(train_test_split=0.5)", '@params_fit(embedding_name="N", train_test_split=0.5)'),
        ("@contract.params_fit(embedding_name = EMBEDDING)", '@contract.params_fit(embedding_name = "N")'),
        (
            '@params_fit(embedding_name=["a",\n  "b",  # last\n])',
            '@params_fit(embedding_name=["a",\n  "b", "N",  # last\n])',
        ),
        ("@params_fit(embedding_name=[])", '@params_fit(embedding_name=["N"])'),
        ('# @params_fit("x")\n@params_fit(embedding_name="y")', '# @params_fit("x")\n@params_fit(embedding_name="N")'),
        ("'''\n@params_fit('x')\n'''\n@params_fit('y')", "'''\n@params_fit('x')\n'''\n@params_fit(\"N\")"),
        (
            '@params_fit(embedding_name="never closed\ndef fit(self): ...',
            '@params_fit(embedding_name="N"\ndef fit(self): ...',
        ),
    ],
)
def test_where_a_name_goes(settings_page, before, after):
    edit = settings_page.evaluate(
        "([source, name]) => settingEdit(source, 0, 'embedding_name', name, {add: false})", [before, "N"]
    )
    assert before[: edit["start"]] + edit["text"] + before[edit["end"] :] == after


@pytest.fixture(scope="module")
def settings_page(chromium):
    """A blank page with the function that finds the place; it needs no app."""
    from pages.components.badges import HERE
    from pages.components.tokens import component_js

    page = chromium.new_page()
    page.add_script_tag(content=component_js(HERE / "settings.js"))
    yield page
    page.close()
