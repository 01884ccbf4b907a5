"""The database file: migrations, backups, who may open and read it."""

import os
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from al_core.errors import InvalidInput, WorkspaceInUse
from al_core.store import Store
from al_core.store.migrations import MIGRATIONS, Migration, migrate

ROOT = Path(__file__).resolve().parents[2]
MORE = Migration(len(MIGRATIONS) + 1, "more", "CREATE TABLE more (x INTEGER); INSERT INTO more VALUES (1), (2)")
BROKEN = Migration(len(MIGRATIONS) + 1, "broken", "CREATE TABLE more (x INTEGER); INSERT INTO nowhere VALUES (1)")


def path_of(tmp_path):
    return tmp_path / "workspace" / "workspace.duckdb"


def made(tmp_path) -> Path:
    with closing(Store(tmp_path / "workspace")) as store:
        store.projects.create("Shop")
    return path_of(tmp_path)


def test_a_fresh_workspace_has_the_newest_version(tmp_path):
    with closing(migrate(path_of(tmp_path))) as database:
        versions = database.rows("SELECT version, name, sha FROM schema_migration ORDER BY version")
    assert versions == [(step.version, step.name, step.sha) for step in MIGRATIONS]
    assert not (path_of(tmp_path).parent / "backup").exists()


def test_opening_again_changes_nothing(tmp_path):
    path = made(tmp_path)
    with closing(Store(path.parent)) as store:
        assert [project.name for project in store.projects.all()] == ["Shop"]
    assert not (path.parent / "backup").exists()


def test_a_step_keeps_everything_and_copies_the_file_first(tmp_path):
    path = made(tmp_path)
    with closing(migrate(path, (*MIGRATIONS, MORE))) as database:
        assert database.value("SELECT sum(x) FROM more") == 3
        assert database.value("SELECT name FROM project") == "Shop"
    (copy,) = (path.parent / "backup").iterdir()
    assert copy.name.startswith(f"{len(MIGRATIONS):04}-")
    with closing(duckdb.connect(str(copy), read_only=True)) as old:
        assert old.execute("SELECT name FROM project").fetchall() == [("Shop",)]
        assert old.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'").fetchall() == [(0,)]


def test_a_step_that_fails_leaves_the_version_before(tmp_path):
    path = made(tmp_path)
    with pytest.raises(duckdb.CatalogException):
        migrate(path, (*MIGRATIONS, BROKEN))
    with closing(Store(path.parent)) as store:
        assert [project.name for project in store.projects.all()] == ["Shop"]
    with closing(migrate(path, (*MIGRATIONS, MORE))) as database:
        assert database.value("SELECT sum(x) FROM more") == 3


def test_a_newer_file_is_refused_and_left_alone(tmp_path):
    path = made(tmp_path)
    migrate(path, (*MIGRATIONS, MORE)).close()
    with pytest.raises(InvalidInput, match=f"schema version {MORE.version}, this app knows {len(MIGRATIONS)}"):
        Store(path.parent)
    with closing(migrate(path, (*MIGRATIONS, MORE))) as database:
        assert database.value("SELECT sum(x) FROM more") == 3


def test_an_old_step_that_was_changed_is_refused(tmp_path):
    path = made(tmp_path)
    changed = Migration(1, "initial", MIGRATIONS[0].statements + " ")
    with pytest.raises(InvalidInput, match="migration 1 differs"):
        migrate(path, (changed, *MIGRATIONS[1:]))


@pytest.mark.parametrize("content", [b"this is no database", b"\0" * 5000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    path = path_of(tmp_path)
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="cannot be opened as a workspace database"):
        Store(path.parent)
    assert path.read_bytes() == content


HOLD = "import sys; from pathlib import Path; from al_core.store import Store; held = Store(Path(sys.argv[1]));"


def test_a_second_process_is_told_who_has_the_file(tmp_path):
    path = made(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD + "print('open', flush=True); sys.stdin.read()", str(path.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WorkspaceInUse, match=rf"in use by process {holder.pid} \(python") as raised:
            Store(path.parent)
        assert "\n" not in str(raised.value)
    finally:
        holder.communicate()
    Store(path.parent).close()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("is_there", [False, True])
def test_files_with_texts_are_private(tmp_path, is_there):
    folder = tmp_path / "workspace"
    earlier = os.umask(0o022)
    try:
        if is_there:
            folder.mkdir()
        with closing(Store(folder)) as store:
            store.projects.create("Shop")
            files = [path for path in folder.rglob("*") if path.is_file()]
            assert {path.name for path in files} == {"workspace.duckdb", "workspace.duckdb.wal"}
            assert {mode(path) for path in files} == {0o600}
        assert mode(folder) == (0o755 if is_there else 0o700)  # a folder of somebody's is not locked up
        migrate(folder / "workspace.duckdb", (*MIGRATIONS, MORE)).close()
        (copy,) = (folder / "backup").iterdir()
        assert (mode(copy), mode(copy.parent)) == (0o600, 0o700)
    finally:
        os.umask(earlier)
