"""Comparing an answer with the one that mpmath gives, part by part: every number of the answer is looked at, or its name is an error."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from app.common.cell_settings import CELL_SETTINGS
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.explore.run import OwnData, explore
from tests.oracle.answer_by_mpmath import Answer, added, cosine, entries, exact_rank, norm, scaled, singular_values

DIGITS = 150  # in which the products of five matrices of float64 numbers are exact, and so is their rank


RELATIVE, DECADES = 1e-9, 1e-9
SMALLEST = 1e-300  # below it, gradients in plain float64 lose digits


NAMES = ("U", "W", "V", "b_s", "b_z", "h_0")


# What an answer says in words or repeats of the request; everything else is compared below.
NOT_NUMBERS = {"parameters", "sequence", "loss.kind", "loss.at", "divergence", "gradient_by_lag.of", "terms.weights"}


def compared(weights, x, target, digits=DIGITS, **given):
    """The answer, and the same by mpmath."""
    setting = {
        "cell": "rnn",
        "activation": "tanh",
        "readout": "identity",
        "loss_at": "last",
        "truncation": len(x),
        "truncation_mode": "sliding",
    }
    setting |= {"clip_mode": "global_norm", "clip_threshold": 1.0, "learning_rate": 0.1} | given
    found = explore(RunParameters(**setting, include=tuple(PARTS)), OwnData(weights, x, target))
    steps = {"last": [len(x)], "every": list(range(1, len(x) + 1))}.get(setting["loss_at"]) or list(map(int, setting["loss_at"].split(",")))
    with mp.workdps(digits):
        told = Answer(
            weights,
            x,
            target,
            activation=setting["activation"],
            readout=setting["readout"],
            loss_steps=steps,
            truncation=setting["truncation"],
            mode=setting["truncation_mode"],
            clip_mode=setting["clip_mode"],
            threshold=setting["clip_threshold"],
            learning_rate=setting["learning_rate"],
            cell=setting["cell"],
            settings={name: setting[name] for name in CELL_SETTINGS if name in setting},
        )
        check = Check()
        for part in (states, flows, backward, sums, small_parts, words):
            part(found, told, check)
    missing = leaves(found) - check.seen - NOT_NUMBERS
    assert not {name for name in missing if not any(name.startswith(f"{prefix}.") for prefix in NOT_NUMBERS)}
    return found


def leaves(value, name=""):
    if isinstance(value, dict) and value:
        return set().union(*(leaves(inner, f"{name}.{key}" if name else key) for key, inner in value.items()))
    return {name}


class Check:
    """Compares, and notes the names of what it has compared."""

    def __init__(self):
        self.seen = set()

    def close(self, name, found, expected, decades=False):
        """Relative to the largest of the expected numbers, or in decades, where −inf is an exact zero."""
        self.seen.add(name)
        got = np.asarray(found, dtype=float).ravel()
        wanted = entries(expected) if isinstance(expected, list) else [expected]
        assert len(got) == len(wanted), name
        if decades:
            logarithms = [float(mp.log10(value)) if value > 0 else -np.inf for value in wanted]
            np.testing.assert_allclose(got, logarithms, rtol=1e-12, atol=DECADES, err_msg=name)
        else:
            largest = max((abs(value) for value in wanted), default=mpf(0))
            errors = [abs(mpf(float(a)) - b) for a, b in zip(got, wanted, strict=True)]
            assert max(errors, default=0) <= RELATIVE * largest + mpf("1e-320"), (name, got, wanted)

    def same(self, name, found, expected):
        self.seen.add(name)
        assert found == expected, (name, found, expected)

    def number(self, name, found, expected, tolerance=RELATIVE):
        """One number; None, NaN where it is not defined."""
        self.seen.add(name)
        if expected is None:
            assert found is None or math.isnan(found), (name, found)
        else:
            assert found == pytest.approx(float(expected), rel=tolerance, abs=tolerance), name


def states(found, told, check):
    for name, expected in (("h", told.h), ("s", told.s), ("z", told.z), ("y", told.y)):
        check.close(f"states.{name}", found["states"][name], expected)
    check.close("loss.per_step", found["loss"]["per_step"], told.losses)
    check.close("loss.total", found["loss"]["total"], mp.fsum(told.losses[t - 1] for t in told.at))


def zeros_of(values):
    return [index for index, value in enumerate(values) if value == 0]


def flows(found, told, check):
    norms = [norm(told.products[told.T, k]) for k in range(told.T + 1)]
    check.close("jacobian_norms.log10_frobenius", found["jacobian_norms"]["log10_frobenius"], norms, decades=True)
    largest = [singular_values(told.products[told.T, k])[0] if norms[k] else mpf(0) for k in range(told.T + 1)]
    check.close("jacobian_norms.log10_spectral", found["jacobian_norms"]["log10_spectral"], largest, decades=True)
    check.same("jacobian_norms.exact_zero", found["jacobian_norms"]["exact_zero"], zeros_of(norms))
    check.same("jacobian_norms.of_step", found["jacobian_norms"]["of_step"], told.T)
    matrix = found["flow_matrix"]["log10_frobenius"]
    assert np.isnan(matrix[np.triu_indices(told.T + 1, 1)]).all()
    below = [(t, k) for t in range(told.T + 1) for k in range(t + 1)]
    sizes = {place: norm(told.products[place]) for place in below}
    check.close("flow_matrix.log10_frobenius", [matrix[place] for place in below], list(sizes.values()), decades=True)
    last = [max((k for k in range(t + 1) if not sizes[t, k]), default=None) for t in range(told.T + 1)]
    check.same("flow_matrix.exact_zero", found["flow_matrix"]["exact_zero"], last)
    gain = found["step_gain"]
    means = [mp.fsum(step) / told.H for step in told.slopes]
    strongest = [singular_values(J)[0] if norm(J) else mpf(0) for J in told.J]
    for name, expected in (("mean_derivative", means if told.is_product else None), ("sigma_max", strongest)):
        if expected is None:
            check.same(f"step_gain.{name}", gain[name], None)
            check.same(f"step_gain.log10_{name}", gain[f"log10_{name}"], None)
        else:
            check.close(f"step_gain.{name}", gain[name], expected)
            check.close(f"step_gain.log10_{name}", gain[f"log10_{name}"], expected, decades=True)
    whole = told.products[told.T, 0]
    # A ReLU's chain may lose rank exactly, which no number of digits shows; the slopes of the others are never zero.
    rank = exact_rank(whole) if is_rational(told) else told.H
    expected = [mp.log(value) / told.T for value in singular_values(whole)[:rank]] if norm(whole) else []
    exponents = np.asarray(found["lyapunov_exponents"]["nats_per_step"], dtype=float)
    check.seen.add("lyapunov_exponents.nats_per_step")
    np.testing.assert_allclose(exponents[: len(expected)], [float(value) for value in expected], rtol=1e-9, atol=1e-9)
    assert np.isneginf(exponents[len(expected) :]).all()


def is_rational(told):
    return told.activation in ("relu", "identity")


def backward(found, told, check):
    adjoints = [
        added(*[told.adjoint(t, k) for t in told.at if t >= k]) if any(t >= k for t in told.at) else [mpf(0)] * told.H
        for k in range(told.T + 1)
    ]
    sizes = [norm(adjoint) for adjoint in adjoints]
    part = found["adjoints"]
    check.close("adjoints.dL_dh", part["dL_dh"], adjoints)
    check.close("adjoints.log10_norm", part["log10_norm"], sizes, decades=True)
    units = [[value / size if size else mpf(0) for value in adjoint] for adjoint, size in zip(adjoints, sizes, strict=True)]
    check.close("adjoints.direction", part["direction"], units)
    check.same("adjoints.exact_zero", part["exact_zero"], zeros_of(sizes))
    full, cut = told.gradients(lambda t, k: True), told.gradients(told.kept(told.K))
    clipped = told.clipped(cut)
    answer = found["gradients"]
    for name, gradients in (("full", full), ("truncated", cut), ("clipped", clipped)):
        check.close(f"gradients.{name}.norm", answer[name]["norm"], norm(list(gradients.values())))
        for parameter in NAMES:
            check.close(f"gradients.{name}.parameters.{parameter}", answer[name]["parameters"][parameter], gradients[parameter])
    vectors = [[gradients[name] for name in NAMES] for gradients in (full, cut, clipped)]
    defined = norm(vectors[0]) and norm(vectors[1])
    bias = norm(added(vectors[1], scaled(-1, vectors[0]))) / norm(vectors[0]) if norm(vectors[0]) else None
    check.seen |= {"gradients.truncated.relative_bias", "gradients.truncated.cosine"}
    if norm(vectors[0]) == 0 or norm(vectors[0]) > SMALLEST:
        check.number("gradients.truncated.relative_bias", answer["truncated"]["relative_bias"], bias)
        check.number("gradients.truncated.cosine", answer["truncated"]["cosine"], cosine(vectors[0], vectors[1]) if defined else None)
    check.same("gradients.truncated.mode", answer["truncated"]["mode"], told.mode)
    check.same("gradients.truncated.length", answer["truncated"]["length"], told.K)
    check.same("gradients.clipped.mode", answer["clipped"]["mode"], told.clip_mode)
    check.number("gradients.clipped.threshold", answer["clipped"]["threshold"], told.threshold)
    check.close("gradients.clipped.norm_before", answer["clipped"]["norm_before"], norm(vectors[1]))
    turned = norm(vectors[1]) and norm(vectors[2])
    angle = mp.acos(min(mpf(1), cosine(vectors[1], vectors[2]))) if turned else None
    check.seen.add("gradients.clipped.angle")
    if norm(vectors[1]) == 0 or norm(vectors[1]) > SMALLEST:
        check.number("gradients.clipped.angle", answer["clipped"]["angle"], angle, 1e-8)
    check.seen |= {"gradients.clipped.factors", "gradients.clipped.clipped_share"}  # no factors where entries are cut
    for name, factor in answer["clipped"]["factors"].items():
        before = norm(vectors[1]) if name == "global" else norm(cut[name])
        check.number(f"gradients.clipped.factors.{name}", factor, min(mpf(1), told.threshold / before) if before else mpf(1))
    if all(abs(value) > SMALLEST for value in entries(vectors) if value):  # float64 holds them all
        changed = sum(a != b for a, b in zip(entries(vectors[1]), entries(vectors[2]), strict=True))
        check.number("gradients.clipped.clipped_share", answer["clipped"]["clipped_share"], mpf(changed) / len(entries(vectors[1])), 1e-3)


def runs(places):
    found = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1][1] = place
        else:
            found.append([place, place])
    return found


def sums(found, told, check):
    terms = {(t, k): [told.local(t, k), told.h[k - 1]] for t in told.at for k in range(1, t + 1)}
    sizes = {place: norm(local) * norm(state) for place, (local, state) in terms.items()}
    matrix = found["contributions"]["log10_norm"]
    check.close("contributions.log10_norm", [matrix[t - 1, k - 1] for t, k in terms], list(sizes.values()), decades=True)
    assert np.isfinite(matrix).sum() == sum(size > 0 for size in sizes.values())
    zero = [runs([k for k in range(1, t + 1) if not sizes[t, k]]) if t in told.at else [] for t in range(1, told.T + 1)]
    check.same("contributions.exact_zero", [list(map(list, row)) for row in found["contributions"]["exact_zero"]], zero)
    sliding = Answer.__new__(Answer)
    sliding.__dict__ = {**told.__dict__, "mode": "sliding"}
    full = told.gradients(lambda t, k: True)
    part, windows = found["gradient_by_lag"], [sliding.gradients(sliding.kept(K)) for K in range(1, told.T + 1)]
    lags = [sliding.gradients(lambda t, k, lag=lag: t - k == lag)["W"] for lag in range(told.T)]
    by_lag = [norm(lag) for lag in lags]
    check.close("gradient_by_lag.log10_norm", part["log10_norm"], by_lag, decades=True)
    check.close("gradient_by_lag.norm", part["norm"], by_lag)
    check.same("gradient_by_lag.exact_zero", part["exact_zero"], zeros_of(by_lag))
    for K, (window, lag) in enumerate(zip(windows, lags, strict=True)):
        cosines = (
            ("gradient_by_lag.cosine", part["cosine"][K], lag),
            ("gradient_by_lag.truncated.cosine", part["truncated"]["cosine"][K], window["W"]),
        )
        for name, got, of in cosines:
            if norm(of) == 0 or norm(full["W"]) == 0 or norm(full["W"]) > SMALLEST:  # the cosine with a gradient below float64 isn't known
                check.number(name, got, cosine(of, full["W"]) if norm(of) and norm(full["W"]) else None, 1e-7)
            check.seen.add(name)
        check.seen.add("gradient_by_lag.truncated.relative_bias")
        if norm(full["W"]) == 0 or norm(full["W"]) > SMALLEST:
            bias = norm(added(window["W"], scaled(-1, full["W"]))) / norm(full["W"]) if norm(full["W"]) else None
            check.number("gradient_by_lag.truncated.relative_bias", part["truncated"]["relative_bias"][K], bias)
    check.close("gradient_by_lag.truncated.norm", part["truncated"]["norm"], [norm(window["W"]) for window in windows])
    for name in NAMES:
        expected = [norm(window[name]) for window in windows]
        check.close(f"gradient_by_lag.truncated.parameter_norms.{name}", part["truncated"]["parameter_norms"][name], expected)


def small_parts(found, told, check):
    values = singular_values(told.weights["W"])
    check.close("spectrum.singular_values", found["spectrum"]["singular_values"], values)
    check.number("spectrum.sigma_max", found["spectrum"]["sigma_max"], values[0])
    W = told.weights["W"]
    eigenvalues = mp.eig(mp.matrix(W), left=False, right=False) if told.H > 1 else W[0]  # mpmath 1.3 adds vectors to the one of 1 × 1
    radius = max(abs(value) for value in eigenvalues)
    check.number("spectrum.spectral_radius", found["spectrum"]["spectral_radius"], radius)
    got = found["spectrum"]["eigenvalues"]["real"] + 1j * np.asarray(found["spectrum"]["eigenvalues"]["imag"])
    for value in eigenvalues:
        assert abs(got - complex(value)).min() < 1e-7 * (1 + float(radius))
    check.seen |= {"spectrum.eigenvalues.real", "spectrum.eigenvalues.imag"}
    ceiling = 0.25 if told.activation == "sigmoid" else 1.0
    check.same("spectrum.sup_derivative", found["spectrum"]["sup_derivative"], ceiling if told.is_product else None)
    must_vanish = bool(values[0] * ceiling < 1) if told.is_product else None
    check.same("spectrum.sufficient_to_vanish", found["spectrum"]["sufficient_to_vanish"], must_vanish)
    cut = told.gradients(told.kept(told.K))
    part, eta = found["loss_slice"], told.learning_rate
    etas = [eta * (mpf(-1) / 2 + mpf(5) / 2 * i / 40) for i in range(41)]
    check.close("loss_slice.eta", part["eta"], etas)
    along = [told.loss_after({name: scaled(step, value) for name, value in cut.items()}) for step in etas]
    check.close("loss_slice.loss", part["loss"], along)
    for name, step in (("raw", cut), ("clipped", told.clipped(cut))):
        check.number(f"loss_slice.{name}.eta", part[name]["eta"], eta)
        check.close(
            f"loss_slice.{name}.loss", part[name]["loss"], told.loss_after({key: scaled(eta, value) for key, value in step.items()})
        )
    before = norm([cut[name] for name in NAMES])
    factor = (min(mpf(1), told.threshold / before) if before else mpf(1)) if told.clip_mode == "global_norm" else None
    check.number("loss_slice.clipped.factor", part["clipped"]["factor"], factor)
    terms, T, H = found["terms"], told.T, told.H
    check.close("terms.J", terms["J"], told.J)
    check.close("terms.dh_dh", terms["dh_dh"], [told.products[T, k] for k in range(T + 1)])
    each = [
        [[[told.products[T, k][i][a] * told.gains[k - 1][a] * told.h[k - 1][b] for b in range(H)] for a in range(H)] for i in range(H)]
        for k in range(1, T + 1)
    ]
    check.close("terms.dh_dW", terms["dh_dW"], each)
    check.close("terms.dh_dW_total", terms["dh_dW_total"], added(*each))
    nothing = scaled(0, told.weights["W"])
    of_loss = [
        [[[a * b for b in told.h[k - 1]] for a in told.local(t, k)] if t in told.at and k <= t else nothing for k in range(1, T + 1)]
        for t in range(1, T + 1)
    ]
    check.close("terms.dL_dW", np.nan_to_num(np.asarray(terms["dL_dW"], dtype=float)), of_loss)
    check.close("terms.dL_dW_total", terms["dL_dW_total"], told.gradients(lambda t, k: True)["W"])


def words(found, told, check):
    verdict, T = found["verdict"], told.T
    gains = [norm(told.products[T, T - lag]) / mp.sqrt(told.H) for lag in range(T + 1)]
    curve = [mp.log10(gain) if gain else None for gain in gains]
    alive = [value for value in curve if value is not None]
    check.number("verdict.log10_gain_h0", verdict["log10_gain_h0"], curve[-1])
    spectral = mp.log10(singular_values(told.products[T, 0])[0]) if gains[-1] else None
    check.number("verdict.log10_spectral_h0", verdict["log10_spectral_h0"], spectral)
    for name, chosen in (("peak", max(alive)), ("trough", min(alive))):
        check.number(f"verdict.{name}.log10_gain", verdict[name]["log10_gain"], chosen)
        at = curve[verdict[name]["lag"]]
        assert at is not None
        check.number(f"verdict.{name}.lag", float(at), chosen)  # any lag that has this gain
    zero = next((lag for lag, gain in enumerate(gains) if not gain), None)
    check.same("verdict.exactly_zero_from_lag", verdict["exactly_zero_from_lag"], zero)
    for name, passed in (
        ("below_1e-3", lambda gain: gain < mpf("1e-3")),
        ("below_1e-7", lambda gain: gain < mpf("1e-7")),
        ("above_1e3", lambda gain: gain > 1000),
        ("above_1e7", lambda gain: gain > 10**7),
    ):
        check.same(f"verdict.crossings.{name}", verdict["crossings"][name], next((n for n, gain in enumerate(gains) if passed(gain)), None))
    means = [mp.fsum(step) / told.H for step in told.slopes]
    logarithm = mp.fsum(mp.log10(mean) for mean in means) / T if all(means) else None
    mean = 10**logarithm if logarithm is not None else mpf(0)
    check.number("verdict.mean_derivative", verdict["mean_derivative"], mean if told.is_product else None)
    for name in ("spectral_radius", "sigma_max", "sup_derivative"):
        check.same(f"verdict.{name}", verdict[name], found["spectrum"][name] if told.is_product else None)
    assert (verdict["cause"] is None) == (not told.is_product)
    assert told.is_product or verdict["split"] is None
    if zero is None:
        assert verdict["slope_log10_per_step"] == pytest.approx(float(curve[-1]) / T, rel=1e-9, abs=1e-12)
        if verdict["split"] is not None and verdict["split"]["steps"] == T:
            weights, derivatives = told.split()
            check.number("verdict.split.log10_weights", verdict["split"]["log10_weights"], weights, 1e-8)
            check.number("verdict.split.log10_derivative", verdict["split"]["log10_derivative"], derivatives, 1e-8)
            assert float(weights + derivatives) == pytest.approx(float(spectral), rel=1e-9, abs=1e-9)
    # Which word is right is judged by hand in tests/unit/explore/test_verdict.py; here only that it fits the curve.
    kind, end = verdict["kind"], curve[-1]
    assert {
        "vanishing": end is None or end < 0,
        "exploding": end is not None and end > 0,
        "stable": end is not None and abs(end) < 1,
        "transient": zero is None,
        "too_short": T < 20,
    }[kind]
    judged = ("kind", "cause", "derivative_is", "zero", "slope", "factor", "half", "doubling", "pieces", "long_run", "split")
    check.seen |= {name for name in leaves(found) if name.startswith(tuple(f"verdict.{word}" for word in judged))}
