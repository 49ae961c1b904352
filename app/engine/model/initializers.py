"""Named ways to draw W, each rescaled to the asked spectral radius; U, V and the biases beside it.

Every array has a random generator of its own, spawned from the seed by the array's name. Hence a result does not
depend on what else was drawn, or in which order.
"""

from collections.abc import Callable

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.errors import InvalidParameter, UnknownName


def generator(seed: int, name: str) -> np.random.Generator:
    """The random generator of one named thing under one seed.

    >>> generator(7, "W").integers(1000) == generator(7, "W").integers(1000)
    np.True_
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(name.encode())))


def _gaussian(rng: np.random.Generator, size: int) -> Array:
    return rng.standard_normal((size, size))


def _uniform(rng: np.random.Generator, size: int) -> Array:
    return rng.uniform(-1.0, 1.0, (size, size))


def _orthogonal(rng: np.random.Generator, size: int) -> Array:
    # Haar-distributed: QR of a Gaussian matrix, with the signs of R's diagonal made positive (Mezzadri 2007).
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    signs = np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return np.asarray(q * signs)


def _identity(rng: np.random.Generator, size: int) -> Array:
    return np.eye(size)


def _diagonal(rng: np.random.Generator, size: int) -> Array:
    return np.diag(rng.uniform(-1.0, 1.0, size))


INITIALIZERS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "gaussian": _gaussian,
    "uniform": _uniform,
    "orthogonal": _orthogonal,
    "identity": _identity,
    "diagonal": _diagonal,
}


def recurrent_weights(initializer: str, size: int, spectral_radius: float, seed: int) -> Array:
    """Draw W and rescale it so that its spectral radius is exactly the one asked for.

    Parameters
    ----------
    initializer : str
        A name in INITIALIZERS.
    size : int
        H, so that W is (H, H).
    spectral_radius : float
        ρ(W) ≥ 0; 0 gives the zero matrix.
    seed : int
        The run's seed.

    Returns
    -------
    Array
        W, (H, H).

    Raises
    ------
    UnknownName, InvalidParameter
        The latter if the drawn matrix has spectral radius 0, so that no factor reaches the asked one.

    Examples
    --------
    >>> W = recurrent_weights("gaussian", 4, 0.9, seed=1)
    >>> round(float(np.abs(np.linalg.eigvals(W)).max()), 12)
    0.9
    """
    if initializer not in INITIALIZERS:
        raise UnknownName("initializer", initializer, INITIALIZERS)
    return rescaled(INITIALIZERS[initializer](generator(seed, "W"), size), spectral_radius, initializer)


def rescaled(W: Array, spectral_radius: float, initializer: str) -> Array:
    """W times the factor that gives it the asked spectral radius."""
    radius = float(np.abs(np.linalg.eigvals(W)).max())
    if spectral_radius == 0.0:
        return np.zeros_like(W)
    if radius == 0.0:
        raise InvalidParameter(
            "initializer",
            initializer,
            "an initialiser whose W has an eigenvalue other than 0",
            "No factor can give this W another spectral radius; choose another initializer or seed, or spectral_radius=0.",
        )
    return W * (spectral_radius / radius)


def draw_parameters(
    *,
    input_size: int,
    hidden_size: int,
    output_size: int,
    initializer: str,
    spectral_radius: float,
    input_scale: float,
    output_scale: float,
    bias_scale: float,
    seed: int,
    gates: int = 1,
) -> Weights:
    """Draw every parameter of a network: U, W, V, b_s, b_z, and h_0 = 0.

    U has standard deviation input_scale/√D, V output_scale/√H, the biases bias_scale. Then z_t has a size that doesn't depend on H,
    and s_t one that doesn't depend on D if the inputs are dense; a one-hot input has a single entry that isn't 0, and its
    part of s_t has standard deviation input_scale/√D. A gated cell stacks one block of U, W and b_s per gate.
    """

    def normal(name: str, *shape: int) -> Array:
        return generator(seed, name).standard_normal(shape)

    def recurrent_block(gate: int) -> Array:
        block = INITIALIZERS[initializer](generator(seed, "W" if gate == 0 else f"W {gate}"), hidden_size)
        return rescaled(block, spectral_radius, initializer)

    if initializer not in INITIALIZERS:
        raise UnknownName("initializer", initializer, INITIALIZERS)
    return {
        "U": normal("U", gates * hidden_size, input_size) * (input_scale / np.sqrt(input_size)),
        "W": np.concatenate([recurrent_block(gate) for gate in range(gates)]),
        "V": normal("V", output_size, hidden_size) * (output_scale / np.sqrt(hidden_size)),
        "b_s": normal("b_s", gates * hidden_size) * bias_scale,
        "b_z": normal("b_z", output_size) * bias_scale,
        "h_0": np.zeros(hidden_size),
    }
