"""The memory allocator, brought at the start to where it comes in any process that has run for a while."""

import numpy as np

ENTRIES_OF_A_LARGE_BLOCK = 2**21


def settle() -> None:
    """Let freed blocks of up to 16 MB be kept for the next array.

    glibc gives large blocks back to the system, and every fresh one costs a page fault per 4 kB, until a block of that
    size has been freed once.
    """
    np.empty(ENTRIES_OF_A_LARGE_BLOCK)
