"""Long loops ask whether they may go on, and whoever started the work may say no by raising.

The engine doesn't know what there is to say: that nobody waits for the result any more, or that it takes too long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _always() -> None:
    pass


_question: ContextVar[Callable[[], None]] = ContextVar("may_go_on", default=_always)


@contextmanager
def interruptible(may_go_on: Callable[[], None]) -> Iterator[None]:
    """Within this block, in this thread or task, `checkpoint` calls `may_go_on`; what that raises ends the work.

    >>> def no() -> None:
    ...     raise TimeoutError
    >>> with interruptible(no):
    ...     checkpoint()
    Traceback (most recent call last):
    TimeoutError
    """
    token = _question.set(may_go_on)
    try:
        yield
    finally:
        _question.reset(token)


def checkpoint() -> None:
    """Go on, or raise. It costs less than a microsecond: for loops whose turns take many."""
    _question.get()()
