"""Which function a source means, and what is wrong with it before it runs."""

import pytest

from al_core.source import SourceProblem, check_function, function_name

LABELS = ("ham", "spam")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def lf(record): ...", "lf"),
        ("def my_rule(record): ...", "my_rule"),
        ("import re\ndef clean(text): ...\ndef rule(record): ...", "rule"),
        ("def other(record): ...\ndef lf(row): ...", "lf"),
        ("def rule(row, words=('a',)): ...", "rule"),
        ("def count(a, b): ...\ndef rule(row): ...", "rule"),
    ],
)
def test_the_function_is_found(source, name):
    assert function_name(source) == name


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1", 1, "No function of one argument"),
        ("def f(a, b): ...", 1, "No function of one argument"),
        ("def f(record): ...\ndef g(record): ...", 2, "Several labeling functions, f and g"),
        ("def f(record)", 1, "Expected ':'"),
    ],
)
def test_none_or_several_is_said_with_the_line(source, line, message):
    with pytest.raises(SourceProblem) as raised:
        function_name(source)
    assert raised.value.problems[0].line == line
    assert message in raised.value.problems[0].message
    assert check_function(source, label_names=LABELS) == raised.value.problems


@pytest.mark.parametrize(
    "line",
    [
        "    return 'spma'",
        "    return ('spma', 0.9)",
        "    yield 'spma', 0, 2",
        "    return 'ham' if record else 'spma'",
    ],
)
def test_an_unknown_label_is_found_where_it_is_given(line):
    (problem,) = check_function(f"def lf(record):\n    x = 'anything'\n{line}\n", label_names=LABELS)
    assert problem.line == 3
    assert "Did you mean 'spam'?" in problem.message


def test_strings_of_inner_functions_are_not_labels():
    source = "def lf(record):\n    def clean(text):\n        return 'x'\n    return clean and 'spam'\n"
    assert check_function(source, label_names=LABELS) == ()


def test_an_asynchronous_function_cannot_be_called_so():
    (problem,) = check_function("async def lf(record): ...", label_names=LABELS)
    assert "delete `async`" in problem.message
