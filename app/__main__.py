"""`python -m app`: the server with its settings from the environment."""

import os

# Before NumPy is loaded: at the sizes of this project more threads of BLAS only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import uvicorn

from app.main import create_app
from app.settings import Settings


def main() -> None:
    """Serve until interrupted."""
    settings = Settings()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    # Bound here, and not by uvicorn, so that port 0 has a number to print.
    listening = config.bind_socket()
    host, port = listening.getsockname()[:2]
    print(f"Unrolled: http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
