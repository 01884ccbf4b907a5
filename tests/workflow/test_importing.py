"""Import, embedding, simulation and the sample: from a file to answers, again and again."""

import csv
import json
import threading
from contextlib import closing

import numpy as np
import pytest

from al_core.errors import Cancelled, InvalidInput
from al_core.importers import Mapping
from al_core.importers.staging import stage_table
from al_core.workflow import embedding, importing, sample, simulating
from al_core.workflow.embedding import embed
from al_core.workflow.importing import IMPORTED, ImportPlan, LabelImport, import_file
from al_core.workflow.workspace import Workspace

LABELS = LabelImport("topic", "random")
BY_LABEL = Mapping(("text",), "id", label_column="topic")


class Files:
    """A project, and files that are imported into it."""

    def __init__(self, workspace, folder):
        self.workspace, self.store, self.folder = workspace, workspace.store, folder
        self.ann = workspace.store.projects.person("Ann")
        self.project = workspace.store.projects.create("Shop")

    def plan(self, rows, mapping=BY_LABEL, labels=LABELS):
        path = self.folder / "messages.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([["id", "text", "topic"], *rows])
        return ImportPlan(path, mapping, labels=labels)

    def bring(self, rows, *more):
        job = import_file(self.workspace, self.project, self.plan(rows, *more), self.ann, then_embed=False)
        return self.workspace.jobs.wait(job.job_id)

    def truth(self, task_name="topic"):
        task = self.store.projects.task_named(self.project.project_id, task_name)
        ids = {number: one for one, number in self.store.records.by_external_id(self.project.project_id).items()}
        return {
            ids[number]: tuple(task.label_name(span.label_id) for span in truth.labels)
            for number, truth in self.store.answers.truths(task.task_id).items()
        }

    def count(self, table):
        return self.store._database.value(f"SELECT count(*) FROM {table}")


@pytest.fixture
def in_process(monkeypatch):
    """Spare a worker process each: tests of the importers and embedders start them."""

    def stage(path, mapping, folder, options, *, on_progress, on_start):
        return stage_table(path, mapping, folder, options, on_progress)

    def typical(vectors, out, *, on_start):
        np.save(out, np.arange(len(np.load(vectors)), dtype=np.int32))

    monkeypatch.setattr(importing, "stage", stage)
    monkeypatch.setattr(embedding, "typical", typical)


@pytest.fixture
def files(workspace, tmp_path, in_process):
    return Files(workspace, tmp_path)


ROWS = [["007", "My parcel is late", "delivery"], ["8", "Refund please", "money"], ["9", "Hello", ""]]


def test_labels_become_answers_of_imported_labels(files):
    report = files.bring(ROWS)
    assert report.n_labels == 2
    assert report.lines()[:2] == ("3 new records", "2 records with labels of task 'topic'")
    assert files.truth() == {"007": ("delivery",), "8": ("money",)}
    truths = files.store.answers.truths(report.task.task_id)
    assert {truth.people for truth in truths.values()} == {(IMPORTED,)}
    assert files.store.answers.counts(report.task.task_id).audit == 2


def test_importing_again_changes_nothing(files):
    files.bring(ROWS)
    again = files.bring(ROWS)
    assert (again.ingested.n_new, again.ingested.n_same, again.n_labels) == (0, 3, 2)
    assert files.count("answer") == 2
    assert len(files.store.projects.tasks(files.project.project_id)) == 1


def test_a_changed_label_is_a_new_answer_and_a_new_label_is_added(files):
    files.bring(ROWS)
    files.bring([["007", "My parcel is late", "lost parcel"], *ROWS[1:]])
    assert files.truth() == {"007": ("lost parcel",), "8": ("money",)}
    assert files.count("answer") == 3
    task = files.store.projects.task_named(files.project.project_id, "topic")
    assert {label.name for label in task.labels} == {"delivery", "money", "lost parcel"}


def test_a_persons_answer_stands_against_the_files(files):
    report = files.bring(ROWS)
    money = report.task.label_id("money")
    from al_core.workflow.labeling import submit

    submit(
        files.store,
        files.ann,
        [
            {
                "answer_id": "00000000-0000-0000-0000-000000000001",
                "task_id": report.task.task_id,
                "record_no": 0,
                "verdict": "accept",
                "labels": [{"label_id": money}],
            }
        ],
    )
    assert files.truth() == {"8": ("money",)}
    assert files.store.answers.counts(report.task.task_id).conflicts == 1
    files.bring([["007", "My parcel is late", "money"]])
    assert files.truth() == {"007": ("money",), "8": ("money",)}


def test_hidden_labels_are_nobodys_answers(files):
    report = files.bring(ROWS, BY_LABEL, LabelImport("topic", "unknown", hidden=True))
    assert (report.n_labels, files.count("answer"), files.truth()) == (2, 0, {})
    hidden = files.store.answers.hidden(report.task.task_id)
    assert {number: report.task.label_name(spans[0][0]) for number, spans in hidden.items()} == {
        0: "delivery",
        1: "money",
    }


