"""Runs the parts of `make test` and `make check`, every one even when an earlier failed, and prints their times."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEWER_DUCKDB = ROOT / "build" / "duckdb-2.0.0"
PYTEST = ["pytest", "--durations=5", "--durations-min=5"]
# Which tests belong to a part is said once, in tests/conftest.py.
SHORT = ["-m", "not long", "-n"]
PARTS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "unit": [*PYTEST, "tests", "al_core", "benchmarks", "--doctest-modules", "--part", "unit", *SHORT, "2"],
    "workspaces": [*PYTEST, "tests", "--part", "workspaces", *SHORT, "2"],
    "pages": [*PYTEST, "tests", "--part", "pages", *SHORT, "2"],
    "sandbox": [*PYTEST, "tests", "--part", "sandbox", *SHORT, "2", "--dist", "loadgroup"],
    # three workers on two cores: most of a browser test is waiting for the page to come to rest
    "browser": [*PYTEST, "tests", "--part", "browser", *SHORT, "3", "--dist", "loadfile", "--no-loadscope-reorder"],
    "long": [*PYTEST, "tests", "-m", "long"],
    "store-duckdb-2": [*PYTEST, "tests/store"],
}
# Threads, processes and browsers meet a busy machine: a test that fails is tried once more alone, and the table says
# so. One that needs it again and again is a defect.
TRIED_AGAIN = {"unit", "workspaces", "pages", "sandbox", "browser"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one part ended and how long it took."""

    part: str
    passed: bool
    seconds: float
    tried_again: bool = False


def run(part: str) -> Outcome:
    print(f"\n== {part}: python -m {' '.join(PARTS[part])}", flush=True)
    started = time.monotonic()
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start hundreds of processes: none should compile again
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        env.setdefault(threads, "1")  # as many tests as cores run side by side: more threads would wait for each other
    if part == "store-duckdb-2":
        env["PYTHONPATH"] = str(NEWER_DUCKDB)
        if not get_newer_duckdb():
            return Outcome(part, False, time.monotonic() - started)
    passed = succeeds(PARTS[part], env)
    again = not passed and part in TRIED_AGAIN
    if again:
        print(f"\n== {part}: what failed, once more", flush=True)
        passed = succeeds([*PARTS[part], "--last-failed", "--last-failed-no-failures=none"], env)
    return Outcome(part, passed, time.monotonic() - started, again)


def succeeds(command: list[str], env: dict[str, str]) -> bool:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=env, check=False).returncode == 0


def get_newer_duckdb() -> bool:
    """Put DuckDB 2.0.0 beside the environment, whose own version is the supported one."""
    if (NEWER_DUCKDB / "duckdb").is_dir():
        return True
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(NEWER_DUCKDB), "duckdb==2.0.0"]
    return subprocess.run([sys.executable, *command], check=False).returncode == 0


def print_times(outcomes: list[Outcome], install_seconds: float | None) -> None:
    print(f"\n{'part':<16}{'result':<10}{'seconds':>8}")
    for outcome in outcomes:
        result = "passed" if outcome.passed else "FAILED"
        again = "  (some failed at first, see above)" if outcome.passed and outcome.tried_again else ""
        print(f"{outcome.part:<16}{result:<10}{outcome.seconds:>8.1f}{again}")
    print(f"{'all parts':<26}{sum(outcome.seconds for outcome in outcomes):>8.1f}")
    if install_seconds is not None:
        print(f"{'installs (apart)':<26}{install_seconds:>8.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--install-seconds", type=float)
    arguments = parser.parse_args()
    outcomes = [run(part) for part in arguments.parts]
    print_times(outcomes, arguments.install_seconds)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
