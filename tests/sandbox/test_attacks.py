"""Every attack against every tier. After each one the next run must work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from al_core.execution.local import LocalExecutor
from al_core.sandbox import jail, places
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.siege import Siege
from tests.sandbox.targets import ROOT, put_up

VECTORS = "/tmp/vectors.npy"
# a user of this computer who is not root, and not the one that root's runs become
BECOME = """
import os, sys
os.setgroups([])
os.setresgid(63_000, 63_000, 63_000)
os.setresuid(63_000, 63_000, 63_000)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def needs(tier):
    reason = jail.why_not(tier)
    return pytest.mark.skipif(bool(reason), reason=f"{tier} does not work here: {reason}")


def cases(tier, attacks):
    one_worker = pytest.mark.xdist_group(tier)  # each tier's warm process and targets are put up once
    return [
        pytest.param(
            attack, id=attack.name, marks=[needs(tier), one_worker, *([pytest.mark.long] if attack.long else [])]
        )
        for attack in attacks
    ]


@pytest.fixture(scope="module")
def targets(vectors):
    with put_up(vectors) as up:
        yield up


def siege_of(tier, targets, vectors):
    executor = LocalExecutor(tier=tier)
    yield Siege(executor, targets, vectors)
    executor.close()


@pytest.fixture(scope="module")
def full(targets, vectors):
    yield from siege_of("full", targets, vectors)


@pytest.fixture(scope="module")
def no_bwrap(targets, vectors):
    yield from siege_of("no-bwrap", targets, vectors)


@pytest.fixture(scope="module")
def rlimits(targets, vectors):
    yield from siege_of("rlimits", targets, vectors)


@pytest.mark.parametrize("attack", cases("full", ATTACKS))
def test_full_holds(full, attack):
    assert full.successes(attack) == []


@pytest.mark.parametrize("attack", cases("no-bwrap", ATTACKS))
def test_no_bwrap_holds(no_bwrap, attack):
    assert no_bwrap.successes(attack) == []


@pytest.mark.parametrize("attack", cases("rlimits", [attack for attack in ATTACKS if attack.any_tier]))
def test_rlimits_hold_what_they_can(rlimits, attack):
    """Limits, crashes and forged results; docs/sandbox.md lists the rest as not protected."""
    assert rlimits.successes(attack) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests above already run as an ordinary user")
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="a second user is made with bubblewrap")
@pytest.mark.parametrize("tier", [pytest.param(tier, marks=needs(tier)) for tier in ("full", "no-bwrap")])
def test_the_tiers_hold_for_an_ordinary_user_who_owns_what_is_attacked(tier, vectors):
    """The app itself runs as that user, in a view of this computer where the project can be entered by all."""
    names = [attack.name for attack in ATTACKS if attack.uid_matters]
    words = [*ordinary_view(vectors), sys.executable, "-c", BECOME, "-m", "tests.sandbox.siege", tier, VECTORS, *names]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr[-2000:]


def ordinary_view(vectors):
    """Return the words that run a program where every user can enter the project and its Python."""
    here = places.here()
    folders = [*here.folders(), str(ROOT), sys.prefix]
    closed = {str(path) for folder in folders for path in Path(folder).parents if not path.stat().st_mode & 0o001}
    words = ["bwrap", "--dev-bind", "/", "/", "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in sorted(closed):
        words += ["--perms", "0755", "--tmpfs", folder]
    covered = {*closed, "/tmp"}  # what the empty folders above lie over is bound in again
    hidden = sorted({path for path in folders if any(path.startswith(f"{above}/") for above in covered)})
    for folder in sorted({str(above) for path in hidden for above in Path(path).parents} - {"/"}):
        words += ["--perms", "0755", "--dir", folder]
    for folder in hidden:
        words += ["--ro-bind", folder, folder]
    return [*words, "--ro-bind", str(vectors), VECTORS, "--setenv", "HOME", "/tmp", "--"]
