"""Makes .venv and fills it: `python .ci/fill_venv.py requirements.txt requirements-dev.txt`.

Run with any Python that is new enough, outside of the environment. May be broken off and run again: a stamp
per requirements file is written last, and what an interrupted run left is checked before it is built upon.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
# Lies in the environment while packages are installed: still there at the start, the last run was broken off.
FILLING = VENV / ".filling"
FIND_INCOMPLETE = """
import sys
from importlib.metadata import distributions
for package in distributions():
    if package.files is None or not all(path.locate().exists() for path in package.files if path.suffix != ".pyc"):
        sys.exit(package.name)
"""


def interpreter() -> Path:
    return VENV / "bin" / "python"


def version_of(python: Path) -> str:
    """The version of an interpreter, "" when it does not run."""
    try:
        asked = subprocess.run([python, "-c", "import sys, pip; print(sys.version)"], capture_output=True, text=True)
    except OSError:
        return ""
    return asked.stdout.strip()


def is_sound() -> bool:
    """Whether the environment runs and, after a broken-off run, holds no half-installed package."""
    version = version_of(interpreter())
    if not version or tuple(map(int, version.split(".")[:2])) < (3, 11):
        return False
    return not FILLING.exists() or subprocess.run([interpreter(), "-c", FIND_INCOMPLETE], check=False).returncode == 0


def stamp_of(requirements: str) -> tuple[Path, str]:
    """The stamp file of a requirements file and what it holds once that file is installed."""
    wanted = version_of(interpreter()) + (ROOT / requirements).read_text()
    return VENV / f".filled-{requirements}", hashlib.sha256(wanted.encode()).hexdigest()


def is_filled(requirements: str) -> bool:
    path, wanted = stamp_of(requirements)
    return path.is_file() and path.read_text() == wanted


def say(sentence: str) -> None:
    print(f"== {sentence}", flush=True)


def fill(files: list[str]) -> None:
    """Install requirements files, then stamp them; raises CalledProcessError when pip fails."""
    FILLING.touch()
    pip = [interpreter(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, *(part for name in files for part in ("-r", name))], cwd=ROOT, check=True)
    for name in files:
        path, wanted = stamp_of(name)
        path.write_text(wanted)
    FILLING.unlink()


def main(files: list[str]) -> int:
    if not is_sound():
        say(f"Making .venv with Python {sys.version.split()[0]}" + (" anew" if VENV.exists() else ""))
        venv.create(VENV, clear=True, with_pip=True)
    FILLING.unlink(missing_ok=True)
    missing = [name for name in files if not is_filled(name)]
    if missing:
        say(f"Installing {' and '.join(missing)} into .venv; the first time takes a few minutes")
        try:
            fill(missing)
        except subprocess.CalledProcessError:
            say("pip could not install them; its message is above. Run the same command again when it is mended.")
            return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Broken off; run the same command again to go on.")
        sys.exit(130)
