"""Texts of people inside Markdown: names and messages that must show as they are, whatever they look like.

Where Streamlit offers plain text (`st.text`, tables, options of a select) that is better still.
"""

from __future__ import annotations

import re

# invisible, and no line may break there
JOINER = "\u2060"

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Streamlit looks for these in the text that is left after Markdown was read, where a backslash is gone already:
# the icons and emoji between colons, and the arrows and signs that it makes typographical
_READ_LATER = re.compile(r"(?<=:)(?=[\w+-])|(?<=[<>~-])(?=[->=])")


def literal(text: str) -> str:
    r"""Return Markdown that shows `text` as it is.

    >>> literal("*a* <b> $c$")
    '\\*a\\* \\<b\\> \\$c\\$'
    >>> literal(":smile:").replace(JOINER, "|")
    '\\:|smile\\:'
    """
    return _PUNCTUATION.sub(lambda found: f"\\{found[0]}", _READ_LATER.sub(JOINER, text))
