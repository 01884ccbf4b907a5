"""Labeling functions in the sandbox: what they vote, where they fail, and what is not believed."""

import json
import os

import numpy as np
import pytest

from al_core.execution import ApplyFunction, FunctionVotes, Limits
from al_core.sandbox import frames, function_frames

TEXTS = ("the parcel is late", "charge me again", "", "parcel parcel")


@pytest.fixture(scope="session")
def apply(executor):
    """Applies a function to four records of a text and a price."""

    def run_to_end(source: str, **changes: object):
        lines = [json.dumps({"text": text, "price": price}) for price, text in enumerate(TEXTS)]
        job = ApplyFunction(
            source=source,
            function="lf",
            records="\n".join(lines).encode(),
            n_records=len(lines),
            text_attributes=("text",),
            labels=("billing", "delivery"),
            limits=Limits(seconds=20.0, memory_mib=512, scratch_mib=16, log_kib=64),
        )
        return executor.start(type(job)(**{name: getattr(job, name) for name in job.__slots__} | changes)).wait(60)

    return run_to_end


def said(outcome):
    votes = outcome.votes
    return list(zip(votes.place.tolist(), votes.label.tolist(), votes.confidence.round(2).tolist(), strict=True))


def test_a_label_a_label_with_confidence_or_nothing(apply):
    source = (
        "def lf(record):\n"
        "    if 'parcel' in record['text'].text.lower():\n        return 'delivery'\n"
        "    if record['price'] == 1:\n        return 'billing', 0.75\n"
    )
    outcome = apply(source)
    assert outcome.kind == "ok", outcome
    assert said(outcome) == [(0, 1, 1.0), (1, 0, 0.75), (3, 1, 1.0)]
    assert not outcome.votes.failed.any()


def test_a_record_that_fails_costs_only_itself(apply):
    outcome = apply("def lf(record):\n    first = record['text'].split()[0]\n    return 'delivery'\n")
    assert said(outcome) == [(0, 1, 1.0), (1, 1, 1.0), (3, 1, 1.0)]
    assert outcome.votes.failed.tolist() == [False, False, True, False]
    (failure,) = outcome.votes.failures
    assert (failure.place, failure.line, failure.message) == (2, 2, "IndexError: list index out of range")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 'delivry'", "Did you mean 'delivery'?"),
        ("return 'billing', 1.5", "between 0 and 1; this one is 1.5"),
        ("return ['billing', 'delivery']", "returned 2 labels; a record of this task has one"),
        ("return record['titel']", "no attribute 'titel'; they have text, price"),
    ],
)
def test_what_cannot_be_used_says_so_with_the_choices(apply, body, message):
    outcome = apply(f"def lf(record):\n    {body}\n")
    assert outcome.votes.failed.all()
    assert message in outcome.votes.failures[0].message


def test_several_labels_where_the_task_has_several(apply):
    outcome = apply("def lf(record):\n    yield 'billing'\n    yield 'delivery', 0.5\n", several=True)
    assert said(outcome)[:2] == [(0, 0, 1.0), (0, 1, 0.5)]


def test_spans_are_counted_in_tokens_and_come_back_in_characters(apply):
    source = (
        "def lf(record):\n"
        "    for token in record['text'].tokens:\n"
        "        if token == 'parcel':\n            yield 'delivery', token.i, token.i + 1\n"
    )
    votes = apply(source, attribute="text").votes
    assert list(zip(votes.place.tolist(), votes.start.tolist(), votes.end.tolist(), strict=True)) == [
        (0, 4, 10),
        (3, 0, 6),
        (3, 7, 13),
    ]


def test_word_lists_are_imported_by_name(apply):
    source = "from knowledge import parcels\ndef lf(record):\n    if any(w in record['text'] for w in parcels):\n"
    source += "        return 'delivery'\n"
    lists = {"parcels": ("parcel", "courier")}
    assert [place for place, _, _ in said(apply(source, word_lists=lists))] == [0, 3]
    missing = apply(source.replace("parcels", "parcles"), word_lists=lists)
    assert missing.kind == "error"
    assert missing.line == 1
    assert "no word list 'parcles'. The project has: parcels" in missing.message


def test_code_that_fails_before_any_record_is_an_error_on_its_line(apply):
    outcome = apply("x = 1\nraise ValueError('no')\ndef lf(record): ...\n")
    assert (outcome.kind, outcome.line, outcome.message) == ("error", 2, "ValueError: no")


def test_the_limits_hold_here_too(apply):
    outcome = apply("def lf(record):\n    while True: pass\n", limits=Limits(seconds=1.0, memory_mib=256))
    assert outcome.kind == "timeout"


JOB = function_frames.FunctionJob("", "lf", b"", 2, ("text",), ("a", "b"))


def votes(**changes) -> FunctionVotes:
    columns = {
        "place": np.array([0, 1]),
        "label": np.array([1, 0]),
        "start": np.array([-1, -1]),
        "end": np.array([-1, -1]),
        "confidence": np.array([1.0, 0.5]),
        "failed": np.array([False, False]),
        "failures": (),
    }
    return FunctionVotes(**(columns | changes))


def written(tmp_path, result: FunctionVotes) -> int:
    descriptor = os.open(tmp_path / "votes", os.O_CREAT | os.O_RDWR)
    function_frames.write_votes(descriptor, result)
    return descriptor


def test_votes_come_out_as_they_were_written(tmp_path):
    failures = (function_frames.RecordFailure(1, 3, "ä"),)
    read = function_frames.read_votes(written(tmp_path, votes(failures=failures)), JOB)
    assert isinstance(read, FunctionVotes)
    assert (read.label.tolist(), read.confidence.tolist(), read.failures) == ([1, 0], [1.0, 0.5], failures)


@pytest.mark.parametrize(
    "changes",
    [
        {"place": np.array([0, 2])},
        {"place": np.array([1, 0])},
        {"label": np.array([0, 2])},
        {"confidence": np.array([1.0, np.nan])},
        {"confidence": np.array([1.0, 1.01])},
        {"start": np.array([0, -1])},
        {"failed": np.array([False])},
        {"failures": (function_frames.RecordFailure(2, 0, ""),)},
    ],
    ids=str,
)
def test_votes_that_cannot_be_are_refused(tmp_path, changes):
    with pytest.raises(frames.BadFrame):
        function_frames.read_votes(written(tmp_path, votes(**changes)), JOB)
