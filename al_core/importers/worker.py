"""The process that parses files: one request on standard input, progress and one result on standard output.

Each line written is JSON: {"progress": 0.5, "message": "..."}, at the end {"result": ...} or {"error": ...}.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from al_core.errors import ActiveLearnersError
from al_core.importers.previewing import make_preview
from al_core.importers.staging import stage_table
from al_core.importers.tables import Mapping, ReadOptions

_MEMORY = 6 << 30  # bytes of address space; libraries reserve more than they use


def main() -> int:
    """Return the exit code: 0 when a result or an error for a person was written."""
    answer_line = _private_output()
    os.umask(0o077)  # staged files hold texts
    _limit_memory()
    request = json.loads(sys.stdin.readline())
    try:
        answer_line({"result": run(request, lambda part, message: answer_line({"progress": part, "message": message}))})
    except ActiveLearnersError as error:
        answer_line({"error": {"message": error.message, "hint": error.hint}})
    except MemoryError:
        answer_line({"error": {"message": "The file needs too much memory to be read.", "hint": "Split it."}})
    except RecursionError:
        answer_line({"error": {"message": "The file is nested too deeply to be read.", "hint": "Flatten its values."}})
    return 0


def run(request: dict[str, object], progress: Callable[[float, str], None]) -> dict[str, object]:
    """Return the fields of the Preview or Staged that the request asks for; raises InvalidInput."""
    path = Path(str(request["path"]))
    options = ReadOptions(**request["options"])  # type: ignore[arg-type]
    if request["task"] == "preview":
        return asdict(make_preview(path, options))
    wanted: dict[str, object] = dict(request["mapping"])  # type: ignore[call-overload]
    mapping = Mapping(**{**wanted, "text_columns": tuple(wanted["text_columns"])})  # type: ignore[arg-type]
    progress(0.0, "Reading the file")
    staged = asdict(stage_table(path, mapping, Path(str(request["folder"])), options, progress))
    staged.pop("folder")
    return staged


def _private_output() -> Callable[[dict[str, object]], None]:
    """Standard output belongs to the protocol: what a library prints goes to standard error."""
    protocol = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)

    def answer_line(message: dict[str, object]) -> None:
        protocol.write(json.dumps(message) + "\n")
        protocol.flush()

    return answer_line


def _limit_memory() -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    sys.exit(main())
