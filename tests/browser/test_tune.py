"""The Tune page on a project whose numbers are computed beside it: slider, certificate, code, corrections, links."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Page, expect

from al_core.evaluation.precision import clopper_pearson
from al_core.learning.methods import Method
from al_core.store import Store
from al_core.store.run_results import FinishedRun, TopTwo
from al_core.types import Answer, Heuristic, LabelSpan, Person, Task
from al_core.workflow.workspace import Workspace

PATIENCE = 60_000
N_LABELS, N_RECORDS = 305, 1_500
SOURCE = """class Mine(LearningClassifier):
    @params_inference(min_confidence=0.8)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""
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
def tuned(serve, tmp_path_factory) -> Tuned:
    """A project with two finished runs that were never computed, only stored: what the page makes of them is tested."""
    folder = tmp_path_factory.mktemp("tuned")
    workspace = Workspace(folder)
    store = workspace.store
    project = store.projects.create("Mail")
    staged = folder / "staged.parquet"
    ids = [str(number) for number in range(N_RECORDS)]
    texts = [f"message {number} about this and that" for number in range(N_RECORDS)]
    pq.write_table(pa.table({"row": range(N_RECORDS), "external_id": ids, "text": texts}), staged)
    store.records.ingest(project.project_id, staged, ["text"], file="mail.csv", sha="0")
    attribute = next(one for one in store.projects.attributes(project.project_id) if one.is_text)
    task = store.projects.create_task(attribute, "topic", "single_label", ["billing", "delivery", "returns"])
    labels = np.array([label.label_id for label in task.labels])
    rng = np.random.default_rng(0)
    truth = labels[rng.integers(3, size=N_LABELS)]
    mira, noor = store.projects.person("Mira"), store.projects.person("Noor")
    store.answers.add([blind(task, number, mira, truth[number]) for number in range(N_LABELS)])
    # the other person agrees on 45 of 50
    store.answers.add([blind(task, number, noor, truth[number]) for number in range(45)])
    store.answers.add([blind(task, number, noor, labels[labels != truth[number]][0]) for number in range(45, 50)])
    for name in ("Regression", "Neighbours"):
        heuristic = store.heuristics.create(task.task_id, name, "active_learner", SOURCE, "", mira.person_id)
        confidence = np.round(rng.uniform(0.3, 1, N_RECORDS), 3)
        predicted = labels[rng.integers(3, size=N_RECORDS)]
        is_right = rng.random(N_LABELS) < np.minimum(1, 0.3 + 0.75 * confidence[:N_LABELS])
        wrong = np.array([labels[labels != one][0] for one in truth])
        predicted[:N_LABELS] = np.where(is_right, truth, wrong)
        store_run(store, task, heuristic, predicted, confidence)
    first = store.heuristics.all(task.task_id)[0]
    finished = store.runs.last(first.heuristic_id, finished=True)
    judged = store.runs.judged(finished.run_id, task.task_id)
    _, pool = store.runs.pool(finished.run_id)
    workspace.close()
    url = serve("app.py", {"AL_WORKSPACE": str(folder)})
    correct = judged.predicted == judged.truth
    return Tuned(url, folder, first.heuristic_id, judged.confidence, correct, pool, finished.pool_size)


def blind(task: Task, number: int, person: Person, label_id: int) -> Answer:
    labels = (LabelSpan(int(label_id)),)
    return Answer(str(uuid.uuid4()), task.task_id, number, person.person_id, "accept", labels, drawn_by="random")


def store_run(store: Store, task: Task, heuristic: Heuristic, predicted: np.ndarray, confidence: np.ndarray) -> None:
    """Store a finished run: out-of-fold for the labelled records, which come first."""

    def top(n: int) -> TopTwo:
        none = np.zeros(n)
        return TopTwo(np.arange(n), predicted[:n], confidence[:n], confidence[:n], none.astype(np.int64), none)

    run_id = store.runs.create(heuristic.heuristic_id, heuristic.version_no, str(uuid.uuid4()))
    revision = store.answers.revision(task.task_id)
    store.runs.start(run_id, label_revision=revision, n_labelled=N_LABELS, embedding_shas=[])
    finished = FinishedRun(
        predictions=top(N_RECORDS),
        in_pool=np.arange(N_RECORDS) >= N_LABELS,
        out_of_fold=top(N_LABELS),
        fold_no=np.arange(N_LABELS) % 5,
        candidates={},
        calibrator='{"method": "none", "parameters": []}',
        method=Method(5).text,
        pool_size=N_RECORDS - N_LABELS,
        classes=tuple(label.name for label in task.labels),
        proba_path="",
        log="",
    )
    store.runs.finish(run_id, finished)


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


