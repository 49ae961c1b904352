"""The shape of an answer, as documentation: what OpenAPI says and what a test checks real answers against.

Answers are not validated on their way out; their arrays go straight from NumPy to JSON (see `arrays`).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.contract.requests import RunBody


class TypedArray(BaseModel):
    """An array as plotly.js takes it: with arrays=typed, where it has no gaps."""

    dtype: Literal["f4", "f8", "i4"] = Field(description="float32, float64 or int32, little-endian.")
    bdata: str = Field(description="The numbers, row by row, in base64.")
    shape: str = Field(description="The lengths of the axes.", examples=["50, 16"])


Value = float | None
Vector = Annotated[list[Value] | TypedArray, Field(description="One axis; null where there is no finite value.")]
Matrix = Annotated[list[list[Value]] | TypedArray, Field(description="Two axes; null where there is no finite value.")]
Array3 = Annotated[list[list[list[Value]]] | TypedArray, Field(description="Three axes.")]
Array4 = Annotated[list[list[list[list[Value]]]] | TypedArray, Field(description="Four axes.")]
Arrays = dict[str, Vector | Matrix]


def absent_unless_included(about: str | None = None) -> Any:
    """A part that may be absent, and is never null."""
    return Field(default=None, description=about, json_schema_extra=lambda schema: schema.pop("default", None))


class AnswerPart(BaseModel):
    """An object of an answer: it has no other fields than these."""

    model_config = ConfigDict(extra="forbid")


class Version(AnswerPart):
    """What computed this."""

    software: str
    schema_: str = Field(alias="schema", description="The version of this shape.")


class SequencePart(AnswerPart):
    """What went in, and what should come out."""

    x: Matrix = Field(description="Inputs, (T, D).")
    target: Matrix = Field(description="Targets, (T, O).")
    labels: list[str] = Field(description="A name per step: dates, characters or numbers, T of them.")
    symbols: list[str] | None = Field(description="The vocabulary that x and target are one-hot over; null for numbers.")


class Loss(AnswerPart):
    """L = Σ m_t ℓ(y_t, target_t)."""

    kind: str = Field(description="ℓ.")
    at: list[int] = Field(description="The steps t that count.")
    per_step: Vector = Field(description="ℓ of every step, whether it counts or not, (T).")
    total: Value = Field(description="L.")


class States(AnswerPart):
    """The forward pass."""

    h: Matrix = Field(description="h_0..h_T, (T+1, H).")
    s: Matrix = Field(description="Pre-activations s_1..s_T, (T, H).")
    z: Matrix = Field(description="Output pre-activations, (T, O).")
    y: Matrix = Field(description="Outputs, (T, O).")


class JacobianNorms(AnswerPart):
    """log10 ‖∂h_T/∂h_k‖ for k = 0..T."""

    of_step: int = Field(
        description="The last step whose Jacobian is known: T, or, where a state left float64, the step before it. "
        "In a linear network T all the same: its Jacobians don't depend on the states."
    )
    log10_frobenius: Vector = Field(description="(T+1).")
    log10_spectral: Vector | None = Field(description="(T+1). null where `norms` leaves it out.")
    exact_zero: list[int] = Field(description="The k whose norm is exactly zero.")


class Adjoints(AnswerPart):
    """∂L/∂h_t for t = 0..T."""

    dL_dh: Matrix = Field(description="(T+1, H).")
    log10_norm: Vector = Field(description="log10 ‖∂L/∂h_t‖, (T+1); holds where dL_dh overflows or underflows.")
    direction: Matrix = Field(description="Unit vectors, (T+1, H): dL_dh = direction · 10^log10_norm.")
    exact_zero: list[int] = Field(description="The t whose adjoint is exactly zero.")


class FlowMatrix(AnswerPart):
    """log10 ‖∂h_t/∂h_k‖_F for every k ≤ t."""

    log10_frobenius: Matrix = Field(description="(T+1, T+1), rows t, columns k; null above the diagonal.")
    exact_zero: list[int | None] = Field(description="Per row t the largest k whose norm is exactly zero, or null.")


class Contributions(AnswerPart):
    """The terms of ∂L/∂W: from loss step t by way of step k."""

    log10_norm: Matrix = Field(description="(T, T), rows t = 1..T, columns k = 1..T; null above the diagonal and where t carries no loss.")
    exact_zero: list[list[list[int]]] = Field(description="Per row t the k whose term is exactly zero, as runs [first, last].")


class SlidingTruncation(AnswerPart):
    """The truncated gradient of every window K = 1..T."""

    norm: Vector
    relative_bias: Vector = Field(description="‖g_K − g‖ / ‖g‖.")
    cosine: Vector = Field(description="With the full gradient; null where one of the two is zero.")
    parameter_norms: dict[str, Vector] = Field(
        description="The norm of every parameter's gradient, so that clipping by norm follows for each K."
    )


class GradientByLag(AnswerPart):
    """∂L/∂W, split by the lag t − k = 0..T−1."""

    of: str
    norm: Vector
    log10_norm: Vector
    cosine: Vector = Field(description="With the full gradient; null where one of the two is zero.")
    exact_zero: list[int] = Field(description="The lags whose norm is exactly zero.")
    truncated: SlidingTruncation


class Gradient(AnswerPart):
    """A gradient: all parameters of the network, and its norm over all of them."""

    norm: Value
    parameters: Arrays


class TruncatedGradient(Gradient):
    """The gradient at the chosen truncation."""

    mode: str
    length: int = Field(description="K.")
    relative_bias: Value
    cosine: Value


class ClippedGradient(Gradient):
    """The truncated gradient, clipped: what a training step would use."""

    mode: str
    threshold: float
    factors: dict[str, Value] = Field(description="global, or one per parameter.")
    clipped_share: Value = Field(description="The share of entries that were cut.")
    angle: Value = Field(description="To the unclipped gradient, in radians; null where one of the two is zero.")
    norm_before: Value


class Gradients(AnswerPart):
    """∂L/∂θ in full, truncated, clipped."""

    full: Gradient
    truncated: TruncatedGradient
    clipped: ClippedGradient


class StepGain(AnswerPart):
    """Is it the weights or the saturation?"""

    mean_derivative: Vector = Field(description="Mean of f'(s_t), (T).")
    sigma_max: Vector = Field(description="σ_max(J_t), (T).")
    log10_mean_derivative: Vector
    log10_sigma_max: Vector


class ComplexNumbers(AnswerPart):
    """Complex numbers by their parts."""

    real: Vector
    imag: Vector


class Spectrum(AnswerPart):
    """Eigenvalues and singular values of W."""

    eigenvalues: ComplexNumbers
    spectral_radius: float
    singular_values: Vector
    sigma_max: float
    sup_derivative: float = Field(description="sup f'.")
    sufficient_to_vanish: bool = Field(description="σ_max · sup f' < 1.")


class LyapunovExponents(AnswerPart):
    """(1/T) ln of the singular values of ∂h_T/∂h_0, descending; null where a direction is lost exactly."""

    nats_per_step: Vector


class Landing(AnswerPart):
    """Where a step lands."""

    eta: float
    loss: Value
    factor: Value = Field(default=None, description="The clipping factor, where there is a single one.")


class LossSlice(AnswerPart):
    """The loss along θ − η g."""

    eta: Vector
    loss: Vector
    raw: Landing
    clipped: Landing


class Terms(AnswerPart):
    """Every matrix of the sum."""

    weights: Arrays
    J: Array3 = Field(description="J_t, (T, H, H).")
    dh_dh: Array3 = Field(description="∂h_T/∂h_k for k = 0..T, (T+1, H, H).")
    dh_dW: Array4 = Field(description="The terms of ∂h_T/∂W by step k, (T, H, H, H).")
    dh_dW_total: Array3
    dL_dW: Array4 = Field(description="The terms of ∂L/∂W by loss step t and step k, (T, T, H, H).")
    dL_dW_total: Matrix


class Crossings(AnswerPart):
    """The first lag at which the gain passes each threshold, or null."""

    below_1e_3: int | None = Field(alias="below_1e-3")
    below_1e_7: int | None = Field(alias="below_1e-7")
    above_1e3: int | None
    above_1e7: int | None


class Piece(AnswerPart):
    """A straight piece of the curve of log10 gains; the pieces' changes add up to the whole."""

    from_lag: int
    to_lag: int
    slope_log10_per_step: float
    factor_per_step: Value


