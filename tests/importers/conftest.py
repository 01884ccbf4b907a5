from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from al_core.importers import Mapping, ReadOptions, Staged
from al_core.importers.staging import stage_table


@dataclass(frozen=True)
class Outcome:
    staged: Staged
    records: list[dict]  # without the row number, which `stage` here has checked
    answers: list[tuple]  # (row, label, start, end)

    @property
    def texts(self) -> list[str]:
        return [record[self.staged.text_columns[0]] for record in self.records]


@pytest.fixture
def awful() -> Path:
    return Path(__file__).parent / "awful"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Writes a file: `written(name, content)`."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def stage_here(tmp_path: Path) -> Callable[..., Outcome]:
    """Stages a file in the test's own process and reads back what was staged."""

    def run(path: Path, mapping: Mapping | None = None, options: ReadOptions = ReadOptions()) -> Outcome:  # noqa: B008
        mapping = mapping or Mapping(("text",), "id")
        folder = tmp_path / "staged"
        staged = stage_table(path, mapping, folder, options, lambda part, message: None)
        records = pq.read_table(folder / "records.parquet").to_pylist()
        assert [record.pop("row") for record in records] == list(range(staged.n_records))
        answers: list[tuple] = []
        if (folder / "answers.parquet").exists():
            rows = pq.read_table(folder / "answers.parquet").to_pylist()
            answers = [(row["row"], row["label"], row["start"], row["end"]) for row in rows]
        return Outcome(staged, records, answers)

    return run
