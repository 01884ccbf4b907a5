"""docs/sandbox.md says what is true of the attacks, the layers and the limits."""

import re
from pathlib import Path

import pytest

from al_core.execution import Limits
from al_core.sandbox import jail, scratch, syscalls, watch
from tests.sandbox.attacks import ATTACKS, THEMES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text()


def table():
    """The rows that the page must have: attacks, and how many each tier is asked to stand."""
    for theme, attacks in THEMES.items():
        held = sum(attack.any_tier for attack in attacks)
        rest = len(attacks) - held
        in_rlimits = "not protected" if not held else f"{held} held" + (f", {rest} not protected" if rest else "")
        yield f"| {theme} | {len(attacks)} | all held | all held | {in_rlimits} |"


@pytest.mark.parametrize("row", list(table()))
def test_the_table_counts_the_attacks(row):
    assert row in PAGE


def test_the_number_of_attacks_is_the_real_one():
    assert f"holds {len(ATTACKS)} hostile heuristics" in PAGE
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_every_tier_and_layer_is_described():
    for name in jail.TIERS:
        assert f"| `{name}` |" in PAGE
    for name in jail.LAYERS:
        assert re.search(rf"^\| {name.replace('rlimits', 'limits')} \|", PAGE, re.MULTILINE)


def test_limits_are_those_of_the_code():
    limits = Limits()
    for words in (
        f"| seconds | {limits.seconds:g} |",
        f"| memory | {limits.memory_mib:,} MiB",
        f"| scratch | {limits.scratch_mib} MiB, {scratch.ENTRY_LIMIT:,} files |",
        f"| threads | {watch.THREAD_LIMIT} |",
        f"| log | {limits.log_kib:,} KiB",
        f"about {len(syscalls.ALLOWED) + len(syscalls.ASKED):d}"[:-1],
    ):
        assert words in PAGE
