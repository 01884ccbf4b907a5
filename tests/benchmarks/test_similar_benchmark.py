"""The benchmark of similar records, on a matrix that takes no time."""

from __future__ import annotations

from benchmarks.similar import of_size, write_vectors


def test_others_find_the_same_and_each_has_its_ratio(tmp_path):
    write_vectors(tmp_path / "vectors.npy", 400)
    *against, memory = of_size(tmp_path / "vectors.npy", 400)
    assert against[0].figure == "one query in 400 x 384, against scikit-learn"
    assert all(one.ratio is not None and one.ratio == one.against / one.value for one in against)
    assert memory.unit == "MB" and memory.value >= 0
