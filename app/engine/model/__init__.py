"""The network: activations, read-outs, cells, initialisers, the forward pass."""
