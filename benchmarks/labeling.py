"""From a label's key to the next record on screen, 200 presses: the Label page against `st.button(shortcut=)`.

Both show the sample project of one workspace, one after the other, and store every answer in the same store.
Painted means: two animation frames after the new record is in the page. The browser does not wait for a screen's
refresh, which would add the same 8 to 17 ms to both sides.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import ROOT, Figure, compared, measured, parse_arguments, report
from benchmarks.serving import chromium, served, served_text

PRESSES, WARM_UP = 200, 10
PAUSE_MS = 120  # a fast person; the page is done with the press before
NAME = "Benchmark"
FLAGS = ["--no-sandbox", "--disable-frame-rate-limit", "--disable-gpu-vsync"]
# As one would write it: a batch of records in the session, a button with a shortcut for each label, the answer
# stored in its callback. A small page: one text and eight buttons.
BUTTONS = """
import os, uuid
from pathlib import Path
import numpy as np, streamlit as st
from al_core.workflow.labeling import queue, submit
from al_core.workflow.workspace import Workspace

@st.cache_resource
def opened():
    return Workspace(Path(os.environ["AL_WORKSPACE"]))

store = opened().store
person = store.projects.person("Buttons")
task = store.projects.tasks(store.projects.all()[0].project_id)[0]

def waiting():
    if not st.session_state.get("waiting"):
        drawn = queue(store, task, person, "Random", np.random.default_rng())
        st.session_state.waiting = [(one.record.record_no, one.record.text, one.drawn.draw_id) for one in drawn.records]
    return st.session_state.waiting

def give(label_id):
    record_no, _, draw_id = st.session_state.waiting.pop(0)
    submit(store, person, [{
        "answer_id": str(uuid.uuid4()), "task_id": task.task_id, "record_no": record_no, "draw_id": draw_id,
        "verdict": "accept", "labels": [{"label_id": label_id}], "blind": True,
    }])

record_no, text, _ = waiting()[0]
st.markdown(f"Record {record_no}")
st.write(text)
for label in task.labels:
    st.button(label.name, key=f"label-{label.label_id}", shortcut=label.key, on_click=give, args=(label.label_id,))
"""
# Milliseconds from the key press to the second animation frame after another record is in the page.
WATCH = """(part) => {
  const find = () => {
    for (const root of [document, ...[...document.querySelectorAll('*')].map((n) => n.shadowRoot).filter(Boolean)]) {
      const found = root.querySelector(part);
      if (found) return found;
    }
    return null;
  };
  const state = (node) => node?.dataset.record ?? node?.textContent;
  const before = find();
  const known = state(before);
  const isOther = () => ![undefined, known].includes(state(before.isConnected ? before : find()));
  window.painted = new Promise((resolve, reject) => {
    window.addEventListener('keydown', (event) => {
      const late = setTimeout(() => reject(new Error('no other record came')), 20000);
      const observer = new MutationObserver(() => {
        if (!isOther()) return;
        observer.disconnect();
        clearTimeout(late);
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - event.timeStamp)));
      });
      const changes = {subtree: true, childList: true, characterData: true, attributes: true};
      observer.observe(before.getRootNode(), changes);
    }, {once: true, capture: true});
  });
}"""


def presses(page: Page, part: str, ready: Callable[[], None]) -> list[float]:
    """Return the milliseconds of each press; the keys 1 to 5 in turn, after some that are not counted."""
    found = []
    for number in range(WARM_UP + PRESSES):
        ready()
        page.evaluate(WATCH, part)
        page.keyboard.press(str(1 + number % 5))
        found.append(float(page.evaluate("window.painted")))
        page.wait_for_timeout(PAUSE_MS)
    return found[WARM_UP:]


def on_the_label_page(page: Page, url: str) -> list[float]:
    """Return the milliseconds of presses on the app's own page."""
    page.context.add_cookies([{"name": "al_person", "value": NAME, "url": url}])
    page.goto(f"{url}/Label")
    record = page.locator(".record")
    record.wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    return presses(page, ".record", record.wait_for)


def with_buttons(page: Page, url: str) -> list[float]:
    """Return the milliseconds of presses on a page of buttons; each press waits until the one before is done."""
    page.goto(url)
    page.get_by_text("Record").first.wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    idle = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
    return presses(page, "[data-testid=stMarkdown] p", lambda: page.wait_for_function(idle) and None)


def figures(ours: list[float], buttons: list[float]) -> list[Figure]:
    """Return median and p90 of both, and what was expected of them."""

    def p90(found: list[float]) -> float:
        return statistics.quantiles(found, n=10)[-1]

    words = f"key press to next record painted, {PRESSES} presses"
    median, against = statistics.median(ours), statistics.median(buttons)
    return [
        compared(f"{words}: median", median, "ms", against, at_least=10),
        compared(f"{words}: p90", p90(ours), "ms", p90(buttons)),
        measured(f"{words}: p90", p90(ours), "ms", at_most=16),
    ]


def main() -> None:
    """Measure both, one after the other on one workspace, and print the figures."""
    arguments = parse_arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = {"AL_WORKSPACE": str(Path(folder) / "workspace")}
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with served(ROOT / "app.py", workspace) as url:
            ours = on_the_label_page(browser.new_page(), url)
        with served_text(BUTTONS, workspace) as url:
            buttons = with_buttons(browser.new_page(), url)
        browser.close()
    report(figures(ours, buttons), arguments.json)


if __name__ == "__main__":
    main()
