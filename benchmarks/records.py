"""Finding records among a million: first, filtered, sorted and deep pages, and how long counting takes.

`python -m benchmarks.records [--json]`. Milliseconds in SQL, the median of REPEATS, as a page asks for them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from al_core.filters import Compare, Order, RecordFilter, StateIs
from al_core.store import Store
from al_core.store.record_search import Cursor, Question
from al_core.types import Project, Task
from benchmarks.figures import Figure, measured, parse_arguments, report
from benchmarks.store import filled

RECORDS = 1_000_000
LABELLED = 100_000
REPEATS = 7
FIRST_PAGE_MS = 50


def main() -> None:
    """Make the records in a folder of their own, ask, and report."""
    arguments = parse_arguments(__doc__)
    with tempfile.TemporaryDirectory() as name, closing(Store(Path(name) / "workspace")) as store:
        project, task = filled(store, Path(name), RECORDS)
        bulk_id = store.bulk.begin(task.task_id, store.projects.person("Ann").person_id)
        started = time.perf_counter()
        for start in range(0, LABELLED, 4_000):
            numbers = 10 * np.arange(start, min(start + 4_000, LABELLED))
            store.bulk.give(bulk_id, numbers, [task.labels[0].label_id], replace=False)
        seconds = time.perf_counter() - started
        figures = [measured(f"bulk label of {LABELLED:,}", seconds, "s"), *_figures(store, project, task)]
    sys.exit(not report(figures, arguments.json))


def _figures(store: Store, project: Project, task: Task) -> list[Figure]:
    def asked(*conditions: Compare | StateIs, order: Order | None = None) -> Question:
        wanted = RecordFilter(task.task_id, conditions, order or Order())
        return Question(project.project_id, store.projects.attributes(project.project_id), wanted)

    common, rare = Compare("contains", ("week 7",)), Compare("contains", (f"message {RECORDS - 3} ",))
    pattern = Compare("regex", (r"parcel 9[0-9]6\b.*week 1",))
    mail = Compare("equals", ("mail",), "attribute", "channel")
    by_channel, shuffled = asked(order=Order("attribute", attribute="channel")), asked(order=Order("random", seed=1))
    pages: dict[str, Callable[[], object]] = {
        "a page near the end, by number": lambda: store.search.page(asked(), Cursor(None, RECORDS - 100)),
        "first page, a common word": lambda: store.search.page(asked(common)),
        "first page, a word of one record": lambda: store.search.page(asked(rare)),
        "first page, a regular expression": lambda: store.search.page(asked(pattern)),
        "first page, an attribute and labelled": lambda: store.search.page(asked(mail, StateIs("labelled"))),
        "first page, sorted by an attribute": lambda: store.search.page(by_channel),
        "a page in the middle, sorted by an attribute": lambda: store.search.page(
            by_channel, Cursor("mail", RECORDS // 2)
        ),
        "first page, shuffled": lambda: store.search.page(shuffled),
        "counting a common word": lambda: store.search.count(asked(common)),
        "counting a regular expression": lambda: store.search.count(asked(pattern)),
        "counting the labelled": lambda: store.search.count(asked(StateIs("labelled"))),
    }
    first = measured("first page", _milliseconds(lambda: store.search.page(asked())), "ms", at_most=FIRST_PAGE_MS)
    return [first, *(measured(name, _milliseconds(page), "ms") for name, page in pages.items())]


def _milliseconds(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


if __name__ == "__main__":
    main()
