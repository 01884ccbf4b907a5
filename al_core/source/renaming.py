"""Texts in quotes within heuristic code: which there are, and others put in their place."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Mapping

from al_core.source.parsing import parse


def texts_in(source: str) -> tuple[str, ...]:
    """Return the texts that stand in quotes in a source, each once, in order; raises SourceProblem.

    Parts of f-strings and docstrings are none of them: nothing could be put in their place as a whole.

    >>> texts_in("label_names = ['spam', 'ham', 'spam']  # 'eggs'")
    ('spam', 'ham')
    """
    return tuple(dict.fromkeys(str(node.value) for node in _texts(parse(source))))


def with_texts_replaced(source: str, wanted: Mapping[str, str]) -> str:
    r"""Return a source in which every text in quotes that is a key of `wanted` says its value; the rest stays.

    >>> with_texts_replaced("x = {'spam': 0.9}  # spam", {"spam": "junk"})
    'x = {"junk": 0.9}  # spam'
    """
    lines = io.StringIO(source, newline="").readlines()
    nodes = [node for node in _texts(parse(source)) if node.value in wanted]
    for node in reversed(nodes):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        # columns of the syntax tree count UTF-8 bytes
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        text = json.dumps(wanted[str(node.value)], ensure_ascii=False)
        lines[node.lineno - 1 : node.end_lineno] = [before + text + after]
    return "".join(lines)


def _texts(tree: ast.Module) -> list[ast.Constant]:
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | statements
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))