def test_blanks_in_labels_and_task_names_do_not_make_them_others(files):
    rows = [["1", "one", "late  delivery"], ["2", "two", "late delivery "]]
    files.bring(rows, BY_LABEL, LabelImport(" the  topic ", "all"))
    files.bring(rows, BY_LABEL, LabelImport("the topic", "all"))
    assert files.truth("the topic") == {"1": ("late delivery",), "2": ("late delivery",)}
    assert files.count("answer") == 2


def spans_plan(files, rows):
    path = files.folder / "spans.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ImportPlan(path, Mapping(("text",), "id", span_column="spans"), labels=LabelImport("entities", "all"))


def test_spans_are_imported_too(files):
    rows = [
        {"id": "1", "text": "Ann from Ulm", "spans": [{"start": 9, "end": 12, "label": "PLACE"}]},
        {"id": "2", "text": "Nobody", "spans": []},
        {"id": "3", "text": "Not looked at", "spans": None},
    ]
    job = import_file(files.workspace, files.project, spans_plan(files, rows), files.ann, then_embed=False)
    files.workspace.jobs.wait(job.job_id)
    assert files.truth("entities") == {"1": ("PLACE",), "2": ()}


def test_a_task_of_another_kind_is_refused_before_anything_is_read(files):
    files.bring(ROWS)
    plan = spans_plan(files, [{"id": "1", "text": "new", "spans": []}])
    plan = ImportPlan(plan.path, plan.mapping, labels=LABELS)
    with pytest.raises(InvalidInput, match="Task 'topic' is of kind single_label, the file's labels are of kind extra"):
        import_file(files.workspace, files.project, plan, files.ann)
    with pytest.raises(InvalidInput, match="Labels need a task"):
        files.bring(ROWS, BY_LABEL, LabelImport(" ", "all"))
    assert files.store.records.count(files.project.project_id) == 3
    assert [job.title for job in files.workspace.jobs.recent()] == ["Import messages.csv"]


def test_one_file_goes_to_two_projects_at_once(files):
    other = files.store.projects.create("Other")
    plan = files.plan(ROWS)
    jobs = [import_file(files.workspace, one, plan, files.ann, then_embed=False) for one in (files.project, other)]
    assert [files.workspace.jobs.wait(job.job_id).ingested.n_new for job in jobs] == [3, 3]


def test_a_cancel_while_the_file_is_read_leaves_nothing(files, monkeypatch):
    reading, cancelled = threading.Event(), threading.Event()

    def stage(*arguments, on_progress, on_start):
        reading.set()
        cancelled.wait(20)
        on_progress(0.5, "rows read")

    monkeypatch.setattr(importing, "stage", stage)
    job = import_file(files.workspace, files.project, files.plan(ROWS), files.ann)
    assert reading.wait(20)
    files.workspace.jobs.cancel(job.job_id)
    cancelled.set()
    with pytest.raises(Cancelled):
        files.workspace.jobs.wait(job.job_id)
    assert [files.count(table) for table in ("record", "task", "answer", "import_batch")] == [0, 0, 0, 0]
    assert not list(files.store.folder.glob("staging/*"))


