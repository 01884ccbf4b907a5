"""The Tune page on a project whose numbers are computed beside it: slider, certificate, code, corrections, links."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from al_core.evaluation.precision import clopper_pearson
from al_core.store import Store
from al_core.types import Answer, LabelSpan
from al_core.workflow.heuristics import create
from al_core.workflow.running import run
from al_core.workflow.sample import ensure_sample
from al_core.workflow.workspace import Workspace

PATIENCE = 60_000
N_LABELS = 300
VIEW = {"width": 1280, "height": 2400}


@dataclass
class Tuned:
    """Where the app is, and the confidences, correctness and unlabelled confidences behind its chart."""

    url: str
    folder: Path
    heuristic_id: int
    confidence: np.ndarray
    correct: np.ndarray
    pool: np.ndarray
    pool_size: int

    def sentence(self, threshold: float) -> str:
        """What the verdict must say at a threshold, computed without the code of the app's curves."""
        kept = np.round(self.confidence, 6) >= threshold
        records = int((np.round(self.pool, 6) >= threshold).sum())
        n, right = int(kept.sum()), int((kept & self.correct).sum())
        low, high = (float(end[0]) for end in clopper_pearson([right], [n]))
        covered = f"{100 * records / self.pool_size:.0f} %"
        evidence = f"{low:.2f} to {high:.2f}, n = {n}"
        return f"At {threshold:.2f}: precision {right / n:.2f} ({evidence}), covers {covered} of records."


@pytest.fixture(scope="module")
def tuned(serve, chromium, tmp_path_factory) -> Tuned:
    folder = tmp_path_factory.mktemp("tuned")
    workspace = Workspace(folder)
    store = workspace.store
    project = ensure_sample(workspace)
    task = store.projects.task_named(project.project_id, "topic")
    person = store.projects.person("Mira")
    hidden = store.answers.hidden(task.task_id)
    drawn = np.random.default_rng(0).permutation(sorted(hidden))[:N_LABELS]
    store.answers.add([
        Answer(
            str(uuid.uuid4()), task.task_id, int(number), person.person_id, "accept",
            (LabelSpan(hidden[int(number)][0][0]),), drawn_by="random",
        )
        for number in drawn
    ])  # fmt: skip
    for own in store.heuristics.all(task.task_id):
        store.heuristics.set_deleted(own.heuristic_id, deleted=True)
    heuristic = create(store, task, "Regression", "Logistic regression", person)
    other = create(store, task, "Neighbours", "Nearest neighbours", person)
    for one in (heuristic, other):
        workspace.jobs.wait(run(workspace, one, person).job_id)
    finished = store.runs.last(heuristic.heuristic_id, finished=True)
    judged = store.runs.judged(finished.run_id, task.task_id)
    _, pool = store.runs.pool(finished.run_id)
    workspace.close()
    url = serve("app.py", {"AL_WORKSPACE": str(folder)})
    visitor = chromium.new_page()  # the first visit of a server teaches it the addresses of its pages
    visitor.goto(url)
    expect(visitor.get_by_label("Your name")).to_be_visible(timeout=PATIENCE)
    visitor.close()
    correct = judged.predicted == judged.truth
    return Tuned(url, folder, heuristic.heuristic_id, judged.confidence, correct, pool, finished.pool_size)


@pytest.fixture
def page(open_page) -> Page:
    """High enough for chart and slider, so that the mouse reaches both."""
    return open_page(viewport=VIEW)


@pytest.fixture
def tune(page: Page, tuned: Tuned) -> Page:
    return open_tune(page, tuned)


def open_tune(page: Page, tuned: Tuned, query: str = "") -> Page:
    page.context.add_cookies([{"name": "al_person", "value": "Mira", "url": tuned.url}])
    page.goto(f"{tuned.url}/Tune{query}")
    expect(verdict(page)).to_contain_text(re.compile(r"At \d\.\d\d"), timeout=PATIENCE)
    expect(page.get_by_role("radio", name="Over time")).to_be_visible(timeout=PATIENCE)
    return page


def verdict(page: Page) -> Locator:
    return page.locator("[data-part=verdict]").first


def promise(page: Page) -> Locator:
    return page.locator("[data-part=promise]").first


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="min_confidence", exact=True)


