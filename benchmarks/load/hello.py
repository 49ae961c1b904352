"""The machine's own yardstick: what FastAPI gives when there is nothing to do."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    """One route with one word."""
    app = FastAPI()

    @app.get("/")
    @app.get("/healthz")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app
