"""What a piece of work takes: memory as Python's allocators count it, and processor time."""

import time
import tracemalloc


def peak_megabytes(work) -> float:
    """The most memory that a call held at once, what it returns included, in MB."""
    tracemalloc.start()
    try:
        kept = work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
        del kept


def processor_seconds(work) -> float:
    """The processor time of a call in this thread, in seconds."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
