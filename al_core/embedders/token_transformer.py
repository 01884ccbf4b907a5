"""Vectors of tokens from a sentence-transformers model: the mean of the word pieces that a token is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import Progress, encodable, recipe_sha
from al_core.embedders.minilm import MiniLM
from al_core.embedders.sentence_transformer import BATCH, SentenceTransformerFolder
from al_core.embedders.tokens import SHAPES, TOKEN_EMBEDDERS, shape_features
from al_core.text import Tokens, tokenize

OVERLAP = 32  # word pieces of context that a window shares with the next, on each side
PIECES_AT_ONCE = 16_384  # of texts read together: bounds the memory for long texts

Piece = tuple[int, int]  # half-open characters


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces `start` to `stop` of a text go through the model together; those from `keep` to `keep_stop` count."""

    text: int
    start: int
    stop: int
    keep: int
    keep_stop: int


def windows_over(n_pieces: int, size: int, overlap: int, text: int = 0) -> Iterator[Window]:
    """Yield windows of at most `size` pieces in which every piece counts once, with context on both sides.

    >>> [(one.start, one.stop, one.keep, one.keep_stop) for one in windows_over(10, 6, 1)]
    [(0, 6, 0, 5), (4, 10, 5, 10)]
    """
    overlap = min(overlap, size // 4)  # so that every window brings new pieces
    start = kept = 0
    while kept < n_pieces:
        stop = min(start + size, n_pieces)
        keep_stop = n_pieces if stop == n_pieces else stop - overlap
        yield Window(text, start, stop, kept, keep_stop)
        kept, start = keep_stop, keep_stop - overlap


def pooled(pieces: Sequence[Piece], vectors: NDArray[np.float32], tokens: Tokens) -> NDArray[np.float32]:
    """Return one vector a token [tokens, dim]: the mean of the pieces [p, dim] that touch it, zeros without any.

    >>> pooled([(0, 2), (2, 4)], np.array([[1.0], [3.0]], np.float32), ((0, 4), (5, 6))).tolist()
    [[2.0], [0.0]]
    """
    sums = np.zeros((len(tokens), vectors.shape[1]), dtype=np.float32)
    counts = np.zeros((len(tokens), 1), dtype=np.float32)
    starts, ends = np.array([a for a, _ in tokens]), np.array([b for _, b in tokens])
    offsets = np.array(pieces, dtype=np.int64).reshape(-1, 2)
    first = np.searchsorted(ends, offsets[:, 0], side="right")
    touched = np.maximum(np.searchsorted(starts, offsets[:, 1], side="left") - first, 0)
    rows = np.repeat(np.arange(len(offsets)), touched)
    places = np.repeat(first, touched) + np.arange(len(rows)) - np.repeat(np.cumsum(touched) - touched, touched)
    np.add.at(sums, places, vectors[rows])
    np.add.at(counts, places, 1.0)
    return np.asarray(sums / np.maximum(counts, 1.0), dtype=np.float32)


class TokensOfFolder:
    """Tokens through a sentence-transformers model in a local folder, with what they look like.

    A text longer than the model's window goes through it in windows that overlap: nothing is cut off.
    """

    def __init__(self, encoder: SentenceTransformerFolder) -> None:
        self._encoder = encoder
        self.name = encoder.name

    def available(self) -> str:
        """Return "" when torch and the folder's weights are there, else what is missing."""
        return self._encoder.available()

    def model_sha(self) -> str:
        """Return the SHA-256 of the model together with the recipe of the tokens."""
        return recipe_sha("tokens", self._encoder.model_sha(), OVERLAP, SHAPES)

    def embed_tokens(
        self, texts: Sequence[str], on_progress: Progress
    ) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """Return float16 vectors [N, dim + 8] and token counts [n]."""
        model = self._encoder.loaded()
        parts: list[NDArray[np.float16]] = []
        counts = np.zeros(len(texts), dtype=np.int64)
        at = 0
        while at < len(texts):
            pieces = _pieces_of(model, texts, at)
            vectors = _through_model(model, pieces)
            for offset, (found, of_pieces) in enumerate(zip(pieces, vectors, strict=True)):
                text = texts[at + offset]
                tokens = tokenize(text)
                counts[at + offset] = len(tokens)
                joined = np.hstack([pooled(found.offsets, of_pieces, tokens), shape_features(text, tokens)])
                parts.append(joined.astype(np.float16))
            at += len(pieces)
            on_progress(at)
        dim = int(model.get_embedding_dimension()) + len(SHAPES)
        return np.concatenate(parts) if parts else np.zeros((0, dim), np.float16), counts


@TOKEN_EMBEDDERS.register("all-MiniLM-L6-v2")
class MiniLMTokens(TokensOfFolder):
    """Tokens through all-MiniLM-L6-v2: 392 numbers each, English."""

    def __init__(self) -> None:
        super().__init__(MiniLM())


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The word pieces of one text: their ids in the model's vocabulary, and where they lie in it."""

    ids: list[int]
    offsets: list[Piece]


def _pieces_of(model: Any, texts: Sequence[str], at: int) -> list[_Pieces]:  # noqa: ANN401
    """Return the word pieces of texts from number `at` on, of at least one and of as many as fit together."""
    found: list[_Pieces] = []
    n_pieces = 0
    for text in texts[at:]:
        encoded = model.tokenizer(
            encodable(text), add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        n_pieces += len(encoded["input_ids"])
        if found and n_pieces > PIECES_AT_ONCE:
            break
        found.append(_Pieces(encoded["input_ids"], encoded["offset_mapping"]))
    return found


def _through_model(model: Any, texts: Sequence[_Pieces]) -> list[NDArray[np.float32]]:  # noqa: ANN401
    """Return the last layer's vectors of all pieces of each text, [pieces, dim]."""
    import torch

    begin, end = model.tokenizer.cls_token_id, model.tokenizer.sep_token_id
    size = int(model.max_seq_length) - 2
    transformer, dim = model[0].auto_model, int(model.get_embedding_dimension())
    vectors = [np.zeros((len(one.ids), dim), dtype=np.float32) for one in texts]
    windows = [one for i, text in enumerate(texts) for one in windows_over(len(text.ids), size, OVERLAP, i)]
    windows.sort(key=lambda one: one.stop - one.start)
    for first in range(0, len(windows), BATCH):
        batch = windows[first : first + BATCH]
        longest = max(one.stop - one.start for one in batch) + 2
        ids = torch.full((len(batch), longest), model.tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(batch), longest), dtype=torch.long)
        for row, one in enumerate(batch):
            given = [begin, *texts[one.text].ids[one.start : one.stop], end]
            ids[row, : len(given)] = torch.tensor(given)
            mask[row, : len(given)] = 1
        with torch.inference_mode():
            hidden = transformer(input_ids=ids, attention_mask=mask).last_hidden_state.float().numpy()
        for row, one in enumerate(batch):
            shift = 1 - one.start  # the first place is the mark of a beginning
            vectors[one.text][one.keep : one.keep_stop] = hidden[row, one.keep + shift : one.keep_stop + shift]
    return vectors
