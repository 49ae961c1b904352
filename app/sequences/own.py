"""Numbers that a user brings along. They are taken as they are: nothing is standardised."""

import numpy as np
from numpy.typing import ArrayLike

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter, WrongShape
from app.sequences.sequence import InputSequence, step_numbers


def own_sequence(x: ArrayLike, target: ArrayLike | None = None) -> InputSequence:
    """A sequence out of a user's own numbers.

    Parameters
    ----------
    x : array_like
        (T, D), or (T,) for one value per step. Without a target it has one row more, which is only a target.
    target : array_like or None
        (T, O), or (T,). None asks for one-step-ahead prediction: target_t = x_{t+1}, so N rows make N − 1 steps.

    Returns
    -------
    InputSequence
        With the read-out "identity"; a caller who wants softmax gives distributions as target.

    Raises
    ------
    InvalidParameter
        If x or target isn't a rectangular array of finite numbers, or too short.
    WrongShape
        If the target doesn't have x's number of rows.

    Examples
    --------
    >>> sequence = own_sequence([1, 2, 4])
    >>> sequence.x.shape, sequence.target.ravel()
    ((2, 1), array([2., 4.]))
    """
    inputs = _matrix("x", x)
    if target is None:
        if len(inputs) < 2:
            allowed = "at least 2 rows when there is no target"
            raise InvalidParameter("x", "1 row", allowed, "The last row is the last step's target.")
        inputs, targets = inputs[:-1], inputs[1:]
    else:
        targets = _matrix("target", target)
        if len(targets) != len(inputs):
            raise WrongShape("target", targets.shape, (len(inputs), targets.shape[1]), "x and target have one row per step.")
    return InputSequence(inputs, targets, step_numbers(len(inputs)))


def _matrix(parameter: str, values: ArrayLike) -> Array:
    """A finite (rows, columns) array of its own; a flat list is one column."""
    allowed = "a rectangular list of rows of finite numbers, at least one"
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidParameter(parameter, values, allowed, "Every row needs the same number of values, all of them numbers.") from error
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.size == 0:
        raise InvalidParameter(parameter, f"an array of shape {array.shape}", allowed, "Give one row per step.")
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        got = f"{array[row, column]} in row {row + 1}, column {column + 1}"
        raise InvalidParameter(parameter, got, allowed, "Replace or remove the values that are missing or infinite.")
    return array
