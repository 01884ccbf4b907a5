"""Child side: what went wrong, in terms of the heuristic's own lines."""

from __future__ import annotations

import ast
import errno
import linecache
import sys
import traceback
from types import TracebackType

from al_core.sandbox.frames import TEXT_LIMIT, Failure
from al_core.sandbox.learner import FILE_NAME, ContractBroken

MESSAGE_LIMIT = 1000


def remember_source(source: str) -> None:
    """Return nothing; lets tracebacks show the lines of `source`, which is in no file."""
    linecache.cache[FILE_NAME] = (len(source), None, source.splitlines(keepends=True), FILE_NAME)


def explain(error: BaseException, source: str) -> Failure:
    """Return what is told about `error`: kind, message, line of the heuristic, and its traceback."""
    if isinstance(error, ContractBroken):
        return Failure("invalid", str(error)[:MESSAGE_LIMIT], _line_to_look_at(source)[0])
    _begin_at_heuristic(error)
    line = _deepest_line(error)
    text = _shortened("".join(traceback.format_exception(error)))
    if line == 0:
        line, shown = _line_to_look_at(source)
        first, _, rest = text.partition("\n")
        text = f'{first}\n  File "{FILE_NAME}", line {line}, in self.model\n    {shown}\n{rest}' if line else text
    out_of_memory = isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM
    kind = "memory" if out_of_memory else "error"
    return Failure(kind, _message(error), line, text[-TEXT_LIMIT:])


def _message(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"The code ended itself with exit code {error.code!r}; delete the exit."
    try:
        said = str(error)
    except Exception as second:  # a message may be computed by code that fails, too
        said = f"(its message cannot be shown: {type(second).__name__})"
    if isinstance(error, SyntaxError):
        said = error.msg
    return f"{type(error).__name__}: {said}"[:MESSAGE_LIMIT]


def heuristic_line(error: BaseException) -> int:
    """Return the line of the heuristic where an error arose, 0 where it did not arise in one."""
    return _deepest_line(error)


def one_line(error: BaseException) -> str:
    """Return an error as one short line, with its class where the sandbox did not raise it itself."""
    return str(error)[:MESSAGE_LIMIT] if isinstance(error, ContractBroken) else _message(error)


def _begin_at_heuristic(error: BaseException) -> None:
    """Cut the frames before the heuristic's own, in the error and in those that led to it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frame = current.__traceback__
        while frame is not None and frame.tb_frame.f_code.co_filename != FILE_NAME:
            frame = frame.tb_next
        current.__traceback__ = frame if frame is not None else _without_ours(current.__traceback__)
        current = current.__cause__ or current.__context__


def _without_ours(frame: TracebackType | None) -> TracebackType | None:
    """Return the frames after those of the sandbox and the contract, which tell an author nothing."""
    ours = ("al_core.sandbox.", "al_core.contract")
    while frame is not None and str(frame.tb_frame.f_globals.get("__name__", "")).startswith(ours):
        frame = frame.tb_next
    return frame


def _deepest_line(error: BaseException) -> int:
    if isinstance(error, SyntaxError) and error.filename == FILE_NAME:
        return error.lineno or 1
    frames = [step for step in traceback.walk_tb(error.__traceback__) if step[0].f_code.co_filename == FILE_NAME]
    return frames[-1][1] if frames else 0


def _line_to_look_at(source: str) -> tuple[int, str]:
    """Return number and text of the line that sets self.model, else of predict_proba: the base class did the rest."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return 0, ""
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lines = [method.lineno for method in methods if method.name == "predict_proba"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(getattr(target, "attr", "") == "model" for target in node.targets):
            lines.append(node.lineno)
    return (lines[-1], source.splitlines()[lines[-1] - 1].strip()) if lines else (0, "")


def _shortened(text: str) -> str:
    """Return `text` with paths of libraries cut to what follows the folder they are installed in."""
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        text = text.replace(f'File "{folder}/', 'File "')
    return text
