"""What W alone says: eigenvalues, singular values, and the bound of Pascanu, Mikolov and Bengio."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.arrays import Array
from app.engine.model.cells import Cell


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues and singular values of W.

    Attributes
    ----------
    eigenvalues : Array
        (H,), complex, largest modulus first.
    spectral_radius : float
        ρ(W), which decides the long run of a linear network.
    singular_values : Array
        (H,), descending.
    sigma_max : float
        σ_max(W), which bounds a single step.
    sup_derivative : float or None
        sup f'; None for a cell whose J_t isn't diag(f'(s_t)) W.
    sufficient_to_vanish : bool or None
        Whether σ_max · sup f' < 1. If so, gradients vanish; if not, they may do anything. None where sup f' is.
    """

    eigenvalues: NDArray[np.complex128]
    spectral_radius: float
    singular_values: Array
    sigma_max: float
    sup_derivative: float | None
    sufficient_to_vanish: bool | None


def spectrum(W: Array, cell: Cell) -> Spectrum:
    """Decompose W.

    Parameters
    ----------
    W : Array
        (H, H). Of a gated cell's (gates·H, H), the first block is taken.
    cell : Cell
        Whether W and sup f' bound its chain.

    Returns
    -------
    Spectrum

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> from app.engine.model.activations import ACTIVATIONS
    >>> from app.engine.model.cells import CELLS
    >>> of_W = spectrum(np.array([[0.5, 2.0], [0.0, 0.5]]), CELLS["rnn"](ACTIVATIONS["tanh"]))
    >>> of_W.spectral_radius, round(of_W.sigma_max, 3), of_W.sufficient_to_vanish
    (0.5, 2.118, False)
    """
    block = W[: W.shape[1]]
    eigenvalues = np.linalg.eigvals(block).astype(np.complex128)
    # Ties in modulus (conjugate pairs) come with the positive imaginary part first, so that the order is the same everywhere.
    order = np.lexsort((-eigenvalues.imag, -eigenvalues.real, -np.abs(eigenvalues)))
    singular_values = np.asarray(np.linalg.svd(block, compute_uv=False), dtype=np.float64)
    sigma_max = float(singular_values[0])
    supremum = cell.activation.sup_derivative if cell.jacobian_is_product else None
    return Spectrum(
        eigenvalues=eigenvalues[order],
        spectral_radius=float(np.abs(eigenvalues).max()),
        singular_values=singular_values,
        sigma_max=sigma_max,
        sup_derivative=supremum,
        sufficient_to_vanish=None if supremum is None else sigma_max * supremum < 1.0,
    )
