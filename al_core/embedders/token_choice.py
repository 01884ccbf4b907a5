"""The embedders of tokens by name. To add one, write one file with a registered class and import it here."""

from __future__ import annotations

from pathlib import Path

from al_core.embedders.sentence_transformer import SentenceTransformerFolder
from al_core.embedders.token_hashing import HashedTokens
from al_core.embedders.token_transformer import MiniLMTokens, TokensOfFolder
from al_core.embedders.tokens import TOKEN_EMBEDDERS, TokenEmbedder
from al_core.errors import NotFound, unknown_name

__all__ = ["TOKEN_EMBEDDERS", "HashedTokens", "MiniLMTokens", "best_for_tokens", "resolve_for_tokens"]

BEST_FIRST = ("all-MiniLM-L6-v2", "hashing")


def resolve_for_tokens(model: str) -> TokenEmbedder:
    """Return the embedder of tokens called `model`, or that of the sentence-transformers model in a folder.

    Raises NotFound with the choices for anything else. The embedder may still be unavailable here.

    >>> resolve_for_tokens("hashing").name
    'hashing'
    """
    if model in TOKEN_EMBEDDERS:
        return TOKEN_EMBEDDERS.get(model)()
    if model and Path(model).is_dir():
        return TokensOfFolder(SentenceTransformerFolder(Path(model)))
    error = unknown_name("embedder of tokens", model, TOKEN_EMBEDDERS)
    raise NotFound(error.message, f"{error.hint[:-1]}, or the path of a local sentence-transformers folder.")


def best_for_tokens() -> str:
    """Return the name of the best embedder of tokens that can run here, without loading it."""
    return next(name for name in BEST_FIRST if not resolve_for_tokens(name).available())
