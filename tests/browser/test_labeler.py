"""The classification labeler under real keys and clicks."""

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


def choice(page, name):
    return page.get_by_role("button", name=re.compile(rf"\b{name}\b")).and_(page.locator(".choice"))


def rail(page):
    return page.locator(".rail")


def test_labels_ignore_and_accept_say_what_was_on_screen(site, page, idle):
    site.open(page, idle)
    expect(choice(page, "delivery")).to_have_class(re.compile("suggested"))
    expect(choice(page, "delivery")).to_contain_text("0.46")
    expect(choice(page, "billing")).to_contain_text("0.41")
    press(page, "2", "a", " ")
    shows(page, 3)
    expect(page.locator(".choice.suggested")).to_have_count(0)  # drawn at random: no suggestion
    expect(page.get_by_role("button", name="Accept suggestion")).to_be_disabled()
    press(page, "a", "1")
    answers = site.wait_for(page, 4)
    assert given(answers) == [(0, "accept", [102]), (1, "accept", [102]), (2, "ignore", []), (3, "accept", [101])]
    assert [(a["blind"], a["shown_run_id"], a["shown_label_id"]) for a in answers] == [
        (False, 12, 101),
        (False, 12, 102),
        (False, 12, 103),
        (True, None, None),
    ]
    first = answers[0]
    assert (first["task_id"], first["draw_id"]) == (7, 5)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first["answer_id"])
    assert first["client_ts"].endswith("Z")
    assert 0 <= first["seconds"] < 60


def test_suggestions_that_are_switched_off_are_not_shown_and_answers_are_blind(site, page, idle):
    site.open(page, idle)
    page.get_by_text("Show suggestions").click()
    expect(page.get_by_text("Suggestions are switched off.")).to_be_visible()
    press(page, "1", "1")
    answers = site.wait_for(page, 2)
    assert [a["blind"] for a in answers] == [False, True]  # the first had been on screen with its suggestion


def test_undo_takes_back_any_number_of_answers_and_shows_their_records(site, page, idle):
    site.open(page, idle)
    press(page, "1", "2", "3", "4")
    shows(page, 4)
    press(page, "Backspace", "Control+z", "Backspace")
    shows(page, 1)
    expect(rail(page)).to_contain_text("1 of 400")
    press(page, "7")
    shows(page, 2)
    assert given(site.wait_for(page, 8))[4:] == [
        (3, "retract", []),
        (2, "retract", []),
        (1, "retract", []),
        (1, "accept", [107]),
    ]
    press(page, "Backspace", "Backspace", "Backspace", "Backspace")
    shows(page, 0)
    assert len(site.wait_for(page, 10)) == 10  # two steps were left to take back
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_undo_reaches_back_over_the_end_of_a_batch(site, page, idle):
    site.open(page, idle)
    keys = "1234567" * 9  # 63 answers: the first 60 records came with the page
    press(page, *keys[:58])
    site.wait_for(page, 58)
    expect(record(page)).to_contain_text(re.compile("[0-9]{2} ready"))  # the next batch is there
    press(page, *keys[58:])
    site.wait_for(page, 63)
    shows(page, 63)
    press(page, *["Backspace"] * 6)
    shows(page, 57)
    press(page, "1", "2")
    shows(page, 59)
    answers = site.wait_for(page, 71)
    assert given(answers)[63:] == [
        *((record_no, "retract", []) for record_no in range(62, 56, -1)),
        (57, "accept", [101]),
        (58, "accept", [102]),
    ]


def test_undo_reaches_back_over_a_visit_to_another_page(site, page, idle):
    site.open(page, idle)
    press(page, "1", "2")
    page.get_by_role("link", name="Other").click()
    expect(page.get_by_role("heading", name="Another page")).to_be_visible()
    page.get_by_role("link", name="Label").click()
    shows(page, 2)
    press(page, "Backspace")
    shows(page, 1)
    assert given(site.wait_for(page, 3))[2] == (1, "retract", [])


def test_the_rail_moves_at_once_and_agrees_with_the_server_later(site, page, idle):
    site.open(page, idle)
    site.pause()
    press(page, "1", "1", "2", "1")
    expect(rail(page)).to_contain_text("4 of 400")
    expect(rail(page)).to_contain_text("1 audit, drawn at random")
    expect(rail(page).locator(".counts")).to_have_text(re.compile("delivery3technical1"))
    expect(rail(page).locator(".history li").first).to_contain_text("Message 3:")
    site.resume()
    site.wait_for(page, 4)
    page.get_by_text("Show suggestions").click()  # a run of the page: the server's own counts arrive
    expect(page.get_by_text("runs: 2")).to_be_visible()
    expect(rail(page)).to_contain_text("4 of 400")
    expect(rail(page).locator(".history li")).to_have_count(4)
    press(page, "2")
    expect(rail(page)).to_contain_text("5 of 400")


