"""Eigenvalues and singular values of W."""

from dataclasses import dataclass

from app.common.answers import Value, described
from app.engine.arrays import Array
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class ComplexNumbers:
    """Complex numbers by their parts."""

    real: Array = described("Real parts.", shape="(H)")
    imag: Array = described("Imaginary parts.", shape="(H)")


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues and singular values of W, and the bounds that follow from them."""

    eigenvalues: ComplexNumbers = described("Of W.")
    spectral_radius: float = described("ρ(W), the largest modulus of an eigenvalue.")
    singular_values: Array = described("Of W, descending.", shape="(H)")
    sigma_max: float = described("The largest singular value.")
    sup_derivative: Value = described("sup f'; null for a cell whose J_t isn't diag(f'(s_t)) W.")
    sufficient_to_vanish: bool | None = described("σ_max · sup f' < 1; null where sup_derivative is.")


def compute(exploration: Exploration) -> Spectrum:
    found = exploration.spectrum
    return Spectrum(
        eigenvalues=ComplexNumbers(found.eigenvalues.real, found.eigenvalues.imag),
        spectral_radius=found.spectral_radius,
        singular_values=found.singular_values,
        sigma_max=found.sigma_max,
        sup_derivative=found.sup_derivative,
        sufficient_to_vanish=found.sufficient_to_vanish,
    )


def cost(sizes: Sizes) -> Work:
    return Work(20.0 * sizes.H**3, 100.0, 3.0 * sizes.H, held=8.0 * sizes.H * sizes.H)


PART = Part("spectrum", Spectrum, compute, cost)
