"""Drawing: the one function that decides who gets which record, and with what probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from al_core.learning.query_strategies import Draw, mix, random_share
from al_core.types import RANDOM
from al_core.workflow.queues import QUEUES, LabelQueue, Ranking, Situation

Rows = NDArray[np.int64]
OVERLAP = "overlap"  # what chose a record that somebody has answered and that needs another person's answer


def draw(situation: Situation, name: str, n: int, *, overlap: int, rng: np.random.Generator) -> int:
    """Return how many records were drawn for a person from the queue called `name`; raises NothingToAsk.

    A share is always drawn at random, because only those can say how good a heuristic is on the rest. With an
    `overlap` of several people, records that lack some of them come first.
    """
    store, task_id = situation.store, situation.task.task_id
    queue = QUEUES.get(name)
    with store.draws.turn:
        ranking = queue.rank(situation)
        is_free = _free(situation, queue, name, overlap)
        pool = np.flatnonzero(is_free)
        ranked = ranking.records[ranking.records < len(is_free)]
        ranked = ranked[is_free[ranked]]
        if queue.again:
            drawn = _chosen(ranked[:n], ranking.drawn_by)
        else:
            drawn = _mixed(situation, Ranking(ranked, ranking.drawn_by), pool, n, overlap=overlap, rng=rng)
        if len(drawn.indices):
            run_id = situation.run.run_id if situation.run and queue.by_run else None
            store.draws.add(
                task_id, situation.person.person_id, drawn, strategy=name, run_id=run_id, pool_size=len(pool)
            )
    return len(drawn.indices)


def _free(situation: Situation, queue: LabelQueue, name: str, overlap: int) -> NDArray[np.bool_]:
    """Return by record number which records the person may get; numbers are dense, so a mask is fastest."""
    store, task_id, person_id = situation.store, situation.task.task_id, situation.person.person_id
    numbers = store.records.numbers(situation.task.project_id)
    is_free = np.zeros(numbers[-1] + 1 if len(numbers) else 0, dtype=np.bool_)
    is_free[numbers] = True
    if queue.again:
        taken = store.draws.held(task_id, person_id, name)
    else:
        taken = store.draws.taken(task_id, person_id, name, overlap)
    is_free[taken[taken < len(is_free)]] = False
    return is_free


def _mixed(
    situation: Situation, ranking: Ranking, pool: Rows, n: int, *, overlap: int, rng: np.random.Generator
) -> Draw:
    store, task_id = situation.store, situation.task.task_id
    share = random_share(store.answers.audit_count(task_id))
    if overlap == 1:
        return mix(ranking.records, pool, n, strategy=ranking.drawn_by, random_share=share, rng=rng)
    answered = store.answers.answered(task_id)
    lacking = answered[np.isin(answered, pool)]
    first = _chosen(lacking[:n], OVERLAP)
    fresh = pool[~np.isin(pool, lacking)]
    ranked = ranking.records[~np.isin(ranking.records, lacking)]
    rest = mix(ranked, fresh, n - len(first.indices), strategy=ranking.drawn_by, random_share=share, rng=rng)
    return Draw(
        indices=np.concatenate([first.indices, rest.indices]),
        drawn_by=(*first.drawn_by, *rest.drawn_by),
        probability=np.concatenate([first.probability, rest.probability]),
    )


def _chosen(records: Rows, drawn_by: str) -> Draw:
    """Return a draw of exactly these records."""
    if drawn_by == RANDOM:
        raise ValueError("what a ranking chose must never be called random: it would spoil the audit sample")
    return Draw(records.astype(np.int64), (drawn_by,) * len(records), np.ones(len(records)))
