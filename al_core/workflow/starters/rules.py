"""Labeling functions for classification: a few lines of Python about a record."""

from __future__ import annotations

from al_core.workflow.starters.registry import CLASSIFICATION, STARTERS, Starter

STARTERS.register("Keywords")(
    Starter(
        "labeling_function",
        "A label where one of some words stands in the text.",
        """\
WORDS = ("refund", "money back")


def lf(record):
    text = record[ATTRIBUTE].lower()
    if any(word in text for word in WORDS):
        return FIRST_LABEL
""",
        CLASSIFICATION,
    )
)

STARTERS.register("Regular expression")(
    Starter(
        "labeling_function",
        "A label where a pattern is found, such as a number of an order.",
        """\
import re

PATTERN = re.compile(r"\\b(order|invoice)\\s*(no\\.?|number|#)?\\s*\\d{4,}", re.IGNORECASE)


def lf(record):
    if PATTERN.search(record[ATTRIBUTE]):
        return FIRST_LABEL
""",
        CLASSIFICATION,
    )
)

STARTERS.register("Dictionary")(
    Starter(
        "labeling_function",
        "Words that speak for each label; the label with most of them wins, surer the more they agree.",
        """\
WORDS_OF = {
    FIRST_LABEL: {"refund", "charged", "invoice", "money"},
    LAST_LABEL: {"cancel", "close", "leave"},
}


def lf(record):
    tokens = {token.lower() for token in record[ATTRIBUTE].tokens}
    hits = {label: len(tokens & words) for label, words in WORDS_OF.items()}
    best = max(hits, key=hits.get)
    if hits[best]:
        return best, hits[best] / sum(hits.values())
""",
        CLASSIFICATION,
    )
)

STARTERS.register("Length")(
    Starter(
        "labeling_function",
        "A label for very short texts.",
        """\
def lf(record):
    if len(record[ATTRIBUTE].tokens) <= 3:
        return LAST_LABEL, 0.9
""",
        CLASSIFICATION,
    )
)

STARTERS.register("Attribute")(
    Starter(
        "labeling_function",
        "A label by another attribute of the record, which may be missing.",
        """\
def lf(record):
    # record.get gives None where the file has no such column
    channel = record.get("channel")
    if channel == "phone":
        return FIRST_LABEL
""",
        CLASSIFICATION,
    )
)
