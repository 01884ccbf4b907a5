"""The Tune chart under real keys and a real mouse, beside the numbers of the curve that it was given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Locator, Page, expect

from pages.components import threshold_chart
from pages.components.tokens import component_js

SCRIPT = Path(__file__).parent / "apps" / "chart_app.py"


@pytest.fixture(scope="module")
def chart_app(serve):
    return serve(SCRIPT)


@pytest.fixture
def chart(chart_app, page, idle):
    def open_chart(query: str = "") -> Locator:
        page.goto(f"{chart_app}/{query}")
        idle(page)
        component = page.locator(".st-key-chart")
        expect(component.locator(".verdict")).to_contain_text("At 0.80")
        return component

    return open_chart


def slider(component: Locator) -> Locator:
    return component.get_by_role("slider", name="min_confidence", exact=True)


def number_box(component: Locator) -> Locator:
    return component.get_by_label("min_confidence as a number")


def rule_x(component: Locator) -> float:
    return float(component.locator(".rule line").first.get_attribute("x1"))


def thumb_x(component: Locator) -> float:
    """Where the slider's thumb stands, on the scale of the plot: the thumb is 16 px wide."""
    control = slider(component)
    box, start, value = control.bounding_box(), float(control.get_attribute("min")), float(control.input_value())
    plot = component.locator(".plot").bounding_box()
    return box["x"] + 8 + (value - start) / (1 - start) * (box["width"] - 16) - plot["x"]


def test_the_sentence_says_what_the_curve_says(chart):
    component = chart()
    sentence = "At 0.80: precision 0.93 (0.88 to 0.95, n = 113), covers 53 % of records."
    expect(component.locator(".verdict")).to_have_text(sentence)
    expect(component.locator(".verdict b")).to_have_text(["0.80", "0.93", "53 %"])
    expect(component.locator(".verdict")).to_have_attribute("aria-live", "polite")
    expect(component.get_by_role("img", name="Precision and records kept against min_confidence")).to_be_visible()
    expect(component.get_by_text("target 0.90")).to_be_visible()
    expect(component.get_by_text("1,069 kept")).to_be_visible()


def test_where_no_label_is_kept_the_sentence_says_so(chart, page):
    component = chart()
    number_box(component).fill("0.98")
    number_box(component).press("Enter")
    expect(component.locator(".verdict")).to_have_text(
        "At 0.98: no labelled record is kept, so nothing is known about its precision; covers 17 % of records."
    )
    expect(component.locator(".rule circle").first).to_be_hidden()


def test_keys_move_everything_at_once_and_python_hears_it_once(chart, page):
    page.clock.install()
    component = chart()
    before = rule_x(component)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # however long the keys below take, they are one row
    slider(component).focus()
    for key, shown in [
        ("ArrowRight", "0.85"),
        ("Shift+ArrowRight", "0.86"),
        ("Shift+ArrowRight", "0.87"),
        ("ArrowLeft", "0.82"),
    ]:
        page.keyboard.press(key)
        assert component.locator(".verdict b").first.inner_text() == shown
        assert slider(component).input_value() == str(float(shown))
        assert number_box(component).input_value() == shown
        assert rule_x(component) == pytest.approx(thumb_x(component), abs=0.6)
    assert rule_x(component) > before
    assert page.get_by_text("releases 0").is_visible(), "the server is not asked while keys are pressed"
    page.clock.resume()
    expect(page.get_by_text("in force 0.82, stored 0.82")).to_be_visible()
    expect(page.get_by_text("releases 1")).to_be_visible()


def test_home_and_end_go_to_the_first_and_the_certified_threshold(chart, page):
    component = chart("?certified=1")
    expect(component.get_by_text("certified 0.83")).to_be_visible()
    slider(component).focus()
    page.keyboard.press("End")
    expect(component.locator(".verdict")).to_contain_text("At 0.83")
    page.keyboard.press("Home")
    expect(component.locator(".verdict")).to_contain_text("At 0.30")
    component.get_by_role("button", name="At the certified threshold").click()
    expect(page.get_by_text("stored 0.83")).to_be_visible()


def test_dragging_moves_the_rule_and_is_stored_on_release(chart, page):
    component = chart()
    box = slider(component).bounding_box()
    middle = box["y"] + box["height"] / 2
    at = lambda threshold: box["x"] + 8 + (threshold - 0.3) / 0.7 * (box["width"] - 16)  # noqa: E731
    page.mouse.move(at(0.80), middle)
    page.mouse.down()
    page.mouse.move(at(0.70), middle, steps=4)
    page.mouse.move(at(0.60), middle, steps=4)
    expect(component.locator(".verdict")).to_contain_text("At 0.60: precision 0.88")
    assert rule_x(component) == pytest.approx(thumb_x(component), abs=0.6)
    expect(page.get_by_text("releases 0")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("in force 0.60, stored 0.6")).to_be_visible()
    expect(page.get_by_text("releases 1")).to_be_visible()
    expect(page.get_by_text(re.compile("^runs 2$"))).to_be_visible()


def test_a_press_on_the_plot_moves_the_rule_there(chart, page):
    component = chart()
    plot = component.locator(".plot").bounding_box()
    page.mouse.click(plot["x"] + rule_x(component) - 120, plot["y"] + 100)
    expect(page.get_by_text("releases 1")).to_be_visible()
    expect(component.locator(".verdict")).not_to_contain_text("At 0.80")


