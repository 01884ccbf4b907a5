"""Fixtures that drive a real Chromium against a real server.

`serve` starts any Streamlit script, `app` the app itself; `page` is a fresh browser context that fails
its test when the page threw a JavaScript error or shows an exception; `idle` waits until a page is done.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.labeling_site import LabelingServer, serve_labeling

expect.set_options(timeout=30_000)  # how long a busy machine may take; a passing test waits no longer than it must

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
BROWSERS = ROOT / ".venv" / "browsers"  # where `make test` puts Playwright's own Chromium when it needs it
SYSTEM_CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP shop.test 127.0.0.1",  # a name in a local network, without https
]
SERVER_ARGS = [
    "--server.address=127.0.0.1",
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
]
BOOT_SECONDS = 60
# The longest files begin, so that no worker is left with one of them while the other has nothing to do.
LONGEST = (
    "test_whole_way.py",
    "test_tune.py",
    "test_labeling_show.py",
    "test_heuristic_page.py",
    "test_outbox.py",
    "test_records.py",
    "test_labeler.py",
    "test_editor.py",
    "test_extraction.py",
    "test_span_labeler.py",
    "test_labeler_keys.py",
)
FAILED = pytest.StashKey[bool]()
IDLE = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning' && app?.dataset.testConnectionState === 'CONNECTED';
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files of browser tests by how long they take; all others stay before them."""
    places = {name: place for place, name in enumerate(LONGEST)}

    def place(test: pytest.Item) -> int:
        return places.get(test.path.name, len(LONGEST)) if test.path.parent == Path(__file__).parent else -1

    items.sort(key=place)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests: the machine's own Chromium, else the one Playwright brings."""
    found = next(filter(None, map(shutil.which, SYSTEM_CHROMIUM)), None)
    if BROWSERS.is_dir():
        os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(BROWSERS))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Server:
    """A running Streamlit server, its address and the file it logs to."""

    url: str
    log: Path
    child: subprocess.Popen[bytes]


class Servers:
    """Starts Streamlit scripts, each in its own process on its own port, and stops them by pid.

    `serve("tests/browser/apps/x.py", {"NAME": "value"})` returns the address; with `port` a script can be
    started again where a stopped one was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, Server] = {}
        self.started = 0

    def __call__(self, script: str | Path, env: Mapping[str, str] | None = None, *, port: int | None = None) -> str:
        self.started += 1
        home = self.folder / f"server-{self.started}"
        home.mkdir()
        port = port or free_port()
        server = Server(f"http://127.0.0.1:{port}", home / "log.txt", self._start(script, env or {}, home, port))
        self.running[server.url] = server
        wait_until_healthy(server)
        return server.url

    def _start(self, script: str | Path, env: Mapping[str, str], home: Path, port: int) -> subprocess.Popen[bytes]:
        # The project's root leads the path, so that `pages` and `al_core` import from any script's folder.
        own = {"HOME": str(home), "AL_WORKSPACE": str(home / "workspace"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", *SERVER_ARGS]
        with (home / "log.txt").open("wb") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **own, **env}, stdout=log, stderr=log, start_new_session=True
            )

    def log(self, url: str) -> str:
        """What the server at `url` has written so far."""
        return self.running[url].log.read_text(errors="replace")

    def pid(self, url: str) -> int:
        """The process id of the server at `url`."""
        return self.running[url].child.pid

    def stop(self, url: str) -> None:
        """End the server at `url` as Ctrl+C would; kill it when it does not listen."""
        child = self.running.pop(url).child
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(10)

    def stop_all(self) -> None:
        for url in list(self.running):
            self.stop(url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline:
        if server.child.poll() is not None:
            pytest.fail(f"The server ended with {server.child.returncode}:\n{server.log.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The server is not healthy after {BOOT_SECONDS} s:\n{server.log.read_text(errors='replace')}")


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A factory of servers; all that a module started are stopped at its end."""
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.stop_all()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelingServer]:
    """The labeler on lists in memory, started once: every test has records and answers of its own on it."""
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield serve_labeling(servers, tmp_path_factory.mktemp("labeling"))
    servers.stop_all()


@pytest.fixture(scope="module")
def app_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace folder of `app`, shared by the tests of a module."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def app(serve: Servers, app_workspace: Path) -> str:
    """The address of the app, served on a fresh workspace for the tests of a module."""
    return serve("app.py", {"AL_WORKSPACE": str(app_workspace)})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A factory of pages, each in a context of its own: `open_page(color_scheme="dark")` is another browser.

    At the end of the test none of them may have thrown a JavaScript error or show an exception, except
    those opened with `may_fail=True`. Of a failed test a screenshot is kept under build/screenshots.
    """
    opened: list[tuple[Page, list[str], bool]] = []

    def open_one(*, may_fail: bool = False, **options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append((page, errors, may_fail))
        return page

    yield open_one
    found = []
    for number, (page, errors, may_fail) in enumerate(opened):
        if not may_fail:
            found += errors + page.locator("[data-testid=stException]").all_inner_texts()
        if found or request.node.stash.get(FAILED, False):
            name = re.sub(r"[^\w.-]+", "_", request.node.nodeid)
            page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert not found, found


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page in a fresh context of 1280 x 900."""
    return open_page()


@pytest.fixture(scope="session")
def idle() -> Callable[..., None]:
    """`idle(page)` waits until no script runs; wait for the changed content too, for a rerun starts late."""

    def wait(page: Page, timeout: float = 20_000) -> None:
        page.wait_for_function(IDLE, timeout=timeout, polling=50)  # asked at every frame the page has no rest

    return wait


def choose(page: Page, box: Locator, option: str) -> None:
    """Pick an option of a select box; one that a redraw of the page closed meanwhile is opened again."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(5):
        box.click()
        try:
            wanted.click(delay=40, timeout=4000)
        except PlaywrightTimeout:
            page.keyboard.press("Escape")
        else:
            return
    wanted.click()
