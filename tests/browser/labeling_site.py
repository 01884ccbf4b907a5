"""A running labeler_app with what the tests ask of it: what it stored, and a switch that stops storing."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PATIENCE_SECONDS = 30
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class LabelingServer:
    """One server for the tests of a module; every test has records and answers of its own on it."""

    url: str
    folder: Path

    def site(self, **settings: object) -> LabelingSite:
        path = self.folder / f"run{next(_NUMBERS)}"
        path.with_suffix(".json").write_text(json.dumps(settings))
        return LabelingSite(self.url, path)


@dataclass(frozen=True, slots=True)
class LabelingSite:
    """Where the app is served, and the files by which it talks to a test."""

    url: str
    path: Path

    def change(self, **settings: object) -> None:
        """Change settings while the test runs; the next run of the page sees them."""
        path = self.path.with_suffix(".json")
        path.write_text(json.dumps(json.loads(path.read_text()) | settings))

    def pause(self) -> None:
        """From now on the server stores nothing."""
        self.path.with_suffix(".pause").touch()

    def resume(self) -> None:
        self.path.with_suffix(".pause").unlink()

    def answers(self) -> list[dict]:
        """What was stored, in order; answer ids are unique."""
        log = self.path.with_suffix(".jsonl")
        found = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        assert len({answer["answer_id"] for answer in found}) == len(found)
        return found

    def wait_for(self, page: Page, count: int) -> list[dict]:
        """Wait until `count` answers are stored and the browser knows it; return them."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.answers()) < count and time.monotonic() < deadline:
            page.wait_for_timeout(50)
        expect(saved(page)).to_have_attribute("data-pending", "0", timeout=PATIENCE_SECONDS * 1000)
        found = self.answers()
        assert len(found) == count, given(found)
        return found

    def open(self, page: Page, idle: Callable[[Page], None], person: int = 1) -> None:
        """Open the Label page and wait for its first record; nothing moves on the page after that."""
        page.goto(f"{self.url}?run={self.path.name}&person={person}")
        idle(page)
        expect(saved(page)).to_be_visible()
        expect(record(page)).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => true)")


def serve_labeling(serve, folder: Path, port: int | None = None) -> LabelingServer:
    return LabelingServer(serve("tests/browser/apps/labeler_app.py", {"FOLDER": str(folder)}, port=port), folder)


def saved(page: Page) -> Locator:
    """The saved indicator."""
    return page.locator(".saved")


def record(page: Page) -> Locator:
    """The box of the record on screen; its `data-record` is the record's number."""
    return page.locator(".record")


def shows(page: Page, record_no: int) -> None:
    expect(record(page)).to_have_attribute("data-record", str(record_no))


def given(answers: list[dict]) -> list[tuple[int, str, list[int]]]:
    """Record, verdict and label ids of each answer."""
    return [(a["record_no"], a["verdict"], [label["label_id"] for label in a["labels"]]) for a in answers]