def test_five_thresholds_say_what_a_direct_computation_says(tune, tuned):
    box = tune.get_by_label("min_confidence as a number")
    for threshold in (0.35, 0.50, 0.71, 0.83, 0.92):
        box.fill(f"{threshold:.2f}")
        box.press("Enter")
        expect(verdict(tune)).to_have_text(tuned.sentence(threshold))


def test_moving_asks_no_server_and_letting_go_stores(page, tuned):
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    open_tune(page, tuned)
    page.wait_for_load_state("networkidle")
    handle = slider(page).bounding_box()
    middle = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] * 0.5, middle)
    page.mouse.down()
    before = len(sent)
    shown = set()
    for step in range(12):
        page.mouse.move(handle["x"] + handle["width"] * (0.5 + step / 50), middle)
        shown.add(verdict(page).inner_text())
    assert len(shown) > 6
    assert len(sent) == before, "the server is not asked while the slider moves"
    page.mouse.up()
    expect(page.locator("[data-part=caption]").first).to_contain_text("slider; code says", timeout=PATIENCE)
    chosen = re.search(r"At (\d\.\d\d)", verdict(page).inner_text())[1]
    expect(page.locator("[data-part=caption]").first).to_contain_text(f"{chosen}, slider; code says", timeout=PATIENCE)
    assert len(sent) > before
    page.reload()
    expect(verdict(page)).to_contain_text(f"At {chosen}", timeout=PATIENCE)
    assert f"threshold={chosen}" in page.url


def test_keys_move_by_five_and_by_one_hundredth(tune):
    box = tune.get_by_label("min_confidence as a number")
    box.fill("0.70")
    box.press("Enter")
    slider(tune).focus()
    for key, shown in [("ArrowRight", "0.75"), ("Shift+ArrowLeft", "0.74"), ("ArrowLeft", "0.69")]:
        tune.keyboard.press(key)
        expect(verdict(tune)).to_contain_text(f"At {shown}")


def test_a_certificate_is_an_act_and_follows_the_slider(tune, tuned):
    expect(promise(tune)).to_have_text("Not certified yet.")
    expect(tune.locator(".flag")).to_have_count(0)
    tune.get_by_role("button", name="Certify (look 1 at these labels)").click()
    expect(tune.locator(".flag").first).to_be_visible(timeout=PATIENCE)
    tune.get_by_role("button", name="At the certified threshold").click()
    expect(promise(tune)).to_have_text("Certified: at least 0.90 with 95 % confidence.")
    certified = re.search(r"At (\d\.\d\d)", verdict(tune).inner_text())[1]
    slider(tune).focus()
    tune.keyboard.press("Shift+ArrowLeft")
    expect(promise(tune)).to_have_text(f"Not certified: {certified} is the lowest threshold that keeps 0.90.")
    tune.keyboard.press("ArrowRight")
    expect(promise(tune)).to_have_text(f"Not certified: the certificate is for {certified}, which keeps 0.90.")
    expect(tune.get_by_role("button", name="Certify (look 2 at these labels)")).to_be_visible()


def test_the_threshold_goes_into_the_code_and_back(tune):
    box = tune.get_by_label("min_confidence as a number")
    box.fill("0.77")
    box.press("Enter")
    caption = tune.locator("[data-part=caption]").first
    expect(caption).to_contain_text("0.77, slider", timeout=PATIENCE)
    tune.get_by_role("button", name="Apply to the code").click()
    expect(caption).to_contain_text("The threshold is the one in the code", timeout=PATIENCE)
    expect(tune.get_by_text("up to date").first).to_be_visible()
    tune.get_by_role("button", name=re.compile("Undo, back to the code")).click()
    expect(caption).to_contain_text("0.77, slider; code says", timeout=PATIENCE)


def test_a_link_opens_its_threshold_without_storing_it(open_page, tuned):
    first = open_tune(open_page(viewport=VIEW), tuned, f"?heuristic={tuned.heuristic_id}&threshold=0.66")
    expect(verdict(first)).to_contain_text("At 0.66")
    expect(first.locator("[data-part=caption]").first).to_contain_text("0.66 comes from the link")
    second = open_tune(open_page(viewport=VIEW), tuned)
    expect(verdict(second)).not_to_contain_text("At 0.66")
    odd = open_tune(open_page(viewport=VIEW), tuned, "?heuristic=x&threshold=nan")
    expect(odd.locator("[data-part=caption]").first).not_to_contain_text("comes from the link")


