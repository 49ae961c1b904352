"""Fails where a Python file has more than 350 lines: from around 300 on, a module usually has become two."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("app", "benchmarks", "examples", "scripts", "tests")
MOST_LINES = 350


def main() -> int:
    """Print every file that is too long; 1 if there is any."""
    lengths = {file: len(file.read_text("utf-8").splitlines()) for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))}
    long = {file.relative_to(ROOT): length for file, length in lengths.items() if length > MOST_LINES}
    for file, length in long.items():
        print(f"{file} has {length} lines, allowed: at most {MOST_LINES}. Make two modules of it.")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
