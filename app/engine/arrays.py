"""The types of numerical values that every module of the engine speaks of."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# What a network learns, or a gradient of it, by name.
Weights = dict[str, Array]
