"""Activation functions f and their derivatives, computed from the pre-activation s.

f' comes from s, never from 1 − h²: under saturation h rounds to ±1 and 1 − h² is then wrong or falsely zero.
Where even the derivative leaves float64 (|s| beyond some 370), `log_derivative` still knows it. All of them are right to the
last digits at any s.

A new one is one file here and one line in ACTIVATIONS.
"""

from app.engine.model.activations.activation import Activation
from app.engine.model.activations.identity import IDENTITY
from app.engine.model.activations.relu import RELU
from app.engine.model.activations.sigmoid import SIGMOID
from app.engine.model.activations.tanh import TANH

ACTIVATIONS = {activation.name: activation for activation in (TANH, RELU, SIGMOID, IDENTITY)}

__all__ = ["ACTIVATIONS", "Activation"]
