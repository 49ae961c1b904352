"""Writes what the page's JavaScript takes from the server's declarations: `python -m scripts.contract`."""

from collections.abc import Callable
from pathlib import Path

from app.contract.typescript import facts, types

SCRIPTS = Path(__file__).resolve().parent.parent / "static" / "js"
GENERATED: dict[Path, Callable[[], str]] = {SCRIPTS / "contract.d.ts": types, SCRIPTS / "facts.js": facts}


def main() -> None:
    """Write every generated file."""
    for path, text in GENERATED.items():
        path.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
