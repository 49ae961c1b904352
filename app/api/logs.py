"""The log: one JSON object a line for machines, plain lines for a person at a terminal."""

import logging
import logging.config
import sys
import time
from typing import Any

import orjson

from app.api.observation import request_id


class JsonLines(logging.Formatter):
    """A record as one line of JSON, with the id of the request that it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (name := request_id.get()) is not None:
            told["request_id"] = name
        told |= getattr(record, "facts", {})
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(told).decode()


class PlainLines(logging.Formatter):
    """A record as a line to read."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows it."""
        facts = getattr(record, "facts", None)
        if facts:
            cache = f" {facts['cache']}" if facts["cache"] else ""
            line = f"{facts['status']} {facts['method']} {facts['route']} {facts['seconds'] * 1000:.1f} ms {facts['size']}{cache}"
        else:
            line = record.getMessage()
        line = f"{time.strftime('%H:%M:%S', time.localtime(record.created))} {line}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(form: str, level: str) -> None:
    """Set up the log of the whole process: `json`, `text`, or `auto`, which is text where standard output is a terminal.

    A person at a terminal needs the address of the page and what went wrong. Opening one page takes some eighty requests and a slider
    sends ten a second, so text has no line for a request that succeeded, unless the level is `debug`.
    """
    plain = form == "text" or (form == "auto" and sys.stdout.isatty())
    level = level.upper()
    for_people = plain and level == "INFO"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": PlainLines if plain else JsonLines}},
            "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "lines"}},
            "root": {"handlers": ["stdout"], "level": "WARNING"},
            "loggers": {
                "unrolled": {"level": level},
                "app": {"level": level},
                "unrolled.access": {"level": "WARNING" if for_people else level},
                # Its warnings are about what clients send.
                "uvicorn": {"level": "ERROR" if for_people else level, "handlers": [], "propagate": True},
                # Requests are logged by this application, with their ids and without their queries.
                "uvicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            },
        }
    )
