"""The parts of the protection that can be looked at without starting a run."""

import errno
import re
import struct
from pathlib import Path

import pytest

from al_core.sandbox import bubblewrap, jail, places, seccomp, syscalls
from al_core.sandbox.zygote import WARM_PACKAGES

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),  # what aarch64 uses
}
TABLES = (syscalls.ALLOWED, syscalls.ASKED, syscalls.ABSENT, syscalls.PRETENDED, syscalls.CROSSING)
X86 = syscalls.ARCHITECTURES["x86_64"]


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_those_of_the_kernels_headers(machine):
    if not HEADERS[machine].exists():
        pytest.skip(f"no kernel headers at {HEADERS[machine]}")
    found = re.findall(r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    numbers = {name: int(number) for name, number in found}
    numbers["newfstatat"] = numbers.get("newfstatat", numbers.get("fstatat"))  # one call with two names
    column = list(syscalls.ARCHITECTURES).index(machine)
    ours = {name: pair[column] for table in TABLES for name, pair in table.items() if pair[column] is not None}
    assert ours == {name: numbers.get(name) for name in ours}


def test_no_call_stands_in_two_tables():
    names = [name for table in TABLES for name in table]
    assert len(names) == len(set(names))


def answer(number, *arguments, architecture=X86, pid=4321):
    """Run the filter by the rules of the kernel's machine and return its answer."""
    record = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(seccomp.program("x86_64", pid))
    at = accumulator = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == seccomp.RETURN:
            return operand
        if code == seccomp.LOAD:
            accumulator = struct.unpack_from("=I", record, operand)[0]
            continue
        holds = {
            seccomp.JUMP_EQUAL: accumulator == operand,
            seccomp.JUMP_GREATER: accumulator > operand,
            seccomp.JUMP_ANY_BIT: bool(accumulator & operand),
        }[code]
        at += if_true if holds else if_false


REFUSED = seccomp.REFUSE | errno.EPERM
ABSENT = seccomp.REFUSE | errno.ENOSYS


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ((0, 3), seccomp.ALLOW),  # read
        ((57,), REFUSED),  # fork
        ((58,), REFUSED),  # vfork
        ((59,), REFUSED),  # execve
        ((41, 2, 1), REFUSED),  # socket
        ((101, 16), REFUSED),  # ptrace
        ((319,), REFUSED),  # memfd_create
        ((56, 0x3D0F00), seccomp.ALLOW),  # clone of a thread
        ((56, 17), REFUSED),  # clone of a process
        ((435,), ABSENT),  # clone3
        ((62, 4321, 9), seccomp.ALLOW),  # kill itself
        ((62, 4322, 9), REFUSED),
        ((62, 2**64 - 1, 9), REFUSED),  # kill -1
        ((234, 4321, 5, 9), seccomp.ALLOW),  # tgkill itself
        ((234, 1, 1, 9), REFUSED),
        ((72, 3, 1030), seccomp.ALLOW),  # fcntl F_DUPFD_CLOEXEC
        ((72, 3, 8), REFUSED),  # F_SETOWN
        ((157, 15), seccomp.ALLOW),  # prctl PR_SET_NAME
        ((157, 1, 0), REFUSED),  # PR_SET_PDEATHSIG
        ((302, 0, 3, 0), seccomp.ALLOW),  # prlimit64 that asks
        ((302, 0, 3, 0x7F00_0000_0000), REFUSED),  # one that sets: the lower half of its pointer is null
        ((302, 0, 3, 0x1000), REFUSED),
        ((257, 0, 0, 0), seccomp.ALLOW),  # openat to read
        ((257, 0, 0, 0o1101), seccomp.ALLOW),  # create, truncate, write
        ((257, 0, 0, 0o1000), REFUSED),  # truncate and read
        ((257, 0, 0, 0o20200002), seccomp.REFUSE | errno.EOPNOTSUPP),  # O_TMPFILE
        ((2, 0, 0o1000), REFUSED),
        ((87,), seccomp.REFUSE),  # unlink: said to be done
        ((82,), seccomp.REFUSE | errno.EXDEV),  # rename
        ((9999,), ABSENT),
        ((0x40000000,), ABSENT),  # x32
    ],
)
def test_the_filter_answers(call, expected):
    number, *arguments = call
    assert answer(number, *arguments) == expected


def test_calls_of_another_architecture_are_deadly():
    assert answer(0, architecture=0x40000003) == seccomp.KILL


def test_the_jail_shows_nothing_of_the_project_but_the_child_side():
    here = places.here()
    words = bubblewrap.command(here, {})
    shown = [words[at + 1] for at, word in enumerate(words) if word == "--ro-bind"]
    within = [path for path in shown if path.startswith(f"{here.code}/") and "site-packages" not in path]
    assert set(within) <= {f"{here.code}/al_core/{name}" for name in places.CHILD_SIDE}
    assert "/" not in shown and "/etc" not in shown and str(Path.home()) not in shown


def test_the_child_side_needs_no_module_that_the_jail_hides():
    ours = {name.split(".")[1] for name in WARM_PACKAGES if name.startswith("al_core.")}
    assert ours <= set(places.CHILD_SIDE)


def test_the_best_tier_is_one_that_works():
    assert jail.why_not(jail.best_tier()) == ""


def test_a_jail_that_cannot_be_made_says_why(monkeypatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda _: None)
    assert "not installed" in bubblewrap.probe(places.here())