def test_the_number_box_takes_a_comma_and_refuses_words(chart, page):
    component = chart()
    number_box(component).fill("0,55")
    number_box(component).press("Enter")
    expect(page.get_by_text("in force 0.55, stored 0.55")).to_be_visible()
    for wrong in ("high", "1.4", ""):
        number_box(component).fill(wrong)
        number_box(component).press("Enter")
        expect(component.get_by_role("alert")).to_contain_text("Give a number from 0.00 to 1.00")
        expect(number_box(component)).to_have_value("0.55")
    number_box(component).fill("0.1")
    number_box(component).press("Enter")
    expect(component.locator(".verdict")).to_contain_text("At 0.10")
    expect(page.get_by_text("releases 2")).to_be_visible()


def test_python_moves_the_slider_by_a_new_revision_only(chart, page, idle):
    component = chart()
    page.get_by_role("button", name="Set 0.50").click()
    expect(component.locator(".verdict")).to_contain_text("At 0.50")
    slider(component).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("in force 0.55, stored 0.55")).to_be_visible()
    expect(component.locator(".verdict")).to_contain_text("At 0.55")
    page.get_by_role("button", name="Set 0.50").click()
    expect(page.get_by_text("in force 0.50")).to_be_visible()
    expect(component.locator(".verdict")).to_contain_text("At 0.50")


def test_what_python_stored_is_shown_again_after_another_page(chart, page):
    component = chart()
    slider(component).focus()
    page.keyboard.press("ArrowLeft")
    # Leaving the slider releases at once. The button of the mouse stays down as long as a person's does:
    # Streamlit sends a component's value a few ms later, and two messages in that time are one.
    page.get_by_role("link", name="Elsewhere").click(delay=60)
    expect(page.get_by_text("another page")).to_be_visible()
    page.get_by_role("link", name="Tune").click()
    expect(page.locator(".st-key-chart .verdict")).to_contain_text("At 0.75")
    expect(page.get_by_text("in force 0.75, stored 0.75")).to_be_visible()


def test_unknown_precision_is_a_gap_and_few_labels_are_hatched(chart):
    component = chart("?gap=1")
    strong = component.locator("path.precision:not(.weak)")
    expect(strong).to_have_count(2)
    ends = [re.findall(r"[ML]([\d.]+) ", path.get_attribute("d")) for path in strong.all()]
    start_of_gap, end_of_gap = float(ends[0][-1]), float(ends[1][0])
    assert end_of_gap - start_of_gap > 40, "0.49 and 0.56 are drawn, nothing between them"
    assert all(float(x) > 0 for path in ends for x in path)
    expect(component.locator("rect[fill='url(#hatch)']")).to_have_count(2)
    expect(component.get_by_text("n under 30", exact=True)).to_be_visible()


def test_the_chart_follows_the_width_of_the_window(chart, page: Page):
    component = chart()
    page.set_viewport_size({"width": 900, "height": 900})
    plot = component.locator(".plot svg")
    expect(plot).to_have_attribute("width", re.compile(r"^[67]\d\d"))
    assert rule_x(component) == pytest.approx(thumb_x(component), abs=0.6)


def test_small_multiples_name_their_estimate(chart, page):
    chart()
    first = page.locator(".st-key-s0")
    expect(first).to_contain_text("Heuristic 0 with a long name")
    expect(first.locator(".caption")).to_have_text("0.90, n = 144")
    expect(first.get_by_role("img", name=re.compile("^Precision of Heuristic 0"))).to_be_visible()


@pytest.fixture(scope="module")
def functions(chromium):
    """A blank page with the chart's pure functions; it needs no app."""
    page = chromium.new_page()
    page.add_script_tag(content=component_js(threshold_chart.HERE / "rule.js"))
    yield page
    page.close()


@given(st.floats(0, 1) | st.integers(0, 64).map(lambda eighths: eighths / 64))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_read_as_python_writes_them(functions, value):
    assert functions.evaluate("(value) => twoDecimals(value)", value) == f"{value:.2f}"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 9, "0 %"), (1, 900, "under 1 %"), (1, 8, "12 %"), (71, 100, "71 %"), (899, 900, "over 99 %"), (9, 9, "100 %")],
)
def test_shares_never_round_something_to_nothing(functions, part, whole, words):
    assert functions.evaluate("([part, whole]) => share(part, whole)", [part, whole]) == words


def curve_rows(kept: list[int], records: list[int], low: list[float | None]) -> list[dict[str, object]]:
    return [
        {"threshold": i / 10, "precision": p, "low": p, "high": p, "kept": k, "records": r, "isKnown": k > 0}
        for i, (k, r, p) in enumerate(zip(kept, records, low, strict=True))
    ]


def test_the_axis_starts_where_something_changes_and_shows_the_threshold(functions):
    rows = curve_rows([9] * 5 + [8] * 6, [90] * 4 + [80] * 7, [0.9] * 11)
    start = "([rows, threshold]) => axisStart(rows, threshold)"
    assert functions.evaluate(start, [rows, 0.8]) == 0.3
    assert functions.evaluate(start, [rows, 0.15]) == 0.1
    assert functions.evaluate(start, [curve_rows([9] * 11, [90] * 11, [0.9] * 11), 0.8]) == 0


def test_the_floor_holds_the_trusted_band_and_the_target(functions):
    floor = "([rows, target]) => precisionFloor(rows, target)"
    lows = [0.72, 0.75, 0.10]
    assert functions.evaluate(floor, [curve_rows([90, 40, 3], [9, 9, 9], lows), 0.9]) == 0.7
    assert functions.evaluate(floor, [curve_rows([9, 4, 3], [9, 9, 9], lows), 0.9]) == 0.1
    assert functions.evaluate(floor, [curve_rows([0, 0, 0], [9, 9, 9], lows), 0.6]) == 0.5
