"""A text with its spans, as HTML that shows every character as it is."""

import re
from html import escape

from hypothesis import given
from hypothesis import strategies as st

from al_core.types import Attribute, Label, LabelSpan, Task
from pages.components.record_view import marked

TASK = Task(1, 1, "who", "extraction", Attribute(1, "text", True), (Label(5, "<b>P&Q", 1, "1"),))


def test_spans_are_marked_with_their_names():
    text = "<i>Ann</i> & Bo"
    shown = marked(text, TASK, (LabelSpan(5, 13, 15), LabelSpan(5, 3, 6)))
    assert shown == (
        '<p class="al-text">&lt;i&gt;<mark class="c1">Ann<small>&lt;b&gt;P&amp;Q</small></mark>&lt;/i&gt; &amp; '
        '<mark class="c1">Bo<small>&lt;b&gt;P&amp;Q</small></mark></p>'
    )


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=4))
def test_no_character_is_lost_whatever_the_spans(text, places):
    shown = marked(text, TASK, tuple(LabelSpan(5, start, end) for start, end in places))
    plain = re.sub(r"<[^>]*>", "", re.sub(r"<small>.*?</small>", "", shown))
    assert plain == escape(text)
