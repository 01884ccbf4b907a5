"""Sentence-transformers models: any local folder, and the packaged all-MiniLM-L6-v2."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import Progress, encodable, file_sha, unit_rows
from al_core.errors import InvalidInput

BATCH = 32  # larger ones are slower on a processor: more padding, more cache misses
MAX_CHARACTERS = 20_000  # far beyond any window; spares the tokenizer texts of a million characters
_PARTS_OF_A_MODEL = {".safetensors", ".json", ".txt", ".model"}


class SentenceTransformerFolder:
    """A sentence-transformers model in a local folder, loaded offline, from safetensors only.

    Text longer than the model's window (256 word pieces for all-MiniLM-L6-v2) is cut off by the model.
    """

    fits_corpus = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.resolve().name
        self._model: Any = None

    def available(self) -> str:
        """Return "" when torch and the folder's weights are there, else what is missing."""
        missing = [name for name in ("sentence_transformers", "torch") if importlib.util.find_spec(name) is None]
        if missing:
            return f"Not installed: {', '.join(missing)}. Run: pip install -r requirements.txt"
        if not (self.folder / "modules.json").is_file():
            return f"{self.folder} is not a sentence-transformers model: it has no modules.json."
        if not any(self.folder.rglob("*.safetensors")):
            return f"{self.folder} has no weights in a .safetensors file; other formats can run code when loaded."
        return ""

    def model_sha(self) -> str:
        """Return the SHA-256 over the names and bytes of the files that make up the model."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in _PARTS_OF_A_MODEL and path.is_file():
                digest.update(f"{path.relative_to(self.folder).as_posix()} {file_sha(path)}\n".encode())
        return digest.hexdigest()

    def check_weights(self) -> None:
        """Raise InvalidInput when the weights are not the expected ones; any weights will do for a folder."""

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 vectors [n, dim] of length 1, in batches of 32 texts of about equal length."""
        model = self.loaded()
        vectors = np.zeros((len(texts), model.get_embedding_dimension()), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(texts), BATCH):
            rows = by_length[start : start + BATCH]
            batch = [encodable(texts[row][:MAX_CHARACTERS]) for row in rows]
            vectors[rows] = model.encode(batch, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
            on_progress(start + len(rows))
        return unit_rows(vectors)

    def loaded(self) -> Any:  # noqa: ANN401 - the class can be named only after the heavy import
        """Return the model, loaded by the first call; raises InvalidInput where it cannot be used."""
        if self._model is None:
            if self.available():
                raise InvalidInput(f"{self.name} cannot be used.", self.available())
            self.check_weights()
            # Before the import, which reads them: a wrong path must fail at once instead of asking the internet.
            os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read by that import too; see child.py
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(
                str(self.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        return self._model
