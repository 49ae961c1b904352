"""Long computations check for cancellation again and again; the code that started one cancels it by raising.

The engine doesn't know the reason: the client has gone, or the computation takes too long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Between two checks there are about this many multiply-adds, some 20 ms. A turn of a loop in Python costs as much as so many.
MULTIPLY_ADDS_BETWEEN_CHECKS = 2**27
MULTIPLY_ADDS_OF_A_TURN = 2**14


def _never() -> None:
    pass


_check: ContextVar[Callable[[], None]] = ContextVar("check_for_cancellation", default=_never)


@contextmanager
def interruptible(check: Callable[[], None]) -> Iterator[None]:
    """Within this block, in this thread or task, `checkpoint` calls `check`; what that raises ends the work.

    >>> def cancelled() -> None:
    ...     raise TimeoutError
    >>> with interruptible(cancelled):
    ...     checkpoint()
    Traceback (most recent call last):
    TimeoutError
    """
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def checkpoint() -> None:
    """Check for cancellation. It costs less than a microsecond: for loops whose turns take many."""
    _check.get()()


def stretches(count: int, multiply_adds: int) -> Iterator[slice]:
    """All of `count` turns of a loop in slices of some 20 ms, with a check for cancellation before each.

    Parameters
    ----------
    multiply_adds : int
        Of one turn.

    Examples
    --------
    >>> list(stretches(5, 2**26))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None), slice(3, 4, None), slice(4, 5, None)]
    >>> list(stretches(5, 1000))
    [slice(0, 5, None)]
    """
    together = max(1, MULTIPLY_ADDS_BETWEEN_CHECKS // (multiply_adds + MULTIPLY_ADDS_OF_A_TURN))
    for start in range(0, count, together):
        checkpoint()
        yield slice(start, min(count, start + together))
