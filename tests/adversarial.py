"""Chains of Jacobians on which products in plain float64 go wrong."""

import numpy as np


def two_regimes(first: float, second: float, steps: int, size: int = 2):
    """A diagonal W whose regime switches in the middle: what decayed no longer does, and the other way round."""
    gains = np.resize([first, second], size), np.resize([second, first], size)
    return [np.diag(gains[0])] * steps + [np.diag(gains[1])] * steps


def triangular(a: float, b: float, c: float):
    return np.array([[a, c], [0.0, b]])


def lost_little_by_little():
    """What float64 loses in the first steps is all that remains after three later ones, none of which is suspicious by itself."""
    steps = [np.eye(2)] * 128
    steps[3] = steps[11] = np.diag([1.0, 1e-200])
    steps[25] = steps[50] = steps[100] = np.diag([1e-139, 1.0])
    return steps


RNG = np.random.default_rng(7)
ROTATION, _ = np.linalg.qr(RNG.standard_normal((6, 6)))
ADVERSARIAL = {
    "regimes switch": two_regimes(1.0, 0.5, 20),
    "regimes switch beyond float64": two_regimes(1.0, 1e-8, 50),
    "regimes switch, far beyond": two_regimes(1e10, 1e-40, 20, size=5),
    "three regimes": two_regimes(1.0, 1e-30, 20) + two_regimes(1e-30, 1.0, 7),
    "regimes switch, rotated": [ROTATION @ jacobian @ ROTATION.T for jacobian in two_regimes(1.0, 0.5, 10, size=6)],
    "triangular": [triangular(1, 1e-20, 0.5)] * 15 + [triangular(1e-20, 1, 0.5)] * 15 + [triangular(1, 1e-20, 1e-300)] * 15,
    "hidden below a column": [triangular(1e-3, 1, 1)] * 20
    + [np.array([[1.0, 0.0], [1e-250, 1e-200]])] * 5
    + [triangular(1e-30, 1, 1)] * 20,
    "lost little by little": lost_little_by_little(),
    "nilpotent": [0.3 * np.eye(7, k=1)] * 30,
    "nilpotent, growing": [1e30 * np.eye(7, k=1)] * 30,
    "nilpotent, of many sizes": [np.eye(7, k=1) * 10.0 ** (-50 * (step % 7)) for step in range(30)],
    "nilpotent, dense": list(np.triu(RNG.standard_normal((30, 7, 7)), 1)),
    "nilpotent by cancellation": [[[1, 1], [-1, -1]]] * 12,
    "a step of nothing": [np.zeros((4, 4)) if step == 13 else RNG.standard_normal((4, 4)) for step in range(40)],
    "strong saturation": [np.diag(10.0 ** -RNG.uniform(0, 150, 5)) @ RNG.standard_normal((5, 5)) for _ in range(40)],
    "strong saturation, diagonal": [np.diag(10.0 ** -RNG.uniform(0, 150, 5)) for _ in range(40)],
    "entries of every size": list(10.0 ** RNG.uniform(-150, 150, (40, 5, 5))),
    "entries of every size, many zero": list(10.0 ** RNG.uniform(-150, 150, (40, 5, 5)) * (RNG.random((40, 5, 5)) < 0.3)),
    "growth": list(1e20 * RNG.standard_normal((40, 3, 3))),
}
