"""The blocks of the page about sequencelearn are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sequencelearn.md"


def test_every_block_of_the_page_runs():
    found = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    assert len(found) == 2
    for block in found:
        exec(compile(block, PAGE.name, "exec"), {})
