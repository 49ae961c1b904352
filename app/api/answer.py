"""The shape of an answer, as documentation: what OpenAPI says and what a test checks real answers against.

Answers are not validated on their way out; their arrays go straight from NumPy to JSON (see `arrays`).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import RunBody

SCHEMA_VERSION = "1"


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

    of_step: int = Field(description="T; where the run diverged, the last step that was kept.")
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

    log10_norm: Matrix = Field(description="(T, T), rows t = 1..T, columns k = 1..T; null above the diagonal.")


class SlidingTruncation(AnswerPart):
    """The truncated gradient of every window K = 1..T."""

    norm: Vector
    relative_bias: Vector = Field(description="‖g_K − g‖ / ‖g‖.")
    cosine: Vector
    parameter_norms: dict[str, Vector] = Field(
        description="The norm of every parameter's gradient, so that clipping by norm follows for each K."
    )


class GradientByLag(AnswerPart):
    """∂L/∂W, split by the lag t − k = 0..T−1."""

    of: str
    norm: Vector
    log10_norm: Vector
    cosine: Vector = Field(description="With the full gradient.")
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
    angle: Value = Field(description="To the unclipped gradient, in radians.")
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
    """Of the chain of Jacobians, descending."""

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
    """The first lag at which the norm passes each threshold, or null."""

    below_1e_3: int | None = Field(alias="below_1e-3")
    below_1e_7: int | None = Field(alias="below_1e-7")
    above_1e3: int | None
    above_1e7: int | None


class Verdict(AnswerPart):
    """The norm curve in a few numbers."""

    kind: Literal["vanishing", "stable", "exploding"]
    slope_log10_per_step: Value = Field(description="Least-squares slope of log10 ‖∂h_T/∂h_k‖₂ over the lag T − k.")
    factor_per_step: Value = Field(description="What is left of the gradient after each step back.")
    half_life: Value = Field(description="In steps, where it vanishes.")
    doubling_time: Value = Field(description="In steps, where it explodes.")
    log10_norm_h0: Value = Field(description="log10 ‖∂h_T/∂h_0‖₂.")
    exactly_zero_from_lag: int | None
    crossings: Crossings
    cause: Literal["weights", "saturation", "activation", "both", "none"]
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
