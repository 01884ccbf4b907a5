"""Fixtures for all tests, and the marks that follow from the folder a test lies in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
MARKED_FOLDERS = ("browser", "pages", "sandbox")

# No test measures time: a busy machine must not turn a property test red.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the scripts that tests start: looking for doctests would run them."""
    is_script = collection_path.suffix == ".py" and not collection_path.name.startswith(("test_", "conftest"))
    return True if is_script and collection_path.is_relative_to(ROOT / "tests") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of tests/browser, tests/pages and tests/sandbox with the folder's name."""
    for test in items:
        folders = test.path.relative_to(ROOT).parts
        if folders[0] == "tests" and folders[1] in MARKED_FOLDERS:
            test.add_marker(folders[1])


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
