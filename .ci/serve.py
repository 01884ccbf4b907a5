"""Serves the app: `python .ci/serve.py [--host 127.0.0.1] [--port 8501]`, used by `make app` and `make serve`.

Without --port the next free one from 8501 on is taken; a busy port that was asked for is an error.
"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST_PORT, N_PORTS = 8501, 50
RED, PLAIN = "\033[31m", "\033[0m"


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there; exits with a sentence when the address itself cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            sys.exit(f"HOST={host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.")
        except PermissionError:
            sys.exit(f"Port {port} may not be used by you. Choose one above 1023: make app PORT=8501")
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                sys.exit(f"HOST={host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.")
            return False
    return True


def choose_port(host: str, asked: str) -> int:
    """The port asked for, else the next free one; exits with a sentence when there is none."""
    if not asked:
        port = next((port for port in range(FIRST_PORT, FIRST_PORT + N_PORTS) if is_free(host, port)), None)
        if port is None:
            sys.exit(f"No free port from {FIRST_PORT} to {FIRST_PORT + N_PORTS - 1}. Choose one: make app PORT=9000")
        if port != FIRST_PORT:
            print(f"Port {FIRST_PORT} is in use; taking {port}.", flush=True)
        return port
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        sys.exit(f"PORT={asked} is not a port. Choose a number from 1024 to 65535.")
    if not is_free(host, int(asked)):
        sys.exit(f"Port {asked} is in use. Choose another one: make app PORT={int(asked) % 65535 + 1}")
    return int(asked)


def is_this_machine_only(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_for_others(host: str) -> str:
    """The address to show in the link when the app listens on all of them; nothing is sent to find it."""
    if host not in {"0.0.0.0", "::"}:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 1))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="")
    arguments = parser.parse_args()
    if not arguments.host:
        sys.exit("Say on which address: make serve HOST=0.0.0.0")
    port = choose_port(arguments.host, arguments.port)
    if not is_this_machine_only(arguments.host):
        print(f"{RED}Whoever can open this page can run code on this machine.{PLAIN}", flush=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.address={arguments.host}", f"--server.port={port}"]
    # Without it Streamlit asks a web service for this machine's public address.
    command += [f"--browser.serverAddress={address_for_others(arguments.host)}"]
    # Streamlit takes this one's place, so that Ctrl+C and a pid mean the server itself.
    os.chdir(ROOT)
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
