"""Every matrix of the sum, for networks small enough to read: ∂h_T/∂W and ∂L/∂W as their terms."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.backward.per_loss_adjoints import PerLossAdjoints
from app.engine.model.network import Trace
from app.engine.model.weights import RECURRENT


@dataclass(frozen=True)
class Terms:
    """The terms of backpropagation through time.

    Attributes
    ----------
    jacobian : Array
        (T, S, S), J_t = ∂h_t/∂h_{t-1}; row 0 is J_1.
    dh_dh : Array
        (T+1, S, S), ∂h_T/∂h_k; the last row is the identity.
    dh_dW : Array
        (T, S, P, H), the term of ∂h_T/∂W that goes through step k: dh_dW[k−1, a] is that of unit a.
    dL_dW : Array
        (T, T, P, H), the term of ∂L/∂W from loss step t (row t−1) through step k; zero for k > t.
    """

    jacobian: Array
    dh_dh: Array
    dh_dW: Array
    dL_dW: Array


def terms(trace: Trace, per_loss: PerLossAdjoints) -> Terms:
    """Write the sums ∂h_T/∂W = Σ_k ∂h_T/∂h_k ∂⁺h_k/∂W and ∂L/∂W = Σ_t Σ_k out, term by term.

    ∂⁺h_k/∂W is the immediate derivative, with h_{k-1} held fixed (Pascanu et al. 2013, eq. 5).
    """
    linear, length, state_size, W = trace.linear, trace.length, trace.state.shape[-1], trace.network.parameters[RECURRENT]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # what leaves float64 is infinite, or nothing
        jacobian = linear.state_jacobians(0, length, np.empty((length, state_size, state_size)))
        jacobian = jacobian * (10.0**linear.log10_scale)[:, None, None]
        dh_dh = np.empty((length + 1, state_size, state_size))
        dh_dW = np.empty((length, state_size, *W.shape))
        dL_dW = np.zeros((length, length, *W.shape))
        dh_dh[length] = np.eye(state_size)
        for row in range(length - 1, -1, -1):
            step = np.array([row])
            local, dh_dh[row] = linear.step_back(slice(row, row + 1), dh_dh[row + 1])
            for unit in range(state_size):
                dh_dW[row, unit] = linear.recurrent_gradient(step, local[unit : unit + 1])
        for found in per_loss.by_lag():
            adjoints = found.local[0] * (10.0 ** found.log10_scale[0])[:, None]
            for row, adjoint in zip(found.rows[0].tolist(), adjoints, strict=True):
                dL_dW[row + found.lags[0], row] = linear.recurrent_gradient(np.array([row]), adjoint[None])
    return Terms(jacobian, dh_dh, dh_dW, dL_dW)
