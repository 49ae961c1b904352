"""How gradients flow through time, whatever the loss: the Jacobian chain J_t = ∂h_t/∂h_{t-1} in log scale.

Every module knows a cell through its linearization alone, and none over- or underflows: log10 norms are −inf where a norm is
exactly zero, and NaN where there is no value because the run diverged.
"""
