"""The labeling function in a heuristic's code: which one it is, and what is wrong with it before it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from al_core.source.checks import did_you_mean, fix_of
from al_core.source.parsing import SourceProblem, parse
from al_core.types import Problem

PREFERRED = "lf"  # the name that wins where several functions take one argument
PARAMETER = "record"
ADVICE = "Write `def lf(record):` that returns a label or None."


def function_name(source: str) -> str:
    r"""Return the name of the labeling function of `source`; raises SourceProblem where there is none or several.

    It is the function called `lf`, else the only one whose argument is called `record`, else the only one that takes
    one argument.

    >>> function_name("def clean(text): ...\ndef is_refund(record): ...")
    'is_refund'
    """
    return _function(parse(source)).name


def check_function(source: str, *, label_names: Sequence[str]) -> tuple[Problem, ...]:
    """Return everything wrong with a labeling function's code by line, empty when it can run; executes nothing.

    >>> check_function("def lf(record): return 'spma'", label_names=["ham", "spam"])
    (Problem(line=1, message="No label 'spma'. Did you mean 'spam'?"),)
    """
    try:
        function = _function(parse(source))
    except SourceProblem as error:
        return error.problems
    if isinstance(function, ast.AsyncFunctionDef):
        return (Problem(function.lineno, f"{function.name} must be a plain function: delete `async`."),)
    wrong = [(node, label) for node, label in _given_labels(function) if label not in label_names]
    return tuple(
        Problem(
            node.lineno,
            f"No label {label!r}. {did_you_mean(label, label_names, 'label')}",
            fix_of(label, label_names),
        )
        for node, label in sorted(wrong, key=lambda pair: pair[0].lineno)
    )


def _function(tree: ast.Module) -> ast.FunctionDef | ast.AsyncFunctionDef:
    found = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _takes_one_argument(node)
    ]
    named = [node for node in found if node.name == PREFERRED]
    by_argument = [node for node in found if _arguments(node)[0].arg == PARAMETER]
    for choice in (named, by_argument, found):
        if len(choice) == 1:
            return choice[0]
        if choice:
            listed = " and ".join(node.name for node in choice)
            problem = f"Several labeling functions, {listed}: a heuristic has one. Delete the others, or call one `lf`."
            raise SourceProblem((Problem(choice[1].lineno, problem),))
    line = next((node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)), 1)
    raise SourceProblem((Problem(line, f"No function of one argument. {ADVICE}"),))


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args]


def _takes_one_argument(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = _arguments(node)
    needed = len(arguments) - len(node.args.defaults)
    without_default = [
        one for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if not default
    ]
    return bool(arguments) and needed <= 1 and not without_default


def _given_labels(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[ast.expr, str]]:
    """Yield the labels that stand in `return` and `yield` as plain strings, alone or first in a tuple."""
    for node in _own_nodes(function):
        value = node.value if isinstance(node, ast.Return | ast.Yield) else None
        choices = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for choice in choices:
            if isinstance(choice, ast.Tuple) and choice.elts:
                choice = choice.elts[0]
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                yield choice, choice.value


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, without those of functions defined inside it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield node
            yield from _own_nodes(node)
