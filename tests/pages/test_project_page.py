"""The Project page: importing, tasks and labels, embeddings, projects; mistakes show where they were made."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from al_core.errors import ActiveLearnersError
from al_core.importers import Mapping
from al_core.types import Answer, LabelSpan
from al_core.workflow.labels import change_labels
from al_core.workflow.task_settings import TaskSettings, task_settings

ROOT = Path(__file__).resolve().parents[2]
COPIES = ROOT / "tests" / "importers" / "awful"
ALL_AWFUL = ROOT.parent / "shared" / "awful"


def button(app, label):
    return next(one for one in app.button if one.label == label)


def field(app, label):
    return next(one for one in app.text_input if one.label == label)


def import_path(app, path):
    app.text_input(key="upload_path").set_value(str(path)).run()
    assert not app.exception
    return app


def literal_free(text):
    return text.replace("\\", "").replace("\u2060", "")


def errors(app):
    return [literal_free(one.value) for one in app.error]


# --- importing


def test_a_file_is_imported_by_its_path_and_reported(open_app, workspace, tmp_path):
    project = workspace.store.projects.create("By path")
    path = tmp_path / "shop.csv"
    path.write_text("id,text,topic\n1,my parcel is late today,delivery\n2,,billing\n3,please refund my card,billing\n")
    app = import_path(open_app("6_Project", project), path)
    selects = {one.label: one for one in app.selectbox}
    assert [selects[name].value for name in ("Text column", "Id column", "Label or span column")] == [
        "text", "id", "topic"
    ]  # fmt: skip
    asked = button(app, "Import 3 rows")
    assert (asked.disabled, asked.help) == (True, "Say how the labelled rows were chosen first.")
    selects["How were the labelled rows chosen?"].set_value("All rows are labelled").run()
    button(app, "Import 3 rows").click().run()
    assert not app.exception
    job = next(job for job in (*workspace.jobs.running(), *workspace.jobs.recent()) if job.title == "Import shop.csv")
    report = workspace.jobs.wait(job.job_id)
    assert report.lines() == ("2 new records", "2 records with labels of task 'topic'", "1 row without text skipped")
    app.run()
    assert "\n".join(report.lines()) in [one.value for one in app.text]
    for waiting in workspace.jobs.running():  # the embedding that an import starts
        workspace.jobs.wait(waiting.job_id)


@pytest.mark.parametrize("path", ["no/such/file.csv", "~nobody-at-all/file.csv", str(ROOT), "x" * 5000])
def test_a_path_that_leads_nowhere_leaves_the_rest_of_the_page(open_app, sample, path):
    app = import_path(open_app("6_Project", sample), path)
    assert len(app.error) == 1
    assert field(app, "New project").value == ""


AWFUL = {
    "01_latin1.csv": (None, "Import"),
    "03_utf8_bom.csv": (None, "Import"),
    "04_utf16.csv": (None, "Import"),
    "05_mixed_separators.csv": (None, None),
    "07_million_char_cell.csv": (None, "Import"),
    "08_null_bytes.csv": (None, "Import"),
    "09_emoji_rtl_zwj.csv": (None, "Import"),
    "10_duplicate_ids.csv": (None, "Import"),
    "11_no_text_column.csv": (None, "Import"),
    "12_empty.csv": ("12_empty.csv is empty.", None),
    "14_blank_rows.csv": (None, "Import"),
    "17_deep.json": ("nested too deeply", None),
    "19_broken_line.jsonl": (None, "Import"),
    "21_huge_ints.csv": (None, "Import"),
    "22_formula_injection.csv": (None, "Import"),
    "23_html_script.csv": (None, "Import"),
    "25_duplicate_columns.csv": (None, "Import"),
    "26_ragged.csv": (None, "Import"),
    "28_many_labels.csv": (None, "Import"),
    "29_one_class.csv": (None, "Import"),
    "33_png_as.parquet": ("begins like a PNG picture", None),
    "35_lists.parquet": (None, "Import"),
    "38_merged.xlsx": (None, "Import"),
    "41_spans_bad.jsonl": (None, "Import"),
    "44_crlf_in_cells.csv": (None, "Import"),
}


# How each of them is read is tested every time in tests/importers; of how it is shown some are enough.
EVERY_TIME = {name for name, (refusal, _) in AWFUL.items() if refusal} | {
    "01_latin1.csv", "05_mixed_separators.csv", "35_lists.parquet", "41_spans_bad.jsonl"
}  # fmt: skip


@pytest.mark.parametrize("names", [EVERY_TIME, pytest.param(AWFUL.keys() - EVERY_TIME, marks=pytest.mark.long)])
def test_awful_files_are_shown_or_refused_in_words(open_app, without_records, names):
    app = open_app("6_Project", without_records)
    for name in sorted(names):
        refusal, label = AWFUL[name]
        path = next((place / name for place in (ALL_AWFUL, COPIES) if (place / name).is_file()), None)
        if path is None:
            continue  # too large to be kept with the tests
        import_path(app, path)
        assert len(app.error) == (1 if refusal else 0), name
        if refusal:
            assert refusal in errors(app)[0]
        if label:
            assert any(one.label.startswith(label) for one in app.button), name
        assert field(app, "New project").value == "", "the rest of the page is there"


def test_what_is_said_of_one_file_is_not_taken_for_another(open_app, without_records, tmp_path):
    def rows(label, other):
        return "".join(f"{n},this is text number {n},{label if n % 2 else other}\n" for n in range(20))

    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("title line,,\nid,text,label\n" + rows("good", "bad"))
    second.write_text("id,text,topic\n" + rows("delivery", "billing"))
    app = import_path(open_app("6_Project", without_records), first)
    app.number_input(key=f"header:{first}").set_value(2).run()
    assert field(app, "Task that the labels go to").value == "label"
    import_path(app, second)
    assert app.number_input(key=f"header:{second}").value == 0
    assert field(app, "Task that the labels go to").value == "topic"


def test_a_file_that_cannot_be_read_as_it_comes_can_be_read_as_said(open_app, without_records, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("id,text\n1,a text to read\n")
    app = import_path(open_app("6_Project", without_records), path)
    app.text_input(key=f"encoding:{path}").set_value("klingon").run()
    assert not app.exception
    assert "klingon" in errors(app)[0]
    app.text_input(key=f"encoding:{path}").set_value("latin-1").run()
    assert not app.error
    assert button(app, "Import 1 row")


# --- tasks and labels


def create_task(app, name, labels):
    form = next(one for one in app.text_area if one.label == "Labels, one a line")
    form.set_value(labels)
    # the frame has a field of that name too
    [one for one in app.text_input if one.label == "Name"][-1].set_value(name)
    button(app, "Create").click().run()
    assert not app.exception


def test_a_new_task_is_made_and_chosen(open_app, workspace, without_tasks):
    app = open_app("6_Project", without_tasks)
    create_task(app, "mood", "good\n\n  bad  \ngood\n")
    assert not app.error
    task = workspace.store.projects.task_named(without_tasks.project_id, "mood")
    assert [(label.name, label.key) for label in task.labels] == [("good", "1"), ("bad", "2")]
    assert app.session_state["al:current"].task == task

    create_task(app, "mood", "fine")
    assert "There is a task called 'mood' already." in errors(app)[0]
    create_task(app, "", "fine")
    assert "A task needs a name." in errors(app)[0]
    create_task(app, "empty", "\n \n")
    assert "A task needs labels." in errors(app)[0]
    create_task(app, "long", "x" * 81)
    assert "has 81" in errors(app)[0]
    assert [one.name for one in workspace.store.projects.tasks(without_tasks.project_id)] == ["mood"]


@pytest.fixture
def mood(workspace, import_texts):
    """A task of two labels in a project of its own."""
    n_projects = len(workspace.store.projects.all())
    project = import_texts(f"Moods {n_projects}", ["id,text", "1,some text"], Mapping(("text",), "id"))
    (text,) = (one for one in workspace.store.projects.attributes(project.project_id) if one.is_text)
    return project, workspace.store.projects.create_task(text, "mood", "single_label", ["good", "bad"])


def test_a_label_is_added_once(open_app, workspace, mood):
    project, task = mood
    app = open_app("6_Project", project)
    field(app, "New label").set_value("mixed")
    button(app, "Add label").click().run()
    assert [label.name for label in workspace.store.projects.task(task.task_id).labels] == ["good", "bad", "mixed"]
    field(app, "New label").set_value("mixed")
    button(app, "Add label").click().run()
    assert "There is a label called 'mixed' already." in errors(app)[0]


def test_how_a_task_is_labelled_is_saved_and_a_mistake_changes_nothing(open_app, workspace, mood):
    project, task = mood
    app = open_app("6_Project", project)
    numbers = {one.label: one for one in app.number_input}
    guidelines = next(one for one in app.text_area if one.label == "Guidelines, in Markdown")
    people, every = numbers["People who answer each record"], numbers["Run learners again after so many new answers"]
    assert (guidelines.value, people.value, every.value) == ("", 1, 20)
    assert (people.min, people.max, every.min) == (1, 20, 0)
    guidelines.set_value("**good**: praise")
    people.set_value(3)
    every.set_value(0)
    assert task_settings(workspace.store, task) == TaskSettings(), "nothing is stored before it is saved"
    button(app, "Save").click().run()
    assert not app.exception
    assert [one.value for one in app.toast] == ["Saved."]
    wanted = TaskSettings("**good**: praise", 3, 0)
    assert task_settings(workspace.store, task) == wanted
    guidelines = next(one for one in app.text_area if one.label == "Guidelines, in Markdown")
    guidelines.set_value("x" * 20_001)
    button(app, "Save").click().run()
    assert "The guidelines have 20,001 characters." in errors(app)[0]
    assert task_settings(workspace.store, task) == wanted


def edit_labels(app, task, rows):
    """Do what somebody does in the table of labels, then save."""
    key = f"labels_{task.task_id}_{hash(tuple(label.label_id for label in task.labels))}"
    app.session_state[key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    app.run()
    button(app, "Save changes").click().run()
    assert not app.exception


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({0: {"Key": "2"}}, "'good' and 'bad' both have the key '2'."),
        ({0: {"Name": "bad"}}, "There is a label called 'bad' already."),
        ({0: {"Name": "  "}}, "A label needs a name."),
        ({1: {"Key": "a"}, 0: {"Name": "fine"}}, "The Label page uses the key 'a' itself."),
    ],
)
def test_a_label_that_clashes_is_refused_and_nothing_is_changed(workspace, mood, rows, said):
    _, task = mood
    names = {"Key": "key", "Name": "name"}
    wanted = [
        replace(label, **{names[column]: value for column, value in rows.get(place, {}).items()})
        for place, label in enumerate(task.labels)
    ]
    with pytest.raises(ActiveLearnersError, match=said.replace(".", r"\.")):
        change_labels(workspace.store, task, wanted)
    assert workspace.store.projects.task(task.task_id).labels == task.labels


def test_a_label_is_renamed_in_the_table(open_app, workspace, mood):
    project, task = mood
    app = open_app("6_Project", project)
    edit_labels(app, task, {0: {"Name": "fine", "Description": "all is well"}})
    changed = workspace.store.projects.task(task.task_id).labels[0]
    assert (changed.name, changed.description, changed.key) == ("fine", "all is well", "1")
    edit_labels(app, task, {1: {"Key": "1"}})
    assert errors(app) == ["**'bad' and 'fine' both have the key '1'.** Choose another key."]


def test_two_labels_exchange_their_keys(workspace, mood):
    _, task = mood
    good, bad = task.labels
    assert change_labels(workspace.store, task, [replace(good, key="2"), replace(bad, key="1")]) == 2
    assert [label.key for label in workspace.store.projects.task(task.task_id).labels] == ["2", "1"]


# --- projects and embeddings


def test_a_project_is_made_chosen_and_left_again(open_app, workspace, sample):
    app = open_app("6_Project", sample)
    field(app, "New project").set_value("Second  project")
    [one for one in app.button if one.label == "Create"][-1].click().run()
    assert app.session_state["al:current"].project.name == "Second project"
    field(app, "New project").set_value("Second project")
    [one for one in app.button if one.label == "Create"][-1].click().run()
    assert "There is a project called 'Second project' already." in errors(app)[0]
    assert app.session_state["al:current"].project.name == "Second project"


def test_the_embeddings_are_listed_with_their_coverage(open_app, with_a_run):
    app = open_app("6_Project", with_a_run)
    rows = [frame.value for frame in app.dataframe if "Embedding" in frame.value.columns]
    assert rows[0].to_dict("records") == [
        {"Embedding": "text-classification-hashing", "Dimensions": 256, "Records with vectors": 60, "Coverage": "100 %"}
    ]


def test_a_folder_that_is_no_model_is_refused(open_app, with_a_run, tmp_path):
    app = open_app("6_Project", with_a_run)
    model = next(one for one in app.selectbox if one.label == "Model")
    model.set_value("A folder with a sentence-transformers model").run()
    asked = button(app, "Compute missing vectors")
    assert (asked.disabled, asked.help) == (True, "Type the folder of a model.")
    app.text_input(key="model_folder").set_value(str(tmp_path)).run()
    button(app, "Compute missing vectors").click().run()
    assert not app.exception
    assert "is not a sentence-transformers model" in errors(app)[0]


def test_adapting_the_encoder_is_offered_refused_and_started(open_app, workspace, import_texts, ada, monkeypatch):
    monkeypatch.setattr("al_core.embedders.minilm.MiniLM.available", lambda self: "")
    project = import_texts(
        "Adapting", ["id,text", *(f"{i},text number {i}" for i in range(30))], Mapping(("text",), "id")
    )
    attribute = workspace.store.projects.attributes(project.project_id)[0]
    task = workspace.store.projects.create_task(attribute, "kind", "single_label", ["A", "B"])
    app = open_app("6_Project", project)
    asked = button(app, "Adapt the encoder")
    assert asked.disabled
    assert any("Too few answers to learn from: 0 texts" in literal_free(one.value) for one in app.caption)
    labels = [(LabelSpan(label.label_id),) for label in task.labels]
    answers = [Answer(str(uuid.uuid4()), task.task_id, i, ada.person_id, "accept", labels[i % 2]) for i in range(20)]
    workspace.store.answers.add(answers)
    app.run()
    said = next(literal_free(one.value) for one in app.caption if one.value.startswith("Learns from"))
    assert "Learns from 20 answered texts; there is no audit sample to hold back. Between 1 and " in said
    assert "not measurable yet until 30 further records have an answer" in said
    asked_for = []
    monkeypatch.setattr("pages.components.adapting.adapt", lambda *found: asked_for.append(found[2].name))
    button(app, "Adapt the encoder").click().run()
    assert not app.exception
    assert asked_for == ["kind"]
