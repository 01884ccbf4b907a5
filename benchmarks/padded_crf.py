"""The training rule of the original tagger, made again: what the benchmark of extraction compares with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class PaddedCRF:
    """Sentences padded to the longest and the padding trained as OUTSIDE; full-batch SGD on a summed loss.

    100 steps of size 0.001 with momentum 0.9; the confidence of every token is that of its whole padded sentence: the
    exponential of the mean log likelihood of a step.
    """

    def __init__(self, steps: int = 100, rate: float = 0.001, momentum: float = 0.9, hidden: int = 100) -> None:
        self.steps, self.rate, self.momentum, self.hidden = steps, rate, momentum, hidden

    def fit(self, vectors: Sequence[NDArray[np.float32]], labels: Sequence[Sequence[str]]) -> None:
        """Fit; raises FloatingPointError where the loss is no number any more."""
        import torch

        torch.manual_seed(0)
        self.names = sorted({label for one in labels for label in one} | {"OUTSIDE"})
        number = {name: i for i, name in enumerate(self.names)}
        given = self._padded(vectors)
        wanted = torch.full(given.shape[:2], number["OUTSIDE"])
        for row, one in enumerate(labels):
            wanted[row, : len(one)] = torch.tensor([number[label] for label in one])
        k = len(self.names)
        self.network = torch.nn.Sequential(
            torch.nn.Linear(given.shape[2], self.hidden), torch.nn.ReLU(), torch.nn.Linear(self.hidden, k)
        )
        self.transition, self.first, self.last = (
            torch.empty(shape).uniform_(-0.1, 0.1).requires_grad_() for shape in ((k, k), (k,), (k,))
        )
        weights = [*self.network.parameters(), self.transition, self.first, self.last]
        solver = torch.optim.SGD(weights, lr=self.rate, momentum=self.momentum)
        for step in range(self.steps):
            solver.zero_grad()
            scores = self.network(given)
            loss = (self._log_z(scores) - self._score(scores, wanted)).sum()
            if not torch.isfinite(loss):
                raise FloatingPointError(f"the loss is {float(loss.detach())} at step {step + 1}")
            loss.backward()
            solver.step()

    def predict_proba(self, vectors: Sequence[NDArray[np.float32]]) -> tuple[list[list[str]], list[list[float]]]:
        """Return the labels of all tokens, and one confidence for all tokens of a sentence."""
        import torch

        with torch.inference_mode():
            scores = self.network(self._padded(vectors))
            paths = self._best(scores)
            sure = torch.exp((self._score(scores, paths) - self._log_z(scores)) / scores.shape[1])
        labels = [[self.names[i] for i in row[: len(one)].tolist()] for row, one in zip(paths, vectors, strict=True)]
        return labels, [[float(value)] * len(one) for value, one in zip(sure, vectors, strict=True)]

    def _padded(self, vectors: Sequence[NDArray[np.float32]]) -> "torch.Tensor":  # type: ignore[name-defined]  # noqa: F821, UP037
        import torch

        padded = torch.zeros(len(vectors), max(len(one) for one in vectors), vectors[0].shape[1])
        for row, one in enumerate(vectors):
            padded[row, : len(one)] = torch.from_numpy(one)
        return padded

    def _score(self, scores, paths):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - torch is imported late
        at_tokens = scores.gather(2, paths.unsqueeze(2)).squeeze(2).sum(dim=1)
        between = self.transition[paths[:, :-1], paths[:, 1:]].sum(dim=1)
        return at_tokens + between + self.first[paths[:, 0]] + self.last[paths[:, -1]]

    def _log_z(self, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        import torch

        reached = self.first + scores[:, 0]
        for step in range(1, scores.shape[1]):
            reached = torch.logsumexp(reached.unsqueeze(2) + self.transition, dim=1) + scores[:, step]
        return torch.logsumexp(reached + self.last, dim=1)

    def _best(self, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        import torch

        reached, came = self.first + scores[:, 0], []
        for step in range(1, scores.shape[1]):
            best, origin = (reached.unsqueeze(2) + self.transition).max(dim=1)
            reached = best + scores[:, step]
            came.append(origin)
        path = [(reached + self.last).argmax(dim=1)]
        for origin in reversed(came):
            path.append(origin.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        return torch.stack(path[::-1], dim=1)
