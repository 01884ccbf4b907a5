"""The architecture as one table, and the house rules, walked with `ast`.

`ALLOWED` says what each part of the project may import from the others: read it as the map of the code.
Every rule is a function from one parsed file to its breaches; each is tried on a bad example as well.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

WORDS = {"types", "errors", "registry"}
PURE = {"text", "source", "contract", "learning", "evaluation", "votes", "sequencelearn", "filters"}
REGISTRIES = {"embedders", "importers", "exporters"}  # their names and options are choices that people are shown
MEMBERS = {"store", "execution"} | REGISTRIES

# part -> the parts it may import. Imports go one way, from the pages down to the words of the field.
ALLOWED: dict[str, set[str]] = {
    "app": {"pages.components", "workflow"} | REGISTRIES | PURE | WORDS,
    "pages": {"pages.components", "workflow"} | REGISTRIES | PURE | WORDS,
    "pages.components": {"workflow"} | REGISTRIES | PURE | WORDS,
    "command line": {"workflow"} | REGISTRIES | PURE | WORDS,
    "benchmarks": {"workflow", "data", "sandbox"} | MEMBERS | PURE | WORDS,
    "data": {"embedders"} | PURE | WORDS,
    "workflow": MEMBERS | PURE | WORDS,
    "execution": {"sandbox"} | PURE | WORDS,
    "store": PURE | WORDS,
    "embedders": PURE | WORDS,
    "importers": PURE | WORDS,
    "exporters": PURE | WORDS,
    "sandbox": PURE | WORDS,  # its child side too: no store, no workflow
    "evaluation": {"learning", "votes", "text"} | WORDS,
    "votes": {"text"} | WORDS,
    "learning": {"text"} | WORDS,
    "source": {"contract", "text"} | WORDS,
    "contract": {"sequencelearn", "text"} | WORDS,
    "sequencelearn": {"contract", "text"} | WORDS,
    "text": WORDS,
    "filters": WORDS,
    "registry": {"errors"},
    "errors": {"types"},
    "types": set(),
}

# library -> the only places that may import it
ONLY_IN: dict[str, tuple[str, ...]] = {
    "streamlit": ("app.py", "pages/"),
    "streamlit_ace": ("pages/components/",),
    "duckdb": ("al_core/store/", "benchmarks/"),
    "torch": ("al_core/embedders/", "benchmarks/"),
    "sentence_transformers": ("al_core/embedders/",),
    "dask": ("al_core/execution/",),
    "distributed": ("al_core/execution/",),
}

# A page shows: it computes nothing, reads no files and starts nothing.
NOT_IN_PAGES = {"numpy", "scipy", "sklearn", "subprocess", "threading", "pathlib", "os"}

MAX_BODY, MAX_MODULE, MAX_PAGE, MAX_ARGUMENTS = 40, 300, 80, 6

UNCLEAR_NAMES = {"data", "info", "obj", "item", "manager", "helper", "util", "payload", "process"}
# (file, name) -> the API that forces the name
FORCED_NAMES: dict[tuple[str, str], str] = {("al_core/sequencelearn/util.py", "util"): "sequencelearn.util"}
# (file, function) whose arguments are those of the original API
FORCED_SIGNATURES = {("al_core/sequencelearn/sequence_tagger.py", "__init__")}

SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+\w+\s)", re.S
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the project, parsed."""

    path: str
    tree: ast.Module
    n_lines: int

    @property
    def is_page(self) -> bool:
        return re.fullmatch(r"app\.py|pages/[^/]+\.py", self.path) is not None

    @property
    def part(self) -> str:
        return part_of(self.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def part_of(module: str) -> str:
    """The row of ALLOWED that a dotted module name belongs to; "" for libraries and the bare al_core."""
    names = module.split(".")
    if names[0] == "al_core":
        part = names[1] if len(names) > 1 else ""
        return "command line" if part in {"__main__", "cli", "cli_certify"} else part
    if names[:2] == ["pages", "components"]:
        return "pages.components"
    return names[0] if names[0] in ALLOWED else ""


@cache
def project() -> tuple[Source, ...]:
    files = [ROOT / "app.py"]
    for folder in ("al_core", "pages", "benchmarks", "data"):
        files += sorted((ROOT / folder).rglob("*.py"))
    workspaces = ROOT / "data" / "workspace"
    return tuple(
        parse(path.relative_to(ROOT).as_posix(), path.read_text())
        for path in files
        if path.is_file() and not path.is_relative_to(workspaces)
    )


def parse(path: str, text: str) -> Source:
    return Source(path, ast.parse(text), text.count("\n"))


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports, inside functions and by literal name too."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                origin = absolute(source.path, node)
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name


def absolute(path: str, node: ast.ImportFrom) -> str:
    folders = path.split("/")[: -node.level] if node.level else []
    return ".".join([*folders, *filter(None, [node.module])])


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_definitions(
    parent: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node)


def own_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return named[1:] if named and named[0].arg in {"self", "cls"} else named


# ---- rules: one parsed file -> (line, what is wrong) ----

Rule = Callable[[Source], Iterator[tuple[int, str]]]


def imports_go_one_way(source: Source) -> Iterator[tuple[int, str]]:
    if source.part not in ALLOWED and source.path != "al_core/__init__.py":
        yield 1, f"has no row in ALLOWED: where does {source.path} belong?"
    for line, name in imported(source):
        target = part_of(name)
        if target and target != source.part and target not in ALLOWED.get(source.part, set()):
            yield line, f"{source.part} may not import {target} ({name})"


def libraries_stay_in_their_place(source: Source) -> Iterator[tuple[int, str]]:
    for line, name in imported(source):
        library = name.split(".")[0]
        if library in ONLY_IN and not source.path.startswith(ONLY_IN[library]):
            yield line, f"{library} only in {', '.join(ONLY_IN[library])}"
        if source.is_page and source.path != "app.py" and library in NOT_IN_PAGES:
            yield line, f"no {library} in a page"


def sql_lives_in_the_store(source: Source) -> Iterator[tuple[int, str]]:
    if source.path.startswith(("al_core/store/", "benchmarks/")):
        return
    for node in ast.walk(source.tree):
        # SQL is written in one case; "Select a record from the list" is a sentence.
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            lowered = node.value.lower()
            first = node.value.split(maxsplit=1)[:1]
            if SQL.match(lowered) and first and (first[0].islower() or first[0].isupper()):
                yield node.lineno, f"SQL outside of the store: {node.value.strip()[:40]!r}"


def pages_do_not_catch(source: Source) -> Iterator[tuple[int, str]]:
    if source.is_page and source.path != "app.py":
        yield from ((node.lineno, "try in a page") for node in ast.walk(source.tree) if isinstance(node, ast.Try))


def sizes_are_small(source: Source) -> Iterator[tuple[int, str]]:
    limit = MAX_PAGE if source.is_page else MAX_MODULE
    if source.n_lines > limit:
        yield 1, f"{source.n_lines} lines (limit {limit})"
    for function in functions(source):
        body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
        length = (function.end_lineno or 0) - body[0].lineno + 1
        if length > MAX_BODY:
            yield function.lineno, f"{function.name} has {length} lines (limit {MAX_BODY})"
        if len(own_arguments(function)) > MAX_ARGUMENTS and (source.path, function.name) not in FORCED_SIGNATURES:
            yield function.lineno, f"{function.name} has {len(own_arguments(function))} arguments ({MAX_ARGUMENTS})"


def nothing_is_swallowed(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            everything = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            if node.type is None:
                yield node.lineno, "bare except"
            elif everything and all(isinstance(inner, ast.Pass | ast.Continue) for inner in node.body):
                yield node.lineno, "every exception swallowed in silence"
        if isinstance(node, ast.Call) and ast.unparse(node).endswith(
            ("suppress(Exception)", "suppress(BaseException)")
        ):
            yield node.lineno, "every exception swallowed in silence"


def public_names_are_documented(source: Source) -> Iterator[tuple[int, str]]:
    if not source.path.startswith("al_core/") or source.path == "al_core/__init__.py":
        return
    if not ast.get_docstring(source.tree):
        yield 1, "no docstring"
    for node in public_definitions(source.tree):
        if not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring"
        if not isinstance(node, ast.ClassDef):
            bare = [argument.arg for argument in own_arguments(node) if argument.annotation is None]
            if bare or node.returns is None:
                yield node.lineno, f"{node.name} lacks hints: {', '.join(bare) or 'what it returns'}"


def names_say_something(source: Source) -> Iterator[tuple[int, str]]:
    stem = source.path.rsplit("/", 1)[-1].removesuffix(".py")
    if stem.removesuffix("s") in UNCLEAR_NAMES and (source.path, stem) not in FORCED_NAMES:
        yield 1, f"a module called {stem}"
    for line, name in defined_names(source.tree):
        unclear = name in UNCLEAR_NAMES or re.search(r"Manager|Helper|Util", name)
        if unclear and (source.path, name) not in FORCED_NAMES:
            yield line, f"a name that says nothing: {name}"


def defined_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(name)):
                yield node.lineno, name


RULES: tuple[Rule, ...] = (
    imports_go_one_way,
    libraries_stay_in_their_place,
    sql_lives_in_the_store,
    pages_do_not_catch,
    sizes_are_small,
    nothing_is_swallowed,
    public_names_are_documented,
    names_say_something,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule):
    breaches = [f"{source.path}:{line}: {wrong}" for source in project() for line, wrong in rule(source)]
    assert not breaches, "\n" + "\n".join(breaches)


BAD_EXAMPLES = [
    (imports_go_one_way, "al_core/learning/x.py", "from al_core.store import Store"),
    (imports_go_one_way, "al_core/learning/x.py", "from al_core import store"),
    (imports_go_one_way, "al_core/learning/x.py", "from ..store import Store"),
    (imports_go_one_way, "al_core/sandbox/child.py", "def f():\n    import al_core.workflow.runs"),
    (imports_go_one_way, "pages/1_Label.py", "import importlib\nimportlib.import_module('al_core.store')"),
    (imports_go_one_way, "al_core/workflow/x.py", "from pages.components import outbox"),
    (imports_go_one_way, "al_core/leftover.py", "x = 1"),
    (libraries_stay_in_their_place, "al_core/workflow/x.py", "import streamlit as st"),
    (libraries_stay_in_their_place, "al_core/workflow/x.py", "from duckdb import connect"),
    (libraries_stay_in_their_place, "pages/1_Label.py", "import numpy as np"),
    (sql_lives_in_the_store, "pages/1_Label.py", "x = 'select name from label where id = 1'"),
    (sql_lives_in_the_store, "al_core/workflow/x.py", "x = f'''\n INSERT INTO label VALUES ({1})'''"),
    (pages_do_not_catch, "pages/1_Label.py", "try:\n    x = 1\nexcept ValueError:\n    x = 2"),
    (sizes_are_small, "al_core/text.py", "def f():\n" + "    x = 1\n" * 41),
    (sizes_are_small, "al_core/text.py", "x = 1\n" * 301),
    (sizes_are_small, "pages/1_Label.py", "x = 1\n" * 81),
    (sizes_are_small, "al_core/text.py", "def f(a, b, c, *, d, e, f, g): ..."),
    (nothing_is_swallowed, "al_core/text.py", "try:\n    x = 1\nexcept:\n    raise"),
    (nothing_is_swallowed, "al_core/text.py", "try:\n    x = 1\nexcept Exception:\n    pass"),
    (nothing_is_swallowed, "al_core/text.py", "with contextlib.suppress(Exception):\n    x = 1"),
    (public_names_are_documented, "al_core/text.py", "'''Text.'''\ndef f() -> int:\n    return 1"),
    (public_names_are_documented, "al_core/text.py", "'''Text.'''\ndef f(x) -> int:\n    '''Return x.'''"),
    (public_names_are_documented, "al_core/text.py", "'''Text.'''\nclass A:\n    '''A.'''\n    def f(self): '''F.'''"),
    (names_say_something, "al_core/text.py", "for item in []: ..."),
    (names_say_something, "al_core/text.py", "def f(data): ..."),
    (names_say_something, "al_core/text.py", "class JobManager: ..."),
    (names_say_something, "al_core/helpers.py", "x = 1"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD_EXAMPLES)
def test_a_breach_is_found(rule, path, text):
    assert list(rule(parse(path, text)))


GOOD_EXAMPLES = [
    (imports_go_one_way, "al_core/learning/x.py", "from al_core.types import Task\nfrom al_core.learning import y"),
    (libraries_stay_in_their_place, "al_core/learning/x.py", "import numpy as np"),
    (sql_lives_in_the_store, "pages/1_Label.py", "x = 'Select a record from the list'"),
    (sizes_are_small, "al_core/text.py", "def f():\n    '''Return 1.\n" + "\n" * 50 + "    '''\n    return 1"),
    (names_say_something, "al_core/text.py", "for key, value in {}.items(): mount(data=value.data)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), GOOD_EXAMPLES)
def test_what_is_right_passes(rule, path, text):
    assert not list(rule(parse(path, text)))


def test_the_map_has_no_circle():
    below = {part: set(targets) for part, targets in ALLOWED.items()}
    # The taggers and the contract know each other: a tagger is what heuristic code derives from.
    below["sequencelearn"].discard("contract")
    while below:
        lowest = {part for part, targets in below.items() if not targets & below.keys()}
        assert lowest, f"these import each other: {sorted(below)}"
        below = {part: targets for part, targets in below.items() if part not in lowest}


def test_al_core_itself_is_empty():
    assert (ROOT / "al_core" / "__init__.py").read_text() == ""


@pytest.mark.parametrize("script", sorted(ROOT.glob("pages/components/**/*.js")), ids=lambda path: path.name)
def test_scripts_of_the_browser_are_small(script):
    assert len(script.read_text().splitlines()) <= MAX_MODULE


def modules_after_importing(*names: str) -> set[str]:
    """The top-level and al_core modules that a fresh interpreter holds after importing `names`."""
    command = f"import sys, {', '.join(names)}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def existing(*modules: str) -> list[str]:
    found = []
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            found.append(module)
    if not found:
        pytest.skip(f"none of {', '.join(modules)} is there")
    return found


CHILD_SIDE = ("al_core.sandbox.zygote", "al_core.sandbox.child", "al_core.sandbox.lockdown")


def test_the_child_side_of_the_sandbox_knows_neither_pages_nor_store():
    loaded = modules_after_importing(*existing(*CHILD_SIDE))
    assert not loaded & {"streamlit", "duckdb", "torch", "al_core.store", "al_core.workflow"}


@pytest.mark.parametrize("module", ["al_core.contract", "al_core.sequencelearn"])
def test_what_heuristic_code_imports_loads_alone(module):
    loaded = {name for name in modules_after_importing(*existing(module)) if name.startswith("al_core.")}
    assert not {part_of(name) for name in loaded} - PURE - WORDS


def test_the_server_starts_without_the_heavy_libraries():
    files = (ROOT / "al_core" / "workflow").glob("*.py")
    modules = [f"al_core.workflow.{path.stem}" for path in files if path.stem != "__init__"]
    loaded = modules_after_importing(*existing("al_core.workflow", *modules))
    assert not loaded & {"streamlit", "torch", "sentence_transformers", "transformers", "sklearn"}
