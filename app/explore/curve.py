"""What a curve of gains says, whatever network it comes from: its kind, its straight pieces, its peak and trough.

A curve holds log10 of the gain ‖∂h_T/∂h_k‖_F/√S at lag T − k = 0, 1, …: the root-mean-square size with which a small change
of h_k arrives at h_T, over all directions; 0 is kept whole. It starts at 0, and is −inf once the chain is exactly zero.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.engine.arrays import Array

# Within a factor of three a gain counts as 1: a learning rate is rarely known better, and drawings of the same kind of network
# (other seeds) differ by as much.
BAND = math.log10(3.0)
# A gain that stays within a factor of three over fewer steps can still change by 12 % a step (3^(1/10)), which is a factor of 300
# over 50 steps: such a curve says nothing about longer ones.
FEWEST_STEPS = 10
# A peak is one that the curve comes down from: by a factor of three, and by a quarter of the decades that it rose. The second keeps an
# explosion of many decades, whose last steps happen to shrink, an explosion.
SHARE_OF_RISE = 0.25
# The curve is cut into straight pieces as long as one of its points lies further from its piece than this: a factor of two, or a tenth
# of the curve's range, which is what sequences of ordinary inputs make a straight line waver by.
STRAIGHT = math.log10(2.0)
SHARE_OF_RANGE = 0.1
MOST_PIECES = 4
LOG10_2 = math.log10(2.0)
LARGEST_EXPONENT = 300.0


KINDS = ("vanishing", "exploding", "stable", "transient", "too_short")


@dataclass(frozen=True)
class Piece:
    """A straight piece of the curve of log10 gains; the pieces' changes add up to the whole."""

    from_lag: int
    to_lag: int
    slope_log10_per_step: float

    @property
    def factor_per_step(self) -> float | None:
        """What a step back multiplies the gain by, where float64 holds it."""
        return power_of_ten(self.slope_log10_per_step)


def kind_of(curve: Array, log10_largest: float, fades_in_the_long_run: bool = False) -> str:
    """The kind of a curve.

    - `vanishing`: what arrives at its end has lost more than a factor of three, even in the direction that keeps most; or it is
      exactly zero.
    - `transient`: grows by more than a factor of three and fades again, or fades so and comes back by as much, so that
      a third at least arrives in the direction that keeps most. Growth
      that has not ended yet counts too, where the network is known to fade in the long run.
    - `exploding`: more than three times as large at its end, whatever lies between.
    - `stable`: otherwise.
    - `too_short`: the same over fewer than FEWEST_STEPS steps.

    Parameters
    ----------
    curve : Array
        (n+1,), log10 of the rms gain by lag.
    log10_largest : float
        log10 of the spectral norm at lag n, no smaller than the rms gain.
    fades_in_the_long_run : bool
        Whether it is known that the gain falls to 0 with longer chains.

    Examples
    --------
    >>> kind_of(np.linspace(0.0, -9.0, 21), -8.6), kind_of(np.array([0.0, 1.0, 2.0, 1.0]), 1.2), kind_of(np.zeros(3), 0.0)
    ('vanishing', 'transient', 'too_short')
    """
    end, peak, trough = curve[-1], curve.max(), curve.min()
    if end == -np.inf:
        return "vanishing"
    if peak > BAND and (end < peak - max(BAND, SHARE_OF_RISE * peak) or fades_in_the_long_run):
        return "transient"
    if end > BAND:
        return "exploding"
    if log10_largest < -BAND:
        return "vanishing"
    if trough < -BAND and end > trough + BAND:
        return "transient"
    return "stable" if len(curve) > FEWEST_STEPS else "too_short"


def pieces_of(curve: Array) -> list[Piece]:
    """The curve in at most MOST_PIECES straight pieces, along its finite part.

    One line from the first point to the last; then, again and again, the point that lies furthest from its piece divides it (Ramer,
    Douglas and Peucker's way), until all lie near.

    Examples
    --------
    >>> pieces_of(np.array([0.0, 1.0, 2.0, 1.5, 1.0]))
    [Piece(from_lag=0, to_lag=2, slope_log10_per_step=1.0), Piece(from_lag=2, to_lag=4, slope_log10_per_step=-0.5)]
    """
    curve = curve[np.isfinite(curve)]
    if len(curve) < 2:
        return []
    tolerance = max(STRAIGHT, SHARE_OF_RANGE * float(curve.max() - curve.min()))
    ends = [0, len(curve) - 1]
    furthest = [_furthest(curve, *ends)]  # of each piece: how far, and which point
    while len(furthest) < MOST_PIECES:
        i = max(range(len(furthest)), key=lambda piece: furthest[piece][0])
        distance, point = furthest[i]
        if distance <= tolerance:
            break
        ends.insert(i + 1, point)
        furthest[i : i + 1] = [_furthest(curve, ends[i], point), _furthest(curve, point, ends[i + 2])]
    return [Piece(start, stop, float(curve[stop] - curve[start]) / (stop - start)) for start, stop in pairwise(ends)]


def _furthest(curve: Array, start: int, stop: int) -> tuple[float, int]:
    """How far the points between lie from the straight line, at most, and which one."""
    if stop - start < 2:
        return 0.0, start
    distances = np.abs(curve[start : stop + 1] - np.linspace(curve[start], curve[stop], stop - start + 1))
    point = int(distances.argmax())
    return float(distances[point]), start + point


def gains_by_lag(log10_frobenius: Array, size: int) -> Array:
    """The curve of a chain with states of that size: log10 ‖∂h_T/∂h_k‖_F/√S for k = T, T−1, …, given for k = 0..T."""
    curve = log10_frobenius[::-1] - math.log10(size) / 2.0
    curve[0] = 0.0  # exactly
    return curve


def fading(kind: str, curve: Array) -> slice:
    """The lags over which the curve falls: beyond its peak, or to its trough if it comes back from there; else all."""
    if kind != "transient":
        return slice(None)
    peak = int(curve.argmax())
    return slice(peak, None) if curve[peak] > BAND else slice(int(curve.argmin()))


def times(kind: str, pieces: list[Piece]) -> tuple[float | None, float | None]:
    """Half-life and doubling time in steps, as the last piece has them, where it halves or doubles at least once; else None.

    >>> times("vanishing", [Piece(0, 10, -1.0), Piece(10, 40, -0.1505)])
    (2.0001993067374166, None)
    """
    if not pieces or kind in ("stable", "too_short"):
        return None, None
    change = pieces[-1].slope_log10_per_step * (pieces[-1].to_lag - pieces[-1].from_lag)
    if abs(change) < LOG10_2 or (kind, change < 0.0) in (("vanishing", False), ("exploding", True)):
        return None, None
    steps = LOG10_2 / abs(pieces[-1].slope_log10_per_step)
    return (steps, None) if change < 0.0 else (None, steps)


def power_of_ten(exponent: float | None) -> float | None:
    """10 to that power, where float64 holds it."""
    return 10.0**exponent if exponent is not None and exponent < LARGEST_EXPONENT else None


def first_lag(reached: np.ndarray) -> int | None:
    """The index of the first True."""
    return int(np.argmax(reached)) if reached.any() else None
