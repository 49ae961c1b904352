"""What holds for the project as a whole: the direction of imports, the locks, the wheel."""

import ast
import hashlib
import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.serving import ROOT, serving


def test_engine_imports_numpy_and_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "numpy"}
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "app" / "engine").rglob("*.py")
        for name in imported(path)
        if name.partition(".")[0] not in allowed and not name.startswith("app.engine")
    }
    assert found == set()


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_everything_imported_is_locked() -> None:
    distributions = packages_distributions()
    imports = {name.partition(".")[0] for path in (ROOT / "app").rglob("*.py") for name in imported(path)}
    third_party = imports - {*sys.stdlib_module_names, "app"}
    assert {"numpy", "fastapi"} <= third_party
    assert {
        name for name in third_party if not {d.lower().replace("_", "-") for d in distributions[name]} & set(locked("requirements.lock"))
    } == set()


def test_both_locks_agree() -> None:
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert len(runtime) > 10
    assert {name: line for name, line in runtime.items() if development.get(name) != line} == {}


def locked(name: str) -> dict[str, str]:
    """Requirement and version with its environment marker, by package."""
    lines = re.findall(r"^([a-z][a-z0-9._-]*)(==[^\\\n]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {package: rest.strip() for package, rest in lines}


def test_third_party_files_are_those_that_were_pinned() -> None:
    vendor = ROOT / "static" / "vendor"
    pinned = dict(reversed(line.split("  ")) for line in (vendor / "SHA256SUMS").read_text("utf-8").splitlines())
    found = {str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.glob("*/*")}
    assert found == pinned


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory], cwd=ROOT, check=True, capture_output=True)
    (built,) = directory.glob("*.whl")
    return built


def test_wheel_holds_the_application_and_the_page(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [path for top in ("app", "static", "templates") for path in (ROOT / top).rglob("*") if path.is_file()]
    names = [path.relative_to(ROOT) for path in files if "__pycache__" not in path.parts]
    expected = {str(name if name.parts[0] == "app" else "app" / name) for name in names}
    assert len(expected) > 20
    assert expected - held == set()


def test_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    find = "from app.paths import resource_directory; print(resource_directory('static')); print(resource_directory('templates'))"
    done = subprocess.run([sys.executable, "-c", find], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.split() == [str(tmp_path / "app" / "static"), str(tmp_path / "app" / "templates")]
    with serving(tmp_path / "log.txt", directory=tmp_path):
        pass
