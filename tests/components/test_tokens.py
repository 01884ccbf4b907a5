"""Style sheets and scripts of the components, as Streamlit gets them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pages.components.tokens import component_css, component_js

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ROOT / "pages" / "components"
ENTRIES = sorted(path for path in COMPONENTS.glob("*/*.js") if "export default" in path.read_text())
MOCKUP_TOKENS = ROOT.parent / "shared" / "mockups" / "tokens.css"


def test_a_module_is_joined_once_and_after_what_it_needs(tmp_path):
    (tmp_path / "words.js").write_text("export const word = 'yes';\n")
    (tmp_path / "both.js").write_text("import {word} from './words.js';\nexport function both() { return word; }\n")
    (tmp_path / "entry.js").write_text(
        "import {both} from './both.js';\nimport {word} from './words.js';\nexport default () => both() + word;\n"
    )
    joined = component_js(tmp_path / "entry.js")
    assert joined == (
        "const word = 'yes';\n\nfunction both() { return word; }\n\nexport default () => both() + word;\n"
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.parent.name)
def test_names_differ_between_the_files_of_a_component(entry):
    names = re.findall(r"^(?:const|let|class|function|async function)\s+(\w+)", component_js(entry), re.MULTILINE)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_scripts_are_small():
    long = {
        path.name: count for path in COMPONENTS.glob("*/*.js") if (count := len(path.read_text().splitlines())) > 300
    }
    assert long == {}


def colours(sheet: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        found.setdefault(name, []).extend(re.findall(r"#[0-9A-Fa-f]{6}", value))
    return found


@pytest.mark.skipif(not MOCKUP_TOKENS.exists(), reason="the mock-ups are not beside this checkout")
def test_every_colour_is_the_one_of_the_design_in_both_themes():
    ours, design = colours(component_css()), colours(MOCKUP_TOKENS.read_text())
    wanted = {name: pair for name, pair in design.items() if len(pair) == 2 and name != "focus"}
    assert len(wanted) > 40
    assert {name: ours.get(name) for name in wanted} == wanted
