"""Writing a threshold into heuristic code: by the position of the value in the syntax tree, all else left as it is."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterator, Mapping

from al_core.errors import InvalidInput
from al_core.source.parsing import SourceProblem, parse
from al_core.source.settings import find_learner, read_settings

_DECORATOR, _SETTING = "params_inference", "min_confidence"
_METHODS = ("predict_proba", "fit", "__init__")  # where a decorator is put that is not there yet, in this order


def with_min_confidence(source: str, value: float | Mapping[str, float]) -> str:
    r"""Return `source` with `value`, a number or one for each label name, as its min_confidence.

    Formatting and comments stay. Where the code has no such setting it gets one. Raises SourceProblem for code that
    cannot be read, InvalidInput where there is no method to decorate.

    >>> code = "class A(LearningClassifier):\n  @params_inference(min_confidence = .8)  # why\n  def fit(self): ..."
    >>> with_min_confidence(code, 0.83).splitlines()[1].strip()
    '@params_inference(min_confidence = 0.83)  # why'
    """
    learner = find_learner(parse(source)).node
    text = _written(value)
    call = next(_calls(learner), None)
    if call is None:
        changed = _decorated(source, learner, text)
    else:
        found = _value(call)
        if found is not None:
            changed = _replaced(source, _span(source, found), text)
        else:
            start = _after_bracket(source, call)
            separator = ", " if call.keywords else ""
            changed = _replaced(source, (start, start), f"{_SETTING}={text}{separator}")
    wanted = dict(value) if isinstance(value, Mapping) else float(value)
    if read_settings(changed).min_confidence != wanted:
        raise InvalidInput("The threshold cannot be written into this code.", f"Write {_SETTING}={text} yourself.")
    return changed


def same_but_threshold(source: str, other: str) -> bool:
    r"""Return whether two sources are the same code, whatever min_confidence they name.

    >>> a = "class A(LearningClassifier):\n  @params_inference(min_confidence=0.8)\n  def fit(self): pass"
    >>> same_but_threshold(a, a.replace("0.8", "0.9")), same_but_threshold(a, a.replace("pass", "..."))
    (True, False)
    """
    if source == other:
        return True
    try:
        return _without_threshold(source) == _without_threshold(other)
    except SourceProblem:
        return False


def _without_threshold(source: str) -> str:
    tree = parse(source)
    for method in _methods(find_learner(tree).node):
        kept = []
        for decorator in method.decorator_list:
            if isinstance(decorator, ast.Call) and _is_setting_call(decorator):
                decorator.args = decorator.args[1:]
                decorator.keywords = [keyword for keyword in decorator.keywords if keyword.arg != _SETTING]
                if not decorator.args and not decorator.keywords:
                    continue
            kept.append(decorator)
        method.decorator_list = kept
    return ast.dump(tree)


def _written(value: float | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {one:g}" for name, one in value.items()) + "}"
    return f"{value:g}"


def _methods(learner: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for statement in learner.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement


def _is_setting_call(decorator: ast.Call) -> bool:
    function = decorator.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name == _DECORATOR


def _calls(learner: ast.ClassDef) -> Iterator[ast.Call]:
    """Yield the decorators that may hold the setting, those that do first."""
    calls = [
        decorator
        for method in _methods(learner)
        for decorator in method.decorator_list
        if isinstance(decorator, ast.Call) and _is_setting_call(decorator)
    ]
    # of several the last one counts when settings are read
    yield from (call for call in reversed(calls) if _value(call) is not None)
    yield from calls


def _value(call: ast.Call) -> ast.expr | None:
    if call.args:
        return call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg == _SETTING), None)


def _decorated(source: str, learner: ast.ClassDef, text: str) -> str:
    methods = {method.name: method for method in _methods(learner)}
    method = next((methods[name] for name in _METHODS if name in methods), next(iter(methods.values()), None))
    if method is None:
        raise InvalidInput(
            f"Class {learner.name} has no method to put @{_DECORATOR} on.", f"Write @{_DECORATOR}({_SETTING}={text})."
        )
    first = min([method.lineno, *(decorator.lineno for decorator in method.decorator_list)])
    lines = _lines(source)
    line = lines[first - 1]
    indent = line[: len(line) - len(line.lstrip())]
    ending = "\r\n" if line.endswith("\r\n") else "\n"
    lines.insert(first - 1, f"{indent}@{_DECORATOR}({_SETTING}={text}){ending}")
    return "".join(lines)


def _lines(source: str) -> list[str]:
    """Return the lines with their ends, split where Python's parser does."""
    return io.StringIO(source, newline="").readlines()


def _offset(source: str, line_no: int, column: int) -> int:
    """Return the place in `source` of a position of the syntax tree, whose columns count UTF-8 bytes."""
    lines = _lines(source)
    before = sum(len(line) for line in lines[: line_no - 1])
    return before + len(lines[line_no - 1].encode()[:column].decode())


def _span(source: str, node: ast.expr) -> tuple[int, int]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return _offset(source, node.lineno, node.col_offset), _offset(source, node.end_lineno, node.end_col_offset)


def _after_bracket(source: str, call: ast.Call) -> int:
    """Return the place right after the bracket that opens a call."""
    _, end = _span(source, call.func)
    return source.index("(", end) + 1


def _replaced(source: str, span: tuple[int, int], text: str) -> str:
    return source[: span[0]] + text + source[span[1] :]
