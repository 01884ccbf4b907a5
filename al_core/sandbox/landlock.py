"""Child side: landlock, by which a process denies itself files, TCP ports and signals outside what is listed.

Numbers from the kernel's uapi/linux/landlock.h; the three system calls have one number on all architectures.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
PR_SET_NO_NEW_PRIVS = 38
VERSION_FLAG = 1
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG, TRUNCATE, IOCTL_DEV = 1 << 7, 1 << 8, 1 << 14, 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READING = READ_FILE | READ_DIR
WRITING = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
RIGHTS_OF_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}  # how many file rights each version knows; 16 from the fifth on


def version() -> int:
    """Return the version that the kernel speaks, 0 where there is no landlock."""
    if sys.platform != "linux":
        return 0
    return max(_call(CREATE, None, 0, VERSION_FLAG), 0)


def why_not() -> str:
    """Return "" when landlock works here, else why not."""
    return "" if version() else "this kernel has no landlock (Linux 5.13 or newer, switched on)"


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Return nothing; from here on this process can read and write nothing but these. Raises OSError."""
    speaks = version()
    known = (1 << RIGHTS_OF_VERSION.get(speaks, 16)) - 1
    tcp = 3 if speaks >= 4 else 0  # bind and connect
    scopes = 3 if speaks >= 6 else 0  # abstract sockets and signals
    attributes = struct.pack("=QQQ", known, tcp, scopes)[: 8 if speaks < 4 else 16 if speaks < 6 else 24]
    ruleset = _checked(_call(CREATE, attributes, len(attributes), 0), "create")
    for paths, rights in ((readable, READING), (writable, WRITING)):
        for path in paths:
            if os.path.exists(path):
                _allow(ruleset, path, rights & known)
    _checked(ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(_call(RESTRICT, ruleset, 0), "restrict")
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    allowed = rights if os.path.isdir(path) else rights & FILE_RIGHTS
    _checked(_call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, place), 0), f"allow {path}")
    os.close(place)


def _call(number: int, *arguments: bytes | int | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    converted = [ctypes.c_size_t(value) if isinstance(value, int) else value for value in arguments]
    return int(libc.syscall(ctypes.c_long(number), *converted))


def _checked(result: int, step: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock could not {step}: {os.strerror(number)}")
    return result
