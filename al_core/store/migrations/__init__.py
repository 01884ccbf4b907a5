"""Ordered migrations of the database: each runs in one transaction that ends with its own version row.

Before a step touches a file that holds something, the file is copied to `backup/` beside it. A file written by
a newer app is refused, never guessed at.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.store.database import Database
from al_core.store.migrations.m0001_initial import STATEMENTS as INITIAL
from al_core.store.migrations.m0002_certificates import STATEMENTS as CERTIFICATES
from al_core.store.migrations.m0003_remarks import STATEMENTS as REMARKS
from al_core.store.migrations.m0004_slices import STATEMENTS as SLICES
from al_core.store.migrations.m0005_labeling_functions import STATEMENTS as LABELING_FUNCTIONS
from al_core.store.migrations.m0006_held_runs import STATEMENTS as HELD_RUNS
from al_core.store.migrations.m0007_name_guesses import STATEMENTS as NAME_GUESSES
from al_core.store.migrations.m0008_tunings import STATEMENTS as TUNINGS
from al_core.store.migrations.m0009_removals import STATEMENTS as REMOVALS

APP_VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    statements: str

    @property
    def sha(self) -> str:
        """Return the sha256 of the statements, so that a changed old migration is noticed."""
        return hashlib.sha256(self.statements.encode()).hexdigest()


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "initial", INITIAL),
    Migration(2, "certificates", CERTIFICATES),
    Migration(3, "remarks", REMARKS),
    Migration(4, "slices", SLICES),
    Migration(5, "labeling functions", LABELING_FUNCTIONS),
    Migration(6, "held runs", HELD_RUNS),
    Migration(7, "name guesses", NAME_GUESSES),
    Migration(8, "tunings", TUNINGS),
    Migration(9, "removals", REMOVALS),
)


def migrate(path: Path, steps: tuple[Migration, ...] = MIGRATIONS) -> Database:
    """Return the open database at `path`, brought to the newest version.

    Raises InvalidInput when the file was written by a newer app or when an applied step is not the one known here.
    """
    existed = path.exists() and path.stat().st_size > 0
    database = Database(path)
    try:
        missing = _missing(database, steps)
        if missing and existed:
            # closed while it is copied, so that the copy holds the write-ahead log too
            database.close()
            _back_up(path, missing[0].version - 1)
            database = Database(path)
        for step in missing:
            _apply(database, step)
    except BaseException:
        database.close()
        raise
    return database


def _missing(database: Database, steps: tuple[Migration, ...]) -> list[Migration]:
    has_table = database.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_migration'")
    applied: dict[int, str] = dict(database.rows("SELECT version, sha FROM schema_migration")) if has_table else {}
    newest = max(applied, default=0)
    if newest > steps[-1].version:
        raise InvalidInput(
            f"{database.path} has schema version {newest}, this app knows {steps[-1].version}.",
            "Start the newer app that wrote it.",
        )
    for step in steps:
        if step.version in applied and applied[step.version] != step.sha:
            raise InvalidInput(f"{database.path}: migration {step.version} differs from the one known here.")
    return [step for step in steps if step.version not in applied]


def _back_up(path: Path, version: int) -> None:
    folder = path.parent / "backup"
    folder.mkdir(exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    shutil.copy2(path, folder / f"{version:04}-{stamp}.duckdb")


def _apply(database: Database, step: Migration) -> None:
    with database.transaction("bulk") as cursor:
        cursor.execute(step.statements)
        cursor.execute(
            "INSERT INTO schema_migration VALUES (?, ?, ?, ?, ?)",
            [step.version, step.name, step.sha, datetime.now(UTC).replace(tzinfo=None), APP_VERSION],
        )
