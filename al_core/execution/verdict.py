"""How a run ended, in a person's words."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import replace

from al_core.execution import ApplyFunction, FitTag, FunctionVotes, Limits, Outcome, OutcomeKind, TokenTags, Work
from al_core.execution.inputs import function_job
from al_core.sandbox import frames, function_frames, scratch, token_frames, watch
from al_core.sandbox.runner import Child, Ending


def judge(job: Work, child: Child, result_file: int, rows: int, *, cancelled: bool) -> Outcome:
    """Return the outcome of a child that ended; `rows` were to be predicted."""
    ending = child.ending or Ending(-signal.SIGKILL, "lost", 0.0, 0.0)
    outcome = _of_ending(ending, job.limits) or _of_result(job, result_file, rows)
    if cancelled and (ending.reason == "cancelled" or outcome.kind != "ok"):
        outcome = Outcome("cancelled", message="Cancelled; earlier results stay.")
    return replace(outcome, seconds=ending.seconds, cpu_seconds=ending.cpu_seconds)


def _of_ending(ending: Ending, limits: Limits) -> Outcome | None:
    """Return the outcome of a child that did not come to its own end, None for one that did."""
    reason = "timeout" if ending.status == -signal.SIGXCPU else ending.reason
    if reason:
        kind, message = _by_reason(limits)[reason]
        return Outcome(kind, message=message)
    if ending.status == -signal.SIGKILL:
        return Outcome("killed", message="Killed from outside, perhaps because this computer ran out of memory.")
    if ending.status < 0:
        name = signal.Signals(-ending.status).name
        return Outcome(
            "crashed", message=f"The process crashed with {name}: compiled code failed, not a line of Python."
        )
    if ending.status > 0:
        return Outcome(
            "crashed", message=f"The process ended itself with exit code {ending.status} and left no result."
        )
    return None


def _by_reason(limits: Limits) -> Mapping[str, tuple[OutcomeKind, str]]:
    out_of_memory = f"It needed more than its limit of {limits.memory_mib:,} MiB of memory."
    too_long = f"It did not end within its limit of {limits.seconds:g} seconds and was stopped."
    too_much = (
        f"It wrote more than its limit of {limits.scratch_mib:,} MiB or {scratch.ENTRY_LIMIT:,} files and was stopped."
    )
    return {
        "memory": ("memory", f"{out_of_memory} Use less, or raise the limit in the project's settings."),
        "timeout": ("timeout", f"{too_long} Make it faster, or raise the limit in the project's settings."),
        "scratch": ("killed", too_much),
        "threads": ("killed", f"It started more than {watch.THREAD_LIMIT} threads and was stopped."),
        "cancelled": ("cancelled", "Cancelled; earlier results stay."),
        "lost": ("crashed", "The process that runs heuristics ended unexpectedly; run it again."),
    }


def _of_result(job: Work, result_file: int, rows: int) -> Outcome:
    try:
        result = _read(job, result_file, rows)
    except frames.BadFrame as error:
        return Outcome("invalid", message=f"The result was refused: {error}.")
    if result is None:
        return Outcome("invalid", message="The code ended its process without a result; delete what ends it.")
    if isinstance(result, frames.Success):
        return Outcome("ok", result.probabilities, result.classes)
    if isinstance(result, FunctionVotes):
        return Outcome("ok", votes=result)
    if isinstance(result, TokenTags):
        return Outcome("ok", tags=result)
    if result.kind == "memory":
        message = _by_reason(job.limits)["memory"][1]
        return Outcome("memory", message=message, line=result.line, traceback=result.traceback)
    kind: OutcomeKind = "invalid" if result.kind == "invalid" else "error"
    return Outcome(kind, message=result.message, line=result.line, traceback=result.traceback)


def _read(job: Work, result_file: int, rows: int) -> frames.Success | FunctionVotes | TokenTags | frames.Failure | None:
    if isinstance(job, FitTag):
        return token_frames.read_tags(result_file, n_tokens=rows, n_labels=len(job.names))
    if isinstance(job, ApplyFunction):
        return function_frames.read_votes(result_file, function_job(job))
    return frames.read_result(result_file, rows=rows, labels=job.possible_classes)
