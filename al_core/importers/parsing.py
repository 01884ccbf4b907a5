"""The server's side of an import: starts the worker, passes progress on, turns its end into a result or an error."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from al_core.errors import InvalidInput, JobFailed
from al_core.importers.staging import ANSWERS, DONE, RECORDS, staged_from_json
from al_core.importers.tables import DETECT, Mapping, Preview, ReadOptions, Staged

_ROOT = Path(__file__).resolve().parents[2]  # where `-m al_core...` is found


def preview(path: Path, options: ReadOptions = DETECT, *, seconds: float = 30) -> Preview:
    """Return the first rows of a file, how it was read, and guesses of what its columns hold.

    Raises InvalidInput when the file cannot be read, or not within `seconds`.
    """
    request: dict[str, object] = {"task": "preview", "path": str(path.resolve()), "options": asdict(options)}
    try:
        fields = _ask(request, seconds=seconds)
    except JobFailed as error:
        raise InvalidInput(f"{path.name} cannot be read. {error.message}", error.hint) from error
    fields["options"] = ReadOptions(**fields["options"])
    fields["rows"] = tuple(tuple(row) for row in fields["rows"])
    for name in ("columns", "sheets", "notes"):
        fields[name] = tuple(fields[name])
    return Preview(**fields)


def stage(
    path: Path,
    mapping: Mapping,
    folder: Path,
    options: ReadOptions = DETECT,
    *,
    on_progress: Callable[[float, str], None] | None = None,
    on_start: Callable[[int], None] | None = None,
) -> Staged:
    """Return what was read of the file into `folder`, which then holds `done.json`.

    `on_start` hears the pid of the worker; killing it ends the import. Raises InvalidInput, and JobFailed
    when the worker ended without a result; the folder then has no staged files.
    """
    request: dict[str, object] = {
        "task": "stage",
        "path": str(path.resolve()),
        "options": asdict(options),
        "mapping": asdict(mapping),
        "folder": str(folder.resolve()),
    }
    try:
        return staged_from_json(folder, _ask(request, on_progress=on_progress, on_start=on_start))
    except BaseException:  # Cancelled may come out of on_progress: nothing half-written stays behind
        for name in (DONE, RECORDS, ANSWERS):
            (folder / name).unlink(missing_ok=True)
        raise


def _ask(
    request: dict[str, object],
    *,
    seconds: float | None = None,
    on_progress: Callable[[float, str], None] | None = None,
    on_start: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    command = [sys.executable, "-m", "al_core.importers.worker"]
    with tempfile.TemporaryFile() as errors:
        worker = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            worker.kill()

        timer = threading.Timer(seconds or 0, give_up)
        try:
            if on_start:
                on_start(worker.pid)
            if seconds:
                timer.start()
            last = _converse(worker, request, on_progress)
        finally:
            timer.cancel()
            worker.kill()  # after a result it is gone already; after an error in on_progress it has to go
            worker.wait()
        if late.is_set() and last is None:
            raise InvalidInput(
                f"The file could not be read within {seconds:,.0f} seconds.", "Split it, or use Parquet."
            )
        if last is None:
            raise _ended(worker.returncode, errors)
    if "error" in last:
        raise InvalidInput(last["error"]["message"], last["error"]["hint"])
    result: dict[str, Any] = last["result"]
    return result


def _converse(
    worker: subprocess.Popen[bytes], request: dict[str, object], on_progress: Callable[[float, str], None] | None
) -> dict[str, Any] | None:
    """The worker's last line, None when it ended without one."""
    with worker.stdin as questions, worker.stdout as answers:  # type: ignore[union-attr]  # both are pipes
        try:
            questions.write(json.dumps(request).encode() + b"\n")
            questions.close()
        except BrokenPipeError:  # it died at once; its end is reported by the caller
            return None
        for line in answers:
            try:
                message: dict[str, Any] = json.loads(line)
            except ValueError:  # killed in the middle of a line
                return None
            if "progress" not in message:
                return message
            if on_progress:
                on_progress(message["progress"], message["message"])
    return None


def _ended(code: int, errors: IO[bytes]) -> JobFailed:
    """The error for a worker that ended without a result."""
    if code < 0:
        return JobFailed(
            f"Reading the file was stopped (signal {-code}).",
            "If nobody stopped it, the file needs more memory than there is: split it, or use Parquet.",
        )
    errors.seek(0)
    lines = errors.read()[-4_000:].decode(errors="replace").strip().splitlines()
    return JobFailed(f"Reading the file failed: {lines[-1] if lines else f'exit code {code}'}.", "Try another format.")
