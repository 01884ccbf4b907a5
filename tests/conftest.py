"""Fixtures for all tests, and which part of `make test` a test belongs to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
# Every test belongs to one part of `make test`: that of the first path here that it lies under, else "unit", which is
# what `make check` runs. A test outside these folders that runs heuristic code is marked `sandbox`.
PARTS_OF_PATHS = {
    "tests/browser": "browser",
    "tests/pages": "pages",
    "tests/sandbox": "sandbox",
    # these open a workspace, start processes, load a model, or fit so many learners that they take seconds
    "tests/store": "workspaces",
    "tests/tuning": "workspaces",
    "tests/workflow": "workspaces",
    "tests/embedders": "workspaces",
    "tests/importers": "workspaces",
    "tests/learning/test_fewshot.py": "workspaces",
    "tests/learning/test_fewshot_several.py": "workspaces",
    "tests/learning/test_typicality.py": "workspaces",
    "tests/test_command_line.py": "workspaces",
    "tests/test_readme.py": "workspaces",
    "tests/test_sample.py": "workspaces",
}
PARTS = ("unit", *dict.fromkeys(PARTS_OF_PATHS.values()))

# No test measures time: a busy machine must not turn a property test red.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=PARTS, help="run the tests of one part only")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the scripts that tests start (looking for doctests would run them), and what is no test of the part."""
    is_script = collection_path.suffix == ".py" and not collection_path.name.startswith(("test_", "conftest"))
    if is_script and collection_path.is_relative_to(ROOT / "tests"):
        return True
    wanted, part = config.getoption("--part"), part_of_path(collection_path)
    may_hold_others = part == "unit" or (part == "workspaces" and wanted == "sandbox")
    return True if wanted and part != wanted and not may_hold_others else None


def part_of_path(path: Path) -> str:
    """The part that the tests of a file or folder belong to."""
    return next((part for place, part in PARTS_OF_PATHS.items() if path.is_relative_to(ROOT / place)), "unit")


def part_of(test: pytest.Item) -> str:
    """The part that a test belongs to."""
    part = part_of_path(test.path)
    return "sandbox" if part in ("unit", "workspaces") and test.get_closest_marker("sandbox") else part


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the part that was asked for."""
    wanted = config.getoption("--part")
    if wanted:
        others = [test for test in items if part_of(test) != wanted]
        config.hook.pytest_deselected(items=others)
        items[:] = [test for test in items if part_of(test) == wanted]


@pytest.fixture(scope="session", autouse=True)
def away_from_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the settings and workspaces of whoever runs the tests out of them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("AL_WORKSPACE", str(folder / "workspace"))
        for name in [name for name in os.environ if name.startswith("STREAMLIT_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace that holds nothing yet: a copy of it opens in half the time that making one takes."""
    from al_core.store import Store  # only the tests that ask for it pay for the import

    folder = tmp_path_factory.mktemp("empty") / "workspace"
    Store(folder).close()
    return folder


@pytest.fixture
def workspace_folder(empty_workspace: Path, tmp_path: Path) -> Path:
    """A fresh workspace of the test's own, which nobody has opened."""
    return shutil.copytree(empty_workspace, tmp_path / "workspace")


@pytest.fixture(scope="session")
def bench_folder() -> Path:
    """The folder of the public benchmark sets; skips the test where it is absent."""
    folder = Path(os.environ.get("AL_BENCH_DATA", ROOT.parent / "shared" / "bench"))
    if not folder.is_dir():
        pytest.skip(f"no benchmark sets in {folder}; set AL_BENCH_DATA to their folder")
    return folder
