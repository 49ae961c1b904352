"""Numbers of any size that may be posted: no warning, no NaN where a number was promised, and what is finite is right."""

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.errors import InvalidParameter
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, shapes_of
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.explore.run import OwnData, explore, resolve
from tests.cells import VARIANTS

MOST = 1e100
SMALLEST_LOG10 = -150.0
SIZES = st.sampled_from([1e-300, 1e-100, 1e-12, 1e-3, 1.0, 1e3, 1e12, 1e50, MOST])
NUMBERS = (
    st.floats(-MOST, MOST) | st.builds(lambda size, share: size * share, SIZES, st.floats(-1.0, 1.0)) | st.sampled_from([0.0, MOST, -MOST])
)


@st.composite
def runs(draw: st.DrawFn) -> tuple[RunParameters, OwnData]:
    """Parameters and data of one run, every array of a size of its own."""
    T, H, D, O = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))  # noqa: E741
    cell, settings = VARIANTS[draw(st.sampled_from(sorted(VARIANTS)))]
    shapes = shapes_of(CELLS[cell], D, H, O)
    weights = {name: draw(arrays(np.float64, shape, elements=NUMBERS)) for name, shape in shapes.items() if draw(st.booleans())}
    x, target = (draw(arrays(np.float64, (T, size), elements=NUMBERS)) for size in (D, O))
    parameters = RunParameters(
        cell=cell,
        **settings,
        hidden_size=H,
        activation=draw(st.sampled_from(sorted(ACTIVATIONS))),
        loss_at=draw(st.sampled_from(["last", "every"])),
        truncation=draw(st.integers(1, T)),
        truncation_mode=draw(st.sampled_from(TRUNCATION_MODES)),
        clip_mode=draw(st.sampled_from(sorted(CLIP_MODES))),
        clip_threshold=draw(st.sampled_from([0.0, 1e-300, 1.0, 1e12])),
        learning_rate=draw(st.sampled_from([0.0, 0.1, 1e6])),
        spectral_radius=draw(st.sampled_from([0.1, 1.0, 10.0])),
        include=tuple(PARTS),
    )
    return parameters, OwnData(weights=weights or None, x=x, target=target)


@settings(max_examples=300)
@given(run=runs())
def test_numbers_of_any_size_are_computed_without_a_warning(run: tuple[RunParameters, OwnData]) -> None:
    parameters, own = run
    try:
        resolved = resolve(parameters, own)
    except InvalidParameter:
        assume(False)
    answer = explore(resolved, own)
    check_gradients(answer)
    log10_norm = answer["adjoints"]["log10_norm"]
    # Else plain float64 has lost digits on its way: a vector was subnormal, or would have been but for a huge W behind it.
    if (log10_norm[np.isfinite(log10_norm)] > SMALLEST_LOG10).all() and np.abs((own.weights or {}).get("W", 0.0)).max() < 1e20:
        check_adjoints(answer)
        check_truncations(answer)


def check_adjoints(answer: dict[str, Any]) -> None:
    """What is told in numbers and what is told in logarithms agree."""
    told, log10_norm = answer["adjoints"]["dL_dh"], answer["adjoints"]["log10_norm"]
    for row, logarithm in zip(told, log10_norm, strict=True):
        largest = np.abs(row).max()
        if 0.0 < largest < np.inf and np.isfinite(logarithm):
            assert abs(np.log10(largest) + np.log10(np.linalg.norm(row / largest)) - logarithm) < 1e-6


def check_gradients(answer: dict[str, Any]) -> None:
    """A norm is that of its parameters, and infinite or nothing only where they are too large."""
    for name in ("full", "truncated", "clipped"):
        part = answer["gradients"][name]
        flat = np.concatenate([np.ravel(array) for array in part["parameters"].values()])
        if not np.isfinite(flat).all():
            assert not np.isfinite(part["norm"]), name
            continue
        largest = np.abs(flat).max()
        if largest < 1e-290 or largest > 1e300:
            continue
        np.testing.assert_allclose(part["norm"] / largest, np.linalg.norm(flat / largest), rtol=1e-9, err_msg=name)


def check_truncations(answer: dict[str, Any]) -> None:
    """The widest window is the full gradient, as far as terms of such sizes cancel exactly; no cosine is outside its range."""
    full, truncated = answer["gradients"]["full"]["parameters"], answer["gradient_by_lag"]["truncated"]
    inputs = {"U": np.abs(answer["sequence"]["x"]).max(), "W": np.abs(answer["states"]["h"][:-1]).max(), "b_s": 1.0}
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = np.abs(answer["states"]["z"] - answer["sequence"]["target"]).max() * np.abs(answer["terms"]["weights"]["V"]).max()
    sizes = outputs, np.abs(answer["adjoints"]["dL_dh"]).max(), truncated["parameter_norms"]["b_s"].max()
    largest_term = np.fmax.reduce(sizes)  # of ∂L/∂s, roughly; infinite where it is beyond float64
    for name, norms in truncated["parameter_norms"].items():
        largest = np.abs(full[name]).max()
        if not np.isfinite(norms).all() or not 1e-100 < largest < 1e300:  # below, terms on the way may have been subnormal
            continue
        expected = largest * np.linalg.norm(full[name] / largest)
        tolerance = 1e-4 * max(norms.max(), expected)
        with np.errstate(over="ignore"):
            cancelled = name in inputs and inputs[name] > 0.0 and tolerance / inputs[name] < 1e-10 * largest_term
        if cancelled:
            continue  # only the terms' rounding is left
        assert abs(norms[-1] - expected) <= tolerance, name
    cosines = np.concatenate([truncated["cosine"], answer["gradient_by_lag"]["cosine"]])
    assert (np.abs(cosines[~np.isnan(cosines)]) <= 1.0).all()
