"""Unrolled: see the gradients of a recurrent network flow back through time."""

__version__ = "0.1.0"
