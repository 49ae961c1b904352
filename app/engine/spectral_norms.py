"""The largest singular value of every matrix in a stack."""

import numpy as np

from app.engine.activations import Array


def spectral_norms(matrices: Array) -> Array:
    """‖M_i‖₂ of each matrix, (n, H, H) → (n,)."""
    return np.asarray(np.linalg.svd(matrices, compute_uv=False)[:, 0])
