"""What the page's JavaScript takes from the server's declarations is what they say now."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.contract import GENERATED


@pytest.mark.parametrize(("path", "text"), GENERATED.items(), ids=lambda given: given.name if isinstance(given, Path) else "")
def test_generated_files_are_up_to_date(path: Path, text: Callable[[], str]) -> None:
    assert path.read_text("utf-8") == text(), "python -m scripts.contract brings it up to date"
