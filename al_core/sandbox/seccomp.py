"""Child side: seccomp, by which a process denies itself system calls: no fork, no exec, no sockets, no tracing.

A list of what is allowed, as a program of the kernel's own little machine (linux/filter.h, linux/seccomp.h).
Written out here instead of through libseccomp, which is one more package and cannot be found in the jail.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator

from al_core.sandbox import syscalls

LOAD, JUMP_EQUAL, JUMP_GREATER, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000  # plus an error number; with 0 the call returns success and does nothing
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
CLONE_THREAD, O_TMPFILE_BIT = 0x00010000, 0o20000000
# TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TIOCGWINSZ
IOCTLS = (0x5401, 0x541B, 0x5421, 0x5450, 0x5451, 0x5413)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_*, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA
PRCTLS = (3, 15, 16, 23, 0x53564D41)

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def why_not() -> str:
    """Return "" when seccomp works here, else why not."""
    if sys.platform != "linux":
        return "only Linux has seccomp"
    if platform.machine() not in syscalls.ARCHITECTURES or sys.maxsize <= 1 << 32:
        return f"the list of system calls is not written for {platform.machine()}"
    # with a program at address 0 the kernel complains about the address if it knows filters, else about the mode
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.c_void_p(0), 0, 0)
    return "" if ctypes.get_errno() == errno.EFAULT else "this kernel has no seccomp filters"


def restrict() -> None:
    """Return nothing; from here on this process can make only the allowed calls. Raises OSError."""
    instructions = list(program(platform.machine(), os.getpid()))
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(_Program(len(instructions), code)), 0, 0):
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


def program(machine: str, pid: int) -> Iterator[Instruction]:
    """Yield the filter for a process `pid` on `machine` ("x86_64" or "aarch64")."""
    column = list(syscalls.ARCHITECTURES).index(machine)
    yield (LOAD, 0, 0, ARCHITECTURE_AT)
    yield (JUMP_EQUAL, 1, 0, syscalls.ARCHITECTURES[machine])
    yield (RETURN, 0, 0, KILL)  # 32-bit calls have other numbers
    yield (LOAD, 0, 0, NUMBER_AT)
    for name, numbers in syscalls.ASKED.items():
        yield from _when(numbers[column], list(_ask(name, pid)))
    answers = (
        (syscalls.ALLOWED, ALLOW),
        (syscalls.ABSENT, REFUSE | errno.ENOSYS),
        (syscalls.PRETENDED, REFUSE),
        (syscalls.CROSSING, REFUSE | errno.EXDEV),
    )
    for table, answer in answers:
        for numbers in table.values():
            yield from _when(numbers[column], [(RETURN, 0, 0, answer)])
    yield (JUMP_GREATER, 0, 1, syscalls.NEWEST_KNOWN)  # also the x32 calls, whose numbers begin at 2**30
    yield (RETURN, 0, 0, REFUSE | errno.ENOSYS)
    yield (RETURN, 0, 0, REFUSE | errno.EPERM)


def _when(number: int | None, then: list[Instruction]) -> Iterator[Instruction]:
    """Yield `then`, which must end in a return on every way, for calls of this number."""
    if number is not None:
        yield (JUMP_EQUAL, 0, len(then), number)
        yield from then


def _ask(name: str, pid: int) -> Iterator[Instruction]:
    """Yield the answer for a call whose arguments matter."""
    if name == "clone":  # threads share this process; anything else would be a second one
        yield from _if_bit(0, CLONE_THREAD, ALLOW, REFUSE | errno.EPERM)
    elif name in ("kill", "tgkill"):
        yield from _if_one_of(0, (pid,), REFUSE | errno.EPERM)
    elif name == "ioctl":
        yield from _if_one_of(1, IOCTLS, REFUSE | errno.ENOTTY)
    elif name == "fcntl":
        yield from _if_one_of(1, FCNTLS, REFUSE | errno.EPERM)
    elif name == "prctl":
        yield from _if_one_of(0, PRCTLS, REFUSE | errno.EPERM)
    elif name == "prlimit64":  # reading limits: the pointer to new ones, both halves, is null
        yield (LOAD, 0, 0, _at(2))
        yield (JUMP_EQUAL, 0, 2, 0)
        yield (LOAD, 0, 0, _at(2) + 4)
        yield (JUMP_EQUAL, 1, 0, 0)
        yield (RETURN, 0, 0, REFUSE | errno.EPERM)
        yield (RETURN, 0, 0, ALLOW)
    else:
        yield from _ask_to_open(1 if name == "open" else 2)


def _ask_to_open(flags: int) -> Iterator[Instruction]:
    """Yield the answer for open and openat, whose flags are that argument.

    A file without a name would not be counted as scratch. Truncating a file opened for reading alone would
    pass by landlock before its third version.
    """
    yield (LOAD, 0, 0, _at(flags))
    yield (JUMP_ANY_BIT, 0, 1, O_TMPFILE_BIT)
    yield (RETURN, 0, 0, REFUSE | errno.EOPNOTSUPP)
    yield (JUMP_ANY_BIT, 0, 2, os.O_TRUNC)
    yield (JUMP_ANY_BIT, 1, 0, os.O_ACCMODE)
    yield (RETURN, 0, 0, REFUSE | errno.EPERM)
    yield (RETURN, 0, 0, ALLOW)


def _at(argument: int) -> int:
    return ARGUMENTS_AT + 8 * argument  # the lower half: both architectures are little-endian


def _if_bit(argument: int, bit: int, then: int, otherwise: int) -> Iterator[Instruction]:
    yield (LOAD, 0, 0, _at(argument))
    yield (JUMP_ANY_BIT, 0, 1, bit)
    yield (RETURN, 0, 0, then)
    yield (RETURN, 0, 0, otherwise)


def _if_one_of(argument: int, values: tuple[int, ...], otherwise: int) -> Iterator[Instruction]:
    yield (LOAD, 0, 0, _at(argument))
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        yield (JUMP_EQUAL, left, 0, value)
    yield (RETURN, 0, 0, otherwise)
    yield (RETURN, 0, 0, ALLOW)