def test_a_cancel_while_labels_are_stored_comes_too_late(files, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    add, jobs = files.store.answers.add, files.workspace.jobs

    def add_and_cancel(answers):
        jobs.cancel(jobs.running()[0].job_id)
        return add(answers)

    monkeypatch.setattr(files.store.answers, "add", add_and_cancel)
    assert files.bring(ROWS).n_labels == 2
    assert files.truth() == {"007": ("delivery",), "8": ("money",)}


def embed_now(files, project, model="hashing"):
    attribute = files.store.projects.attributes(project.project_id)[0]
    job = embed(files.workspace, project, attribute, model, files.ann)
    return files.workspace.jobs.wait(job.job_id)


def test_texts_are_embedded_once_across_projects_and_again_when_they_change(files):
    plain = Mapping(("text",), "id")
    files.bring(ROWS, plain, None)
    assert embed_now(files, files.project) == 3
    assert embed_now(files, files.project) == 0
    first = files.store.embeddings.all(files.project.project_id)[0]
    before = np.load(files.store.embeddings.vectors(first).path)
    other = files.store.projects.create("Other")
    plan = files.plan([["x", "Hello", ""], ["y", "New here", ""]], plain, None)
    job = import_file(files.workspace, other, plan, files.ann, then_embed=False)
    files.workspace.jobs.wait(job.job_id)
    assert embed_now(files, other) == 1
    second = files.store.embeddings.vectors(files.store.embeddings.all(other.project_id)[0])
    assert np.array_equal(np.load(second.path)[0], before[2])
    files.bring([["8", "Refund now", ""], ["10", "Fourth", ""]], plain, None)
    stale = files.store.embeddings.all(files.project.project_id)[0]
    assert stale.coverage == 0.75
    assert embed_now(files, files.project) == 2
    after = np.load(files.store.embeddings.vectors(stale).path)
    assert (after.shape, np.array_equal(after[[0, 2]], before[[0, 2]])) == ((4, before.shape[1]), True)
    assert not np.array_equal(after[1], before[1])
    assert len(files.store.embeddings.vectors(stale).typical) == 4


def test_simulated_answers_are_the_hidden_labels(files):
    rows = [[str(n), f"text {n}", "AB"[n % 2]] for n in range(50)]
    report = files.bring(rows, BY_LABEL, LabelImport("topic", "all", hidden=True))
    given = simulating.simulate(files.store, report.task, 45, "smart", np.random.default_rng(0))
    assert given == 45
    assert len(files.truth()) == 45
    assert all(files.truth()[one] == ("AB"[int(one) % 2],) for one in files.truth())
    assert simulating.simulate(files.store, report.task, 45, "smart", np.random.default_rng(0)) == 5
    with pytest.raises(InvalidInput, match="No strategy 'clever'"):
        simulating.simulate(files.store, report.task, 1, "clever", np.random.default_rng(0))


def test_there_is_nothing_to_simulate_without_hidden_labels(files):
    report = files.bring(ROWS)
    with pytest.raises(InvalidInput, match="has no hidden labels"):
        simulating.simulate(files.store, report.task, 1, "smart", np.random.default_rng(0))


@pytest.fixture
def small_sample(tmp_path, monkeypatch):
    """A folder as data/sample, of four messages; their first guess is not what is tested here."""
    monkeypatch.setattr(sample, "begin", lambda *_: None)
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "records.csv").write_text("id,text\n" + "".join(f"m{n},message {n}\n" for n in range(4)))
    spans = [[{"start": 0, "end": 7, "label": "WORD"}], [], [], []]
    rows = [{"id": f"m{n}", "topic": "AB"[n % 2], "spans": spans[n]} for n in range(4)]
    (folder / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    np.save(folder / "vectors.npy", np.arange(8, dtype=np.float16).reshape(4, 2))
    np.save(folder / "typical.npy", np.array([2, 0, 1, 3], dtype=np.int32))
    (folder / "meta.json").write_text('{"model_sha256": "m"}')
    return folder


class Present:
    def available(self):
        return ""


class Absent:
    def available(self):
        return "its package is not installed"


def assert_sample_is_whole(workspace, project):
    tasks = {task.name: task for task in workspace.store.projects.tasks(project.project_id)}
    assert set(tasks) == {"topic", "entities"}
    assert workspace.store.records.count(project.project_id) == 4
    assert len(workspace.store.answers.hidden(tasks["topic"].task_id)) == 4
    assert len(workspace.store.answers.hidden(tasks["entities"].task_id)) == 4
    (embedding,) = workspace.store.embeddings.all(project.project_id)
    assert (embedding.n_vectors, embedding.coverage) == (4, 1.0)


STEPS = ["import_file", "_hide_truth", "_embed_sample"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.usefixtures("in_process")
def test_a_sample_that_was_broken_off_is_taken_up_again(tmp_path, small_sample, monkeypatch, step, when):
    monkeypatch.setattr(sample, "resolve", lambda model: Present())
    real = getattr(sample, step)

    def broken(*arguments, **named):
        if when == "after":
            result = real(*arguments, **named)
            if step == "import_file":
                arguments[0].jobs.wait(result.job_id)
        raise KeyboardInterrupt

    with closing(Workspace(tmp_path / "w")) as workspace, monkeypatch.context() as patch:
        patch.setattr(sample, step, broken)
        with pytest.raises(KeyboardInterrupt):
            sample.ensure_sample(workspace, small_sample)
    with closing(Workspace(tmp_path / "w")) as workspace:
        project = sample.ensure_sample(workspace, small_sample)
        assert_sample_is_whole(workspace, project)
        typical = workspace.store.embeddings.vectors(workspace.store.embeddings.all(project.project_id)[0]).typical
        assert typical.tolist() == ([2, 0, 1, 3])
        assert sample.ensure_sample(workspace, small_sample) == project
        assert len(workspace.store.projects.all()) == 1


def test_without_the_model_the_sample_is_embedded_by_the_best_there_is(workspace, small_sample, monkeypatch):
    monkeypatch.setattr(sample, "resolve", lambda model: Absent())
    monkeypatch.setattr(sample, "best_available", lambda: "hashing")
    project = sample.ensure_sample(workspace, small_sample)
    for job in workspace.jobs.running():
        workspace.jobs.wait(job.job_id)
    assert_sample_is_whole(workspace, project)
    assert workspace.store.embeddings.all(project.project_id)[0].model == "hashing"


def test_a_workspace_with_projects_gets_no_sample(files, small_sample):
    assert sample.ensure_sample(files.workspace, small_sample) is None
    assert len(files.store.projects.all()) == 1
