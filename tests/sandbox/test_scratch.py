"""The scratch folder: counted as it is, and removed however it was left."""

import os

import pytest

from al_core.sandbox import scratch


def test_bytes_and_entries_are_those_on_disk(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"x" * 10_000)
    n_bytes, n_entries = scratch.measure(tmp_path)
    assert n_entries == 2
    assert n_bytes >= 10_000


def test_links_are_not_followed(tmp_path):
    (tmp_path / "root").symlink_to("/")
    assert scratch.measure(tmp_path)[1] == 1


def test_folders_that_are_too_deep_to_look_into_count_as_too_much(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 100, dir_fd=here)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert scratch.measure(tmp_path)[1] > scratch.ENTRY_LIMIT
    scratch.remove(tmp_path)
    assert not tmp_path.exists()


def test_counting_stops_soon_after_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ENTRY_LIMIT", 5)
    for number in range(20):
        (tmp_path / str(number)).touch()
    assert scratch.measure(tmp_path)[1] == 6


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o500])
def test_folders_without_permissions_are_removed(tmp_path, mode):
    outer = tmp_path / "run"
    (outer / "a" / "b").mkdir(parents=True)
    (outer / "a" / "b" / "file").touch()
    (outer / "a" / "b").chmod(mode)
    (outer / "a").chmod(mode)
    scratch.remove(outer)
    assert not outer.exists()


def test_what_a_link_points_to_stays(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link").symlink_to(kept)
    scratch.remove(tmp_path / "run")
    assert (kept / "file").exists()