def test_every_tab_opens_and_a_correction_asks_for_a_blind_second_look(tune):
    for name in ("Confusion", "Calibration", "Unlabelled", "Over time", "Below", "Rightly kept", "Wrongly kept"):
        tune.get_by_role("radio", name=re.compile(f"^{name}")).click()
        expect(tune.get_by_test_id("stException")).to_have_count(0)
    box = tune.get_by_label("min_confidence as a number")
    box.fill("0.30")
    box.press("Enter")
    expect(tune.locator("[data-part=caption]").first).to_contain_text("0.30, slider", timeout=PATIENCE)
    expect(tune.get_by_text("The surest 20 of")).to_be_visible(timeout=PATIENCE)
    table = tune.get_by_test_id("stDataFrame").last
    expect(table).to_be_visible(timeout=PATIENCE)
    place = table.bounding_box()
    note = tune.get_by_text("An answer given here is not blind")
    for _ in range(5):  # the canvas of a table that was just drawn anew may not listen yet
        tune.mouse.click(place["x"] + 16, place["y"] + 50)
        tune.wait_for_timeout(2000)
        if note.is_visible():
            break
    expect(note).to_be_visible(timeout=PATIENCE)
    tune.get_by_role("button", name="delivery", exact=True).or_(
        tune.get_by_role("button", name="billing", exact=True)
    ).locator("visible=true").and_(tune.locator(":enabled")).first.click()
    again = tune.get_by_role("button", name="Look again at 1 kept rightly, blind")
    expect(again).to_be_visible(timeout=PATIENCE)
    again.click()
    expect(tune.get_by_text("Its label (1 record to go)")).to_be_visible(timeout=PATIENCE)


def test_labels_have_sliders_of_their_own_and_a_small_multiple_is_chosen_by_a_click(page, tuned):
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    open_tune(page, tuned)
    page.get_by_text("Set by hand").click()
    handle = page.get_by_role("slider", name="min_confidence of billing")
    expect(handle).to_be_visible(timeout=PATIENCE)
    together = page.locator(".together")
    expect(together).to_contain_text("Together:")
    handle.focus()
    page.wait_for_load_state("networkidle")
    before, said = len(sent), together.inner_text()
    for _ in range(3):
        page.keyboard.press("Home")
        page.keyboard.press("Shift+ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", re.compile(r"At 0\.01: precision \d\.\d\d"))
    assert together.inner_text() != said
    assert len(sent) == before, "the server is not asked while a label's slider moves"
    page.get_by_role("button", name="Use these thresholds").click(delay=40)
    expect(page.get_by_text("In force.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("for all labels$")).click(delay=40)
    expect(page.get_by_text("Not in force")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Tune Neighbours").click(delay=40)
    chosen = page.get_by_role("combobox", name="Heuristic")
    expect(chosen).to_have_value("Neighbours, version 1", timeout=PATIENCE)


def test_every_heuristic_is_set_to_its_promise_listed_and_undone(tune):
    tune.get_by_role("button", name="Set every heuristic to its promise").click(delay=40)
    caption = tune.locator("[data-part=caption]").first
    expect(tune.get_by_text(re.compile("^Set to the promise: Regression"))).to_be_visible(timeout=PATIENCE)
    expect(caption).to_contain_text("certificate; code says", timeout=PATIENCE)
    tune.get_by_role("radio", name="Certificates").click()
    expect(tune.get_by_text("Every look, also those that found nothing")).to_be_visible(timeout=PATIENCE)
    tune.get_by_role("button", name="Undo: earlier thresholds").click(delay=40)
    expect(caption).not_to_contain_text("certificate; code says", timeout=PATIENCE)


def test_what_the_page_did_is_in_the_store(serve, tuned):
    serve.stop(tuned.url)
    store = Store(tuned.folder)
    looks = store.certificates.of(tuned.heuristic_id)
    assert looks[-1].look_no == 1
    assert (looks[-1].population, looks[-1].n_available) == ("audit", N_LABELS)
    assert store.label_thresholds.of(tuned.heuristic_id) == {}
    threshold, set_by = store.heuristics.threshold(tuned.heuristic_id)
    assert (threshold, set_by) == (0.3, "slider")
    store.close()
