"""What an activation function is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.engine.arrays import Array

# Derivatives are taken no further than at this |s|, so that thousands of their logarithms can be added up.
LARGEST_ARGUMENT = 1e300


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes
    ----------
    function : callable
        (s, out) → f(s), written into `out`, which may be s itself.
    derivative : callable
        s → f'(s), element-wise; NaN where s is NaN unless f' is constant.
    log_derivative : callable
        s → ln f'(s), finite wherever f' is mathematically positive; −inf where f' is exactly zero.
    sup_derivative : float
        sup f', the bound in Pascanu, Mikolov and Bengio (2013).
    linear : bool
        Whether f(s) = s.
    """

    name: str
    function: Callable[[Array, Array], Array]
    derivative: Callable[[Array], Array]
    log_derivative: Callable[[Array], Array]
    sup_derivative: float
    linear: bool = False

    @cached_property
    def saturates(self) -> bool:
        """Whether f' falls towards 0 without ever being 0, so that it leaves float64 where |s| is large."""
        log_derivative = self.log_derivative(np.array([-1000.0, 1000.0]))
        return bool((np.isfinite(log_derivative) & (log_derivative < -100.0)).any())

    @cached_property
    def bounded(self) -> bool:
        """Whether |f| ≤ 1 everywhere."""
        ends = np.array([-LARGEST_ARGUMENT, LARGEST_ARGUMENT])
        return bool((np.abs(self.function(ends, np.empty(2))) <= 1.0).all())
