"""What to do when the process is asked to stop, before its server closes."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_termination(action: Callable[[], None], seconds: float = 0.0) -> Iterator[None]:
    """Within this context SIGTERM and SIGINT do `action` first, then what they did before; SIGTERM only after so many seconds.

    A server waits for its open answers before it ends the application's lifespan, which is too late to tell a stream to end.
    """
    if threading.current_thread() is not threading.main_thread():  # only there may signals be handled
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        action()
        earlier = before[signal.Signals(number)]
        if not callable(earlier):
            return
        if number == signal.SIGTERM and seconds:
            loop.call_soon_threadsafe(loop.call_later, seconds, earlier, number, None)
        else:
            earlier(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
