"""`python -m app`, also installed as the command `unrolled`: the server with its settings from options and environment."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from types import FrameType

# Before NumPy is loaded: at the sizes of this project more threads of BLAS only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import uvicorn

from app.command_line import settings_from
from app.listening import CannotListen, bound_socket
from app.main import create_app
from app.server.http import logs
from app.server.http.connection_limits import SEND_BUFFER_BYTES, BoundedProtocol
from app.settings import Settings

log = logging.getLogger("unrolled")

EXIT_SECONDS = 2.0  # for runs that have begun, and whose clients have gone


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted, with these options or those of the command line."""
    settings = settings_from(arguments)
    writer = logs.configure(settings.log_format, settings.log_level)
    try:
        _serve(settings)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    if not (_threads_have_ended() and writer.finish()):
        os._exit(status)
    sys.exit(status)


def _serve(settings: Settings) -> None:
    # uvicorn ends by the signal that it got; being asked to stop, and stopping, is a success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        listening = bound_socket(settings.host, settings.port)
    except CannotListen as error:
        log.error("%s", error)  # noqa: TRY400 — the traceback would say less
        sys.exit(1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # its connections inherit it
    app = create_app(settings)
    # What stands now lives as long as the process. Frozen, it isn't traversed by the full collections that bodies of many lists set
    # off: each of them stopped the server for 45 ms, and now for 1.
    gc.collect()
    gc.freeze()
    # A computing thread lets the event loop have the interpreter's lock after this long (5 ms by default). The loop waits for it at
    # each system call: /healthz beside four clients that post 8 MB of numbers took up to 58 ms, now 42.
    sys.setswitchinterval(0.001)
    config = uvicorn.Config(
        app,
        http=partial(BoundedProtocol, app.state.server.connections),  # type: ignore[arg-type]
        ws="none",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    listening.listen(config.backlog)  # a reader of the address may connect at once
    host, port = listening.getsockname()[:2]
    log.info("Unrolled: http://%s:%d", f"[{host}]" if ":" in host else host, port)
    uvicorn.Server(config).run(sockets=[listening])


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _threads_have_ended() -> bool:
    """Whether every computing thread ends within EXIT_SECONDS: one that has begun can't be stopped, and its client is gone."""
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread() and not thread.daemon]
    give_up = time.monotonic() + EXIT_SECONDS
    for thread in others:
        thread.join(max(0.0, give_up - time.monotonic()))
    return not any(thread.is_alive() for thread in others)


if __name__ == "__main__":
    main()
