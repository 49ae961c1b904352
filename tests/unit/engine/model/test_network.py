import numpy as np
import pytest

from app.engine.errors import UnknownName, WrongShape
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import draw_parameters
from app.engine.model.network import Network, check_shapes, first_bad_row, forward
from app.engine.model.readouts import READOUTS

SIZES = {
    "input_size": 3,
    "hidden_size": 4,
    "output_size": 2,
    "initializer": "gaussian",
    "spectral_radius": 1.0,
    "input_scale": 1.0,
    "output_scale": 1.0,
    "bias_scale": 1.0,
    "seed": 1,
}


def scalar_network(w: float, activation: str = "identity", h_0: float = 1.0) -> Network:
    parameters = {"U": [[1.0]], "W": [[w]], "V": [[2.0]], "b_s": [0.0], "b_z": [1.0], "h_0": [h_0]}
    return Network(
        CELLS["rnn"](ACTIVATIONS[activation]), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()}
    )


def test_forward_by_hand():
    trace = forward(scalar_network(0.5), np.array([[0.0], [3.0]]))
    np.testing.assert_array_equal(trace.h.ravel(), [1.0, 0.5, 3.25])
    np.testing.assert_array_equal(trace.y.ravel(), [2.0, 7.5])
    assert trace.divergence is None
    assert trace.length == 2


def test_a_batch_is_its_members(make_network, make_data):
    network = make_network()
    members = [make_data(network, 6, seed=seed)[0] for seed in range(3)]
    batch = forward(network, np.stack(members, axis=1))
    for index, member in enumerate(members):
        np.testing.assert_allclose(batch.h[:, index], forward(network, member).h, atol=1e-14)
        np.testing.assert_allclose(batch.z[:, index], forward(network, member).z, atol=1e-14)


def test_divergence_names_the_step_and_keeps_everything_before_it():
    trace = forward(scalar_network(1e100), np.zeros((6, 1)))  # h_t = 1e(100 t): 1e300 at t = 3, too large at t = 4
    assert trace.divergence is not None
    assert (trace.divergence.step, trace.divergence.quantity) == (4, "s")
    np.testing.assert_allclose(trace.h[:4].ravel(), [1.0, 1e100, 1e200, 1e300])
    assert np.isnan(trace.h[4:]).all()
    assert np.isnan(trace.z[3:]).all()


def test_large_values_that_stay_inside_float64_are_no_divergence():
    trace = forward(scalar_network(1.0, h_0=1.5e308 / 2.1), np.zeros((4, 1)))  # their sum overflows, they don't
    assert trace.divergence is None or trace.divergence.quantity == "z"
    assert np.isfinite(trace.h).all()


def test_outputs_can_diverge_alone():
    trace = forward(scalar_network(1.0, h_0=1.2e308), np.zeros((2, 1)))
    assert trace.divergence is not None
    assert (trace.divergence.step, trace.divergence.quantity) == (1, "z")
    assert np.isfinite(trace.h).all()


def test_first_bad_row():
    values = np.ones((4, 2))
    assert first_bad_row(values) == 4
    values[2, 1] = np.inf
    assert first_bad_row(values) == 2


def test_shapes_are_checked_by_name():
    parameters = {"U": np.ones((4, 3)), "W": np.ones((4, 3)), "V": np.ones((2, 4)), "b_s": np.ones(4), "b_z": np.ones(2), "h_0": np.ones(4)}
    with pytest.raises(WrongShape, match=r"W must be \(4, 4\), got \(4, 3\)"):
        check_shapes(parameters, CELLS["rnn"](ACTIVATIONS["tanh"]), 3, 4, 2)


def test_a_weight_that_the_cell_does_not_have_is_refused_by_name():
    cell = CELLS["rnn"](ACTIVATIONS["tanh"])
    parameters = {**draw_parameters(**SIZES, cell=cell), "c_0": np.zeros(4)}
    with pytest.raises(UnknownName, match="'c_0'") as caught:
        check_shapes(parameters, cell, 3, 4, 2)
    assert caught.value.parameter == "weights"


@pytest.mark.parametrize("cell", CELLS)
def test_weights_are_drawn_as_the_cell_declares_them(cell):
    check_shapes(draw_parameters(**SIZES, cell=CELLS[cell]), CELLS[cell](ACTIVATIONS["tanh"]), 3, 4, 2)
