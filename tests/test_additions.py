"""CONTRIBUTING.md says how to add things; here one of each is added to a copy of the project by its words, and the suites that matter run.

The files stand in tests/additions. Each addition is that file, one line in a registry, words in both locales, and documentation.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serving import ROOT

pytestmark = pytest.mark.slow

SUITES = {
    "activation": ["tests/unit/engine", "tests/property", "tests/test_registries.py"],
    "part": ["tests/unit/explore", "tests/api/test_openapi.py", "tests/api/test_runs.py", "tests/test_registries.py"],
    "cell": ["tests/unit/engine", "tests/unit/explore", "tests/property", "tests/api/test_openapi.py", "tests/test_registries.py"],
    "task": ["tests/unit/sequences", "tests/unit/train", "tests/test_registries.py"],
    "preset": ["tests/unit/explore/test_presets.py", "tests/test_registries.py"],
}
ALWAYS = ["tests/test_docs.py", "tests/test_contract.py", "tests/test_architecture.py"]


@dataclass(frozen=True)
class Addition:
    """One thing that is added.

    Attributes
    ----------
    file : str
        In tests/additions; empty where only a line of a registry is added.
    place : str
        Where the file goes, or the registry's file.
    registry : tuple of (file, before, after)
        The lines that are changed.
    words : dict of str to (English, Korean)
        By key of the locales.
    documented : tuple of (page, before, after)
        What the documentation says.
    """

    kind: str
    file: str
    place: str
    registry: tuple[tuple[str, str, str], ...]
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    documented: tuple[tuple[str, str, str], ...] = ()


MODEL = "app/engine/model"
ADDITIONS = {
    "softplus": Addition(
        "activation",
        "softplus.py",
        f"{MODEL}/activations/softplus.py",
        (
            (
                f"{MODEL}/activations/__init__.py",
                "from app.engine.model.activations.tanh import TANH\n",
                "from app.engine.model.activations.softplus import SOFTPLUS\nfrom app.engine.model.activations.tanh import TANH\n",
            ),
            (f"{MODEL}/activations/__init__.py", "(TANH, RELU, SIGMOID, IDENTITY)", "(TANH, RELU, SIGMOID, IDENTITY, SOFTPLUS)"),
        ),
        {
            "choice.activation.softplus": ("softplus", "소프트플러스"),
            "choice.activation.softplus.about": ("A smooth ReLU.", "매끄러운 ReLU입니다."),
        },
        (("mathematics.md", "`identity`", "`identity`, `softplus`"),),
    ),
    "histogram": Addition(
        "part",
        "state_sizes.py",
        "app/explore/parts/state_sizes.py",
        (
            ("app/explore/parts/__init__.py", "    spectrum,\n", "    spectrum,\n    state_sizes,\n"),
            ("app/explore/parts/__init__.py", "        terms.PART,\n", "        terms.PART,\n        state_sizes.PART,\n"),
        ),
        documented=(("mathematics.md", "`identity`", "`identity` (its states' sizes: `state_sizes`)"),),
    ),
    "minimal gated unit": Addition(
        "cell",
        "gated.py",
        f"{MODEL}/cells/gated.py",
        (
            (
                f"{MODEL}/cells/__init__.py",
                "from app.engine.model.cells.leaky import Leaky\n",
                "from app.engine.model.cells.gated import Gated\nfrom app.engine.model.cells.leaky import Leaky\n",
            ),
            (f"{MODEL}/cells/__init__.py", "Leaky)", "Leaky, Gated)"),
        ),
        {
            "choice.cell.gated": ("minimal gated unit", "최소 게이트 유닛"),
            "choice.cell.gated.about": ("One gate decides what is kept.", "게이트 하나가 남길 몫을 정합니다."),
        },
        (
            ("mathematics.md", "| `leaky` |", "| `gated` | $u h_{t-1} + (1 - u) c$ | with one gate $u$ |\n| `leaky` |"),
            (
                "glossary.md",
                "| leaky integrator |",
                "| gated unit | 게이트 유닛 | `gated` | one gate keeps |\n| leaky integrator |",
            ),
        ),
    ),
    "task": Addition(
        "task",
        "marked_mean.py",
        "app/sequences/tasks/mean.py",
        (
            (
                "app/sequences/tasks/__init__.py",
                "from app.sequences.tasks.next_character",
                "from app.sequences.tasks.mean import Mean\nfrom app.sequences.tasks.next_character",
            ),
            ("app/sequences/tasks/__init__.py", "        TemporalOrder(),\n", "        TemporalOrder(),\n        Mean(),\n"),
        ),
        {"choice.task.mean": ("mean", "평균"), "choice.task.mean.about": ("Say the mean.", "평균을 답합니다.")},
    ),
    "preset": Addition(
        "preset",
        "",
        "app/explore/presets.py",
        (
            (
                "app/explore/presets.py",
                '        Preset("vanishing",',
                '        Preset("short", {"length": 12, "spectral_radius": 0.9}),\n        Preset("vanishing",',
            ),
        ),
        {"preset.short.title": ("Short", "짧은 시퀀스"), "preset.short.why": ("Twelve steps.", "열두 시간 단계입니다.")},
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project, without what is installed."""
    left_out = shutil.ignore_patterns(".git", ".venv*", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
    return Path(shutil.copytree(ROOT, tmp_path / "project", ignore=left_out, symlinks=True))


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text, f"{path.name} no longer says {before!r}"
    path.write_text(text.replace(before, after, 1), "utf-8")


def add(addition: Addition, project: Path) -> None:
    """The file and the registry, and what is generated from them."""
    if addition.file:
        shutil.copy(ROOT / "tests" / "additions" / addition.file, project / addition.place)
    for path, before, after in addition.registry:
        replaced(project / path, before, after)
    for script in ("tables", "contract"):
        result = run(project, "-m", f"scripts.{script}")
        assert result.returncode == 0, result.stderr


def describe(addition: Addition, project: Path) -> None:
    """The words and the documentation."""
    for number, language in enumerate(("en", "ko")):
        path = project / "static" / "locales" / f"{language}.json"
        strings = json.loads(path.read_text("utf-8"))
        strings |= {key: words[number] for key, words in addition.words.items()}
        path.write_text(json.dumps(strings, ensure_ascii=False, indent=2), "utf-8")
    for page, before, after in addition.documented:
        replaced(project / "docs" / page, before, after)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(project)}
    return subprocess.run([sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False)


def ran(project: Path, *suites: str) -> subprocess.CompletedProcess[str]:
    return run(project, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *suites)


@pytest.mark.parametrize("name", ADDITIONS)
def test_one_file_one_line_and_words_are_enough(name: str, copy: Path) -> None:
    addition = ADDITIONS[name]
    add(addition, copy)
    describe(addition, copy)
    result = ran(copy, *SUITES[addition.kind], *ALWAYS)
    assert result.returncode == 0, result.stdout[-6000:]


@pytest.mark.parametrize("name", [name for name, addition in ADDITIONS.items() if addition.words or addition.documented])
def test_missing_words_or_documentation_fail_a_named_test(name: str, copy: Path) -> None:
    addition = ADDITIONS[name]
    add(addition, copy)
    result = ran(copy, "tests/test_registries.py")
    assert result.returncode == 1
    failed = re.findall(r"^FAILED (\S+)", result.stdout, re.MULTILINE)
    assert failed
    assert all("test_every_choice" in test for test in failed), failed
