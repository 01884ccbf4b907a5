from __future__ import annotations

import json
import os
import signal

import pytest

from al_core.errors import Cancelled, InvalidInput, JobFailed
from al_core.importers import DONE, Mapping, ReadOptions, load_staged, preview, stage
from al_core.importers.guesses import guess_columns
from al_core.importers.spans import read_spans
from al_core.importers.staging import file_sha
from al_core.types import Problem

SPANS = Mapping(("text",), "id", span_column="spans")


def as_lines(*rows: dict) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_what_is_staged_can_be_loaded_again(written, tmp_path):
    path = written("a.csv", "id,text,label\n1,a,x\n2,b,x\n2,c,y\n")
    heard: list[tuple[float, str]] = []
    pids: list[int] = []
    folder = tmp_path / "staged"
    mapping = Mapping(("text",), "id", "label")
    staged = stage(path, mapping, folder, on_progress=lambda *part: heard.append(part), on_start=pids.append)
    assert load_staged(folder) == staged
    assert (staged.n_records, staged.labels, staged.sha) == (2, (("x", 2),), file_sha(path))
    assert staged.problems[0].line == 4
    assert heard[0][0] == 0.0
    assert heard[-1] == (1.0, "2 rows read")
    assert len(pids) == 1
    assert sorted(file.name for file in folder.iterdir()) == ["answers.parquet", "done.json", "records.parquet"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def big_file(written):
    return written("big.csv", "id,text\n" + "".join(f"{n},text of {n}\n" for n in range(400_000)))


@pytest.mark.parametrize("moment", ["at once", "in the middle"])
def test_a_killed_worker_leaves_nothing_that_looks_whole(moment, written, tmp_path):
    folder = tmp_path / "staged"
    pids: list[int] = []

    def start(pid: int) -> None:
        pids.append(pid)
        if moment == "at once":
            os.kill(pid, signal.SIGKILL)

    def progress(part: float, message: str) -> None:
        if 0 < part < 1:
            os.kill(pids[0], signal.SIGKILL)

    with pytest.raises(JobFailed, match="signal 9"):
        stage(big_file(written), Mapping(("text",), "id"), folder, on_progress=progress, on_start=start)
    assert not folder.exists() or list(folder.iterdir()) == []
    with pytest.raises(InvalidInput, match="was not finished"):
        load_staged(folder)


def test_a_cancel_ends_the_worker(written, tmp_path):
    pids: list[int] = []

    def progress(part: float, message: str) -> None:
        if part > 0:
            raise Cancelled("The import was cancelled.")

    with pytest.raises(Cancelled):
        stage(big_file(written), Mapping(("text",)), tmp_path / "s", on_progress=progress, on_start=pids.append)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_failed_import_removes_what_an_earlier_one_left(written, stage_here, tmp_path):
    stage_here(written("a.csv", "id,text\n1,a\n"))
    with pytest.raises(InvalidInput):
        stage_here(written("a.csv", "id,text\n1,\n"))
    assert not (tmp_path / "staged" / DONE).exists()


def test_a_preview_that_takes_too_long_is_given_up(written):
    with pytest.raises(InvalidInput, match=r"not be read within 0 seconds"):
        preview(written("a.csv", "id,text\n1,a\n"), seconds=0.001)


def test_a_preview_crosses_the_process_border_whole(written):
    shown = preview(written("a.csv", "id;text\n1;a, b\n2;\n"), ReadOptions(separator=";"))
    assert shown.rows == (("1", "a, b"), ("2", ""))
    assert shown.options == ReadOptions(encoding="utf-8", separator=";", header_row=1)
    assert (shown.columns, shown.notes, shown.n_rows) == (("id", "text"), (), 2)


def test_the_same_row_with_another_label_is_reported(written, stage_here):
    path = written("a.csv", "id,text,label\n1,a,x\n1,a,y\n1,a,x\n")
    outcome = stage_here(path, Mapping(("text",), "id", "label"))
    assert outcome.answers == [(0, "x", None, None)]
    assert outcome.staged.n_duplicate_ids == 2
    expected = Problem(3, "Skipped: '1' is on line 2 already, with another label; that one is kept.")
    assert outcome.staged.problems == (expected,)


def test_without_ids_the_text_is_the_id(written, stage_here):
    outcome = stage_here(written("a.csv", "text,n\nabc,1\nabc,2\nxyz,3\n"), Mapping(("text",)))
    assert outcome.records == [
        {"external_id": "sha-ba7816bf8f01cfea", "text": "abc", "n": "1"},
        {"external_id": "sha-3608bca1e44ea6c4", "text": "xyz", "n": "3"},
    ]
    assert outcome.staged.n_duplicate_ids == 1


def test_columns_called_like_ours_are_renamed(written, stage_here):
    outcome = stage_here(written("a.csv", "Row,external_id,text\n7,e1,a\n"), Mapping(("text",), "external_id"))
    assert outcome.records == [{"external_id": "e1", "text": "a", "Row (2)": "7"}]
    assert outcome.staged.columns == ("Row (2)", "text")


def test_text_columns_come_in_the_order_of_the_mapping(written, stage_here):
    outcome = stage_here(written("a.csv", "id,title,body\n1,t,b\n2,t2,\n"), Mapping(("body", "title"), "id"))
    assert outcome.staged.text_columns == ("body", "title")
    assert outcome.records == [{"external_id": "1", "body": "b", "title": "t"}]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (Mapping(()), r"No text column is chosen.*id, text, label"),
        (Mapping(("nope",)), r"no column 'nope'.*id, text, label"),
        (Mapping(("text",), "text"), "'text' is chosen twice"),
        (Mapping(("text",), None, "label", "id"), "cannot be imported at once"),
    ],
)
def test_impossible_mappings_say_why(mapping, words, written, stage_here):
    with pytest.raises(InvalidInput, match=words):
        stage_here(written("a.csv", "id,text,label\n1,a,x\n"), mapping)


