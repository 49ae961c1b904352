"""What the cells built on s_t = U x_t + W h_{t−1} + b_s share: its forward steps, and the gradients of U, W and b_s from ∂L/∂s."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, IntArray, Weights
from app.engine.numerics.euclidean_norms import log10_norms
from app.engine.numerics.products import scaled_sum_of_outer_products, summed_outer_products


def stacked_steps(parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
    """[W U b_s]ᵀ, and (h_{t−1}, x_t, 1) of every step, of which h_0 and all x are there: s_t is one product of the two.

    The second, (T+1, *batch, H+D+1), has the states as its first H columns; each step writes its own into the next row.
    """
    U, W, b_s, h_0 = (parameters[name] for name in ("U", "W", "b_s", "h_0"))
    size = W.shape[-1]
    weights = np.ascontiguousarray(np.concatenate([W, U, b_s[:, None]], axis=1).T)
    stacked = np.empty((len(x) + 1, *batch, len(weights)))
    stacked[0, ..., :size], stacked[:-1, ..., size:-1], stacked[..., -1] = h_0, x, 1.0
    return weights, stacked


@dataclass(frozen=True)
class AffineGradients:
    """Part of a linearization: the gradients of U, W and b_s."""

    x: Array  # (T, ..., D)
    h: Array  # (T+1, ..., H)

    def parameter_gradients(self, local: Array) -> Weights:
        count, flat = len(local), local.reshape(-1, local.shape[-1])
        return {
            "U": summed_outer_products(flat, self.x[:count].reshape(-1, self.x.shape[-1])),
            "W": summed_outer_products(flat, self.h[:count].reshape(-1, self.h.shape[-1])),
            "b_s": flat.sum(axis=0),
        }

    def gradients_at(self, rows: IntArray, local: Array) -> Weights:
        transposed = local.swapaxes(-1, -2)
        return {"U": np.matmul(transposed, self.x[rows]), "W": np.matmul(transposed, self.h[rows]), "b_s": local.sum(axis=-2)}

    def recurrent_gradient(self, rows: IntArray, local: Array) -> Array:
        return np.asarray(np.matmul(local.swapaxes(-1, -2), self.h[rows]))

    def scaled_recurrent_gradient(self, rows: IntArray, local: Array, log10_scale: Array) -> tuple[Array, Array]:
        return scaled_sum_of_outer_products(local, self.h[rows], log10_scale)

    def log10_recurrent_term_norms(self, rows: IntArray, local: Array) -> Array:
        # The term is the outer product of local and h_{t-1}. Its norm is the product of theirs, which may be out of range where neither is.
        return log10_norms(local) + log10_norms(self.h[rows])
