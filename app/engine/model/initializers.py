"""Named ways to draw W, each rescaled to the asked spectral radius; U, V and the biases beside it.

Every array has a random generator of its own, spawned from the seed by the array's name. Hence a result does not
depend on what else was drawn, or in which order.
"""

from collections.abc import Callable

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.errors import InvalidParameter, UnknownName
from app.engine.model.cells import CELLS, Cell, declared_weights
from app.engine.model.weights import Weight


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
    cell: type[Cell] | Cell = CELLS["rnn"],
) -> Weights:
    """Draw every weight of a network, as the cell and the read-out declare them.

    U has standard deviation input_scale/√D, V output_scale/√H, the biases bias_scale, and the initial state is 0. Then z_t has a size
    that doesn't depend on H, and s_t one that doesn't depend on D if the inputs are dense; a one-hot input has a single entry that
    isn't 0, and its part of s_t has standard deviation input_scale/√D. Every block of H rows of W is drawn and rescaled for itself.
    """
    if initializer not in INITIALIZERS:
        raise UnknownName("initializer", initializer, INITIALIZERS)
    scales = {
        "input": input_scale / np.sqrt(input_size),
        "output": output_scale / np.sqrt(hidden_size),
        "bias": bias_scale,
    }

    def recurrent_block(name: str, block: int) -> Array:
        drawn = INITIALIZERS[initializer](generator(seed, f"{name} {block}" if block else name), hidden_size)
        return rescaled(drawn, spectral_radius, initializer)

    def drawn(weight: Weight) -> Array:
        shape = weight.sizes(D=input_size, H=hidden_size, O=output_size)
        if weight.role == "initial":
            return np.zeros(shape)
        if weight.role == "recurrent":
            return np.concatenate([recurrent_block(weight.name, block) for block in range(shape[0] // hidden_size)])
        return np.asarray(generator(seed, weight.name).standard_normal(shape) * scales[weight.role])

    return {weight.name: drawn(weight) for weight in declared_weights(cell)}
