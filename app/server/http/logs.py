"""The log: one JSON object a line for machines, plain lines for a person at a terminal."""

import logging
import logging.config
import queue
import sys
import time
from logging.handlers import QueueHandler, QueueListener
from typing import Any

import orjson

from app.server.http.access_log import request_id

MOST_WAITING = 10_000  # lines, some 3 MB
FLUSH_SECONDS = 1.0


class JsonLines(logging.Formatter):
    """A record as one line of JSON, with the id of the request that it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (name := request_id.get()) is not None:
            fields["request_id"] = name
        fields |= getattr(record, "facts", {})
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(fields).decode()


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


class BoundedQueueHandler(QueueHandler):
    """Puts finished lines into a queue; drops and counts those for which there is no room."""

    def __init__(self) -> None:
        super().__init__(queue.Queue(MOST_WAITING))
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        """Never waits: the event loop writes log lines, too."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class Writer(QueueListener):
    """Writes the lines to standard output in a thread of its own, so that a reader that stops reading blocks no request."""

    def __init__(self, lines: BoundedQueueHandler) -> None:
        super().__init__(lines.queue, logging.StreamHandler(sys.stdout))

    def finish(self) -> bool:
        """Write what waits; False if that isn't done within a second."""
        thread = self._thread
        if thread is None:
            return True
        try:
            self.enqueue_sentinel()
        except queue.Full:
            return False
        thread.join(FLUSH_SECONDS)
        return not thread.is_alive()


def dropped_lines() -> int:
    """Log lines that this process has dropped, because its standard output was not read."""
    return sum(handler.dropped for handler in logging.getLogger().handlers if isinstance(handler, BoundedQueueHandler))


def configure(form: str, level: str) -> Writer:
    """Set up the log of the whole process: `json`, `text`, or `auto`, which is text where standard output is a terminal.

    A person at a terminal needs the address of the page and what went wrong. Opening one page takes some eighty requests and a slider
    sends ten a second, so text has no line for a request that succeeded, unless the level is `debug`.

    Returns
    -------
    Writer
        To be finished when the process ends.
    """
    plain = form == "text" or (form == "auto" and sys.stdout.isatty())
    level = level.upper()
    for_people = plain and level == "INFO"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "root": {"handlers": [], "level": "WARNING"},
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
    lines = BoundedQueueHandler()
    lines.setFormatter(PlainLines() if plain else JsonLines())
    logging.getLogger().addHandler(lines)
    writer = Writer(lines)
    writer.start()
    return writer
