"""Gets what the tests drive and the sandbox can use: Chromium and bubblewrap. What is there is left alone."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ROOT / ".venv" / "browsers"
# Debian's package of Chromium without its window loads a page at half the work; where it is not there, Chromium itself
PACKAGES = ("chromium-headless-shell", "chromium")
CHROMIUM = (*PACKAGES, "chromium-browser", "google-chrome")
CHROMIUM_MAC = ("Google Chrome", "Chromium")


def say(sentence: str) -> None:
    print(f"== {sentence}", flush=True)


def can_install_packages() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install_package(name: str) -> bool:
    """Install a package of Debian or Ubuntu; whether it worked."""
    say(f"Installing {name} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", name]):
        if subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode != 0:
            return False
    return True


def runs(command: str) -> bool:
    """Whether a program is there and starts; Ubuntu's `chromium-browser` may be a stub that asks for snap."""
    found = shutil.which(command)
    if found is None:
        return False
    return subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0


def has_chromium() -> bool:
    on_mac = any(Path(f"/Applications/{name}.app/Contents/MacOS/{name}").exists() for name in CHROMIUM_MAC)
    return on_mac or any(map(runs, CHROMIUM)) or any(BROWSERS.glob("chromium*/INSTALLATION_COMPLETE"))


def get_chromium() -> bool:
    """Whether Chromium is there at the end: the machine's own, else the one that Playwright downloads."""
    if has_chromium():
        return True
    if can_install_packages() and any(install_package(name) and has_chromium() for name in PACKAGES):
        return True
    say("Downloading Playwright's Chromium into .venv/browsers")
    with_libraries = ["--with-deps"] if can_install_packages() else []
    command = [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]
    download = subprocess.run(command, env={**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(BROWSERS)}, check=False)
    if download.returncode != 0:
        say("No Chromium: install Chromium or Google Chrome yourself; until then the browser tests fail.")
    return download.returncode == 0


def get_bubblewrap() -> None:
    """Install bubblewrap where that is possible; the app and the other tests work without it."""
    if shutil.which("bwrap") or platform.system() != "Linux":
        return
    if not (can_install_packages() and install_package("bubblewrap")):
        say("No bubblewrap: the sandbox uses its other layers, and the tests of this layer are skipped.")
        say("To have it: sudo apt-get install bubblewrap, or your system's own way.")


if __name__ == "__main__":
    get_bubblewrap()
    sys.exit(0 if get_chromium() else 1)
