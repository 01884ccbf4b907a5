"""The command line, called as a person calls it: what it prints, and one clear line for every mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from al_core.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
COPIES = Path(__file__).parent / "importers" / "awful"
ALL_AWFUL = ROOT.parent / "shared" / "awful"
LEARNER = """\
from sklearn.linear_model import LogisticRegression


class Learner(LearningClassifier):

    def __init__(self):
        self.model = LogisticRegression(C=10, max_iter=1000)
"""
BROKEN = 'class Learner(LearningClassifier):\n\n    def __init__(self):\n        params = {"depth": [1, 2]\n'
WORDS = {"billing": "invoice refund charged twice card", "delivery": "parcel courier late address lost"}
N_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def mistake(self) -> str:
        """The one line of a command that was called wrongly."""
        assert (self.code, self.out) == (2, "")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        return self.err.strip()


Command = Callable[..., Ended]


@pytest.fixture(scope="module", autouse=True)
def _quick_features():
    """Pool features of hashed letters, which need no model."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("al_core.workflow.few_labels.best_pool", lambda: "hashing-pool")
        patched.setattr("al_core.workflow.embedding.best_available", lambda: "hashing")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("command-line")


@pytest.fixture
def command(folder, capsys) -> Command:
    """Calls a command on the workspace of this module."""

    def call(*arguments: str, workspace: Path = folder / "workspace") -> Ended:
        capsys.readouterr()
        try:
            code = main([*arguments, "--workspace", str(workspace)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Ended(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def files(folder) -> dict[str, Path]:
    """Files that commands are given."""
    rows = [
        f"{number},{WORDS[label].split()[number % 5]} {WORDS[label]} number {number},{label},shop{number % 3}"
        for number, label in enumerate(["billing", "delivery"] * (N_RECORDS // 2))
    ]
    texts = {
        "texts.csv": "\n".join(["id,text,topic,shop", *rows]) + "\n",
        "learner.py": LEARNER,
        "broken.py": BROKEN,
        "empty.csv": "",
        "notes.txt": "no table",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "bytes.py").write_bytes(b"x = '\xff'\n")
    return {path.name: path for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def filled(files, folder):
    """The module's workspace, with a project of records, hidden labels, vectors, 40 answers and two heuristics."""
    for arguments in (
        [
            "import",
            str(files["texts.csv"]),
            "--project",
            "Shop",
            "--text",
            "text",
            "--label",
            "topic",
            "--labels",
            "hidden",
        ],
        ["embed", "--project", "Shop", "--model", "hashing"],
        ["heuristic", "add", str(files["learner.py"]), "--project", "Shop", "--task", "topic", "--name", "Learner"],
        ["heuristic", "add", str(files["broken.py"]), "--project", "Shop", "--task", "topic", "--name", "Broken"],
    ):
        assert main([*arguments, "--workspace", str(folder / "workspace")]) == 0
    return "Shop"


def test_a_project_is_listed_with_its_tasks(filled, command):
    assert command("projects").out == "Shop: 60 records; tasks: topic (single_label)\n"
    assert command("projects", workspace=Path(os.environ["HOME"]) / "none").out == "no projects yet\n"


def test_importing_again_changes_nothing(filled, files, command):
    ended = command("import", str(files["texts.csv"]), "--project", " Shop ", "--text", "text")
    assert (ended.code, ended.out) == (0, "60 records were there already, unchanged\n")


def test_embedding_again_computes_nothing(filled, command):
    ended = command("embed", "--project", "Shop", "--model", "hashing")
    assert ended.out == "text-classification-hashing: 0 texts computed\n"


def test_a_heuristic_with_a_syntax_error_is_kept_and_its_line_said(filled, files, command):
    add = ("heuristic", "add", str(files["broken.py"]), "--project", "Shop", "--task", "topic", "--name", "Broken")
    ended = command(*add)
    assert ended.code == 0
    first, second = ended.out.splitlines()
    assert first == "Broken, version 1"
    assert second.startswith("  line 4: '{' was never closed")


def test_evaluating_before_a_run_is_a_mistake(filled, files, folder, command):
    other = folder / "other"
    command("import", str(files["texts.csv"]), "--project", "Shop", "--text", "text", workspace=other)
    for asked in (("evaluate", "--project", "Shop"), ("evaluate", "--project", "Shop", "--json")):
        expected = "No heuristic of project 'Shop' has a finished run yet. Run them with: run --project 'Shop' --all."
        assert command(*asked, workspace=other).mistake == expected


@pytest.mark.sandbox
def test_the_whole_way(filled, folder, command):
    simulated = command("simulate", "--project", "Shop", "--task", "topic", "--n", "40", "--strategy", "random")
    assert simulated.out == "40 answers given\n"

    ran = command("run", "--project", "Shop", "--all")
    computed, first, second = ran.out.splitlines()
    assert computed == "text-classification-hashing-pool: 60 texts computed"
    assert first.startswith("Few labels: finished, ")
    assert second.startswith("Learner: finished, ")
    assert ran.code == 2  # the other one is broken
    assert ran.err.startswith("Broken: ")
    assert "line 4" in ran.err.lower()
    assert ran.err.count("\n") == 1

    rows = json.loads(command("evaluate", "--project", "Shop", "--json").out)
    names = {"heuristic", "label", "threshold", "precision", "low", "high", "n", "coverage", "method"}
    names |= {"basis", "recall", "f1", "n_labelled"}
    assert [set(row) for row in rows] == [names | {"micro", "macro"}, names, names] * 2
    assert [(row["heuristic"], row["label"]) for row in rows] == [
        ("Few labels", None), ("Few labels", "billing"), ("Few labels", "delivery"),
        ("Learner", None), ("Learner", "billing"), ("Learner", "delivery"),
    ]  # fmt: skip
    overall = rows[3]
    assert overall["low"] <= overall["precision"] <= overall["high"]
    assert overall["n"] == rows[4]["n"] + rows[5]["n"] <= 40
    assert overall["method"] == "Out-of-fold on 40 labels, all drawn at random. The mean of 2 dealings of the folds."

    sentences = command("evaluate", "--project", "Shop").out
    assert sentences.startswith("Few labels, all labels, at 0.80: precision ")
    assert "\nLearner, all labels, at 0.80: precision " in sentences

    target = folder / "out.jsonl"
    exported = command("export", str(target), "--project", "Shop")
    assert exported.out == f"60 rows written to {target}\n"
    assert len(target.read_text("utf-8").splitlines()) == N_RECORDS


@pytest.mark.sandbox
def test_a_task_from_a_file_begins_with_a_guess_from_its_label_names(files, folder, command):
    other = folder / "begun"
    given = ("--project", "S", "--text", "text", "--label", "topic", "--labels", "hidden")
    command("import", str(files["texts.csv"]), *given, workspace=other)
    missing = "No heuristic of project 'S' has a finished run yet."
    assert command("evaluate", "--project", "S", workspace=other).mistake.startswith(missing)

    embedded = command("embed", "--project", "S", workspace=other)
    assert embedded.out.splitlines() == [
        "text-classification-hashing: 60 texts computed",
        "First guess for topic: done",
    ]
    figures = command("evaluate", "--project", "S", workspace=other).out
    assert figures.startswith("Few labels, all labels, at 0.80: precision unknown (n = 0), covers ")

    command("import", str(files["texts.csv"]), *given, workspace=other)  # the same again makes no second heuristic
    ran = command("run", "--project", "S", "--all", workspace=other).out
    assert ran.startswith("Few labels: finished, ")
    assert ran.count("\n") == 1


@pytest.mark.sandbox
def test_a_run_that_fails_says_the_line(filled, command):
    mistake = command("run", "--project", "Shop", "--name", "Broken").mistake
    assert mistake.startswith("Broken: ")
    assert "line 4" in mistake.lower()


@pytest.mark.sandbox
def test_the_doctor_says_what_works(command):
    ended = command("doctor")
    assert ended.code == 0
    assert "embedder hashing: ready\n" in ended.out
    assert "protection of heuristic code: " in ended.out


# what was typed -> what the line begins with; {name} is a file of `files`
MISTAKES = {
    "": "the following arguments are required: COMMAND",
    "fly": "argument COMMAND: invalid choice: 'fly'",
    "import": "the following arguments are required: --project, FILE, --text",
    "import none.csv --project P --text text": "There is no file 'none.csv'.",
    "import ~nobody-at-all/x.csv --project P --text text": "'~nobody-at-all/x.csv' begins with a home folder that",
    "import / --project P --text text": "'/' is a folder.",
    "import {empty.csv} --project P --text text": "empty.csv is empty.",
    "import {notes.txt} --project P --text text": "notes.txt",
    "import {texts.csv} --project P --text body": "texts.csv has no column 'body'. Use one of: id, text, topic, shop.",
    "import {texts.csv} --project P --text text --id nr": "texts.csv has no column 'nr'.",
    "import {texts.csv} --project P --text text --label class": "texts.csv has no column 'class'.",
    "import {texts.csv} --project P --text text --label topic --spans shop": "--label and --spans cannot be given",
    "import {texts.csv} --project P --text text --labels hidden": "--labels says something about labels.",
    "import {texts.csv} --project P --text text --drawn all": "--drawn says something about labels.",
    "import {texts.csv} --project P --text text --task t": "--task says something about labels.",
    "import {texts.csv} --project P --text text --label topic --drawn some": "argument --drawn: invalid choice: 'some'",
    "embed --project Nowhere": "No project 'Nowhere'. Use one of: Shop.",
    "embed --project Shop --model wishful": "No embedder 'wishful'. Use one of: ",
    "embed --project Shop --model {empty.csv}": "No embedder ",
    "heuristic add none.py --project Shop --task topic --name N": "There is no file 'none.py'.",
    "heuristic add {bytes.py} --project Shop --task topic --name N": "{bytes.py} is not UTF-8 text",
    "heuristic add {learner.py} --project Shop --task mood --name N": "No task 'mood'. Use one of: topic.",
    "heuristic add {learner.py} --project Shop --task topic --name N --embedding e": "No embedding 'e'.",
    "heuristic drop {learner.py} --project Shop --task topic --name N": "argument action: invalid choice: 'drop'",
    "run --project Shop": "one of the arguments --all --name is required.",
    "run --project Shop --name Nobody": "No heuristic 'Nobody'. Use one of: Broken, Few labels, Learner.",
    "evaluate --project Nowhere --json": "No project 'Nowhere'.",
    "export out.xml --project Shop": "Exports cannot end in '.xml': out.xml.",
    "export /no/such/folder/out.csv --project Shop": "/no/such/folder/out.csv cannot be written",
    "simulate --project Shop --task topic --n 5 --strategy luck": "No strategy 'luck'. Use one of: smart, ",
    "simulate --project Shop --task topic --n 0": "--n is 0.",
    "simulate --project Shop --task topic --n many": "argument --n: invalid int value: 'many'.",
}


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_one_line(typed, filled, files, command, monkeypatch, folder):
    monkeypatch.chdir(folder)

    def named(text: str) -> str:
        for name, path in files.items():
            text = text.replace(f"{{{name}}}", str(path))
        return text

    mistake = command(*named(typed).split()).mistake if typed else without_command()
    assert mistake.startswith(named(MISTAKES[typed]))


def test_mistakes_made_nothing(filled, command):
    assert command("projects").out == "Shop: 60 records; tasks: topic (single_label)\n"


def without_command() -> str:
    ended = subprocess.run([sys.executable, "-m", "al_core"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    return ended.stderr


def test_a_name_that_is_empty_or_too_long_is_refused(filled, files, command):
    source = str(files["learner.py"])
    add = ("heuristic", "add", source, "--project", "Shop", "--task", "topic")
    assert "1 to 80 characters, this one has 0" in command(*add, "--name", "  ").mistake
    assert "1 to 80 characters, this one has 81" in command(*add, "--name", "n" * 81).mistake
    imported = ("import", str(files["texts.csv"]), "--text", "text")
    assert command(*imported, "--project", " ").mistake == "A project needs a name. Type one."
    assert "1 to 80 characters" in command(*imported, "--project", "n" * 81).mistake


def test_hidden_labels_are_needed_to_simulate(folder, files, command):
    other = folder / "answers"
    command("import", str(files["texts.csv"]), "--project", "S", "--text", "text", "--label", "topic", workspace=other)
    mistake = command("simulate", "--project", "S", "--task", "topic", "--n", "5", workspace=other).mistake
    assert mistake == "Task 'topic' has no hidden labels to simulate from. Import labels with --labels hidden."


def test_labels_for_a_task_of_another_kind_are_refused(folder, files, command):
    spans = folder / "spans.jsonl"
    spans.write_text('{"text": "see Ulm", "spans": [{"start": 4, "end": 7, "label": "CITY"}]}\n')
    other = folder / "kinds"
    command("import", str(files["texts.csv"]), "--project", "S", "--text", "text", "--label", "topic", workspace=other)
    added = ("import", str(spans), "--project", "S", "--text", "text", "--spans", "spans", "--task", "topic")
    assert (
        "is of kind single_label, the file's labels are of kind extraction" in command(*added, workspace=other).mistake
    )


def test_learners_are_for_classification(folder, files, command):
    spans = folder / "only-spans.jsonl"
    spans.write_text('{"text": "see Ulm", "spans": [{"start": 4, "end": 7, "label": "CITY"}]}\n')
    other = folder / "extraction"
    command("import", str(spans), "--project", "S", "--text", "text", "--spans", "spans", workspace=other)
    add = ("heuristic", "add", str(files["learner.py"]), "--project", "S", "--task", "spans", "--name", "N")
    assert command(*add, workspace=other).mistake.startswith("Active learners work on classification tasks; 'spans' is")


def test_a_workspace_that_cannot_be_one_is_refused(files, command):
    mistake = command("projects", workspace=files["notes.txt"]).mistake
    assert mistake.startswith(f"The workspace {files['notes.txt']} cannot be used: ")


def test_an_argument_that_is_no_text_is_refused(command):
    assert command("embed", "--project", "caf\udce9").mistake.startswith("The argument project is not readable as text")


def test_a_workspace_in_use_names_its_process(filled, folder, command):
    """Another process holds the file, as a running app does."""
    code = (
        "import sys; from pathlib import Path; from al_core.workflow.workspace import Workspace\n"
        "held = Workspace(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read(); held.close()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "workspace")],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        mistake = command("projects").mistake
        assert mistake.startswith(f"The workspace {folder / 'workspace'} is in use by process {holder.pid} (")
    finally:
        holder.stdin.close()
        holder.wait(30)
        holder.stdout.close()


# --- files as they come in real life: (options, exit code, a part of what is said)

AWFUL = {
    "01_latin1.csv": ("--label label", 0, "it was read as cp1252, which is a guess"),
    "03_utf8_bom.csv": ("--id id", 0, "2 new records"),
    "04_utf16.csv": ("", 0, "2 new records"),
    "05_mixed_separators.csv": ("", 2, "has no column 'text'. Use one of: id;text,label."),
    "07_million_char_cell.csv": ("", 0, "3 new records"),
    "08_null_bytes.csv": ("", 0, "3 new records"),
    "09_emoji_rtl_zwj.csv": ("", 0, "8 new records"),
    "10_duplicate_ids.csv": ("--label label", 0, "line 3: Skipped: id '1' is on line 2 already"),
    "11_no_text_column.csv": ("", 2, "has no column 'text'. Use one of: a, b, c."),
    "12_empty.csv": ("", 2, "12_empty.csv is empty."),
    "14_blank_rows.csv": ("", 0, "3 rows without text skipped"),
    "17_deep.json": ("", 2, "nested too deeply"),
    "19_broken_line.jsonl": ("", 0, "line 2: Skipped: not valid JSON"),
    "21_huge_ints.csv": ("", 0, "4 new records"),
    "22_formula_injection.csv": ("", 0, "7 new records"),
    "23_html_script.csv": ("", 0, "5 new records"),
    "25_duplicate_columns.csv": ("", 0, 'column 3 is called "text (2)" here'),
    "26_ragged.csv": ("", 0, "line 5: Skipped: a quote is opened and never closed."),
    "28_many_labels.csv": ("--label label", 0, "2,000 records with labels of task 'label'"),
    "29_one_class.csv": ("--label label", 0, "50 records with labels of task 'label'"),
    "33_png_as.parquet": ("", 2, "begins like a PNG picture"),
    "35_lists.parquet": ("", 0, 'Column "bin" holds bytes and is left out.'),
    "38_merged.xlsx": ("", 0, "Cell B5 is a formula without a stored value"),
    "41_spans_bad.jsonl": ("--spans spans", 0, "lies outside of the text, which has 12 characters"),
    "44_crlf_in_cells.csv": ("", 0, "2 new records"),
}


# How each of them is read is tested every time in tests/importers; of how it is reported some are enough.
EVERY_TIME = {name for name, (_, code, _) in AWFUL.items() if code} | {
    "01_latin1.csv", "10_duplicate_ids.csv", "28_many_labels.csv", "35_lists.parquet", "41_spans_bad.jsonl"
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in EVERY_TIME else pytest.mark.long) for name in AWFUL]
)
def test_an_awful_file(name, folder, command):
    path = next((place / name for place in (ALL_AWFUL, COPIES) if (place / name).is_file()), None)
    if path is None:
        pytest.skip(f"{name} is too large to be kept with the tests")
    options, code, part = AWFUL[name]
    ended = command(
        "import", str(path), "--project", name, "--text", "text", *options.split(), workspace=folder / "awful"
    )
    assert ended.code == code
    assert part in (ended.mistake if code else ended.out)
    listed = command("projects", workspace=folder / "awful").out
    assert (f"{name}: " in listed) == (code == 0), "a file that cannot be read makes no project"