def caption(page: Page) -> Locator:
    return page.locator("[data-part=caption]").first


def thresholds_sent(page: Page) -> set[bytes]:
    """What the sliders tell the server from now on, each once; every message repeats it, also the page's heartbeat."""
    sent: set[bytes] = set()

    def note(message: str | bytes) -> None:
        raw = message if isinstance(message, bytes) else message.encode()
        sent.update(re.findall(rb'"(?:serial":|use")[^,}]*', raw))

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return sent


def set_threshold(page: Page, value: str) -> None:
    box = page.get_by_label("min_confidence as a number")
    box.fill(value)
    box.press("Enter")
    expect(verdict(page)).to_contain_text(f"At {value}")


def test_slider_and_keys_say_what_a_direct_computation_says_and_only_letting_go_asks_the_server(page, tuned):
    sent = thresholds_sent(page)
    open_tune(page, tuned, "?heuristic=x&threshold=nan")
    expect(caption(page)).not_to_contain_text("comes from the link")
    expect(
        page.get_by_text(re.compile(r"^People agree on 0\.90 of the labels \(0\.78 to 0\.97, n = 50"))
    ).to_be_visible()
    expect(page.get_by_text("people agree 0.90", exact=True)).to_be_visible()
    for threshold in (0.35, 0.50, 0.71, 0.83, 0.92):
        set_threshold(page, f"{threshold:.2f}")
        expect(verdict(page)).to_have_text(tuned.sentence(threshold))
    slider(page).focus()
    for key, shown in [("ArrowLeft", "0.87"), ("Shift+ArrowRight", "0.88"), ("ArrowRight", "0.93")]:
        page.keyboard.press(key)
        expect(verdict(page)).to_contain_text(f"At {shown}")
    expect(caption(page)).to_contain_text("0.93, slider; code says", timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    handle = slider(page).bounding_box()
    middle = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] * 0.5, middle)
    page.mouse.down()
    before, shown = len(sent), set()
    for step in range(12):
        page.mouse.move(handle["x"] + handle["width"] * (0.5 + step / 50), middle)
        shown.add(verdict(page).inner_text())
    assert len(shown) > 6
    assert len(sent) == before, "the server is not asked while the slider moves"
    page.mouse.up()
    chosen = re.search(r"At (\d\.\d\d)", verdict(page).inner_text())[1]
    expect(caption(page)).to_contain_text(f"{chosen}, slider; code says", timeout=PATIENCE)
    assert len(sent) > before
    page.reload()
    expect(verdict(page)).to_contain_text(f"At {chosen}", timeout=PATIENCE)
    assert f"threshold={chosen}" in page.url


def test_a_certificate_is_an_act_and_every_heuristic_can_be_set_to_its_own(tune, idle):
    set_threshold(tune, "0.95")
    expect(caption(tune)).to_contain_text("0.95, slider; code says", timeout=PATIENCE)
    expect(promise(tune)).to_have_text("Not certified yet.")
    expect(tune.locator(".flag")).to_have_count(0)
    tune.get_by_role("button", name="Certify (look 1 at these labels)").click(delay=40)
    expect(tune.locator(".flag").first).to_be_visible(timeout=PATIENCE)
    idle(tune)
    tune.get_by_role("button", name="At the certified threshold").click(delay=40)
    expect(promise(tune)).to_have_text("Certified: at least 0.90 with 95 % confidence.")
    certified = re.search(r"At (\d\.\d\d)", verdict(tune).inner_text())[1]
    slider(tune).focus()
    tune.keyboard.press("Shift+ArrowLeft")
    expect(promise(tune)).to_have_text(f"Not certified: {certified} is the lowest threshold that keeps 0.90.")
    expect(caption(tune)).to_contain_text("slider; code says", timeout=PATIENCE)
    expect(tune.get_by_role("button", name="Certify (look 2 at these labels)")).to_be_visible()
    tune.get_by_role("button", name="Set every heuristic to its promise").click(delay=40)
    expect(tune.get_by_text(re.compile("^Set to the promise: Regression"))).to_be_visible(timeout=PATIENCE)
    expect(caption(tune)).to_contain_text(f"{certified}, certificate; code says", timeout=PATIENCE)
    tune.get_by_role("radio", name="Certificates").click()
    expect(tune.get_by_text("Every look, also those that found nothing")).to_be_visible(timeout=PATIENCE)
    tune.get_by_role("button", name="Undo: earlier thresholds").click(delay=40)
    expect(caption(tune)).to_contain_text("slider; code says", timeout=PATIENCE)


