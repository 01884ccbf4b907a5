"""Fixtures for all tests, and the marks that follow from the folder a test lies in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
MARKED_FOLDERS = ("browser", "pages", "sandbox")
# what starts processes or loads models is no part of `make check`
STARTING_PROCESSES = (
    "tests/embedders",
    "tests/importers",
    "tests/test_command_line.py",
    "tests/test_readme.py",
    "tests/test_sample.py",
    "tests/workflow/test_running.py",
    "tests/workflow/test_importing.py",
    "tests/workflow/test_sample.py",
)

# No test measures time: a busy machine must not turn a property test red.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the scripts that tests start: looking for doctests would run them."""
    is_script = collection_path.suffix == ".py" and not collection_path.name.startswith(("test_", "conftest"))
    return True if is_script and collection_path.is_relative_to(ROOT / "tests") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by where they lie: with the folder's name, or as those that start processes."""
    for test in items:
        place = test.path.relative_to(ROOT)
        if place.parts[0] == "tests" and place.parts[1] in MARKED_FOLDERS:
            test.add_marker(place.parts[1])
        if any(place.is_relative_to(slow) for slow in STARTING_PROCESSES):
            test.add_marker("processes")


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
def bench_folder() -> Path:
    """The folder of the public benchmark sets; skips the test where it is absent."""
    folder = Path(os.environ.get("AL_BENCH_DATA", ROOT.parent / "shared" / "bench"))
    if not folder.is_dir():
        pytest.skip(f"no benchmark sets in {folder}; set AL_BENCH_DATA to their folder")
    return folder
