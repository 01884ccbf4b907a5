"""The worker that embeds tokens: `python -m al_core.embedders.token_worker FD JOBFILE`. Torch is imported here only.

As `al_core.embedders.worker`, with chunks that also say how many tokens each text has.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import finished_shas, iter_token_chunks, keep_only, write_chunk, write_json
from al_core.embedders.token_choice import resolve_for_tokens
from al_core.embedders.worker import lock_folder, read_texts
from al_core.errors import InvalidInput

CHUNK = 128  # texts: some seconds of work, what a cancel can lose


def run_job(report: Report, arguments: Sequence[str]) -> None:
    """Embed the tokens of the texts that the job file named first asks for, and write done.json last."""
    job = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    embedder = resolve_for_tokens(job["model"])
    reason = embedder.available()
    if reason:
        raise InvalidInput(f"The embedder {embedder.name} cannot be used here.", reason)
    with (folder / "lock").open("w") as lock:
        lock_folder(lock.fileno(), folder)
        model_sha = embedder.model_sha()
        keep_only(folder, model_sha)
        finished = finished_shas(folder)
        texts = {sha: text for sha, text in read_texts(Path(job["texts"])) if sha not in finished}
        n, done = len(texts) + len(finished), len(finished)

        def say(beyond: int) -> None:
            report({"fraction": (done + beyond) / max(n, 1), "message": f"{done + beyond:,} of {n:,} texts, by token"})

        waiting = iter(texts.items())
        while chunk := list(itertools.islice(waiting, CHUNK)):
            vectors, counts = embedder.embed_tokens([text for _, text in chunk], say)
            if not np.isfinite(vectors).all():
                raise InvalidInput(f"The embedder {embedder.name} gave token vectors that are not finite.")
            write_chunk(folder, [sha for sha, _ in chunk], vectors, counts)
            done += len(chunk)
        dim = next((vectors.shape[1] for _, _, vectors in iter_token_chunks(folder)), 0)
        write_json(folder / "done.json", {"model_sha": model_sha, "dim": dim, "n": n, "n_new": len(texts)})


if __name__ == "__main__":
    run_child(run_job)
