"""Optimisers: how a gradient becomes an update. Frozen dataclasses with init and update; nothing is mutated.

Each is the variant that PyTorch has under the same name. ε stands outside the square root in both that have one.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from app.engine.arrays import Weights


@dataclass(frozen=True)
class OptimizerState:
    """The state of an optimiser between two updates; one without a moment leaves it empty.

    Attributes
    ----------
    updates : int
        How many have been made.
    first_moment : dict
        Running sum (momentum) or mean (adam) of the gradients, by parameter name.
    second_moment : dict
        Running mean of their squares.
    """

    updates: int = 0
    first_moment: Weights = field(default_factory=dict)
    second_moment: Weights = field(default_factory=dict)


class Optimizer(Protocol):
    """How a gradient becomes an update. Its fields are the flat parameters that it reads."""

    name: ClassVar[str]
    about: ClassVar[str]

    @property
    def learning_rate(self) -> float:
        """η."""

    def init(self, parameters: Weights) -> OptimizerState:
        """The state before the first update."""

    def update(self, state: OptimizerState, gradients: Weights, parameters: Weights) -> tuple[OptimizerState, Weights]:
        """The state after this update, and the new parameters."""


@dataclass(frozen=True)
class SGD:
    """Plain gradient descent: θ ← θ − η g.

    Examples
    --------
    >>> sgd = SGD(learning_rate=0.5)
    >>> theta = {"w": np.array([1.0])}
    >>> sgd.update(sgd.init(theta), {"w": np.array([0.5])}, theta)[1]
    {'w': array([0.75])}
    """

    name: ClassVar[str] = "sgd"
    about: ClassVar[str] = "θ ← θ − η g"
    learning_rate: float = 0.1

    def init(self, parameters: Weights) -> OptimizerState:
        return OptimizerState()

    def update(self, state: OptimizerState, gradients: Weights, parameters: Weights) -> tuple[OptimizerState, Weights]:
        moved = {name: theta - self.learning_rate * gradients[name] for name, theta in parameters.items()}
        return OptimizerState(state.updates + 1), moved


@dataclass(frozen=True)
class Momentum:
    """Heavy ball: v ← μ v + g, θ ← θ − η v. The gradient enters v with weight 1, not 1 − μ.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational Mathematics and
    Mathematical Physics 4(5), 1964.
    """

    name: ClassVar[str] = "momentum"
    about: ClassVar[str] = "v ← μ v + g,  θ ← θ − η v"
    learning_rate: float = 0.01
    momentum: float = 0.9

    def init(self, parameters: Weights) -> OptimizerState:
        return OptimizerState(first_moment=zeros_like(parameters))

    def update(self, state: OptimizerState, gradients: Weights, parameters: Weights) -> tuple[OptimizerState, Weights]:
        velocity = {name: self.momentum * state.first_moment[name] + g for name, g in gradients.items()}
        moved = {name: theta - self.learning_rate * velocity[name] for name, theta in parameters.items()}
        return OptimizerState(state.updates + 1, first_moment=velocity), moved


@dataclass(frozen=True)
class RMSprop:
    """A step size for each entry: r ← α r + (1 − α) g², θ ← θ − η g / (√r + ε). Not centred, no momentum.

    References
    ----------
    T. Tieleman and G. Hinton, "Lecture 6.5: RMSprop", Neural Networks for Machine Learning, Coursera, 2012.
    """

    name: ClassVar[str] = "rmsprop"
    about: ClassVar[str] = "r ← α r + (1 − α) g²,  θ ← θ − η g / (√r + ε)"
    learning_rate: float = 0.001
    second_decay: float = 0.99
    epsilon: float = 1e-8

    def init(self, parameters: Weights) -> OptimizerState:
        return OptimizerState(second_moment=zeros_like(parameters))

    def update(self, state: OptimizerState, gradients: Weights, parameters: Weights) -> tuple[OptimizerState, Weights]:
        squares = running_mean(state.second_moment, {name: g * g for name, g in gradients.items()}, self.second_decay)
        moved = {
            name: theta - self.learning_rate * gradients[name] / (np.sqrt(squares[name]) + self.epsilon)
            for name, theta in parameters.items()
        }
        return OptimizerState(state.updates + 1, second_moment=squares), moved


@dataclass(frozen=True)
class Adam:
    """Both: m ← β₁ m + (1 − β₁) g, r ← β₂ r + (1 − β₂) g², θ ← θ − η m̂ / (√r̂ + ε), where ^ divides by 1 − βⁿ at update n.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
    """

    name: ClassVar[str] = "adam"
    about: ClassVar[str] = "m ← β₁ m + (1 − β₁) g,  r ← β₂ r + (1 − β₂) g²,  θ ← θ − η m̂ / (√r̂ + ε)"
    learning_rate: float = 0.001
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8

    def init(self, parameters: Weights) -> OptimizerState:
        return OptimizerState(first_moment=zeros_like(parameters), second_moment=zeros_like(parameters))

    def update(self, state: OptimizerState, gradients: Weights, parameters: Weights) -> tuple[OptimizerState, Weights]:
        updates = state.updates + 1
        means = running_mean(state.first_moment, gradients, self.first_decay)
        squares = running_mean(state.second_moment, {name: g * g for name, g in gradients.items()}, self.second_decay)
        mean_bias, square_bias = 1.0 - self.first_decay**updates, 1.0 - self.second_decay**updates
        moved = {
            name: theta - self.learning_rate * (means[name] / mean_bias) / (np.sqrt(squares[name] / square_bias) + self.epsilon)
            for name, theta in parameters.items()
        }
        return OptimizerState(updates, means, squares), moved


OPTIMIZERS: dict[str, type[Optimizer]] = {optimizer.name: optimizer for optimizer in (SGD, Momentum, RMSprop, Adam)}


def zeros_like(parameters: Weights) -> Weights:
    """Zeros of every parameter's shape."""
    return {name: np.zeros_like(value) for name, value in parameters.items()}


def running_mean(mean: Weights, values: Weights, decay: float) -> Weights:
    """decay·mean + (1 − decay)·values, by parameter."""
    return {name: decay * mean[name] + (1.0 - decay) * value for name, value in values.items()}


def settings_of(optimizer: type[Optimizer]) -> dict[str, Any]:
    """The flat parameters that an optimiser reads, with their defaults.

    >>> settings_of(Momentum)
    {'learning_rate': 0.01, 'momentum': 0.9}
    """
    return {setting.name: setting.default for setting in dataclasses.fields(optimizer)}  # type: ignore[arg-type]
