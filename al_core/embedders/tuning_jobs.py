"""The parent's side of tuning an encoder: start the worker, follow it, say what model came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from al_core.embedders.child import run_module
from al_core.embedders.chunks import write_json


@dataclass(frozen=True, slots=True)
class TuneJob:
    """A model to tune: `texts` is a file with columns sha and text, `shas` [n] (.npy) the texts to learn from.

    `truth` (.npy, [n, L]) has a 1 for each label of a text. The new model will be in `folder`/model.
    Without `steps` their number follows from n.
    """

    model: str
    texts: Path
    shas: Path
    truth: Path
    folder: Path
    seed: int = 0
    steps: int = 0


def tune_encoder(
    job: TuneJob, *, on_progress: Callable[[float, str], None], on_start: Callable[[int], None]
) -> tuple[Path, str]:
    """Return (the folder of the tuned model, its SHA-256) once a worker process has made it; raises JobFailed.

    `on_start` gets the worker's process id, `on_progress` a fraction from 0 to 1 and a line for people.
    """
    paths = {name: str(getattr(job, name).resolve()) for name in ("texts", "shas", "truth", "folder")}
    job_file = job.folder / "job.json"
    write_json(job_file, {**paths, "model": job.model, "seed": job.seed, "steps": job.steps})
    run_module(
        "al_core.embedders.tuning",
        [str(job_file.resolve())],
        log=job.folder / "worker.log",
        on_start=on_start,
        on_report=lambda values: on_progress(values["fraction"], values["message"]),
    )
    return job.folder / "model", str(json.loads((job.folder / "done.json").read_text())["model_sha"])
