from __future__ import annotations

import pytest

from al_core.errors import InvalidInput
from al_core.importers import ReadOptions
from al_core.importers.encodings import detect_encoding
from al_core.types import Problem

RUSSIAN = "id,text\n1,Привет как дела друзья\n2,Сегодня хорошая погода\n"


@pytest.mark.parametrize(
    ("text", "encoding", "detected"),
    [
        ("plain", "ascii", "utf-8"),
        ("Grüße", "utf-8", "utf-8"),
        ("Grüße", "utf-8-sig", "utf-8-sig"),
        ("Grüße", "utf-16", "utf-16"),
        ("Grüße", "utf-32", "utf-32"),
        ("id,text\n1,Grüße\n", "utf-16-le", "utf-16-le"),
        ("id,text\n1,Grüße\n", "utf-16-be", "utf-16-be"),
        ("id,text\n1,Grüße – sagt „er“ für 5 €\n", "cp1252", "cp1252"),
        ("id,text\n1,a café\n", "latin-1", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        ("id,text\n1,今日はとても良い天気ですね\n2,明日は雨が降るでしょう\n", "shift_jis", "cp932"),
        ("id,text\n1,今天天气很好我们去公园\n2,他们都是学生\n", "gbk", "gb18030"),
        ("id,text\n1,Καλημέρα σας τι κάνετε\n2,Ο καιρός είναι καλός\n", "cp1253", "cp1253"),
        ("id,text\n1,Zażółć gęślą jaźń\n2,Dzień dobry, jak się masz? Świetnie\n", "cp1250", "cp1250"),
    ],
)
def test_encoding_is_detected(text, encoding, detected, written):
    path = written("a.csv", text.encode(encoding))
    found, notes = detect_encoding(path)
    assert found == detected
    assert path.read_text(encoding=found) == text
    if detected.startswith(("cp", "gb")):
        assert f"read as {detected}, which is a guess" in notes[0]


def test_a_late_letter_counts(written):
    """The first megabyte is ASCII; the file still is not."""
    path = written("a.csv", b"id,text\n" + b"1,hello\n" * 200_000 + "2,Grüße\n".encode("cp1252"))
    assert detect_encoding(path)[0] == "cp1252"


def test_bytes_that_no_code_page_knows_become_latin1(written):
    path = written("a.csv", b"id,text\n1,caf\xe9 \x81\x8d\n")
    encoding, notes = detect_encoding(path)
    assert path.read_text(encoding=encoding).endswith("\n")
    assert "\ufffd" not in path.read_text(encoding=encoding)
    assert "which is a guess" in notes[0]


def test_a_few_broken_bytes_do_not_make_another_encoding(written, stage_here):
    path = written("a.csv", "id,text\n1,Grüße an alle\n2,schö".encode() + b"\xc3ne\n")
    for options in (ReadOptions(), ReadOptions(encoding="utf-8")):
        outcome = stage_here(path, options=options)
        assert outcome.texts == ["Grüße an alle", "schö\ufffdne"]
        assert outcome.staged.problems == (Problem(3, 'A broken character in "text" was replaced by \ufffd.'),)


def test_what_is_no_text_is_refused(written):
    with pytest.raises(InvalidInput, match="does not look like text"):
        detect_encoding(written("a.csv", bytes(range(256)) * 20))


def test_the_choice_of_a_person_stands(written):
    path = written("a.csv", "Grüße".encode("cp1250"))
    assert detect_encoding(path, "cp1250") == ("cp1250", ())


def test_a_mark_is_no_text_even_when_utf8_is_chosen(written):
    assert detect_encoding(written("a.csv", "id".encode("utf-8-sig")), "UTF8")[0] == "utf-8-sig"


def test_a_wrong_choice_names_the_line(written):
    with pytest.raises(InvalidInput, match="not utf-8: it cannot be decoded"):
        detect_encoding(written("a.csv", b"a\nb\n\xe9\n"), "utf-8")


@pytest.mark.parametrize("name", ["utf-9", "rot13", "base64"])
def test_unknown_encodings_are_refused(name, written):
    with pytest.raises(InvalidInput, match="There is no encoding called"):
        detect_encoding(written("a.csv", b"a"), name)
