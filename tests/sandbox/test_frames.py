"""Job and result files: what goes in comes out, and nothing else is believed."""

import os
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.sandbox import frames


@pytest.fixture
def file(tmp_path):
    descriptor = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    yield descriptor
    os.close(descriptor)


@given(
    source=st.text(st.characters(exclude_categories=["Cs"])),
    labels=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    predict=st.none() | st.lists(st.integers(0, 2**62)),
)
def test_a_job_comes_out_as_it_went_in(tmp_path_factory, source, labels, predict):
    descriptor = os.open(tmp_path_factory.mktemp("job") / "job", os.O_CREAT | os.O_RDWR)
    rows = None if predict is None else np.array(predict, np.int64)
    frames.write_job(descriptor, frames.Job(source, np.arange(len(labels)), tuple(labels), rows, 7))
    read = frames.read_job(descriptor)
    os.close(descriptor)
    assert (read.source, read.train_labels, read.seed) == (source, tuple(labels), 7)
    assert read.train_rows.tolist() == list(range(len(labels)))
    assert (None if read.predict_rows is None else read.predict_rows.tolist()) == predict


def test_a_result_comes_out_as_it_was_written(file):
    values = np.array([[0.25, 0.75], [1, 0]], np.float32)
    frames.begin_result(file, ("ä", "b"), 2)
    frames.write_all(file, values.data)
    result = frames.read_result(file, rows=2, labels={"ä", "b", "c"})
    assert isinstance(result, frames.Success)
    assert result.classes == ("ä", "b")
    assert result.probabilities.tolist() == values.tolist()
    assert not result.probabilities.flags.writeable


def test_a_failure_replaces_what_was_written_before(file):
    frames.begin_result(file, ("a",), 1000)
    frames.write_all(file, bytes(4000))
    frames.write_failure(file, frames.Failure("error", "no", 3, "trace"))
    assert frames.read_result(file, rows=1000, labels={"a"}) == frames.Failure("error", "no", 3, "trace")


def test_an_empty_file_is_no_result(file):
    assert frames.read_result(file, rows=1, labels={"a"}) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.001, 1.001])
def test_a_single_bad_value_among_many_is_refused(file, value):
    values = np.full((1000, 1), 0.5, np.float32)
    values[777] = value
    frames.begin_result(file, ("a",), 1000)
    frames.write_all(file, values.data)
    with pytest.raises(frames.BadFrame, match="not between 0 and 1"):
        frames.read_result(file, rows=1000, labels={"a"})


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_do_anything_but_refuse(tmp_path_factory, content):
    descriptor = os.open(tmp_path_factory.mktemp("result") / "result", os.O_CREAT | os.O_RDWR)
    os.write(descriptor, frames.RESULT_MAGIC + struct.pack("<QQQ", 20, 1, 1) + content)
    try:
        frames.read_result(descriptor, rows=1, labels={"a"})
    except frames.BadFrame:
        pass
    finally:
        os.close(descriptor)