class CurvePoint(AnswerPart):
    """A point of the curve."""

    lag: int
    log10_gain: float


class CauseSplit(AnswerPart):
    """log10 ‖∂h_T/∂h_k‖₂ as weights + derivative, along the direction that keeps most; k is 0, or where the chain is last not zero."""

    steps: int = Field(description="T − k.")
    log10_weights: float = Field(description="Σ log10 (‖Wᵀ(f'∘u)‖ / ‖f'∘u‖).")
    log10_derivative: float = Field(description="Σ log10 (‖f'∘u‖ / ‖u‖), never above log10_ceiling.")
    log10_ceiling: float = Field(description="What the derivative's share would be if every f' were sup f': steps · log10 sup f'.")
    saturated_share: float = Field(
        description="The share of ‖u‖² that meets units with f' < 0.1 sup f', averaged over the steps by the decades lost to f'."
    )


class ZeroPoint(AnswerPart):
    """Where the chain becomes exactly zero."""

    step: int = Field(description="The t whose Jacobian J_t makes it zero.")
    factor: Literal["derivative", "weights"] | None = Field(description="Which factor of J_t does.")


class Verdict(AnswerPart):
    """What the norm curve says. A gain is ‖∂h_T/∂h_k‖_F/√S, the root-mean-square size with which a small change of h_k arrives at h_T."""

    kind: Literal["vanishing", "exploding", "stable", "transient", "too_short"]
    slope_log10_per_step: Value = Field(description="On average over the lags from 0 to the last whose gain isn't exactly zero.")
    factor_per_step: Value = Field(description="What a step back multiplies the gain by, on average: 10^slope_log10_per_step.")
    pieces: list[Piece] = Field(description="The curve in at most four straight pieces, from lag 0 on; the last is its tail.")
    half_life: Value = Field(description="In steps, in the tail, where it halves there at least once.")
    doubling_time: Value = Field(description="In steps, in the tail, where it doubles there at least once.")
    log10_gain_h0: Value = Field(description="log10 of the gain of h_0; null where it is exactly zero.")
    log10_spectral_h0: Value = Field(description="log10 ‖∂h_T/∂h_0‖₂: the most that any change of h_0 keeps.")
    peak: CurvePoint = Field(description="The largest gain.")
    trough: CurvePoint = Field(description="The smallest gain that isn't exactly zero.")
    exactly_zero_from_lag: int | None
    crossings: Crossings
    long_run: Literal["fades", "grows"] | None = Field(
        description="What becomes of the gain as the chain grows, in a linear network, where ρ decides it; else null."
    )
    cause: Literal["weights", "derivative", "both", "none"]
    derivative_is: Literal["slope", "saturated", "ceiling", "switched_off"] | None = Field(
        description="How the derivative takes its share, where it is a cause."
    )
    split: CauseSplit | None = Field(description="null for a cell whose J_t isn't diag(f') W, or where rounding decides the path.")
    zero: ZeroPoint | None = Field(description="Where the chain is exactly zero.")
    mean_derivative: Value = Field(description="Geometric mean over the steps of the mean of f'(s_t).")
    spectral_radius: Value
    sigma_max: Value
    sup_derivative: Value


class Divergence(AnswerPart):
    """Where the run left the range of float64."""

    step: int
    quantity: str


class RunAnswer(AnswerPart):
    """One run. Parts that `include` doesn't name are absent."""

    parameters: RunBody = Field(description="The request as understood, every default filled in. Posting it gives the same bytes.")
    version: Version
    sequence: SequencePart
    loss: Loss
    states: States = absent_unless_included()
    jacobian_norms: JacobianNorms = absent_unless_included()
    adjoints: Adjoints = absent_unless_included()
    flow_matrix: FlowMatrix = absent_unless_included()
    contributions: Contributions = absent_unless_included()
    gradient_by_lag: GradientByLag = absent_unless_included()
    gradients: Gradients = absent_unless_included()
    step_gain: StepGain = absent_unless_included()
    spectrum: Spectrum = absent_unless_included()
    lyapunov_exponents: LyapunovExponents = absent_unless_included()
    loss_slice: LossSlice = absent_unless_included()
    terms: Terms = absent_unless_included()
    verdict: Verdict = absent_unless_included("Comes with jacobian_norms.")
    divergence: Divergence | None = Field(description="null, or where the run left the range of float64.")
