"""What predictions of several labels a record cover: each label for itself, and records that get any of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from al_core.evaluation.precision import ABSTAINED, Predicted
from al_core.store import Store
from al_core.types import Heuristic, Run
from al_core.workflow.judging import Measured
from al_core.workflow.thresholds import min_confidence


def with_every_label(store: Store, heuristic: Heuristic, run: Run, measured: Measured) -> Measured:
    """Return what was measured, with the unlabelled records counted by all predictions of a record, not its surest.

    Precision is left as it is. In tasks with one label a record nothing changes.
    """
    if store.projects.task(heuristic.task_id).kind != "multi_label":
        return measured
    record_no, labels, confidence = store.judging.pool_rows(run.run_id)
    cuts = min_confidence(store, heuristic.heuristic_id, np.unique(labels))
    kept = Predicted(labels, confidence).kept_label_ids(cuts)
    size = max(run.pool_size, 1)
    by_label = {}
    for label_id, one in measured.by_label.items():
        n = int((kept == label_id).sum())
        by_label[label_id] = replace(one, records=n, coverage=n / size)
    n_records = len(np.unique(record_no[kept != ABSTAINED]))
    estimate = replace(measured.estimate, records=n_records, coverage=n_records / size)
    return replace(measured, by_label=by_label, estimate=estimate)
