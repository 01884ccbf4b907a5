"""A Streamlit script on a free port of this machine, and a browser that is not held up by a screen's refresh."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import ROOT

OPTIONS = ["--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false"]


def chromium() -> str | None:
    """Return the machine's own Chromium; None where Playwright's is to be used."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def served(script: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a Streamlit script on a free port; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", *OPTIONS]
        own = {"PYTHONPATH": str(ROOT), "HOME": home}
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **own, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _healthy(f"http://127.0.0.1:{port}")
        finally:
            child.terminate()
            child.wait(20)


@contextmanager
def served_text(source: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a script that is given as text; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(source, "utf-8")
        with served(path, environment) as address:
            yield address


def _healthy(url: str) -> str:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return url
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"{url} does not answer")
