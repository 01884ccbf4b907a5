"""Style sheets and scripts of the components, joined into the one string that Streamlit takes."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent

_IMPORT = re.compile(r"""^import\s+\{[^}]*\}\s+from\s+['"](?P<path>\.[^'"]+)['"];?[ \t]*\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?!default\b)", re.MULTILINE)


def component_css(*sheets: str | Path) -> str:
    """Return one style sheet: the design tokens, then `sheets` in order.

    A name stands for a sheet of this folder ("controls", "labels"), a path for a component's own file.

    >>> component_css().startswith("/* Design tokens")
    True
    """
    paths = [
        FOLDER / "tokens.css",
        *(sheet if isinstance(sheet, Path) else FOLDER / f"{sheet}.css" for sheet in sheets),
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def label_css(scope: str) -> str:
    """Return the label colours for texts outside of components: classes `.c1` to `.c12` within `scope`, a selector.

    >>> ".al-text .c1 { --c: var(--l1);" in label_css(".al-text")
    True
    """
    tokens = re.findall(r"--l\d+[\w-]*: [^;]+;", (FOLDER / "tokens.css").read_text(encoding="utf-8"))
    classes = re.findall(r"^\.c\d+ .*$", (FOLDER / "labels.css").read_text(encoding="utf-8"), re.MULTILINE)
    return "\n".join([f"{scope} {{ {' '.join(tokens)} }}", *(f"{scope} {one}" for one in classes)])


def component_js(entry: Path) -> str:
    """Return one ES module: `entry` after the files that it imports, each once, in the order of need.

    The files are ordinary modules with relative `import {a, b} from './c.js'` lines. Joining takes the
    import lines and `export` words away, so names must differ between the files of one component.
    """
    parts: list[str] = []
    _append_module(entry.resolve(), parts, seen=set())
    return "\n".join(parts)


def _append_module(path: Path, parts: list[str], seen: set[Path]) -> None:
    if path in seen:
        return
    seen.add(path)
    source = path.read_text(encoding="utf-8")
    for match in _IMPORT.finditer(source):
        _append_module((path.parent / match["path"]).resolve(), parts, seen)
    parts.append(_EXPORT.sub("", _IMPORT.sub("", source)))
