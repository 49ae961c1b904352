"""The application in a process of its own, reached over a real socket."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(log: Path, directory: Path = ROOT, **settings: str) -> Iterator[str]:
    """Run `python -m app` on a free port with these environment variables; gives its address, stops it with SIGTERM."""
    port = free_port()
    environment = os.environ | {"UNROLLED_HOST": "127.0.0.1", "UNROLLED_PORT": str(port), **settings}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "app"], cwd=directory, env=environment, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(process, address, log)
        yield address
        process.terminate()
        process.wait(timeout=15)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float = 90) -> None:
    """Ask for its health until it answers; what it wrote is in the error if it doesn't."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"The server stopped with status {process.returncode}:\n{log.read_text()}")
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"The server did not answer within {seconds} s:\n{log.read_text()}")
