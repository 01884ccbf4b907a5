"""What all benchmarks print: figures as a table, or with `--json` as a list.

A benchmark is a module with `main()`, run as `python -m benchmarks.NAME [--json]`. Figures that compare are
measured side by side in one run: the machine's mood cancels out of the ratio. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("figure", "value", "unit", "against", "ratio", "expected", "holds")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `against` is the baseline's, in the same unit; `ratio` how many times better than it.

    `expected` says in words what was promised, `holds` whether it came true; "" and None without a promise.
    """

    figure: str
    value: float
    unit: str
    against: float | None = None
    ratio: float | None = None
    expected: str = ""
    holds: bool | None = None


def measured(
    figure: str, value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None
) -> Figure:
    """Return a figure that stands alone, with the bounds that its value is expected to keep.

    >>> measured("runs of 20 heuristics", 1.9, "CPU-s", at_most=2.5).holds
    True
    """
    expected = f"at least {at_least:g}" if at_least is not None else ""
    expected = f"at most {at_most:g}" if at_most is not None else expected
    if not expected:
        return Figure(figure, value, unit)
    holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return Figure(figure, value, unit, expected=expected, holds=holds)


def compared(
    figure: str, value: float, unit: str, against: float, *, more_is_better: bool = False, at_least: float | None = None
) -> Figure:
    """Return a figure beside its baseline; `at_least` is the ratio that is expected.

    The ratio is against / value, for times and sizes, or value / against where more is better.

    >>> compared("start of a run", 0.025, "s", 2.0, at_least=40).ratio
    80.0
    """
    over, under = (value, against) if more_is_better else (against, value)
    ratio = over / under if under else math.inf
    if at_least is None:
        return Figure(figure, value, unit, against, ratio)
    return Figure(figure, value, unit, against, ratio, f"ratio at least {at_least:g}", ratio >= at_least)


def parse_arguments(description: str | None) -> argparse.Namespace:
    """Return the arguments that every benchmark has: `json`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    return parser.parse_args()


def benchmark_set(name: str) -> Path | None:
    """Return the file of a public set, from the folder AL_BENCH_DATA; None, and a line on stderr, without it."""
    folder = Path(os.environ.get("AL_BENCH_DATA", ROOT.parent / "shared" / "bench"))
    path = folder / f"{name}.parquet"
    if path.is_file():
        return path
    print(f"Left out: {path} is not there. Set AL_BENCH_DATA to the folder of the sets.", file=sys.stderr)
    return None


def report(figures: Sequence[Figure], as_json: bool) -> bool:
    """Print the figures; return whether everything that was expected holds."""
    if as_json:
        print(json.dumps([_plain(figure) for figure in figures], indent=1))
    else:
        print("\n".join(_table([_cells(figure) for figure in figures])))
    return all(figure.holds is not False for figure in figures)


def _plain(figure: Figure) -> dict[str, object]:
    """Return a figure as JSON knows it: a number that is not finite becomes null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(figure).items()
    }


def _cells(figure: Figure) -> list[str]:
    holds = {None: "", True: "yes", False: "NO"}[figure.holds]
    numbers = ("" if number is None else f"{number:.4g}" for number in (figure.value, figure.against, figure.ratio))
    value, against, ratio = numbers
    return [figure.figure, value, figure.unit, against, ratio, figure.expected, holds]


def _table(rows: list[list[str]]) -> list[str]:
    """Return lines of text, numbers to the right."""
    lines = [list(COLUMNS), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    right = {"value", "against", "ratio"}
    return [
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(line, widths, COLUMNS, strict=True)
        ).rstrip()
        for line in lines
    ]
