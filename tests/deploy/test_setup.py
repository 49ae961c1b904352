"""`make run` repairs what an earlier one left half made. A script in Python's place does nothing but what the Makefile relies on."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.serving import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")

# `-m venv` makes a folder in two steps, `-m pip` needs both of them. Beside the Makefile a file `fail-STAGE` makes that stage fail,
# `hang-STAGE` makes it last until it is interrupted.
PYTHON = """\
#!/bin/sh
stage() {
  echo "$1" >> stages
  if [ -e "hang-$1" ]; then sleep 60; fi
  if [ -e "fail-$1" ]; then echo "the reason of $1" >&2; exit 1; fi
}
case "$*" in
  -V) echo "Python ${FAKE_VERSION:-3.11.9}" ;;
  "-c import sys;"*) case "${FAKE_VERSION:-3.11.9}" in 3.9.*) exit 1 ;; esac ;;
  "-m venv --clear "*)
    cp "$0" copy; rm -rf "$4"; mkdir -p "$4/bin"; mv copy "$4/bin/python"
    stage venv
    touch "$4/bin/pip" ;;
  "-m pip install "*)
    if [ ! -e "$(dirname "$0")/pip" ]; then echo "No module named pip" >&2; exit 1; fi
    stage pip ;;
  "-m app") echo served ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what `make` reads, and `bin/python3`."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "scripts" / "virtual-environment.sh", tmp_path / "scripts")
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        (tmp_path / name).touch()
    script(tmp_path / "bin" / "python3", PYTHON)
    return tmp_path


def script(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def environment(checkout: Path, **more: str) -> dict[str, str]:
    unset = ("PYTHON", "VENV", "MAKEFLAGS", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return kept | {"PATH": f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"} | more


def make(checkout: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment(checkout, **more), capture_output=True, text=True, check=False, timeout=60
    )


def served(checkout: Path, **more: str) -> bool:
    ended = make(checkout, "run", **more)
    return ended.returncode == 0 and ended.stdout.endswith("served\n")


def stages(checkout: Path) -> list[str]:
    """What has been done since this was last asked."""
    found = (checkout / "stages").read_text().split() if (checkout / "stages").exists() else []
    (checkout / "stages").write_text("")
    return found


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    assert served(checkout)
    assert stages(checkout) == ["venv", "pip"]
    assert served(checkout)
    assert stages(checkout) == []


@pytest.mark.parametrize("stage", ["venv", "pip"])
def test_what_failed_is_done_again(checkout: Path, stage: str) -> None:
    (checkout / f"fail-{stage}").touch()
    failed = make(checkout, "run")
    assert failed.returncode != 0
    assert f"the reason of {stage}\n" in failed.stderr
    assert "(above is why)" in failed.stderr
    (checkout / f"fail-{stage}").unlink()
    stages(checkout)
    assert served(checkout)
    assert stages(checkout) == ["venv", "pip"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("stage", ["venv", "pip"])
def test_what_was_interrupted_is_done_again(checkout: Path, stage: str, number: signal.Signals) -> None:
    (checkout / f"hang-{stage}").touch()
    process = subprocess.Popen(
        # A shell starts what runs in its background with SIGINT ignored, and children inherit that.
        ["env", "--default-signal=INT", "make", "run"],
        cwd=checkout,
        env=environment(checkout),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 30
        while stage not in ((checkout / "stages").read_text() if (checkout / "stages").exists() else ""):
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(process.pid, number)
        assert process.wait(timeout=30) != 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    (checkout / f"hang-{stage}").unlink()
    stages(checkout)
    assert served(checkout)
    assert stages(checkout) == ["venv", "pip"]


def test_a_changed_lock_file_changes_a_whole_environment_and_an_interrupted_change_starts_anew(checkout: Path) -> None:
    assert served(checkout)
    os.utime(checkout / "requirements.lock", (time.time() + 5, time.time() + 5))
    stages(checkout)
    (checkout / "fail-pip").touch()
    assert not served(checkout)
    assert stages(checkout) == ["pip"]
    (checkout / "fail-pip").unlink()
    assert served(checkout)
    assert stages(checkout) == ["venv", "pip"]


def test_an_environment_that_nobody_knows_is_made_anew(checkout: Path) -> None:
    """That is what earlier versions left, and a Python that was removed leaves."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert served(checkout)


def test_development_requirements_after_those_for_running(checkout: Path) -> None:
    assert served(checkout)
    stages(checkout)
    assert make(checkout, "setup").returncode == 0
    assert served(checkout)
    assert stages(checkout) == ["pip"]


def test_another_version_of_python_starts_anew(checkout: Path) -> None:
    assert served(checkout)
    stages(checkout)
    assert served(checkout, FAKE_VERSION="3.12.1")
    assert stages(checkout) == ["venv", "pip"]


def test_without_pythons_venv_the_package_to_install_is_named(checkout: Path) -> None:
    (checkout / "fail-venv").touch()
    failed = make(checkout, "run")
    assert "python3 could not make a virtual environment" in failed.stderr
    assert "sudo apt-get install python3-venv" in failed.stderr
    assert not (checkout / ".venv").exists()


def test_without_python_and_with_an_old_one_the_version_that_is_needed_is_named(checkout: Path) -> None:
    missing, old = make(checkout, "run", "PYTHON=python3.99"), make(checkout, "run", FAKE_VERSION="3.9.2")
    assert "There is no python3.99 here. Unrolled needs Python 3.11 or newer" in missing.stderr
    assert "Python 3.9.2 is too old: Unrolled needs 3.11 or newer" in old.stderr
    assert stages(checkout) == []


def test_node_modules_half_made_are_made_again(checkout: Path) -> None:
    installed = "node_modules/.package-lock.json"
    script(checkout / "bin" / "npm", "#!/bin/sh\nmkdir -p node_modules/some\nif [ -e fail-npm ]; then exit 1; fi\ntouch " + installed)
    (checkout / "fail-npm").touch()
    assert make(checkout, installed).returncode != 0
    (checkout / "fail-npm").unlink()
    assert make(checkout, installed).returncode == 0
    assert (checkout / installed).exists()
