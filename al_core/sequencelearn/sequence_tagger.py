"""`CRFTagger`: tokens of a record decided together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from al_core.sequencelearn.base import CONSTANT_OUTSIDE, SequenceTagger
from al_core.sequencelearn.crf import FittedChain, Grammar, fit_chain
from al_core.sequencelearn.ragged import Vectors

__all__ = ["CRFTagger", "SequenceTagger"]

FEW_RECORDS, FEW_L2, MANY_L2 = 200, 10.0, 30.0


class CRFTagger(SequenceTagger):
    """A conditional random field: the likeliest labels of a whole record, with the probability of each.

    `num_epochs` bounds the steps of the solver, which stops by itself, mostly earlier. `l2` is the strength of the
    penalty on the weights, None for 10 below 200 records and 30 from there on. `bio` True lets touching spans of one
    label be told apart for all labels, False for none, None where training records have such spans.

    Accepted so that code written for a gradient solver runs unchanged, and without effect on this one, which has no
    step size, no batches and nothing random: `learning_rate`, `momentum`, `random_seed`, `batch_size`, `hidden_dim`;
    `print_every` too, as `verbose` prints one line at the end of a fit.
    """

    def __init__(  # noqa: PLR0913 - the signature of the original
        self,
        num_epochs: int = 100,
        learning_rate: float = 0.001,
        momentum: float = 0.9,
        random_seed: int | None = None,
        batch_size: int = 128,
        print_every: int = 10,
        verbose: bool = False,
        constant_outside: str = CONSTANT_OUTSIDE,
        hidden_dim: int = 100,
        l2: float | None = None,
        bio: bool | None = None,
    ) -> None:
        super().__init__(constant_outside)
        self.num_epochs = num_epochs
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.random_seed = random_seed
        self.batch_size = batch_size
        self.print_every = print_every
        self.verbose = verbose
        self.hidden_dim = hidden_dim
        self.l2 = l2
        self.bio = bio

    def _fit_states(self, vectors: Vectors, lengths: NDArray[np.int64], states: NDArray[np.int64]) -> None:
        if len(self.states_.label) == 1:
            return
        n_records = int((lengths > 0).sum())
        l2 = (FEW_L2 if n_records < FEW_RECORDS else MANY_L2) if self.l2 is None else float(self.l2)
        self.chain_: FittedChain = fit_chain(
            vectors,
            lengths,
            states,
            Grammar(self.states_.legal(), ~self.states_.inside),
            l2=l2,
            max_iterations=self.num_epochs,
        )
        if self.verbose:
            print(f"CRF: {n_records} records, {len(self.states_.names)} labels, {self.chain_.n_iterations} steps")  # noqa: T201

    def _predict_states(
        self, vectors: Vectors, lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return self.chain_.paths(vectors, lengths), self.chain_.marginals(vectors, lengths)
