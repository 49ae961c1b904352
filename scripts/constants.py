"""The numerical constants of the engine and of the estimates, with the comment that says where each comes from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("app/engine", "app/common/cost.py", "app/explore", "app/train/cost.py", "app/cliff/answer.py")
NAME = re.compile(r"^[A-Z][A-Z0-9_]+$")


class Constant(NamedTuple):
    """A number with a name."""

    file: str
    name: str
    value: str
    origin: str


def constants() -> list[Constant]:
    """Every one of them, in the order of the files."""
    files = [file for place in PLACES for file in (sorted((ROOT / place).rglob("*.py")) if (ROOT / place).is_dir() else [ROOT / place])]
    return [constant for file in files for constant in _constants_in(file)]


def _constants_in(file: Path) -> Iterator[Constant]:
    text = file.read_text("utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if not isinstance(node, ast.Assign):
            continue
        for name, value in _named_values(text, node):
            yield Constant(str(file.relative_to(ROOT)), name, value, _origin(lines, node.lineno, node.end_lineno or node.lineno))


def _named_values(text: str, node: ast.Assign) -> Iterator[tuple[str, str]]:
    target, value = node.targets[0], node.value
    pairs = (
        zip(target.elts, value.elts, strict=False) if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) else [(target, value)]
    )
    for named, given in pairs:
        if isinstance(named, ast.Name) and NAME.match(named.id) and _is_number(given):
            yield named.id, " ".join((ast.get_source_segment(text, given) or "").split())


def _is_number(node: ast.expr) -> bool:
    """Whether an expression has a number in it and no string, list or call but of a mathematical function."""
    inner = list(ast.walk(node))
    calls = [call for call in inner if isinstance(call, ast.Call)]
    known = all(ast.unparse(call.func) in ("float", "math.log10", "np.log10", "np.log") for call in calls)
    return (
        known
        and not any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in inner)
        and any(isinstance(part, ast.Constant) and isinstance(part.value, int | float) for part in inner)
        and not any(isinstance(part, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.Subscript) for part in inner)
    )


def _origin(lines: list[str], first: int, last: int) -> str:
    """The comment directly above it and that behind it; without both, the one above the constants directly before it."""
    trailing = lines[last - 1].partition("  # ")[2].strip()
    row = first - 2
    while not trailing and row >= 0 and NAME.match(lines[row].partition(" ")[0].rstrip(",")) and "=" in lines[row]:
        row -= 1
    above: list[str] = []
    while row >= 0 and lines[row].startswith("# "):
        above.insert(0, lines[row][2:].strip())
        row -= 1
    return " ".join(filter(None, (" ".join(above), trailing)))
