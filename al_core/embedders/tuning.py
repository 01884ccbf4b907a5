"""Tuning an encoder on answers: `python -m al_core.embedders.tuning FD JOBFILE`. Torch is imported here only.

Texts with a common label are drawn together and others apart: the supervised contrastive loss of Khosla et al. (2020)
at temperature 0.1, a positive pair weighted by the labels that it shares. The model is loaded from its folder or
package, never from elsewhere, and saved as another folder; the one it began with is not touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import resolve
from al_core.embedders.base import encodable
from al_core.embedders.child import Report, run_child
from al_core.embedders.chunks import write_json
from al_core.embedders.sentence_transformer import MAX_CHARACTERS, SentenceTransformerFolder
from al_core.embedders.worker import read_texts
from al_core.errors import InvalidInput
from al_core.learning.contrast import batches, shared, steps_for

WINDOW = 64  # word pieces of a text while tuning; the saved model reads as far as before
RATE = 5e-5
TEMPERATURE = 0.1
WARM_UP = 0.1  # of the steps


def run_job(report: Report, arguments: Sequence[str]) -> None:
    """Tune what the job file named first asks for; done.json is written last."""
    job = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    base = resolve(job["model"])
    if not isinstance(base, SentenceTransformerFolder):
        raise InvalidInput(f"{job['model']!r} cannot be tuned.", "Choose a sentence-transformers model.")
    text_of = dict(read_texts(Path(job["texts"])))
    texts = [text_of[sha.decode()] for sha in np.load(job["shas"], allow_pickle=False)]
    truth = np.load(job["truth"], allow_pickle=False)
    report({"fraction": 0.0, "message": "loading the model"})
    steps, seed = int(job["steps"]) or steps_for(len(texts)), int(job["seed"])
    drawn = batches(truth, steps, np.random.default_rng(seed))
    tune(base, Lesson(texts, truth, drawn, seed), folder / "model", report)
    write_json(folder / "done.json", {"model_sha": SentenceTransformerFolder(folder / "model").model_sha()})


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts [n] with an indicator row each [n, L], the rows of each batch [steps, b], a seed for what drops out."""

    texts: Sequence[str]
    truth: NDArray[np.integer]
    drawn: NDArray[np.int64]
    seed: int


def tune(base: SentenceTransformerFolder, lesson: Lesson, out: Path, report: Report) -> None:
    """Return nothing; tunes a model, which is loaded and changed in memory only, and saves it in the folder `out`."""
    import torch

    model = base.loaded()
    torch.manual_seed(lesson.seed)
    drawn = lesson.drawn
    reads = model.max_seq_length
    model.max_seq_length = min(WINDOW, reads)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    model.train()
    for step, rows in enumerate(drawn):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / (WARM_UP * len(drawn))) * (1 - step / len(drawn))
        features = model.preprocess([encodable(lesson.texts[row][:MAX_CHARACTERS]) for row in rows])
        vectors = torch.nn.functional.normalize(model(features)["sentence_embedding"], dim=1)
        loss = contrastive_loss(vectors, torch.tensor(shared(lesson.truth[rows])))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        report({"fraction": (step + 1) / len(drawn), "message": f"learning, {step + 1} of {len(drawn)} steps"})
    model.eval()
    model.max_seq_length = reads
    model.save_pretrained(str(out), create_model_card=False, safe_serialization=True)
    _make_durable(out)


def contrastive_loss(vectors: Any, weights: Any) -> Any:  # noqa: ANN401 - torch is not imported for its types
    """Return the mean over rows with a partner of minus the log share of similarity that goes to partners.

    `vectors` [b, d] of length 1, `weights` [b, b] from 0 to 1 with a diagonal of 0.
    """
    import torch

    similar = vectors @ vectors.T / TEMPERATURE
    similar = similar.masked_fill(torch.eye(len(vectors), dtype=torch.bool), -1e4)
    log_share = similar - torch.logsumexp(similar, dim=1, keepdim=True)
    mass = weights.sum(dim=1)
    return -((log_share * weights).sum(dim=1) / mass.clamp(min=1e-6))[mass > 0].mean()


def _make_durable(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)  # a tuned model remembers something of the texts
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


if __name__ == "__main__":
    run_child(run_job)
