import dataclasses
import math

import numpy as np
import pytest

from app.engine.errors import InvalidParameter, UnknownName, WrongShape
from app.engine.interruption import interruptible
from app.engine.model.activations import ACTIVATIONS
from app.explore.parameters import DEFAULT_PARTS, RunParameters
from app.explore.parts import PARTS
from app.explore.run import OwnData, explore, resolve
from app.explore.work import Sizes

SMALL = RunParameters(length=5, hidden_size=4, include=tuple(PARTS))


def test_default_parts_exist():
    assert set(DEFAULT_PARTS) <= set(PARTS)


def test_only_what_was_asked_for_is_there():
    assert set(explore(dataclasses.replace(SMALL, include=("states",)))) == {"parameters", "sequence", "loss", "states", "divergence"}
    assert set(PARTS) < set(explore(SMALL))


def test_shapes_are_those_of_the_api():
    answer = explore(dataclasses.replace(SMALL, loss_at="every"))
    T, H = 5, 4
    assert answer["states"]["h"].shape == (T + 1, H)
    assert answer["states"]["z"].shape == answer["sequence"]["target"].shape
    assert answer["jacobian_norms"]["log10_spectral"].shape == (T + 1,)
    assert answer["adjoints"]["direction"].shape == (T + 1, H)
    assert answer["flow_matrix"]["log10_frobenius"].shape == (T + 1, T + 1)
    assert answer["contributions"]["log10_norm"].shape == (T, T)
    assert answer["gradient_by_lag"]["truncated"]["relative_bias"].shape == (T,)
    assert answer["terms"]["dL_dW"].shape == (T, T, H, H)
    assert answer["lyapunov_exponents"]["nats_per_step"].shape == (H,)


def test_resolving_is_idempotent_and_fills_everything_but_what_is_not_read():
    resolved = resolve(SMALL)
    assert resolve(resolved) == resolved
    assert [field.name for field in dataclasses.fields(resolved) if getattr(resolved, field.name) is None] == ["leak", "text"]
    assert resolve(RunParameters(source="text")).text


def test_the_echo_asks_for_the_same_run():
    first = explore(SMALL)
    again = explore(RunParameters(**{**first["parameters"], "include": tuple(first["parameters"]["include"])}))
    np.testing.assert_array_equal(first["flow_matrix"]["log10_frobenius"], again["flow_matrix"]["log10_frobenius"])
    assert first["parameters"] == again["parameters"]


def test_one_to_many_feeds_the_first_input_only():
    x = explore(dataclasses.replace(SMALL, input_at="first", source="white_noise"))["sequence"]["x"]
    assert x[0].any()
    assert not x[1:].any()


def test_own_weights_are_used_as_they_are_and_fix_the_size():
    W = np.array([[0.0, 2.0], [0.0, 0.0]])
    answer = explore(
        RunParameters(length=4, spectral_radius=0.9, activation="identity", include=("states", "jacobian_norms")), OwnData(weights={"W": W})
    )
    assert answer["parameters"]["hidden_size"] == 2
    assert answer["jacobian_norms"]["exact_zero"] == [0, 1, 2]  # W² = 0: a nilpotent W forgets exactly
    assert answer["verdict"]["kind"] == "vanishing"
    assert answer["verdict"]["exactly_zero_from_lag"] == 2


