"""What each label would be worth at every threshold: the curves behind the sliders of single labels."""

from __future__ import annotations

import numpy as np

from al_core.evaluation.averages import label_curves, mean_curve
from al_core.evaluation.precision import PrecisionCurve, Predicted
from al_core.store import Store
from al_core.workflow.evaluating import Evaluation, headline
from al_core.workflow.judging import repeats


def curves_by_label(store: Store, evaluation: Evaluation) -> dict[int, PrecisionCurve]:
    """Return the curve of each label id that the run gave, on the records that the headline rests on.

    A mean over repeats as in the headline; labels that were never given are left out.
    """
    run, task_id = evaluation.run, evaluation.heuristic.task_id
    first, _ = headline(store.runs.judged(run.run_id, task_id), run)
    pool = Predicted(*store.runs.pool(run.run_id))
    every = [
        label_curves(Predicted(one.predicted, one.confidence), one.truth, pool, run.pool_size)
        for one in (first, *repeats(store, run, task_id))
    ]
    given = np.unique(np.concatenate([first.predicted, pool.label_ids])).tolist()
    return {
        label_id: mean_curve([curves[label_id] for curves in every if label_id in curves])
        for label_id in given
        if label_id in every[0]
    }
