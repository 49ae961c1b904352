"""Break the engine and the guards of requests in small ways, and see whether the tests notice: `make mutants`.

Each mutant is one change in one file: a comparison, an operator, a constant, a condition or a raise. The tests beside the file run first,
then wider ones; what survives both is printed with its line. docs/mutants.md lists the survivors of the last run with a reason each.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
GUARDS = (
    "app/server/http/request_limits.py",
    "app/server/http/allowed_hosts.py",
    "app/server/wire/json_bodies.py",
    "app/server/compute/admission.py",
    "app/contract/own_data.py",
    "app/contract/request_object.py",
)
NAMES = ("request_limits", "bodies", "protection", "limits", "errors", "refused_early", "runs", "wire")
TESTS_OF_GUARDS = [f"tests/api/test_{name}.py" for name in NAMES]
WIDER = ["tests/unit/engine", "tests/oracle/test_reference.py", "tests/property", "tests/unit/explore"]
SECONDS = 300  # a mutant that takes longer loops for ever, and is noticed

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And}


def mutants_of(file: Path) -> Iterator[tuple[int, str, str]]:
    """(line, what was changed, the whole text) of every mutant of a file."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        for attribute, changed in _changes(node):
            before = getattr(node, attribute)
            setattr(node, attribute, changed)
            described = f"{type(node).__name__}.{attribute}: {ast.unparse(node)[:90]}"
            yield getattr(node, "lineno", 0), described, ast.unparse(tree)
            setattr(node, attribute, before)


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield "ops", [COMPARISONS[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in OPERATORS:
        yield "op", OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "value", not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "value", node.value + 1
    elif isinstance(node, ast.If | ast.While):
        yield "test", ast.UnaryOp(ast.Not(), node.test)
        if any(isinstance(statement, ast.Raise) for statement in node.body):
            yield "body", [ast.Pass()]


def tests_of(file: str) -> list[str]:
    """The tests beside a file."""
    if file in GUARDS:
        return TESTS_OF_GUARDS
    beside = Path("tests/unit") / Path(file).relative_to("app").parent / f"test_{Path(file).stem}.py"
    return [str(beside)] if (ROOT / beside).exists() else ["tests/unit/engine"]


def noticed(project: Path, tests: list[str]) -> bool:
    """Whether any of these tests fails in a copy of the project."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(project), "HYPOTHESIS_DATABASE_FILE": os.devnull}
    try:
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, timeout=SECONDS, check=False).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def main() -> None:
    """Try a sample of all mutants; print the score and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    engine = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "app/engine").rglob("*.py"))]
    every = [(file, *mutant) for file in (*engine, *GUARDS) for mutant in mutants_of(ROOT / file)]
    sample = random.Random(given.seed).sample(every, min(given.count, len(every)))
    with tempfile.TemporaryDirectory() as directory:
        copies: Queue[Path] = Queue()
        left_out = shutil.ignore_patterns(".git", ".venv*", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
        for number in range(given.jobs):
            copies.put(Path(shutil.copytree(ROOT, Path(directory) / str(number), ignore=left_out, symlinks=True)))

        def survives(mutant: tuple[str, int, str, str]) -> bool:
            file, _, _, text = mutant
            project = copies.get()
            try:
                (project / file).write_text(text, "utf-8")
                return not (noticed(project, tests_of(file)) or (file not in GUARDS and noticed(project, WIDER)))
            finally:
                shutil.copy(ROOT / file, project / file)
                copies.put(project)

        with ThreadPoolExecutor(given.jobs) as pool:
            survivors = []
            for mutant, alive in zip(sample, pool.map(survives, sample), strict=True):
                if alive:
                    survivors.append(mutant)
                    print("{}:{} {}".format(*mutant[:3]), flush=True)
    print(f"{len(sample) - len(survivors)} of {len(sample)} noticed, out of {len(every)} possible ones (seed {given.seed})")


if __name__ == "__main__":
    main()