def test_several_labels_per_record_are_refused(written, stage_here):
    path = written("a.jsonl", as_lines({"id": 1, "text": "a", "label": ["x", "y"]}))
    with pytest.raises(InvalidInput, match="several labels per record are not supported here"):
        stage_here(path, Mapping(("text",), "id", "label"))


def test_no_spans_and_an_empty_list_are_two_things(written, stage_here):
    rows = [
        {"id": 1, "text": "nothing here", "spans": []},
        {"id": 2, "text": "nobody looked", "spans": None},
        {"id": 3, "text": "only a bad one", "spans": [{"start": 0, "end": 99, "label": "X"}]},
    ]
    outcome = stage_here(written("a.jsonl", as_lines(*rows)), SPANS)
    assert outcome.answers == [(0, None, None, None)]
    assert outcome.staged.labels == ()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('[{"start": 3, "end": 5, "label": " B "}, [0, 2, "A"]]', [(0, 2, "A"), (3, 5, "B")]),
        ([{"start": 0, "end": 2, "label": "A"}, {"start": 2, "end": 3, "label": "A"}], [(0, 2, "A"), (2, 3, "A")]),
        ("[]", []),
        ("", None),
        (None, None),
        ('[{"start": 0.5, "end": 2, "label": "A"}]', None),
        ('[{"start": "0", "end": 2, "label": "A"}]', None),
        ([{"start": True, "end": 2, "label": "A"}], None),
        ([{"start": 0, "end": 2}], None),
        ([{"start": 0, "end": 2, "label": " "}], None),
        ({"start": 0, "end": 2, "label": "A"}, None),
    ],
)
def test_spans_are_read_and_checked(cell, expected):
    assert read_spans(cell, "ab cd", lambda message: None, lambda message: None) == expected


def test_guesses_are_none_rather_than_wild():
    rows = [["r1", "2026-01-02T03:04:05", 7, "short", "a rather long remark", None]]
    guess = guess_columns(["ref", "when", "n", "kind", "remark", "empty"], rows)
    assert (guess.text_column, guess.id_column, guess.label_column) == ("remark", None, None)
    assert guess_columns(["user_id", "Text", "Category"], [["1", "hello", "x"]]).id_column == "user_id"
