"""Source text to syntax tree, with the errors that a person would expect."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Mapping

from al_core.errors import ActiveLearnersError
from al_core.types import Problem

FILE_NAME = "heuristic.py"

# Python 3.11 counts the depth of a syntax tree in one place for all threads, so trees built side by side can end in
# a SystemError (https://github.com/python/cpython/issues/106905). Ours are built one after another; when a library's
# tree came between all the same, the next try is undisturbed.
_one_tree_at_a_time = threading.Lock()
TRIES = 5


class SourceProblem(ActiveLearnersError):
    """Heuristic code that cannot be used; `problems` says what is wrong on which line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(f"Line {p.line}: {p.message}" for p in problems))
        self.problems = problems


def parse(source: str) -> ast.Module:
    """Return the syntax tree of `source`; raises SourceProblem with the line that a person should look at.

    >>> parse("x = [1,")
    Traceback (most recent call last):
    al_core.source.parsing.SourceProblem: Line 1: '[' was never closed.
    """
    unreadable = _unreadable_character(source)
    if unreadable is not None:
        raise SourceProblem((unreadable,))
    try:
        tree = _tree(source)
        compile(tree, FILE_NAME, "exec")  # finds what the grammar alone lets pass, such as `return` outside a function
    except SyntaxError as error:
        raise SourceProblem((_from_syntax_error(error),)) from error
    except (RecursionError, MemoryError) as error:
        raise SourceProblem((Problem(1, "The code is nested too deeply to be read."),)) from error
    return tree


def _tree(source: str) -> ast.Module:
    with _one_tree_at_a_time:
        for _ in range(TRIES - 1):
            try:
                return ast.parse(source, FILE_NAME)
            except SystemError:
                continue
        return ast.parse(source, FILE_NAME)


def _unreadable_character(source: str) -> Problem | None:
    for number, line in enumerate(source.split("\n"), start=1):
        for character in line:
            if character == "\0" or "\ud800" <= character <= "\udfff":
                return Problem(number, f"The character U+{ord(character):04X} cannot stand in code; delete it.")
    return None


def _from_syntax_error(error: SyntaxError) -> Problem:
    """Return the problem of a syntax error. Python 3.11 names the opening bracket's line by itself."""
    message = error.msg[:1].upper() + error.msg[1:]
    return Problem(error.lineno or 1, message if message.endswith((".", "?")) else f"{message}.")


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the names that the module gives exactly one value at its top level, with that value.

    >>> list(constants(ast.parse("EMBEDDING: str = 'a'; n = 1; n = 2")))
    ['EMBEDDING']
    """
    values: dict[str, list[ast.expr]] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                values.setdefault(target.id, []).append(value)
    return {name: given[0] for name, given in values.items() if len(given) == 1}


class NotLiteral(ValueError):
    """An expression whose value is only known when the code runs."""


def literal(node: ast.expr, known: Mapping[str, ast.expr], depth: int = 3) -> object:
    """Return the value of `node`, following names in `known`; raises NotLiteral.

    >>> literal(ast.parse("[A, 'b']", mode="eval").body, {"A": ast.Constant("a")})
    ['a', 'b']
    """
    if isinstance(node, ast.Name) and node.id in known and depth:
        return literal(known[node.id], known, depth - 1)
    if isinstance(node, ast.List | ast.Tuple):
        return [literal(element, known, depth) for element in node.elts]
    if isinstance(node, ast.JoinedStr):
        return "".join(str(literal(part, known, depth)) for part in node.values)
    if isinstance(node, ast.FormattedValue) and node.format_spec is None and node.conversion == -1:
        return literal(node.value, known, depth)
    if isinstance(node, ast.Dict) and None not in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        return {str(literal(key, known, depth)): literal(value, known, depth) for key, value in pairs if key}
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError) as error:
        raise NotLiteral from error


def imported_packages(source: str) -> frozenset[str]:
    r"""Return the top-level packages that the code imports anywhere; empty for code that does not parse.

    >>> sorted(imported_packages("import torch.nn as nn\nfrom sklearn import svm"))
    ['sklearn', 'torch']
    """
    try:
        tree = parse(source)
    except SourceProblem:
        return frozenset()
    return frozenset(name.partition(".")[0] for name in _imported_modules(tree))


def _imported_modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
