"""Extraction in the app: thirty records by keyboard, the pasted tagger, suggestions with confidences, the chart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from al_core.text import tokenize, tokens_under

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000
N = 30
TEXTS_WITH_SPANS = {
    one["id"]: [(span["start"], span["end"], span["label"]) for span in one["spans"]]
    for one in map(json.loads, (ROOT / "data" / "sample" / "truth.jsonl").read_text("utf-8").splitlines())
}
PREPARE = """
import sys
from contextlib import closing
from pathlib import Path
from al_core.workflow.sample import ensure_sample
from al_core.workflow.token_embedding import embed_tokens
from al_core.workflow.workspace import Workspace

PASTED = '''from sequencelearn.sequence_tagger import CRFTagger

class ATLExtractor(LearningExtractor):

    def __init__(self):
        self.model = CRFTagger(
            num_epochs = 100,
            learning_rate = 0.001,
            momentum = 0.9,
            random_seed = None,
            verbose = False
        )

    @params_fit(embedding_name = "text-extraction-hashing")
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence = 0.5, label_names = None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
'''
with closing(Workspace(Path(sys.argv[1]))) as workspace:
    project = ensure_sample(workspace)
    mira = workspace.store.projects.person("Mira")
    task = next(one for one in workspace.store.projects.tasks(project.project_id) if one.kind == "extraction")
    workspace.jobs.wait(embed_tokens(workspace, project, task.attribute, "hashing", mira).job_id)
    made = workspace.store.heuristics.create(task.task_id, "CRF", "active_learner", PASTED, "", mira.person_id)
    print(made.heuristic_id)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> tuple[Path, str]:
    """The sample project with token vectors, and the pasted heuristic that nobody has run."""
    folder = tmp_path_factory.mktemp("extraction") / "workspace"
    ended = subprocess.run(
        [sys.executable, "-c", PREPARE, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return folder, ended.stdout.strip()


def label_by_keys(page, keys) -> None:
    """Mark the true spans of the record on screen, and go on."""
    record = page.locator(".record .id")
    before = record.inner_text()
    text = page.locator(".record .text").evaluate("element => element.textContent")
    tokens = tokenize(text)
    for start, end, label in TEXTS_WITH_SPANS[before]:
        first, stop = tokens_under(tokens, start, end)
        presses = ["Home", *["ArrowRight"] * first, *["Shift+ArrowRight"] * (stop - first - 1), keys[label]]
        for key in presses:
            page.keyboard.press(key)
    page.keyboard.press("Enter" if TEXTS_WITH_SPANS[before] else "n")
    expect(record).not_to_have_text(before, timeout=PATIENCE)


def test_from_thirty_records_by_keyboard_to_suggestions_and_the_chart(prepared, serve, page, idle):
    folder, heuristic_id = prepared
    url = serve("app.py", {"AL_WORKSPACE": str(folder)})
    page.context.add_cookies([{"name": "al_person", "value": "Mira", "url": url}])
    page.goto(f"{url}/Label")
    expect(page.locator(".record .id")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="topic").click(delay=40)
    page.get_by_text("entities", exact=True).click(delay=40)
    expect(page.get_by_role("button", name="Nothing here")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".choice")).to_have_count(6)
    keys = {
        re.sub(r"\s+", " ", button.inner_text()).strip().split(" ")[1]: button.locator("kbd").inner_text()
        for button in page.locator(".choice").all()
    }
    for _ in range(N):
        label_by_keys(page, keys)
    expect(page.locator(".saved")).to_have_attribute("data-pending", "0", timeout=PATIENCE)

    page.goto(f"{url}/Heuristics?heuristic={heuristic_id}")
    page.get_by_role("button", name="Run", exact=True).click(delay=40, timeout=PATIENCE)
    spans = re.compile(r"Out-of-fold on \d+ predicted spans in \d+ records")
    expect(page.get_by_text(spans).first).to_be_visible(timeout=2 * PATIENCE)

    expect(page.get_by_text("No jobs running")).to_be_visible(timeout=PATIENCE)
    idle(page)
    page.get_by_role("link", name="Label").click()
    page.get_by_text("Least sure", exact=True).click(delay=40, timeout=PATIENCE)
    expect(page.locator(".why")).to_contain_text("Least sure", timeout=PATIENCE)
    guesses = page.locator(".span.guess")
    for _ in range(20):
        if guesses.count():
            break
        page.keyboard.press("Space")
    suggested = page.get_by_role("row", name=re.compile(r"suggested 0\.\d\d Accept"))
    expect(suggested.first).to_be_visible()
    before = guesses.count()
    page.keyboard.press("Tab") if not page.locator(".span.guess .cursor").count() else None
    page.keyboard.press("a")
    expect(guesses).to_have_count(before - 1)

    page.get_by_role("link", name="Tune").click()
    expect(page.locator("[data-part=verdict]").first).to_contain_text("At 0.50", timeout=PATIENCE)
    expect(page.locator("[data-part=caption]").first).to_contain_text(spans)
    expect(page.get_by_text("⟨").first).to_be_attached()
