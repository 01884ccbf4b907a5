"""The learner class of a heuristic and the settings in its decorators."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from al_core.source.parsing import NotLiteral, SourceProblem, constants, literal, parse
from al_core.types import Problem

LearnerBase = Literal["LearningClassifier", "LearningExtractor"]
BASES: tuple[LearnerBase, ...] = ("LearningClassifier", "LearningExtractor")
DECORATORS = {
    "params_fit": ("embedding_name", "train_test_split"),
    "params_inference": ("min_confidence", "label_names"),
}
AROUND = frozenset(("label_vectors", "pool_sample"))  # what a learner is given only where its code asks for it
EXAMPLES = {
    "params_fit": '@params_fit(embedding_name="...")',
    "params_inference": "@params_inference(min_confidence=0.8)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a learner's code says: `embedding_names` is empty, and the others None, where it says nothing.

    `starts_from_names`: it can be fitted on no label. `looks_around`: it reads what label names mean, or the pool.
    """

    class_name: str
    base: LearnerBase
    embedding_names: tuple[str, ...] = ()
    train_test_split: float | None = None
    min_confidence: float | dict[str, float] | None = None
    label_names: tuple[str, ...] | None = None
    starts_from_names: bool = False
    looks_around: bool = False


@dataclass(frozen=True, slots=True)
class Learner:
    """The learner class in a syntax tree; `lines` holds the line of every setting by its name."""

    node: ast.ClassDef
    settings: Settings
    lines: Mapping[str, int]


def read_settings(source: str) -> Settings:
    """Return the learner's name, base and settings; raises SourceProblem with lines and what to do.

    >>> read_settings("class Mine(LearningClassifier): pass").class_name
    'Mine'
    """
    return find_learner(parse(source)).settings


def find_learner(tree: ast.Module) -> Learner:
    """Return the one learner class of `tree` with its settings; raises SourceProblem."""
    node, base = _learner_class(tree)
    found: dict[str, object] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    known = constants(tree)
    for decorator in _settings_decorators(node):
        for name, value, line in _arguments(decorator, problems):
            lines[name] = line
            try:
                found[name] = _converted(name, literal(value, known))
            except NotLiteral:
                problems.append(Problem(line, f"Write the value of {name} itself: it is read before the code runs."))
            except TypeError as error:
                problems.append(Problem(line, str(error)))
    if problems:
        raise SourceProblem(tuple(problems))
    names = cast(tuple[str, ...], found.pop("embedding_name", ()))
    found |= {"starts_from_names": _starts_from_names(node), "looks_around": _looks_around(tree)}
    return Learner(node, Settings(node.name, base, names, **found), lines)  # type: ignore[arg-type]


def _starts_from_names(node: ast.ClassDef) -> bool:
    """Return whether the class says `starts_from_names = True` in its body."""
    values = [
        statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name) and target.id == "starts_from_names"
    ]
    return bool(values) and isinstance(values[-1], ast.Constant) and values[-1].value is True


def _looks_around(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in AROUND for node in ast.walk(tree))


def _learner_class(tree: ast.Module) -> tuple[ast.ClassDef, LearnerBase]:
    """Return the class that derives from a base, directly or through a class beside it, and has no heirs itself."""
    aliases = _names_of_bases(tree)
    learners: dict[str, tuple[ast.ClassDef, LearnerBase]] = {}
    for node in _classes(tree.body):
        for parent in map(_last_name, node.bases):
            if parent in learners:
                learners[node.name] = (node, learners.pop(parent)[1])
            elif parent in aliases:
                learners[node.name] = (node, aliases[parent])
    if not learners:
        raise SourceProblem((_no_learner(tree),))
    if len(learners) > 1:
        second = list(learners.values())[1][0]
        listed = " and ".join(learners)
        raise SourceProblem(
            (Problem(second.lineno, f"Two learner classes, {listed}: a heuristic has one. Delete one."),)
        )
    return next(iter(learners.values()))


def _names_of_bases(tree: ast.Module) -> dict[str, LearnerBase]:
    """Return the names that stand for a base class, `import ... as` included."""
    names: dict[str, LearnerBase] = {name: name for name in BASES}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {a.asname: base for a in node.names for base in BASES if a.asname and a.name == base}
    return names


def _no_learner(tree: ast.Module) -> Problem:
    advice = "Write `class MyLearner(LearningClassifier):` with an `__init__` that sets self.model."
    classes = list(_classes(tree.body))
    if classes:
        return Problem(classes[0].lineno, f"Class {classes[0].name} is no learner: it lacks the base class. {advice}")
    return Problem(1, f"No learner class. {advice}")


def _classes(body: list[ast.stmt]) -> Iterator[ast.ClassDef]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield statement
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            for field in ("body", "orelse", "finalbody"):
                yield from _classes(getattr(statement, field, []))


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _settings_decorators(node: ast.ClassDef) -> Iterator[ast.expr]:
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in method.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if _last_name(called) in DECORATORS:
                    yield decorator


def _arguments(decorator: ast.expr, problems: list[Problem]) -> Iterator[tuple[str, ast.expr, int]]:
    """Yield name, value and line of every argument; what is wrong with the call goes to `problems`."""
    if not isinstance(decorator, ast.Call):
        name = _last_name(decorator)
        problems.append(Problem(decorator.lineno, f"@{name} needs parentheses: write {EXAMPLES[name]}."))
        return
    name = _last_name(decorator.func)
    parameters = DECORATORS[name]
    for parameter, value in zip(parameters, decorator.args, strict=False):
        yield parameter, value, value.lineno
    given = set(parameters[: len(decorator.args)])
    for keyword in decorator.keywords:
        if keyword.arg in parameters and keyword.arg not in given:
            given.add(keyword.arg)
            yield keyword.arg, keyword.value, keyword.value.lineno
        else:
            shown = f"argument {keyword.arg!r}" if keyword.arg else "**"
            problems.append(
                Problem(keyword.value.lineno, f"@{name} does not take this {shown}. It takes: {', '.join(parameters)}.")
            )
    if len(decorator.args) > len(parameters):
        problems.append(Problem(decorator.lineno, f"@{name} takes only: {', '.join(parameters)}."))
    understood = len(given) == len(decorator.args) + len(decorator.keywords)
    if name == "params_fit" and "embedding_name" not in given and understood:
        problems.append(Problem(decorator.lineno, f"@params_fit needs the name of an embedding: {EXAMPLES[name]}."))


def _converted(name: str, value: object) -> object:
    """Return the value of a setting as `Settings` keeps it; raises TypeError with what it must be."""
    if name in ("embedding_name", "label_names"):
        return _names(name, value)
    if value is None and name == "train_test_split":
        return None
    if isinstance(value, dict) and name == "min_confidence":
        return {str(label): _number(f"min_confidence of {label!r}", part) for label, part in value.items()}
    return _number(name, value)


def _names(name: str, value: object) -> tuple[str, ...] | None:
    if value is None and name == "label_names":
        return None
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | set) or not listed or not all(isinstance(part, str) for part in listed):
        raise TypeError(f"{name} must be a name in quotes or a list of such names, not {value!r}.")
    return tuple(listed)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number such as 0.8, not {value!r}.")
    return float(value)
