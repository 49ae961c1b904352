"""`python -m app` as a person meets it: one sentence for what is wrong, and a terminal on which the address stays in view."""

import os
import re
import select
import socket
import subprocess
import sys
import time

import httpx

from tests.serving import ROOT

COMMAND = [sys.executable, "-m", "app"]


def test_a_wrong_setting_is_one_sentence_and_status_2() -> None:
    ended = ended_by(COMMAND, UNROLLED_PORT="abc")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "unrolled: UNROLLED_PORT: got 'abc', allowed: a whole number from 0 to 65535. Unset it for the default, 8000.\n"


def test_a_taken_port_is_one_sentence_and_status_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = ended_by([*COMMAND, "--port", str(port)], UNROLLED_LOG_FORMAT="text")
    assert (ended.returncode, ended.stderr) == (1, "")
    (line,) = ended.stdout.splitlines()
    assert f"Port {port} is taken by another program. Stop that program, or try --port " in line


def test_a_terminal_shows_the_address_and_what_failed_but_no_line_for_what_went_well() -> None:
    terminal, output = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], cwd=ROOT, env=os.environ | {"UNROLLED_WORKERS": "1"}, stdout=output, stderr=output
    )
    os.close(output)
    try:
        address = re.search(r"http://[\d.:]+", read_until(terminal, "\n"))
        assert address
        with httpx.Client(base_url=address[0], trust_env=False, timeout=30) as client:
            for path in ("/", "/static/js/docs.js", "/api/v1/runs", "/nothing"):
                client.get(path)
            client.get("/healthz", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
            client.request("CONNECT", "/healthz")
        process.terminate()
        process.wait(timeout=30)
        assert read_until(terminal, None) == ""
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def ended_by(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60)


def read_until(terminal: int, end: str | None, seconds: float = 60) -> str:
    """What is written on the terminal up to `end`, or where `end` is None all of it, once nobody holds the other side any more."""
    text, until = "", time.monotonic() + seconds
    while end is None or end not in text:
        ready, _, _ = select.select([terminal], [], [], until - time.monotonic())
        assert ready, f"Nothing more within {seconds} s after {text!r}"
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other side is closed
            return text
        if not piece:
            return text
        text += piece.decode()
    return text


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    """A pipe holds some 64 kB, a few hundred lines; then each write waits for a reader."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], cwd=ROOT, env=os.environ | {"UNROLLED_LOG_FORMAT": "json"}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline().decode()
        address = re.search(r"http://[\d.:]+", line)
        assert address is not None
        with httpx.Client(base_url=address.group(), trust_env=False, timeout=10) as client:
            for _ in range(1_000):
                assert client.get("/healthz").status_code == 200
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
