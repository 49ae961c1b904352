"""The parts of an answer, by name, in their order. A new part is one file here and one line in PARTS."""

from app.explore.parts import (
    adjoints,
    contributions,
    flow_matrix,
    gradient_by_lag,
    gradients,
    jacobian_norms,
    loss_slice,
    lyapunov_exponents,
    spectrum,
    states,
    step_gain,
    terms,
)
from app.explore.parts.part import Part

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        states.PART,
        jacobian_norms.PART,
        adjoints.PART,
        flow_matrix.PART,
        contributions.PART,
        gradient_by_lag.PART,
        gradients.PART,
        step_gain.PART,
        spectrum.PART,
        lyapunov_exponents.PART,
        loss_slice.PART,
        terms.PART,
    )
}
