from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.importers import Mapping

ROWS = [{"id": 1, "text": "a"}, {"id": 2, "text": "b", "note": [1.0, {"x": None}]}]


@pytest.mark.parametrize(
    "document",
    [
        ROWS,
        {"data": ROWS},
        {"version": 3, "rows": ROWS, "errors": []},
        {"id": [1, 2], "text": ["a", "b"], "note": [None, [1.0, {"x": None}]]},
        {"id": {"0": 1, "1": 2}, "text": {"0": "a", "1": "b"}, "note": {"1": [1.0, {"x": None}]}},
    ],
)
def test_shapes_of_json(document, written, stage_here):
    outcome = stage_here(written("a.json", json.dumps(document)))
    assert outcome.records == [
        {"external_id": "1", "text": "a", "note": None},
        {"external_id": "2", "text": "b", "note": '[1.0, {"x": null}]'},
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"train": ROWS, "test": ROWS}, "several names: test, train"),
        ([1, 2], "no rows"),
        ("text", "no rows"),
        ({"data": []}, "no rows"),
    ],
)
def test_json_without_rows(document, words, written, stage_here):
    with pytest.raises(InvalidInput, match=words):
        stage_here(written("a.json", json.dumps(document)))


def test_broken_json_names_the_place(written, stage_here):
    with pytest.raises(InvalidInput, match="line 2, column 3"):
        stage_here(written("a.json", '[{"id": 1},\n  oops]'))


def test_elements_that_are_no_objects_are_reported(written, stage_here):
    outcome = stage_here(written("a.json", '[{"id": 1, "text": "a"}, 7]'))
    assert [problem.line for problem in outcome.staged.problems] == [2]


def test_numbers_stay_as_they_were_written(written, stage_here):
    numbers = ["9007199254740993", "1.0", "1e400", "-0.10", "123456789012345678901234567890"]
    lines = "".join(f'{{"id": {number}, "text": "t{number}", "list": [{number}]}}\n' for number in numbers)
    outcome = stage_here(written("a.jsonl", lines))
    assert [record["external_id"] for record in outcome.records] == numbers
    assert [record["list"] for record in outcome.records] == [f"[{number}]" for number in numbers]


def test_a_column_may_begin_in_the_last_line(written, stage_here):
    outcome = stage_here(written("a.jsonl", '{"id": 1, "text": "a"}\n{"id": 2, "text": "b", "late": true}\n'))
    assert [record["late"] for record in outcome.records] == [None, "true"]


def test_one_deep_line_costs_only_itself(written, stage_here):
    outcome = stage_here(written("a.jsonl", '{"id": 1, "text": "a"}\n' + "[" * 100_000 + "\n"))
    assert outcome.texts == ["a"]
    assert outcome.staged.problems[0].message == "Skipped: The JSON is nested too deeply to be read."


def test_a_lone_surrogate_is_replaced_and_reported(written, stage_here):
    outcome = stage_here(written("a.jsonl", r'{"id": 1, "text": "a\ud83d b", "x": ["\udc00"]}'))
    assert outcome.texts == ["a\ufffd b"]  # one code point for one, so that offsets stay
    assert [problem.message for problem in outcome.staged.problems] == [
        'A broken character in "text" was replaced by \ufffd.',
        'A broken character in "x" was replaced by \ufffd.',
    ]


def test_a_name_twice_in_an_object_is_no_silent_choice(written, stage_here):
    outcome = stage_here(written("a.jsonl", '{"id": 1, "text": "a", "text": "b"}\n{"id": 2, "text": "c"}\n'))
    assert outcome.texts == ["c"]
    assert outcome.staged.problems[0].message == 'Skipped: An object has the name "text" twice.'


def test_separators_of_unicode_end_no_line(written, stage_here):
    text = "a\u2028b\x85c\x0bd"
    line = json.dumps({"id": 1, "text": text}, ensure_ascii=False)
    assert "\u2028" in line
    assert stage_here(written("a.jsonl", line + "\r\n")).texts == [text]


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(texts, texts), max_size=6), as_ascii=st.booleans())
def test_whatever_the_json_module_writes_is_read_back(rows, as_ascii, written, stage_here):
    lines = [{"id": "first", "text": "a text", "note": ""}]
    lines += [{"id": f"{n}{name}", "text": text, "note": text} for n, (name, text) in enumerate(rows)]
    content = "\n".join(json.dumps(line, ensure_ascii=as_ascii) for line in lines)
    outcome = stage_here(written("round.jsonl", content.encode()), Mapping(("text",), "id"))
    kept = [line for line in lines if line["text"].strip()]
    assert outcome.records == [{"external_id": row["id"], "text": row["text"], "note": row["note"]} for row in kept]
    assert outcome.staged.n_problems == 0
