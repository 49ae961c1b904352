"""`python -m app`: the server with its settings from the environment."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from types import FrameType

# Before NumPy is loaded: at the sizes of this project more threads of BLAS only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import uvicorn

from app.api import logs
from app.api.protocol import SEND_BUFFER_BYTES, BoundedProtocol
from app.main import create_app
from app.settings import Settings

log = logging.getLogger("unrolled")

PATIENCE = 2.0  # seconds for a run that has begun and that nobody waits for any more


def main() -> None:
    """Serve until interrupted."""
    # uvicorn ends by the signal that it got; being asked to stop, and stopping, is a success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    settings = Settings()
    logs.configure(settings.log_format, settings.log_level)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=partial(BoundedProtocol, app.state.server.connections),  # type: ignore[arg-type]
        ws="none",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    # Bound here, and not by uvicorn, so that port 0 has a number to print.
    listening = config.bind_socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # its connections inherit it
    host, port = listening.getsockname()[:2]
    log.info("Unrolled: http://%s:%d", f"[{host}]" if ":" in host else host, port)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except SystemExit as end:
        if not end.code:
            _leave_threads()
        raise


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _leave_threads() -> None:
    """End the process though a thread still computes: it can't be stopped, and its answer has nobody to hear it."""
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread() and not thread.daemon]
    give_up = time.monotonic() + PATIENCE
    for thread in others:
        thread.join(max(0.0, give_up - time.monotonic()))
    if any(thread.is_alive() for thread in others):
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
