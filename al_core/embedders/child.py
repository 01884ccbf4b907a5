"""Runs one of this package's modules in a process of its own and follows what it reports.

Heavy libraries stay out of the server that way, and killing the process ends the work at once. Reports
come as JSON lines over a pipe of their own, because libraries print to stdout as they like.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from al_core.embedders.base import usable_cores
from al_core.errors import ActiveLearnersError, JobFailed

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LAST_LINES = 12
_POLITENESS = 5  # added to the niceness: people label while vectors are computed

Report = Callable[[Mapping[str, Any]], None]


def run_module(
    module: str, arguments: Sequence[str], *, log: Path, on_start: Callable[[int], None], on_report: Report
) -> None:
    """Return when `python -m module FD arguments...` has ended well; its output goes to the file `log`.

    `on_start` gets the process id, `on_report` each report. Raises JobFailed with the child's own error,
    or with its last lines when it ended without one (killed, out of memory). Should a callback raise, the
    child is killed and the exception passes on.
    """
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as reports, log.open("w", encoding="utf-8") as output:
        try:
            child = _start(module, [str(writing), *arguments], writing, output)
        finally:
            os.close(writing)  # the child's copy is then the only one: the end of the pipe is the end of the child
        try:
            on_start(child.pid)
            failure = _follow(reports, on_report)
            code = child.wait()
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    if failure is not None:
        raise JobFailed(failure["message"], failure["hint"])
    if code != 0:
        raise JobFailed(_how_it_ended(code), _last_lines(log))


def report_over(descriptor: int) -> Report:
    """Return a function, for the child, that sends reports; a parent that is gone ends the child."""
    os.set_inheritable(descriptor, False)
    pipe = open(descriptor, "w", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as the process lives

    def report(values: Mapping[str, Any]) -> None:
        pipe.write(json.dumps(dict(values)) + "\n")

    return report


def run_child(work: Callable[[Report, Sequence[str]], None]) -> None:
    """Run the child's side: `work(report, arguments)`, telling the parent of errors meant for people."""
    os.nice(_POLITENESS)
    report = report_over(int(sys.argv[1]))
    try:
        work(report, sys.argv[2:])
    except ActiveLearnersError as error:
        report({"error": {"message": error.message, "hint": error.hint}})
        sys.exit(1)
    except BrokenPipeError:
        sys.exit("The process that started this work is gone.")


def _start(module: str, arguments: Sequence[str], descriptor: int, output: TextIO) -> subprocess.Popen[bytes]:
    cores = str(usable_cores())
    # OpenMP's threads spin while they wait for each other; on a busy machine that took five times the processor
    # time and as many times longer, so they are told to sleep.
    threads = {"OMP_NUM_THREADS": cores, "OPENBLAS_NUM_THREADS": cores, "OMP_WAIT_POLICY": "PASSIVE"}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, **threads, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=(descriptor,),
        start_new_session=True,  # Ctrl+C in the server's terminal is the server's to handle
    )


def _follow(reports: TextIO, on_report: Report) -> Mapping[str, str] | None:
    """Return the child's own error, or None, once the pipe has ended."""
    failure: Mapping[str, str] | None = None
    for line in reports:
        if not line.endswith("\n"):  # killed in the middle of a line
            break
        values = json.loads(line)
        if "error" in values:
            failure = values["error"]
        else:
            on_report(values)
    return failure


def _how_it_ended(code: int) -> str:
    if code == -9:
        return "The worker process was killed: by a cancel, or because memory ran out."
    if code < 0:
        return f"The worker process was ended by signal {-code}."
    return f"The worker process failed with exit code {code}."


def _last_lines(log: Path) -> str:
    """Return the end of the child's output as a hint, or ""."""
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-LAST_LINES:]
    return "Its last lines:\n" + "\n".join(lines) if lines else ""