def test_a_link_stores_nothing_and_applying_writes_the_code(page, tuned):
    open_tune(page, tuned, f"?heuristic={tuned.heuristic_id}&threshold=0.66")
    expect(verdict(page)).to_contain_text("At 0.66")
    expect(caption(page)).to_contain_text("0.66 comes from the link")
    set_threshold(page, "0.77")
    expect(caption(page)).to_contain_text("0.77, slider", timeout=PATIENCE)
    page.get_by_role("button", name="Apply to the code").click()
    expect(caption(page)).to_contain_text("The threshold is the one in the code", timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("Undo, back to the code")).click()
    expect(caption(page)).to_contain_text("0.77, slider; code says", timeout=PATIENCE)


def test_labels_have_sliders_of_their_own_and_a_small_multiple_is_chosen_by_a_click(page, tuned):
    sent = thresholds_sent(page)
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
    assert len(sent) > before
    page.get_by_role("button", name=re.compile("for all labels$")).click(delay=40)
    expect(page.get_by_text("Not in force")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Tune Neighbours").click(delay=40)
    chosen = page.get_by_role("combobox", name="Heuristic")
    expect(chosen).to_have_value("Neighbours, version 1", timeout=PATIENCE)


def tick_first_row(page: Page, table: Locator) -> None:
    """Tick the first row; the canvas of a table that was just drawn anew may not listen yet, or lie elsewhere soon."""
    note = page.get_by_text("An answer given here is not blind")
    for _ in range(5):
        place = table.bounding_box()
        page.mouse.click(place["x"] + 16, place["y"] + 50)
        try:
            expect(note).to_be_visible(timeout=15_000)  # a second click too soon would take the tick away
        except AssertionError:
            continue
        return
    expect(note).to_be_visible(timeout=PATIENCE)


def test_every_tab_opens_a_correction_asks_for_a_blind_second_look_and_a_list_opens_its_records(tune):
    seen = {
        "Confusion": "Rows: what people say",
        "Calibration": "After calibration",
        "Unlabelled": "Confidences of",
        "Over time": "Each finished run",
    }
    for name, says in seen.items():
        tune.get_by_role("radio", name=re.compile(f"^{name}")).click()
        expect(tune.get_by_text(says).first).to_be_visible(timeout=PATIENCE)
    tune.get_by_role("radio", name=re.compile("^Wrongly kept")).click()
    set_threshold(tune, "0.30")
    expect(caption(tune)).to_contain_text("0.30, slider", timeout=PATIENCE)
    expect(tune.get_by_text("The surest 20 of")).to_be_visible(timeout=PATIENCE)
    table = tune.get_by_test_id("stDataFrame").last
    expect(table).to_be_visible(timeout=PATIENCE)
    tick_first_row(tune, table)
    tune.get_by_role("button", name=re.compile("^(billing|delivery)$")).and_(tune.locator(":enabled")).first.click()
    again = tune.get_by_role("button", name="Look again at 1 kept rightly, blind")
    expect(again).to_be_visible(timeout=PATIENCE)
    again.click()
    expect(tune.get_by_text("Its label (1 record to go)")).to_be_visible(timeout=PATIENCE)
    opening = tune.get_by_role("button", name=re.compile(r"^Open \d+ records on the Records page"))
    n = re.search(r"\d+", opening.inner_text())[0]
    opening.click(delay=40)
    expect(tune).to_have_url(re.compile("/Records"), timeout=PATIENCE)
    expect(tune.get_by_text(re.compile(rf"^{n} (of [\d,]+ )?records"))).to_be_visible(timeout=PATIENCE)


def test_what_the_page_did_is_in_the_store(serve, tuned):
    serve.stop(tuned.url)
    store = Store(tuned.folder)
    looks = store.certificates.of(tuned.heuristic_id)
    assert looks[-1].look_no == 1
    # the five records on which two people differ have no truth
    assert (looks[-1].population, looks[-1].n_available) == ("audit", N_LABELS - 5)
    assert store.label_thresholds.of(tuned.heuristic_id) == {}
    assert store.heuristics.threshold(tuned.heuristic_id) == (0.3, "slider")
    store.close()
