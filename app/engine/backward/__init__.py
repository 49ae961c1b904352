"""Backpropagation through time and what is done to the gradient: truncation, clipping, terms, loss slice."""
