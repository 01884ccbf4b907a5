"""The long series: a writer killed with SIGKILL again and again."""

from contextlib import closing

import pytest

from al_core.store import Store
from benchmarks.store import is_locked_out, kill_series


@pytest.mark.long
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path):
    counted = kill_series(tmp_path / "workspace", kills=100)
    assert counted.pop("acknowledged") > 100
    assert counted == {"lost": 0, "partial": 0, "unreadable": 0}


def test_one_kill(tmp_path):
    counted = kill_series(tmp_path / "workspace", kills=1)
    assert counted.pop("acknowledged") >= 1
    assert counted == {"lost": 0, "partial": 0, "unreadable": 0}
    with closing(Store(tmp_path / "workspace")):
        assert is_locked_out(tmp_path / "workspace")
