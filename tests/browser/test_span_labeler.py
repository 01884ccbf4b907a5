"""The extraction labeler under real keys and a real mouse; offsets are code points."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.labeling_site import record, saved, shows

# The emoji are one and two code points but two and four UTF-16 units; the e of "café" carries a combining accent.
EMOJI = "I 😀👍🏽 like the cafe\u0301 in Köln."
PRODUCT, PERSON, ORDER = 101, 102, 103


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def word(page, text):
    return page.locator(".word", has_text=re.compile(f"^{re.escape(text)}$")).first


def drag(page, start, end):
    """Drag with the mouse from the middle of one word to the middle of another."""
    word(page, start).hover()  # waits until the word has come to rest, as does the next one
    page.mouse.down()
    word(page, end).hover()
    page.mouse.up()


def spans(page):
    """Text and caption of every span on screen, in order."""
    found = page.locator(".record .span")
    return [(span.inner_text(), span.get_attribute("data-caption")) for span in found.all()]


def marked(answer, text):
    """Label and text of each span of an answer, cut out of `text` by its offsets as Python counts them."""
    return [(label["label_id"], text[label["start"] : label["end"]]) for label in answer["labels"]]


def test_a_drag_snaps_to_words_and_gives_exact_offsets_after_emoji(server, page, idle):
    site = server.site(kind="extraction", texts=[EMOJI, "next"])
    site.open(page, idle)
    drag(page, "like", "in")
    press(page, "3")
    drag(page, "Köln", "Köln")
    press(page, "1", "Enter")
    shows(page, 1)
    (answer,) = site.wait_for(page, 1)
    assert marked(answer, EMOJI) == [(ORDER, "like the cafe\u0301 in"), (PRODUCT, "Köln")]


def test_spans_by_keys_alone_with_emoji(server, page, idle):
    text = "😀 Anna met 👩‍🚀 Bob Ray in Rome"
    site = server.site(kind="extraction", texts=[text, "next"])
    site.open(page, idle)
    anna = [match.group() for match in re.finditer(r"\w+|[^\w\s]", text)].index("Anna")
    press(page, *["ArrowRight"] * anna, "2")
    press(page, "End", "ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "2")
    assert spans(page) == [("Anna", "PERSON"), ("Bob Ray", "PERSON")]
    press(page, "End", "5", "Control+Enter")
    shows(page, 1)
    (answer,) = site.wait_for(page, 1)
    assert answer["verdict"] == "accept"
    assert marked(answer, text) == [(PERSON, "Anna"), (PERSON, "Bob Ray"), (105, "Rome")]


def test_arrow_left_moves_on_in_text_that_runs_from_right_to_left(server, page, idle):
    text = "שלום דנה מחיפה"
    site = server.site(kind="extraction", texts=[text, "next"])
    site.open(page, idle)
    press(page, "ArrowLeft", "2", "Enter")
    (answer,) = site.wait_for(page, 1)
    assert marked(answer, text) == [(PERSON, "דנה")]


def test_line_breaks_of_windows_keep_offsets(server, page, idle):
    text = "first line\r\nsecond Bob\r\n\r\nlast"
    site = server.site(kind="extraction", texts=[text, "next"])
    site.open(page, idle)
    press(page, "ArrowDown", "ArrowRight")
    press(page, "2", "Enter")
    (answer,) = site.wait_for(page, 1)
    assert marked(answer, text) == [(PERSON, "Bob")]


def test_overlapping_spans_are_refused_with_a_sentence(server, page, idle):
    site = server.site(kind="extraction", texts=["order no. 750710 is wrong", "next"])
    site.open(page, idle)
    drag(page, "order", "750710")
    press(page, "3")
    drag(page, "750710", "is")
    press(page, "1")
    sentence = "“750710 is” was not marked: it overlaps ORDER “order no. 750710”. Clear that span first."
    expect(page.get_by_text(sentence)).to_be_visible()
    assert spans(page) == [("order no. 750710", "ORDER")]
    word(page, "no").click()
    press(page, "1")  # the same words get another label
    assert spans(page) == [("order no. 750710", "PRODUCT")]
    expect(page.get_by_text(sentence)).to_have_count(0)


def test_a_click_on_a_label_marks_the_selection(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob and Ann", "next"])
    site.open(page, idle)
    drag(page, "and", "Ann")
    page.locator(".choice", has_text="PLACE").click()
    assert spans(page) == [("and Ann", "PLACE")]
    expect(page.get_by_role("row", name=re.compile("PLACE and Ann 4 to 11 you"))).to_be_visible()


def test_zero_clears_and_undo_walks_back_through_changes_and_then_records(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob and Ann", "Rome", "Oslo"])
    site.open(page, idle)
    press(page, "2", "End", "2", "0")
    assert spans(page) == [("Bob", "PERSON")]
    press(page, "Control+z")
    assert spans(page) == [("Bob", "PERSON"), ("Ann", "PERSON")]
    press(page, "Enter")
    shows(page, 1)
    press(page, "5", "Backspace")  # the change in this record
    assert spans(page) == []
    press(page, "Backspace")  # the record before
    shows(page, 0)
    assert spans(page) == [("Bob", "PERSON"), ("Ann", "PERSON")]
    answers = site.wait_for(page, 2)
    assert [answer["verdict"] for answer in answers] == ["accept", "retract"]


def test_nothing_here_is_an_answer_of_its_own_and_never_an_accident(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob", "Ann", "Rome"])
    site.open(page, idle)
    press(page, "Enter")
    expect(page.get_by_text("No span is marked. Press N when there is nothing to mark in this record.")).to_be_visible()
    press(page, "2", "n")
    expect(page.get_by_text("1 span is marked. Clear first, or press Enter to submit.")).to_be_visible()
    press(page, "0", "n", " ")
    shows(page, 2)
    answers = site.wait_for(page, 2)
    assert [(a["verdict"], a["labels"]) for a in answers] == [("accept", []), ("ignore", [])]
    expect(page.locator(".history")).to_contain_text("nothing here")


def test_tab_goes_from_span_to_span_and_then_on_to_the_buttons(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob saw Ann near Rome", "next"])
    site.open(page, idle)
    press(page, "2", "End", "5", "Home")
    press(page, "Tab")
    expect(page.locator(".span.active")).to_have_text("Rome")
    press(page, "Shift+Tab")
    expect(page.locator(".span.active")).to_have_text("Bob")
    press(page, "Tab", "Tab")
    expect(page.locator(".span.active")).to_have_text("Rome")
    assert page.evaluate("document.activeElement !== document.body")


def test_suggested_spans_are_taken_one_by_one_and_recorded_as_shown(server, page, idle):
    found = [
        {"label_id": PERSON, "start": 0, "end": 3, "confidence": 0.97, "run_id": 9},
        {"label_id": ORDER, "start": 8, "end": 11, "confidence": 0.52, "run_id": 9},
    ]
    site = server.site(kind="extraction", texts=["Bob and Ann", "a b c d e f", "g", "h i j k l m n"], spans=found)
    site.open(page, idle)
    assert spans(page) == [("Bob", "PERSON 0.97"), ("Ann", "ORDER 0.52")]
    press(page, "a", "Tab", "2", "Enter")
    answers = site.wait_for(page, 1)
    assert marked(answers[0], "Bob and Ann") == [(PERSON, "Bob"), (PERSON, "Ann")]
    assert (answers[0]["blind"], answers[0]["shown_run_id"]) == (False, 9)
    press(page, "n", "n")
    shows(page, 3)  # drawn at random
    assert spans(page) == []
    press(page, "n")
    assert site.wait_for(page, 4)[3]["blind"] is True


def test_marked_spans_survive_runs_of_the_page_and_a_visit_elsewhere(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob and Ann", "next"])
    site.open(page, idle)
    press(page, "2")
    page.get_by_text("Show suggestions").click()
    expect(page.get_by_text("runs: 2")).to_be_visible()
    assert spans(page) == [("Bob", "PERSON")]
    page.get_by_role("link", name="Other").click()
    expect(page.get_by_role("heading", name="Another page")).to_be_visible()
    page.get_by_role("link", name="Label").click()
    shows(page, 0)
    assert spans(page) == [("Bob", "PERSON")]
    press(page, "Enter")
    assert len(site.wait_for(page, 1)) == 1


def test_a_long_record_is_drawn_anew_only_where_it_changed(server, page, idle):
    site = server.site(kind="extraction", texts=["The parcel of Ann is late " * 740, "next"])
    site.open(page, idle)
    page.evaluate("""() => {
        window.changed = new Set();
        for (const host of document.querySelectorAll('*')) {
            const box = host.shadowRoot?.querySelector('.record .text');
            if (!box) continue;
            new MutationObserver((records) => {
                for (const {target, addedNodes} of records) {
                    [target, ...addedNodes].forEach((node) => changed.add(node));
                }
            }).observe(box, {subtree: true, childList: true, attributes: true});
        }
    }""")
    assert page.locator(".word").count() == 740 * 6
    press(page, *["ArrowRight"] * 7, "Shift+ArrowRight", "2")
    assert spans(page) == [("parcel of", "PERSON")]
    assert page.evaluate("changed.size") < 60
    press(page, "ArrowRight", "ArrowRight", "Shift+End")
    assert page.locator(".word.selected").count() > 4000
    page.evaluate("changed.clear()")
    press(page, "Shift+ArrowLeft")  # nearly everything is selected, and one word less
    assert page.evaluate("changed.size") < 5
    press(page, "Home")
    expect(page.locator(".selected")).to_have_count(0)
    expect(record(page)).to_be_in_viewport()
    press(page, "Enter")
    shows(page, 1)
    expect(saved(page)).to_have_attribute("data-pending", "0")


def test_a_border_is_dragged_and_stops_at_the_next_span(server, page, idle):
    text = "I ordered the Atlas office chair in Rome"
    site = server.site(kind="extraction", texts=[text, "next"])
    site.open(page, idle)
    drag(page, "office", "chair")
    press(page, "1")
    word(page, "Rome").click()
    press(page, "5")
    drag_border(page, page.locator(".record .span").first, "left", word(page, "Atlas"))
    assert spans(page) == [("Atlas office chair", "PRODUCT"), ("Rome", "PLACE")]
    drag_border(page, page.locator(".record .span").first, "right", word(page, "Rome"))
    expect(page.get_by_text("it overlaps PLACE “Rome”")).to_be_visible()
    assert spans(page) == [("Atlas office chair", "PRODUCT"), ("Rome", "PLACE")]
    press(page, "Control+z", "Enter")  # the change of the border is one step
    (answer,) = site.wait_for(page, 1)
    assert marked(answer, text) == [(PRODUCT, "office chair"), (105, "Rome")]


def drag_border(page, span, side, target):
    """Drag a span's left or right border to the middle of a word."""
    box = span.bounding_box()
    span.hover(position={"x": 2 if side == "left" else box["width"] - 2, "y": box["height"] / 2})
    page.mouse.down()
    target.hover()
    page.mouse.up()


