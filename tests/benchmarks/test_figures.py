"""The table and the list that every benchmark prints."""

from __future__ import annotations

import json
import math

from benchmarks import figures
from benchmarks.figures import Figure, compared, measured, report


def test_less_time_is_a_ratio_above_one():
    figure = compared("start of a run", 0.5, "s", 20.0, at_least=40)
    assert (figure.ratio, figure.holds, figure.expected) == (40.0, True, "ratio at least 40")


def test_more_accuracy_is_a_ratio_above_one():
    figure = compared("accuracy", 0.9, "share", 0.6, more_is_better=True, at_least=2)
    assert (round(figure.ratio, 2), figure.holds) == (1.5, False)


def test_a_bound_that_is_broken_does_not_hold():
    assert measured("work", 2.6, "CPU-s", at_most=2.5).holds is False
    assert measured("kept", 99, "answers", at_least=100).holds is False
    assert measured("size", 3, "MB").holds is None


def test_the_list_has_the_agreed_names(capsys):
    assert report([compared("start", 0.5, "s", 20.0)], as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed == [
        {"figure": "start", "value": 0.5, "unit": "s", "against": 20.0, "ratio": 40.0, "expected": "", "holds": None}
    ]


def test_what_is_not_finite_is_null_in_the_list(capsys):
    report([Figure("start", math.nan, "s", 1.0, math.inf)], as_json=True)
    printed = json.loads(capsys.readouterr().out)[0]
    assert (printed["value"], printed["ratio"]) == (None, None)


def test_the_table_shows_what_failed(capsys):
    assert not report([measured("work", 2.6, "CPU-s", at_most=2.5)], as_json=False)
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["figure", "value", "unit", "against", "ratio", "expected", "holds"]
    assert row.split() == ["work", "2.6", "CPU-s", "at", "most", "2.5", "NO"]


def test_a_missing_set_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AL_BENCH_DATA", str(tmp_path))
    assert figures.benchmark_set("banking77") is None
    assert "banking77.parquet is not there" in capsys.readouterr().err
