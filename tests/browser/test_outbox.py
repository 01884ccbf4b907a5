"""Answers reach the server exactly once, whatever happens to the page, the tab or the server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.labeling_site import given, saved, serve_labeling, shows


@pytest.fixture
def site(server):
    return server.site()


def press_digits(page, count, pause=20):
    keys = [str(1 + number % 7) for number in range(count)]
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(pause)
    return [(number, "accept", [100 + int(key)]) for number, key in enumerate(keys)]


def test_sixty_keys_twenty_milliseconds_apart_all_arrive_once_and_in_order(site, page, idle):
    site.open(page, idle)
    expected = press_digits(page, 60)
    assert given(site.wait_for(page, 60)) == expected
    expect(saved(page)).to_have_text(re.compile("All answers saved"))
    shows(page, 60)


def test_a_burst_and_then_another_page_at_once_loses_nothing(site, page, idle):
    site.open(page, idle)
    expected = press_digits(page, 12)
    page.get_by_role("link", name="Other").click()
    expect(page.get_by_role("heading", name="Another page")).to_be_visible()
    assert given(site.wait_for(page, 12)) == expected
    page.get_by_role("link", name="Label").click()
    shows(page, 12)


def messages(page):
    return page.evaluate("window.alOutbox.attempt")


def test_a_burst_waits_for_a_pause_instead_of_a_message_with_every_key(site, page, idle):
    site.open(page, idle)
    before = messages(page)
    expected = press_digits(page, 10)
    assert given(site.wait_for(page, 10)) == expected
    assert messages(page) - before <= 3, "one, and one more for each pause that a busy machine makes of two keys"


def test_who_never_pauses_is_saved_all_the_same(site, page, idle):
    site.open(page, idle)
    press_digits(page, 24, pause=250)
    assert len(site.answers()) >= 10  # with the last key not yet half a second ago


def test_another_page_comes_after_what_was_given_before_it(site, page, idle):
    site.open(page, idle)
    expected = press_digits(page, 3)
    page.get_by_role("link", name="Other").click()
    expect(page.get_by_role("heading", name="Another page")).to_be_visible()
    assert given(site.answers()) == expected


def test_unsent_answers_survive_a_reload_and_are_sent_once(site, page, idle):
    site.open(page, idle)
    site.pause()
    expected = press_digits(page, 5)
    expect(saved(page)).to_have_text(re.compile("5 not yet saved"))
    page.reload()
    shows(page, 5)  # the five records are not asked again, although the server has no answer yet
    expect(saved(page)).to_have_text(re.compile("5 not yet saved"))
    assert site.answers() == []
    site.resume()
    assert given(site.wait_for(page, 5)) == expected
    page.reload()
    shows(page, 5)
    assert len(site.answers()) == 5


def test_what_a_closed_tab_left_is_sent_by_the_next_one(site, page, idle):
    closing = page.context.new_page()
    site.open(closing, idle)
    site.pause()
    expected = press_digits(closing, 3)
    closing.close()
    site.resume()
    site.open(page, idle)
    assert given(site.wait_for(page, 3)) == expected


def test_two_tabs_of_one_person_share_what_a_third_left_and_store_it_once(site, page, idle):
    closing, other = page.context.new_page(), page.context.new_page()
    site.open(closing, idle)
    site.pause()
    expected = press_digits(closing, 4)
    closing.close()
    for tab in (page, other):
        site.open(tab, idle)
    site.resume()
    assert given(site.wait_for(page, 4)) == expected


def test_answers_of_one_person_are_never_sent_by_another(site, page, idle):
    site.open(page, idle, person=1)
    site.pause()
    press_digits(page, 2)
    expect(saved(page)).to_have_text(re.compile("2 not yet saved"))
    site.open(page, idle, person=2)
    site.resume()
    expect(saved(page)).to_have_text(re.compile("All answers saved"))
    page.keyboard.press("7")
    assert given(site.wait_for(page, 1)) == [(0, "accept", [107])]
    site.open(page, idle, person=1)
    assert given(site.wait_for(page, 3))[1:] == [(0, "accept", [101]), (1, "accept", [102])]


def test_answers_wait_while_the_server_is_down_and_arrive_when_it_is_back(serve, tmp_path, page, idle):
    own_server = serve_labeling(serve, tmp_path)
    site = own_server.site()
    site.open(page, idle)
    serve.stop(own_server.url)
    expected = press_digits(page, 3)
    expect(saved(page)).to_have_text(re.compile("3 not yet saved"))
    serve_labeling(serve, tmp_path, port=int(own_server.url.rsplit(":", 1)[1]))
    assert given(site.wait_for(page, 3)) == expected


def test_a_refused_answer_is_dropped_and_its_reason_shown(server, page, idle):
    site = server.site(refuse=[1])
    site.open(page, idle)
    press_digits(page, 3)
    stored = site.wait_for(page, 2)
    assert [answer["record_no"] for answer in stored] == [0, 2]
    expect(page.get_by_text("Record 1 was deleted; your answer was not stored.")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Record 1 was deleted")).to_have_count(0)


def test_answers_work_where_the_browser_keeps_nothing(site, page, idle):
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")
    site.open(page, idle)
    expected = press_digits(page, 3)
    assert given(site.wait_for(page, 3)) == expected


def test_plain_http_has_no_locks_and_no_uuids_and_loses_nothing_either(site, page, idle):
    page.context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'locks', {get: () => undefined});"
        "Object.defineProperty(Crypto.prototype, 'randomUUID', {value: undefined});"
    )
    site.open(page, idle)
    site.pause()
    expected = press_digits(page, 4)
    page.reload()
    shows(page, 4)
    site.resume()
    assert given(site.wait_for(page, 4)) == expected
