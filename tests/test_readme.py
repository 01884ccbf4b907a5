"""README and docs tell the truth: what they name exists, and the blocks that can be run are run."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from al_core.contract import visible_names
from al_core.source import read_settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SAMPLE = ROOT / "data" / "sample" / "records.csv"


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.M | re.S)


HEURISTICS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in PAGES
    for number, block in enumerate(blocks(path, "python"))
    if "(LearningClassifier)" in block
]


@pytest.mark.parametrize("source", HEURISTICS)
def test_a_shown_heuristic_learns(source):
    assert read_settings(source).base == "LearningClassifier"
    names = visible_names()
    exec(source, names)
    learner = names["Topics"]()
    vectors = np.array([[0.0, 1.0], [0.1, 0.9], [1.0, 0.0], [0.9, 0.1]], dtype=np.float32)
    learner.fit(vectors, np.array(["delivery", "delivery", "refund", "refund"]))
    assert learner.predict_proba(vectors).argmax(axis=1).tolist() == [0, 0, 1, 1]


def test_the_shown_benchmark_runs(monkeypatch, capsys):
    (source,) = blocks(ROOT / "docs" / "benchmarks.md", "python")
    monkeypatch.setattr(sys, "argv", ["words"])
    exec(source, {"__name__": "__main__", "__doc__": "Words."})
    assert "words of a text" in capsys.readouterr().out


def shown_commands() -> list[str]:
    (block,) = blocks(ROOT / "README.md", "console")
    return [line.removeprefix("$ ") for line in block.splitlines()]


@pytest.mark.sandbox  # each command starts one
def test_the_commands_of_the_readme_run(tmp_path):
    (tmp_path / "data" / "sample").mkdir(parents=True)
    # The first hundred records: the same way, in a tenth of the time.
    with SAMPLE.open(newline="") as whole, (tmp_path / "data/sample/records.csv").open("w", newline="") as part:
        csv.writer(part).writerows(islice(csv.reader(whole), 101))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "AL_WORKSPACE": str(tmp_path / "workspace")}
    printed = ""
    for command in shown_commands():
        program, *arguments = command.split()
        assert program == "python"
        ended = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
        printed += ended.stdout
    assert "shop: 100 records" in printed


def test_every_subcommand_is_documented():
    shown = subprocess.run([sys.executable, "-m", "al_core", "--help"], cwd=ROOT, capture_output=True, text=True).stdout
    listed = set(re.findall(r"^    ([a-z]+)(?: |$)", shown, re.M))
    documented = set(re.findall(r"^\| `([a-z]+)", (ROOT / "docs" / "command-line.md").read_text(), re.M))
    assert "import" in listed, shown
    assert listed == documented


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_make_commands_exist(path):
    targets = set(re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.M)[1].split())
    assert set(re.findall(r"(?:^|`|whl/cpu )make ([a-z-]+)", path.read_text(), re.M)) <= targets


def test_every_package_is_explained():
    table = (ROOT / "README.md").read_text().split("## What it is built on")[1]
    explained = set(re.findall(r"^\| `([\w-]+)` \|", table, re.M))
    wanted = "".join((ROOT / name).read_text() for name in ("requirements.txt", "requirements-light.txt"))
    assert explained == set(re.findall(r"^([\w-]+)==", wanted, re.M))