def test_own_data():
    answer = explore(RunParameters(hidden_size=3), OwnData(x=np.array([[1.0], [2.0], [4.0]])))
    np.testing.assert_array_equal(answer["sequence"]["target"].ravel(), [2.0, 4.0])
    assert (answer["parameters"]["source"], answer["parameters"]["length"]) == ("own", 2)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"truncation": 6}, "truncation"),
        ({"loss": "cross_entropy"}, "loss"),
        ({"readout": "softmax"}, "readout"),
        ({"loss_at": "6"}, "loss_at"),
        ({"source": "own"}, "source"),
        ({"input_size": 2}, "input_size"),
        ({"length": 6}, "include"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(change, parameter):
    with pytest.raises(InvalidParameter) as caught:
        explore(dataclasses.replace(SMALL, **change))
    assert caught.value.parameter == parameter
    assert caught.value.remedy


def test_own_weights_of_the_wrong_shape_are_refused():
    with pytest.raises(WrongShape, match=r"W must be \(4, 4\), got \(4, 3\)"):
        explore(SMALL, OwnData(weights={"W": np.ones((4, 3))}))


def test_target_without_x_is_refused():
    with pytest.raises(InvalidParameter, match="target"):
        explore(SMALL, OwnData(target=np.ones((5, 1))))


@pytest.mark.parametrize("activation", ["identity", "relu"])
def test_divergence_is_a_result(activation):
    parameters = RunParameters(
        source="sine",
        length=900,
        hidden_size=4,
        activation=activation,
        initializer="identity",
        spectral_radius=10.0,
        include=DEFAULT_PARTS,
        seed=4,
    )
    answer = explore(parameters)
    step = answer["divergence"]["step"]
    assert answer["divergence"]["quantity"] in {"s", "h", "z", "loss"}
    assert 250 < step < 400
    assert np.isfinite(answer["states"]["h"][: step - 1]).all()
    assert not math.isfinite(answer["loss"]["total"])
    assert answer["adjoints"]["exact_zero"] == []  # the gradient of an unknown loss is unknown, not zero


def test_a_gradient_that_overflows_is_named_with_its_step():
    """Zero inputs and h_0 = 0 keep every state at 0, while the adjoint grows tenfold a step."""
    x, weights = np.zeros((900, 1)), {"W": np.array([[10.0]]), "b_s": np.zeros(1), "b_z": np.zeros(1)}
    answer = explore(RunParameters(activation="identity", hidden_size=1), OwnData(weights=weights, x=x, target=np.ones((900, 1))))
    assert answer["divergence"]["quantity"] == "gradient"
    # The scaled adjoints know it all the same.
    assert answer["adjoints"]["log10_norm"][0] == pytest.approx(900 + answer["adjoints"]["log10_norm"][900], abs=1e-9)


@pytest.mark.parametrize("part", PARTS)
def test_a_gradient_that_overflows_is_named_with_every_part_that_shows_it(part):
    x, weights = np.zeros((5, 1)), {"W": np.array([[1e90]]), "b_s": np.zeros(1), "b_z": np.zeros(1)}
    parameters = RunParameters(activation="identity", hidden_size=1, include=(part,))
    divergence = explore(parameters, OwnData(weights=weights, x=x, target=np.ones((5, 1))))["divergence"]
    assert divergence == ({"step": 1, "quantity": "gradient"} if PARTS[part].plain_gradient else None)


def test_parts_of_gradients_in_plain_float64():
    assert {name for name, part in PARTS.items() if part.plain_gradient} >= {
        "adjoints",
        "gradients",
        "gradient_by_lag",
        "loss_slice",
        "terms",
    }


@pytest.mark.parametrize("row", [[0.5, 0.4], [0.6, 0.6], [1.5, -0.5], [0.0, 0.0]])
def test_a_softmax_target_has_rows_of_probabilities(row):
    parameters = RunParameters(readout="softmax", hidden_size=2, include=("states",))
    x, target = np.zeros((3, 1)), np.array([[0.25, 0.75], [0.0, 1.0], row])
    with pytest.raises(InvalidParameter, match=r"readout: got 'softmax', allowed: softmax only where every target row is a probability"):
        explore(parameters, OwnData(x=x, target=target))
    target[2] = [1 / 3, 2 / 3]
    assert explore(parameters, OwnData(x=x, target=target))["loss"]["kind"] == "cross_entropy"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_the_answer_are_consistent(activation):
    gradients = explore(dataclasses.replace(SMALL, activation=activation, truncation=2, loss_at="every", clip_threshold=0.01))["gradients"]
    assert gradients["truncated"]["relative_bias"] > 0.0
    assert gradients["clipped"]["norm_before"] == gradients["truncated"]["norm"]
    assert gradients["clipped"]["norm"] == pytest.approx(0.01)


LONG_RUN = RunParameters(source="white_noise", length=200, hidden_size=64, loss_at="every")
LONG_SECONDS = 0.01  # half of what may lie between two checks
LONG_PARTS = [name for name, part in PARTS.items() if name != "terms" and part.cost(Sizes(resolve(LONG_RUN))).computing > LONG_SECONDS]


@pytest.mark.parametrize("part", LONG_PARTS)
def test_a_long_part_checks_for_cancellation_while_it_works(part):
    def counted():
        checks.append(None)
        if len(checks) > most:
            raise TimeoutError

    parameters = dataclasses.replace(LONG_RUN, include=(part,))
    checks, most = [], 10_000
    with interruptible(counted):
        explore(parameters)
    assert len(checks) >= 4
    checks, most = [], 2
    with interruptible(counted), pytest.raises(TimeoutError):
        explore(parameters)


@pytest.mark.parametrize("activation", ["identity", "relu"])
@pytest.mark.parametrize("loss_at", ["3", "4,10"])
def test_what_happens_after_the_last_loss_step_changes_no_gradient(activation, loss_at):
    """The long run diverges at step 300 or so: up to the last loss step it is the short one, number for number."""
    x, target = np.random.default_rng(1).standard_normal((2, 500, 2))
    parts = ("adjoints", "gradients", "gradient_by_lag", "contributions", "loss_slice")
    parameters = RunParameters(activation=activation, spectral_radius=10.0, hidden_size=4, loss_at=loss_at, truncation=5, include=parts)
    long = explore(parameters, OwnData(x=x, target=target))
    short = explore(parameters, OwnData(x=x[:10], target=target[:10]))
    assert long["divergence"]["quantity"] in {"s", "h"}
    assert short["divergence"] is None
    for part in parts:
        _assert_begins_with(long[part], short[part])
    assert np.isneginf(long["adjoints"]["log10_norm"][11:]).all()


def _assert_begins_with(long, short):
    if isinstance(short, dict):
        for name in short:
            _assert_begins_with(long[name], short[name])
    elif isinstance(short, np.ndarray):
        np.testing.assert_allclose(long[tuple(slice(length) for length in short.shape)], short, rtol=1e-12)
    elif isinstance(short, float):
        np.testing.assert_allclose(long, short, rtol=1e-12)
    elif not isinstance(short, list):  # which steps are exactly zero: more of them in the longer run
        assert long == short


def test_where_no_spectral_norm_is_asked_for_no_step_is_decomposed(monkeypatch):
    parameters = dataclasses.replace(SMALL, norms="frobenius", include=("states", "jacobian_norms", "adjoints", "flow_matrix"))
    monkeypatch.setattr("app.engine.flow.jacobian_norms.spectral_norms", lambda *_, **__: pytest.fail("a step was decomposed"))
    answer = explore(parameters)
    assert answer["jacobian_norms"]["log10_spectral"] is None
    assert answer["verdict"]["kind"]
    with pytest.raises(pytest.fail.Exception):
        explore(dataclasses.replace(parameters, norms="both"))


def test_what_the_cell_does_not_read_is_refused_when_given_and_absent_when_not():
    assert "leak" not in explore(SMALL)["parameters"]
    with pytest.raises(InvalidParameter, match="only with cell=leaky") as caught:
        resolve(dataclasses.replace(SMALL, leak=0.5))
    assert (caught.value.parameter, caught.value.got) == ("leak", 0.5)
    leaky = dataclasses.replace(SMALL, cell="leaky")
    assert explore(leaky)["parameters"]["leak"] == 0.3
    assert explore(dataclasses.replace(leaky, leak=0.5))["parameters"]["leak"] == 0.5


def test_what_is_not_declared_by_the_cell_is_no_weight():
    with pytest.raises(UnknownName, match="'c_0'"):
        explore(SMALL, OwnData(weights={"c_0": np.zeros(SMALL.hidden_size)}))
