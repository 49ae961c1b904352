"""The notebook in examples/ runs from the top, against a real server, and its last lines are the figures that it promises."""

import ast
import json
import math
from typing import Any

import plotly.graph_objects as go
import pytest

from tests.serving import ROOT

NOTEBOOK = ROOT / "examples" / "unrolled.ipynb"


def test_notebook_runs_and_draws(live_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("UNROLLED", live_server)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    shown = [value for cell in code_cells() if (value := execute(cell, namespace)) is not None]
    assert len(shown) >= 4
    for figure in shown:
        assert isinstance(figure, go.Figure)
        assert figure.data
        assert all(numbers(trace) for trace in figure.data)
    assert "[0.729, 0.81, 0.9, 1.0]" in capsys.readouterr().out


def code_cells() -> list[str]:
    """The source of every cell that isn't text."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def execute(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell as Jupyter does: its last line, if it is an expression, is its value."""
    *body, last = ast.parse(source).body
    final = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    if final is None:
        body.append(last)
    exec(compile(ast.Module(body, []), str(NOTEBOOK), "exec"), namespace)  # the cells are ours
    return None if final is None else eval(compile(final, str(NOTEBOOK), "eval"), namespace)


def numbers(trace: Any) -> list[float]:
    """The finite numbers that a trace draws."""
    values = trace.z if trace.type == "heatmap" else trace.y
    flat = [value for row in values for value in (row if isinstance(row, list | tuple) else [row])]
    return [value for value in flat if value is not None and math.isfinite(value)]


def test_notebook_is_committed_without_output() -> None:
    """Output would say what some server said once; and it would make every run a change."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