def test_a_double_click_selects_the_same_text_everywhere(server, page, idle):
    text = "Anna met Bob. Anna left, Annabel stayed with Anna"
    site = server.site(kind="extraction", texts=[text, "next"])
    site.open(page, idle)
    word(page, "Anna").dblclick()
    expect(page.locator(".word.selected")).to_have_count(3)
    press(page, "2")
    assert spans(page) == [("Anna", "PERSON")] * 3
    press(page, "Backspace")  # one step takes all three away
    assert spans(page) == []
    word(page, "Bob").dblclick()
    expect(page.get_by_text("These words stand here only.")).to_be_visible()
    word(page, "Anna").dblclick()
    press(page, "2", "Enter")
    (answer,) = site.wait_for(page, 1)
    assert marked(answer, text) == [(PERSON, "Anna")] * 3


def test_names_of_six_labels_are_whole(server, page, idle):
    site = server.site(kind="extraction", texts=["one", "next"])
    site.open(page, idle)
    cut = "names => names.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent)"
    assert page.locator(".choice .name").evaluate_all(cut) == []
    assert page.locator(".choice .name").count() == 6


def test_ctrl_arrows_change_the_record_and_marked_spans_stay(server, page, idle):
    site = server.site(kind="extraction", texts=["Bob here", "Ann there", "last"])
    site.open(page, idle)
    press(page, "2", "Control+ArrowRight")
    shows(page, 1)
    press(page, "n", "Control+ArrowLeft")
    shows(page, 1)
    press(page, "Control+ArrowLeft")
    shows(page, 0)
    assert spans(page) == [("Bob", "PERSON")]
    press(page, "Enter")
    answers = site.wait_for(page, 2)
    assert [(a["record_no"], len(a["labels"])) for a in answers] == [(1, 0), (0, 1)]


def test_a_suggested_span_is_rejected_by_its_key(server, page, idle):
    guess = {"label_id": PERSON, "start": 0, "end": 3, "confidence": 0.9, "run_id": 12}
    site = server.site(kind="extraction", texts=["Bob here", "next"], spans=[guess])
    site.open(page, idle)
    assert spans(page) == [("Bob", "PERSON 0.90")]
    press(page, "x")
    assert spans(page) == []
    press(page, "n")
    (answer,) = site.wait_for(page, 1)
    assert (answer["labels"], answer["blind"]) == ([], False)