def test_keys_do_nothing_while_somebody_types_in_a_field(site, page, idle):
    site.open(page, idle)
    page.get_by_label("A note").fill("")
    page.get_by_label("A note").press_sequentially("123 a")
    shows(page, 0)
    page.get_by_label("A note").press("Backspace")
    expect(page.get_by_label("A note")).to_have_value("123 ")
    record(page).click()
    press(page, "3")
    assert given(site.wait_for(page, 1)) == [(0, "accept", [103])]


def test_keys_work_after_a_click_on_a_switch_or_a_label(site, page, idle):
    site.open(page, idle)
    page.get_by_text("Show suggestions").click()
    expect(page.get_by_text("runs: 2")).to_be_visible()
    choice(page, "account").click()
    press(page, " ", "2")
    assert given(site.wait_for(page, 3)) == [(0, "accept", [105]), (1, "ignore", []), (2, "accept", [102])]


def test_space_presses_a_button_that_was_reached_by_tab(site, page, idle):
    site.open(page, idle)
    page.get_by_label("A note").focus()
    while "account" not in (page.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent") or ""):
        page.keyboard.press("Tab")
    press(page, " ")
    assert given(site.wait_for(page, 1)) == [(0, "accept", [105])]


def test_own_keys_tell_case_apart_and_streamlits_keys_stay_quiet(server, page, idle):
    site = server.site(own_keys=True)
    site.open(page, idle)
    press(page, "c", "r", ";", "Shift+R", "Control+c")
    answers = given(site.wait_for(page, 4))
    assert answers == [(0, "accept", [104]), (1, "accept", [105]), (2, "accept", [106]), (3, "accept", [107])]
    expect(page.get_by_role("dialog")).to_have_count(0)  # C would ask about the caches
    expect(page.get_by_text("runs: 1")).to_be_visible()  # R would run the page again


def test_a_key_that_is_no_label_is_left_to_streamlit(site, page, idle):
    site.open(page, idle)
    press(page, "r")
    expect(page.get_by_text("runs: 2")).to_be_visible()
    shows(page, 0)


def test_a_key_held_down_gives_one_label(site, page, idle):
    site.open(page, idle)
    for _ in range(5):
        page.keyboard.down("1")  # the second and later ones are repeats
    page.keyboard.up("1")
    press(page, "2")
    assert given(site.wait_for(page, 2)) == [(0, "accept", [101]), (1, "accept", [102])]


def test_another_choice_of_records_replaces_the_queue(site, page, idle):
    site.open(page, idle)
    press(page, "1")
    page.get_by_text("Backwards").click()
    shows(page, 399)
    press(page, "1")
    shows(page, 398)
    page.get_by_text("Smart", exact=True).click()
    shows(page, 1)


def test_the_record_on_screen_stays_through_runs_of_the_page(site, page, idle):
    site.open(page, idle)
    press(page, "1", "1")
    site.wait_for(page, 2)
    page.get_by_label("A note").fill("hello")
    page.get_by_label("A note").press("Enter")
    expect(page.get_by_text("runs: 2")).to_be_visible()
    shows(page, 2)


def test_an_empty_queue_says_so_and_undo_still_works(server, page, idle):
    site = server.site(texts=["one", "two"])
    site.open(page, idle)
    press(page, "1", "2", "3")
    expect(page.get_by_text("Every record has an answer.")).to_be_visible()
    expect(record(page)).to_be_hidden()
    press(page, "Backspace")
    shows(page, 1)
    assert len(site.wait_for(page, 3)) == 3


def test_texts_are_shown_as_they_are_never_as_markup(server, page, idle):
    text = "<img src=x onerror=alert(1)>\n  two  spaces <b>bold</b>"
    site = server.site(texts=[text])
    site.open(page, idle)
    assert record(page).locator(".text").inner_text() == text
    expect(record(page).locator("img")).to_have_count(0)


def test_seventy_seven_labels_are_filtered_by_typing(server, page, idle):
    site = server.site(labels=77)
    site.open(page, idle)
    expect(page.locator(".choice[data-label]")).to_have_count(77)
    press(page, "/")
    page.keyboard.type("c3")
    expect(page.locator(".choice[data-label]")).to_have_count(1)
    press(page, "Enter")
    shows(page, 1)
    expect(page.locator(".choice[data-label]")).to_have_count(77)
    press(page, "2", "/")
    page.keyboard.type("no such label")
    expect(page.get_by_text("No label matches.")).to_be_visible()
    press(page, "Enter", "Escape", "1")
    assert given(site.wait_for(page, 3)) == [(0, "accept", [124]), (1, "accept", [102]), (2, "accept", [101])]


def test_a_long_list_of_labels_puts_the_most_used_first(server, page, idle):
    site = server.site(labels=20)
    site.open(page, idle)
    press(page, "9", "9", "4")
    site.wait_for(page, 3)
    page.reload()
    idle(page)
    shows(page, 3)
    names = page.locator(".choice .name").all_inner_texts()
    assert names[:3] == ["topic_a8", "topic_a3", "topic_a0"]
