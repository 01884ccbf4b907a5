"""The journey through a public set says when the set is not there."""

from __future__ import annotations

import json

from benchmarks import journey


def test_a_missing_set_leaves_the_list_empty_and_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AL_BENCH_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["journey", "--json"])
    journey.main()
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert "banking77.parquet is not there" in printed.err
