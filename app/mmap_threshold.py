"""Raises glibc's mmap threshold at startup, so that the memory of large arrays is reused."""

import numpy as np

ENTRIES_OF_A_LARGE_BLOCK = 2**21


def raise_mmap_threshold() -> None:
    """Raise the threshold at startup, by allocating and freeing one block of 16 MB, so that later arrays up to that size are reused.

    Below it, glibc returns large blocks to the system, and every fresh one costs a page fault per 4 kB.
    """
    np.empty(ENTRIES_OF_A_LARGE_BLOCK)
