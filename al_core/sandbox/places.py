"""App side: where Python, its libraries and our child-side modules lie, and how a run reaches them."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

CODE = Path(__file__).resolve().parents[1]
CHILD_SIDE = (
    "__init__.py",
    "contract.py",
    "errors.py",
    "registry.py",
    "text.py",
    "types.py",
    "learning",
    "sandbox",
    "sequencelearn",
)
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/local/lib", "/nix/store")
LINKED_LIBRARIES = ("/lib", "/lib32", "/lib64", "/libx32")  # links into /usr on most systems, folders on some
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
KERNEL_FACTS = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/self/maps",
    "/proc/self/status",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
)
FIRST_UNUSED_UID = 61_184  # where systemd, too, takes users that exist only while something runs


@dataclass(frozen=True, slots=True)
class Places:
    """Python's executable and prefix, the folders of installed packages, and the folder that holds `al_core`."""

    executable: str
    prefix: str
    packages: tuple[str, ...]
    code: str

    @property
    def import_path(self) -> tuple[str, ...]:
        """Return what a child's `sys.path` needs after the standard library."""
        return (*self.packages, self.code)

    def readable(self) -> tuple[str, ...]:
        """Return every path that a run may read, in the app's own naming."""
        ours = (f"{self.code}/al_core/{name}" for name in CHILD_SIDE)
        system = (*SYSTEM_LIBRARIES, *LINKED_LIBRARIES, *SYSTEM_FILES, *DEVICES, *KERNEL_FACTS)
        return (f"{self.prefix}/lib", *self.packages, *ours, *system)

    def folders(self) -> tuple[str, ...]:
        """Return the folders that a process must be able to enter."""
        return (self.prefix, *self.packages, self.code)


def here() -> Places:
    """Return the places of the running interpreter."""
    executable = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
    folders = [Path(entry).resolve() for entry in sys.path if entry]
    packages = [
        str(folder) for folder in folders if folder.name in ("site-packages", "dist-packages") and folder.is_dir()
    ]
    return Places(
        str(executable), str(Path(sys.base_prefix).resolve()), tuple(dict.fromkeys(packages)), str(CODE.parent)
    )


def enterable_by_all(folder: str) -> bool:
    """Return whether any user of this computer can reach and list `folder`.

    >>> enterable_by_all("/")
    True
    """
    path = Path(folder)
    return bool(path.stat().st_mode & 0o005 == 0o005) and all(parent.stat().st_mode & 0o001 for parent in path.parents)


def through_descriptors(places: Places) -> tuple[Places, tuple[int, ...]]:
    """Return `places` named by open folders, and those: they need no right to enter the folders above them.

    This is how a process without rights uses a Python that lies below a folder that only root can enter.
    Linux only; the caller closes the descriptors after the process was started.
    """
    opened = {folder: os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in dict.fromkeys(places.folders())}
    renamed = {folder: f"/proc/self/fd/{descriptor}" for folder, descriptor in opened.items()}
    relative = os.path.relpath(places.executable, places.prefix)
    moved = replace(
        places,
        executable=f"{renamed[places.prefix]}/{relative}",
        prefix=renamed[places.prefix],
        packages=tuple(renamed[folder] for folder in places.packages),
        code=renamed[places.code],
    )
    return moved, tuple(opened.values())


def unused_uid() -> int:
    """Return a user id that belongs to nobody on this computer."""
    return next(uid for uid in _uids_from(FIRST_UNUSED_UID) if not _exists(uid))


def _uids_from(first: int) -> Iterator[int]:
    yield from range(first, 65_520)


def _exists(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
