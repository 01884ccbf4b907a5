"""The queues of the Label page: which records are asked, in which order. A new one is one registered function.

A queue ranks; `drawing.py` takes the first of the ranking, adds the random share, and leases them to the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import is_pool
from al_core.errors import InvalidInput, NotFound
from al_core.learning.disagreement import disagreement
from al_core.learning.diversity import WIDTH, diverse_order
from al_core.learning.duplicates import first_of_each
from al_core.registry import Registry
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.types import RANDOM, Person, Run, Task
from al_core.workflow.slices import SLICE_QUEUE, waiting_in_slice

Rows = NDArray[np.int64]

TYPICAL_FIRST = 20  # answers: so many typical records, or as many as labels, before those that a learner finds hard
HEAD = 160  # so many of the first in a ranking are looked at for near-duplicates, four times what is drawn
KINDS = 40  # so many different ones are looked for among the hard records, as many as are drawn


class NothingToAsk(Exception):
    """A queue cannot rank anything here; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a queue may look at. `run` is the newest finished run of the task's learners."""

    store: Store
    task: Task
    person: Person
    run: Run | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Records to ask, the first sooner, and what ranked them: it is stored with every answer."""

    records: Rows
    drawn_by: str


@dataclass(frozen=True, slots=True)
class LabelQueue:
    """A way to choose records.

    `is_mixed`: a share is drawn at random, and everything is when the ranking ends. `again`: it asks records that
    have answers already, and only those that it ranks. `by_run`: a newer run changes what it hands out.
    """

    rank: Callable[[Situation], Ranking]
    caption: str
    empty: str = "Every record has an answer or waits for somebody else's."
    is_mixed: bool = True
    again: bool = False
    by_run: bool = False


QUEUES: Registry[LabelQueue] = Registry("queue")


def _smart(situation: Situation) -> Ranking:
    """Return typical records first, then what the newest run finds hard.

    A learner that has not seen most labels is torn about everything, and one that knows no answer at all guesses by
    names alone: typical records come until there are as many answers as labels, and 20 at least.
    """
    typical = _typical(situation)
    n_first = min(len(typical.records), max(TYPICAL_FIRST, len(situation.task.labels)))
    is_cold = len(situation.store.answers.answered(situation.task.task_id)) < n_first
    ranked = typical if is_cold else _by_run(situation, "margin")
    return Ranking(_without_near_duplicates(situation, ranked.records), ranked.drawn_by)


def _diverse(situation: Situation) -> Ranking:
    """Return hard records of different kinds; those that somebody has or is asked would hide their neighbours."""
    store, task_id = situation.store, situation.task.task_id
    if situation.run is None:
        return _by_run(situation, "margin")
    records, score = store.runs.candidates(situation.run.run_id, "margin")
    is_open = ~np.isin(records, np.concatenate([store.answers.answered(task_id), store.draws.leased(task_id)]))
    records, score = records[is_open], score[is_open]
    head = records[: WIDTH * KINDS]
    rng = np.random.default_rng(situation.run.run_id)
    order = diverse_order(score[: len(head)], _vectors_of(_vectors(situation), head), KINDS, rng=rng)
    return Ranking(np.concatenate([head[order], records[len(head) :]]), "diverse_margin")


def _by_run(situation: Situation, strategy: str) -> Ranking:
    """Return what a query strategy would ask by the newest run; before there is one, the most typical records."""
    if situation.run is not None:
        records, _ = situation.store.runs.candidates(situation.run.run_id, strategy)
        return Ranking(records, strategy)
    return _typical(situation)


def _typical(situation: Situation) -> Ranking:
    """Return the cold start: records typical of each kind of text; none while there are no vectors."""
    file = _vectors(situation, with_typical=True)
    return Ranking(file.typical.astype(np.int64) if file else np.zeros(0, dtype=np.int64), "typicality")


def _vectors(situation: Situation, *, with_typical: bool = False) -> VectorFile | None:
    store, task = situation.store, situation.task
    # pool features know best what is typical, but are smoothed: more texts look alike by them than are
    newest = store.embeddings.all(task.project_id)
    for embedding in sorted(newest, key=lambda one: is_pool(one.model) != with_typical):
        if embedding.attribute_id == task.attribute.attribute_id and embedding.granularity == "classification":
            file = store.embeddings.vectors(embedding)
            if file is not None and (len(file.typical) or not with_typical):
                return file
    return None


def _without_near_duplicates(situation: Situation, ranked: Rows) -> Rows:
    """Return the ranking with near-duplicates, and texts that have an answer already, at its very end."""
    head, rest = ranked[:HEAD], ranked[HEAD:]
    if len(head) < 2:
        return ranked
    known = situation.store.opinions.texts(situation.task.task_id, [int(number) for number in head])
    shas = [known.get(int(number), (f"record {number}", False)) for number in head]
    _, text = np.unique([sha for sha, _ in shas], return_inverse=True)
    keep = first_of_each(text, _vectors_of(_vectors(situation), head))
    keep &= ~np.array([is_answered for _, is_answered in shas])
    return np.concatenate([head[keep], rest, head[~keep]])


def _vectors_of(file: VectorFile | None, numbers: Rows) -> NDArray[np.float32]:
    """Return the vectors [n, dim] of records, zeros where one has none."""
    if file is None or not len(file.record_nos):
        return np.zeros((len(numbers), 1), dtype=np.float32)
    stored = np.load(file.path, mmap_mode="r")
    places = np.minimum(np.searchsorted(file.record_nos, numbers), len(file.record_nos) - 1)
    found = np.array(stored[places], dtype=np.float32)
    found[np.asarray(file.record_nos)[places] != numbers] = 0
    return found


def _random(situation: Situation) -> Ranking:
    return Ranking(np.zeros(0, dtype=np.int64), RANDOM)


def _review(situation: Situation) -> Ranking:
    return Ranking(
        situation.store.history.reviewable(situation.task.task_id, situation.person.person_id),
        "review",
    )


def _flagged(situation: Situation) -> Ranking:
    return Ranking(situation.store.remarks.flagged(situation.task.task_id), "flagged")


def _slice(situation: Situation) -> Ranking:
    try:
        waiting = waiting_in_slice(situation.store, situation.task, situation.person)
    except (NotFound, InvalidInput) as error:
        raise NothingToAsk(f"The slice that you sent here cannot be asked. {error}") from error
    if waiting is None:
        raise NothingToAsk("You have sent no slice here. Save one on the Records page, and send it to Label.")
    return Ranking(waiting, "search")


def _disagreement(situation: Situation) -> Ranking:
    store = situation.store
    enabled = [one for one in store.heuristics.all(situation.task.task_id) if one.enabled]
    runs = [store.runs.last(one.heuristic_id, finished=True) for one in enabled]
    run_ids = [run.run_id for run in runs if run is not None]
    if len(run_ids) < 2:
        raise NothingToAsk(
            f"Disagreement needs two heuristics with a finished run, this task has {len(run_ids)}."
            " Run another one on the Heuristics page."
        )
    found = store.opinions.side_by_side(run_ids)
    score = disagreement(found.labels, found.confidence)
    order = np.argsort(-score, kind="stable")
    return Ranking(found.record_no[order[score[order] > 0]], "disagreement")


QUEUES.register("Smart")(
    LabelQueue(
        _smart,
        "What teaches a learner most: typical texts first, then those that the newest run finds hard.",
        by_run=True,
    )
)
QUEUES.register("Diverse")(
    LabelQueue(
        _diverse,
        "Hard for the newest run, and of different kinds: one of each group of similar texts first.",
        by_run=True,
    )
)
QUEUES.register("Audit")(
    LabelQueue(_random, "Drawn at random and without suggestions: only these say how good a heuristic is on the rest.")
)
QUEUES.register("Random")(LabelQueue(_random, "Drawn at random from all records that nobody has answered."))
QUEUES.register("Least sure")(
    LabelQueue(
        lambda one: _by_run(one, "least_confidence"), "Where the newest run is least sure of its label.", by_run=True
    )
)
QUEUES.register("Entropy")(
    LabelQueue(lambda one: _by_run(one, "entropy"), "Where the newest run spreads over most labels.", by_run=True)
)
QUEUES.register("Disagreement")(
    LabelQueue(_disagreement, "Where heuristics are sure of different labels: one of them is wrong.", by_run=True)
)
QUEUES.register("Review")(
    LabelQueue(
        _review,
        "What somebody else has answered: agree, or give another label.",
        empty="Nobody else has answered a record that you have not answered too.",
        is_mixed=False,
        again=True,
    )
)
QUEUES.register(SLICE_QUEUE)(
    LabelQueue(
        _slice,
        "The slice that you sent here from the Records page, in its order.",
        empty="You have answered every record of this slice since you sent it here.",
        is_mixed=False,
        again=True,
    )
)
QUEUES.register("Flagged")(
    LabelQueue(
        _flagged,
        "Records that somebody flagged. An answer given here takes the flag back.",
        empty="No record is flagged. Press F on a record to set it aside for a second look.",
        is_mixed=False,
        again=True,
    )
)
