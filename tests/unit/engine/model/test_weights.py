from app.engine.model.cells import CELLS, declared_weights
from app.engine.model.weights import Weight, affine_weights, initial_state


def test_blocks_of_gates_are_stacked():
    assert [weight.sizes(D=3, H=2, O=1) for weight in affine_weights(blocks=4)] == [(8, 3), (8, 2), (8,)]


def test_every_state_has_an_initial_one():
    assert [weight.name for weight in initial_state(("h", "c"))] == ["h_0", "c_0"]


def test_a_network_has_the_weights_of_its_cell_and_of_its_readout():
    class Gated(CELLS["rnn"]):
        states = ("h", "c")
        weights = (*affine_weights(blocks=2), Weight("b_h", ("H",), "bias", "Bias of the candidate's recurrent part"))

    assert [weight.name for weight in declared_weights(CELLS["rnn"])] == ["U", "W", "V", "b_s", "b_z", "h_0"]
    assert [weight.name for weight in declared_weights(Gated)] == ["U", "W", "V", "b_s", "b_h", "b_z", "h_0", "c_0"]
