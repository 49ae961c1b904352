"""Real answers of the API, saved for the JavaScript tests of the figures: `make answers` writes them, a test compares them.

The figures are tested in Node, without a server, on exactly what a server says.
"""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import orjson

from app.main import create_app

DIRECTORY = Path(__file__).parent / "js" / "answers"

EXPLORE = ["states", "jacobian_norms", "adjoints", "flow_matrix", "gradient_by_lag", "gradients", "step_gain", "spectrum"]

# By name: the query of a page, as a person would reach it. Those that ask for something else than a run begin with what they ask for.
QUERIES: dict[str, dict[str, Any]] = {
    "default": {"include": [*EXPLORE, "loss_slice"]},
    "textbook": {
        "source": "white_noise",
        "input_size": 3,
        "hidden_size": 4,
        "output_size": 2,
        "length": 3,
        "loss_at": "every",
        "include": [*EXPLORE, "loss_slice", "terms"],
    },
    "truncated": {"hidden_size": 6, "length": 30, "truncation": 8, "loss_at": "every", "clip_mode": "per_parameter", "include": EXPLORE},
    "chunked": {"hidden_size": 6, "length": 30, "truncation": 8, "truncation_mode": "chunked", "loss_at": "10,25", "include": EXPLORE},
    "text": {"source": "text", "text": "gradients vanish", "hidden_size": 5, "include": EXPLORE},
    "sigmoid": {"activation": "sigmoid", "hidden_size": 4, "length": 60, "include": EXPLORE},
    "leaky": {"cell": "leaky", "hidden_size": 4, "length": 30, "include": [*EXPLORE, "loss_slice"]},
    # ρ = 0 and one unit: ∂h_T/∂h_k is exactly zero from the first step back.
    "zero": {"initializer": "diagonal", "hidden_size": 2, "length": 6, "spectral_radius": 0, "include": EXPLORE},
    # The state overflows on its way, and the rest is unknown.
    "diverged": {
        "activation": "identity",
        "spectral_radius": 10,
        "hidden_size": 3,
        "length": 330,
        "source": "sunspots_monthly",
        "include": [part for part in EXPLORE if part != "flow_matrix"],
    },
    "long": {
        "hidden_size": 3,
        "length": 700,
        "source": "sunspots_monthly",
        "include": ["states", "jacobian_norms", "adjoints", "gradients", "spectrum"],
    },
    "trainings_clipped": {"length": 8, "hidden_size": 3, "steps": 40, "snapshot_every": 20, "clip_threshold": 1.0, "batch_size": 4},
    "trainings_order": {"task": "temporal_order", "length": 12, "hidden_size": 3, "steps": 30, "snapshot_every": 10, "batch_size": 4},
    "trainings_diverged": {
        "activation": "identity",
        "spectral_radius": 1.5,
        "length": 20,
        "hidden_size": 3,
        "steps": 40,
        "learning_rate": 10.0,
        "batch_size": 4,
    },
    "cliff_folds": {"w_points": 21, "b_points": 31, "bifurcation_points": 31, "descent_steps": 40},
    "cliff_smooth": {"w_points": 5, "b_points": 7, "bifurcation_points": 9, "bifurcation_w": 3, "w_start": 3, "b_start": -3},
}


def compute(name: str) -> bytes:
    """The answer to a saved question, as the page gets it."""
    kind = next((kind for kind in ("trainings", "cliff") if name.startswith(kind)), "runs")
    # The page of training runs draws what it will export: it asks for every digit.
    return asyncio.run(_ask(kind, {**QUERIES[name], "arrays": "list" if kind == "trainings" else "typed"}))


async def _ask(kind: str, parameters: dict[str, Any]) -> bytes:
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get(f"/api/v1/{kind}", params=parameters)
    return response.raise_for_status().content


def path(name: str) -> Path:
    """Where it is saved."""
    return DIRECTORY / f"{name}.json"


def main() -> None:
    """Save all answers anew."""
    DIRECTORY.mkdir(exist_ok=True)
    for name in QUERIES:
        path(name).write_bytes(orjson.dumps(orjson.loads(compute(name)), option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main()
