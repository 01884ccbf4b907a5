"""What is wrong with heuristic code before it runs, for the page's annotations."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence

from al_core.source.parsing import SourceProblem, parse
from al_core.source.settings import Learner, find_learner
from al_core.types import Granularity, Problem

BASE_OF: dict[Granularity, str] = {"classification": "LearningClassifier", "extraction": "LearningExtractor"}


def check_source(
    source: str, *, embedding_names: Sequence[str], label_names: Sequence[str], granularity: Granularity
) -> tuple[Problem, ...]:
    """Return everything wrong with a learner's code by line, empty when it can run; executes nothing.

    `embedding_names` are those the task can use, `label_names` the labels of the task.

    >>> check_source("class A(LearningClassifier)", embedding_names=(), label_names=(), granularity="extraction")
    (Problem(line=1, message="Expected ':'."),)
    """
    try:
        learner = find_learner(parse(source))
    except SourceProblem as error:
        return error.problems
    problems = [
        *_wrong_base(learner, granularity),
        *_wrong_embeddings(learner, embedding_names, granularity),
        *_wrong_numbers(learner),
        *_wrong_labels(learner, label_names),
        *_wrong_methods(learner),
    ]
    return tuple(sorted(problems, key=lambda problem: problem.line))


def did_you_mean(name: str, choices: Sequence[str], kind: str) -> str:
    """Return what to do about an unknown name: the nearest of the choices, or all of them.

    >>> did_you_mean("spma", ["ham", "spam"], "label")
    "Did you mean 'spam'?"
    """
    near = fix_of(name, choices)
    if near:
        return f"Did you mean {near[1]!r}?"
    return f"Use one of: {', '.join(sorted(choices))}." if choices else f"There is no {kind} yet."


def fix_of(name: str, choices: Sequence[str]) -> tuple[str, str] | None:
    """Return an unknown name with the one of the choices that was probably meant, None where none is near.

    >>> fix_of("spma", ["ham", "spam"])
    ('spma', 'spam')
    """
    near = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return (name, near[0]) if near else None


def _wrong_base(learner: Learner, granularity: Granularity) -> Iterator[Problem]:
    wanted = BASE_OF[granularity]
    if learner.settings.base != wanted:
        yield Problem(
            learner.node.lineno,
            f"{learner.settings.base} does not fit this task, which needs {wanted}. Change the base class or the task.",
        )


def _wrong_embeddings(learner: Learner, choices: Sequence[str], granularity: Granularity) -> Iterator[Problem]:
    line = learner.lines.get("embedding_name", learner.node.lineno)
    other: Granularity = "extraction" if granularity == "classification" else "classification"
    each = {"classification": "record", "extraction": "token"}
    for name in learner.settings.embedding_names:
        if f"-{other}-" in name and f"-{granularity}-" not in name:
            wrong = f"Embedding {name!r} has one vector a {each[other]}; this task needs one a {each[granularity]}."
            yield Problem(line, f"{wrong} {did_you_mean(name, choices, 'embedding')}", fix_of(name, choices))
        elif name not in choices:
            said = did_you_mean(name, choices, "embedding")
            yield Problem(line, f"No embedding {name!r}. {said}", fix_of(name, choices))


def _wrong_numbers(learner: Learner) -> Iterator[Problem]:
    share = learner.settings.train_test_split
    if share is not None and not 0 < share < 1:
        yield Problem(
            learner.lines["train_test_split"],
            f"train_test_split is {share:g}; it must lie between 0 and 1, as 0.5 does. Leave it out for 5 folds.",
        )
    given = learner.settings.min_confidence
    for value in given.values() if isinstance(given, dict) else () if given is None else (given,):
        if not 0 <= value <= 1:
            line = learner.lines["min_confidence"]
            yield Problem(line, f"min_confidence is {value:g}; it must lie between 0 and 1, as 0.8 does.")


def _wrong_labels(learner: Learner, choices: Sequence[str]) -> Iterator[Problem]:
    settings = learner.settings
    per_label = tuple(settings.min_confidence) if isinstance(settings.min_confidence, dict) else ()
    for setting, names in (("label_names", settings.label_names or ()), ("min_confidence", per_label)):
        for name in names:
            if name not in choices:
                said = did_you_mean(name, choices, "label")
                yield Problem(learner.lines[setting], f"No label {name!r}. {said}", fix_of(name, choices))


def _wrong_methods(learner: Learner) -> Iterator[Problem]:
    takes = {"fit": ("embeddings", "labels"), "predict_proba": ("embeddings",)}
    for method in learner.node.body:
        if isinstance(method, ast.FunctionDef) and method.name in takes and not method.args.vararg:
            wanted = ("self", *takes[method.name])
            positional = [*method.args.posonlyargs, *method.args.args]
            required = len(positional) - len(method.args.defaults)
            if not required <= len(wanted) <= len(positional):
                yield Problem(method.lineno, f"{method.name} must take ({', '.join(wanted)}).")
        elif isinstance(method, ast.AsyncFunctionDef) and method.name in takes:
            yield Problem(method.lineno, f"{method.name} must be a plain method: delete `async`.")
