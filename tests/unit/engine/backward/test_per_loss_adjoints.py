import numpy as np
import pytest

from app.engine.backward import bptt, truncation
from app.engine.backward import per_loss_adjoints as module
from app.engine.backward.per_loss_adjoints import contributions, per_loss_adjoints
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.network import Network, forward
from app.engine.model.readouts import READOUTS
from tests.measuring import peak_megabytes

LENGTH = 7


@pytest.fixture(params=[(a, r, p) for a in ACTIVATIONS for r in READOUTS for p in ("last", "every", "2,5")], ids="-".join)
def case(request, make_network, make_data, make_weights):
    """A trace, its target and loss weights, for every activation, read-out and loss placement."""
    activation, readout, place = request.param
    network = make_network(activation, readout)
    x, target = make_data(network, LENGTH)
    return forward(network, x), target, make_weights(place, LENGTH)


def all_terms(taken_apart, together=1):
    """∂L_t/∂s_k of every loss step (rows, as in `steps`) and every k, (R, T, H), with its scale (R, T)."""
    steps, trace = taken_apart.steps, taken_apart.trace
    local, scale = np.zeros((len(steps), *trace.s.shape)), np.full((len(steps), trace.length), -np.inf)
    for found in taken_apart.by_lag(together):
        for index, row in zip(*np.nonzero(found.exists), strict=True):
            assert steps[row] - found.rows[index, row] - 1 == found.lags[index]
            local[row, found.rows[index, row]] = found.local[index, row]
            scale[row, found.rows[index, row]] = found.log10_scale[index, row]
    return local, scale


@pytest.mark.parametrize("together", [1, 2, 100])
def test_they_sum_to_the_adjoint(case, together):
    trace, target, weights = case
    local, scale = all_terms(per_loss_adjoints(trace, target, weights), together)
    back = bptt.backpropagate(trace, target, weights)
    np.testing.assert_allclose(np.einsum("rt,rtg->tg", 10.0**scale, local), back.local, atol=1e-12)


@pytest.mark.parametrize("together", [1, 2, 100])
def test_every_loss_step_arrives_at_the_initial_state_once(case, together):
    trace, target, weights = case
    taken_apart = per_loss_adjoints(trace, target, weights)
    arrived, total = [], np.zeros(trace.state.shape[-1])
    for found in taken_apart.by_lag(together):
        arrived += taken_apart.steps[found.arrived].tolist()
        total += (10.0**found.initial_log10_scale) @ found.initial
    assert sorted(arrived, reverse=True) == taken_apart.steps.tolist()
    np.testing.assert_allclose(total, bptt.backpropagate(trace, target, weights).adjoint[0], atol=1e-12)


def test_a_window_leaves_the_longer_lags_out(case):
    lags = [lag for found in per_loss_adjoints(*case).by_lag(2, window=3) for lag in found.lags.tolist()]
    assert lags == [0, 1, 2]


def test_contributions_are_the_norms_of_the_terms(case, monkeypatch):
    trace, target, weights = case
    taken_apart = per_loss_adjoints(trace, target, weights)
    local, scale = all_terms(taken_apart)
    found = contributions(trace, taken_apart)
    for index, t in enumerate(taken_apart.steps):
        for row in range(t):
            term = np.outer(local[index, row] * 10.0 ** scale[index, row], trace.h[row])
            assert 10.0 ** found[t - 1, row] == pytest.approx(np.linalg.norm(term), rel=1e-10)
        assert np.isnan(found[t - 1, t:]).all()
    without_loss = np.flatnonzero(weights == 0.0)
    assert np.isnan(found[without_loss]).all()
    monkeypatch.setattr(module, "NUMBERS_AT_A_TIME", 1)
    np.testing.assert_allclose(contributions(trace, taken_apart), found, rtol=0, atol=1e-14)


@pytest.mark.parametrize("w", [0.1, 10.0])
def test_they_go_on_where_float64_ends(w, make_weights):
    """A scalar linear network with L = z_T: ∂L/∂h_k = w^{T−k}, down to 1e−1000 or up to 1e+1000."""
    length = 1000
    parameters = {"U": [[0.0]], "W": [[w]], "V": [[1.0]], "b_s": [0.0], "b_z": [0.0], "h_0": [0.0]}
    network = Network(
        CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()}
    )
    trace, target, weights = forward(network, np.zeros((length, 1))), np.full((length, 1), -0.5), make_weights("last", length)
    local, scale = all_terms(per_loss_adjoints(trace, target, weights))
    log10_local = np.log10(np.abs(local[0, :, 0])) + scale[0]
    np.testing.assert_allclose(log10_local, (length - np.arange(1, length + 1)) * np.log10(w), atol=1e-9)


def test_memory_is_not_that_of_all_terms(make_network, make_data, make_weights):
    """A loss at each of 800 steps and 100 units: all terms together are 512 MB."""
    network = make_network(sizes=(1, 100, 1))
    x, target = make_data(network, 800)
    trace, weights = forward(network, x), make_weights("every", 800)
    full = bptt.backpropagate(trace, target, weights).gradients["W"]
    for work in (
        lambda: truncation.truncated_gradients(trace, per_loss_adjoints(trace, target, weights), "sliding", 799),
        lambda: truncation.gradient_by_lag(trace, per_loss_adjoints(trace, target, weights), full),
        lambda: contributions(trace, per_loss_adjoints(trace, target, weights)),
    ):
        assert peak_megabytes(work) < 16.0
