"""Keys of the labelers beyond labels: reject, flag, comment, help, looking back, correcting, several labels."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.labeling_site import given, record, shows


@pytest.fixture
def site(server):
    return server.site()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def choice(page, label_id):
    return page.locator(f".choice[data-label='{label_id}']")


def test_reject_says_not_that_label_and_the_record_does_not_come_back_at_once(site, page, idle):
    site.open(page, idle)
    expect(page.get_by_role("button", name="Not delivery")).to_be_enabled()
    press(page, "x", "1", "1", "x")  # record 3 was drawn at random: nothing is suggested that could be rejected
    shows(page, 3)
    expect(page.get_by_role("button", name="Not this label")).to_be_disabled()
    answers = site.wait_for(page, 3)
    assert given(answers)[0] == (0, "reject", [])
    assert (answers[0]["blind"], answers[0]["shown_label_id"]) == (False, 101)
    page.get_by_label("A note").fill("hello")  # the server's queue names record 0 again, with the same draw
    page.get_by_label("A note").press("Enter")
    expect(page.get_by_text("runs: 2")).to_be_visible()
    record(page).click()
    press(page, "1")
    shows(page, 4)


def test_a_flag_and_a_comment_are_stored_and_the_record_stays(site, page, idle):
    site.open(page, idle)
    press(page, "f", "m")
    page.keyboard.type("1 parcel or 2? x")  # nothing of it is a key of the labeler
    press(page, "Enter")
    expect(record(page)).to_contain_text("you 1 parcel or 2? x")
    expect(page.get_by_role("button", name="Flagged")).to_be_visible()
    press(page, "f", "2")
    shows(page, 1)
    flag, comment, unflag, answer = site.wait_for(page, 4)
    assert [(one["act"], one["record_no"]) for one in (flag, comment, unflag)] == [
        ("flag", 0),
        ("comment", 0),
        ("flag", 0),
    ]
    assert (flag["is_set"], unflag["is_set"], comment["text"]) == (True, False, "1 parcel or 2? x")
    assert given([answer]) == [(0, "accept", [102])]


def test_escape_leaves_a_comment_unwritten(site, page, idle):
    site.open(page, idle)
    press(page, "m")
    page.keyboard.type("no")
    press(page, "Escape", "3")
    assert given(site.wait_for(page, 1)) == [(0, "accept", [103])]


def test_the_question_mark_shows_all_keys_and_nothing_fires_behind(site, page, idle):
    site.open(page, idle)
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for words in ("accept the suggestion", "asked again later", "ignore this record", "undo", "flag", "comment"):
        expect(dialog).to_contain_text(words)
    press(page, "1")
    shows(page, 0)
    press(page, "?")
    expect(dialog).to_be_hidden()
    press(page, "1")
    shows(page, 1)


def test_arrows_look_back_and_pass_over(site, page, idle):
    site.open(page, idle)
    press(page, "1", "2")
    press(page, "ArrowLeft", "ArrowLeft")
    shows(page, 0)
    expect(choice(page, 101)).to_have_class(re.compile("chosen"))
    press(page, "ArrowRight", "ArrowRight")
    shows(page, 2)
    press(page, "ArrowRight")  # passed over without an answer
    shows(page, 3)
    press(page, "Control+ArrowLeft")
    shows(page, 2)
    press(page, "7")
    shows(page, 3)
    assert given(site.wait_for(page, 3)) == [(0, "accept", [101]), (1, "accept", [102]), (2, "accept", [107])]


def test_a_record_passed_over_comes_again_at_the_end(server, page, idle):
    site = server.site(texts=["one", "two", "three"])
    site.open(page, idle)
    press(page, "ArrowRight", "1", "2")
    shows(page, 0)
    press(page, "3")
    expect(page.get_by_text("Every record has an answer.")).to_be_visible()
    assert [answer["record_no"] for answer in site.wait_for(page, 3)] == [1, 2, 0]


def test_another_answer_after_a_look_back_replaces_the_first_and_undo_brings_it_back(site, page, idle):
    site.open(page, idle)
    press(page, "1", "2", "ArrowLeft", "ArrowLeft", "3")
    shows(page, 2)  # back where one was
    rail = page.locator(".rail")
    expect(rail).to_contain_text("2 of 400")
    expect(rail.locator(".counts")).to_have_text(re.compile("delivery0technical1returns1"))
    expect(rail.locator(".history button")).to_have_count(2)
    press(page, "Backspace")
    shows(page, 0)
    expect(rail.locator(".counts")).to_have_text(re.compile("delivery1technical1returns0"))
    assert given(site.wait_for(page, 4)) == [
        (0, "accept", [101]),
        (1, "accept", [102]),
        (0, "accept", [103]),
        (0, "accept", [101]),
    ]


def test_a_click_on_an_old_answer_brings_it_back_also_after_a_reload(site, page, idle):
    site.open(page, idle)
    press(page, "1", "2", "3")
    site.wait_for(page, 3)
    page.reload()
    shows(page, 3)
    line = page.locator(".history button").filter(has_text="Message 1:")
    line.click()
    shows(page, 1)
    expect(choice(page, 102)).to_have_class(re.compile("chosen"))
    expect(page.get_by_text("Another answer replaces yours.")).to_be_visible()
    press(page, "5")
    shows(page, 3)
    assert given(site.wait_for(page, 4))[3] == (1, "accept", [105])
    expect(page.locator(".history button").first).to_contain_text("account")
    expect(page.locator(".history button")).to_have_count(3)


def test_labels_eleven_to_twenty_have_digits_with_shift(server, page, idle):
    site = server.site(labels=20, shift_keys=True)
    site.open(page, idle)
    press(page, "0", "Shift+Digit1", "Shift+Digit0", "1")
    assert given(site.wait_for(page, 4)) == [
        (0, "accept", [110]),
        (1, "accept", [111]),
        (2, "accept", [120]),
        (3, "accept", [101]),
    ]


def test_guidelines_are_drawn_as_elements_and_never_as_markup(server, page, idle):
    text = "# Topics\n\n**Both?** Take what they *ask* for.\n\n- one <b>bold</b>\n- `two` [here](https://example.org/x)"
    site = server.site(guidelines=text)
    site.open(page, idle)
    guidelines = page.locator(".guidelines")
    expect(guidelines.locator("h4")).to_have_text("Topics")
    expect(guidelines.locator("p b")).to_have_text("Both?")
    expect(guidelines.locator("li")).to_have_text(["one <b>bold</b>", "two here"])
    expect(guidelines.locator("a")).to_have_attribute("href", "https://example.org/x")


def test_several_labels_are_switched_by_keys_and_submitted_with_enter(server, page, idle):
    site = server.site(kind="multi_label")
    site.open(page, idle)
    press(page, "Enter")
    expect(page.get_by_text("No label is chosen. Press N when none of them fits.")).to_be_visible()
    press(page, "3", "1", "2", "2")
    expect(choice(page, 101)).to_have_attribute("aria-pressed", "true")
    expect(choice(page, 102)).to_have_attribute("aria-pressed", "false")
    press(page, "n")
    expect(page.get_by_text("Labels are chosen.")).to_be_visible()
    press(page, "Enter", "n", "7", "Enter", "Backspace")
    shows(page, 2)
    expect(choice(page, 107)).to_have_attribute("aria-pressed", "true")
    press(page, "1", "Enter", " ")
    assert given(site.wait_for(page, 6)) == [
        (0, "accept", [101, 103]),
        (1, "accept", []),
        (2, "accept", [107]),
        (2, "retract", []),
        (2, "accept", [101, 107]),
        (3, "ignore", []),
    ]
    expect(page.locator(".history button").nth(2)).to_contain_text("none of them")
