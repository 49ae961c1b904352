"""The server's side of one connection: HTTP as uvicorn reads it, with limits in bytes and seconds on what a client may do."""

import asyncio
import uuid
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.engine.errors import UnrolledError
from app.server.http.connections import Connections
from app.server.http.errors import BadRequest, HeadersTooLarge, RequestTimeout, ServerBusy, error_response
from app.server.http.security_headers import ENCODED

MOST_BEFORE_BODY = 128 * 1024  # bytes of one request's line and headers; the application's own limits, which it answers in words, are lower
# Framing of chunks and trailers, by bytes of body: chunks of a single byte have five bytes of framing.
MOST_FRAMING = 8

# The system takes at most so much of an answer ahead of its reader: megabytes otherwise, for every connection, and a slow reader
# could not be distinguished from one that has stopped. A line with 100 ms of delay still carries a megabyte a second.
SEND_BUFFER_BYTES = 128 * 1024

# A client that still sends when it is refused reads the refusal only afterwards. Until then what it sends is read and dropped;
# closed earlier, the connection would be reset and the refusal lost (RFC 9112, 9.6). Seconds as in nginx's lingering_close.
LINGER_BYTES = 64_000_000
LINGER_SECONDS = 30.0
LINGER_SILENCE = 5.0

# An idle connection stays open for a moment after the process was asked to stop: a proxy may just be sending a request on it.
IDLE_SECONDS_AT_THE_END = 0.5
BUSY_SECONDS = 2  # how long a client should wait when all connections are in use


class Outgoing:
    """The transport of a connection, with a count of what was written, and closed as the protocol says."""

    def __init__(self, transport: asyncio.Transport, protocol: "BoundedProtocol") -> None:
        self._transport = transport
        self._protocol = protocol
        self._write = transport.write
        self.written = 0

    def write(self, data: bytes) -> None:
        """Send, and count."""
        self.written += len(data)
        self._write(data)

    def close(self) -> None:
        """Close, at once or in stages."""
        self._protocol.close()

    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self._protocol.lingers or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedProtocol(HttpToolsProtocol):
    """One connection.

    The head of a request must be there within seconds, its body and the answer must pass at a lowest rate, and what uvicorn
    answers itself has the one shape of errors. See `connections` for what watches the time.
    """

    def __init__(self, connections_of_server: Connections, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self.all = connections_of_server
        self.outgoing: Outgoing
        self.raw: asyncio.Transport
        self.in_head = self.in_body = self.began_in_piece = False
        self.framing = self.body_bytes = 0  # bytes of this request that are not its body, and those that are
        self.head_since = 0.0
        self.receiving = connections_of_server.progress()
        self.sending = connections_of_server.progress()
        self.lingers = self.deaf = self.stops = False
        self.dropped = 0
        self.linger_until = self.last_dropped = 0.0

    # What uvicorn's transport reports.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        self.raw = transport
        self.outgoing = Outgoing(transport, self)
        super().connection_made(self.outgoing)  # type: ignore[arg-type]
        if self.all.add(self, self.loop):
            self._wait_for_a_request()
        elif len(self.all) > 2 * self.all.most:  # even refusals take a socket for a while
            self.raw.abort()
        else:
            self.refuse(ServerBusy(BUSY_SECONDS, "All connections of the server are in use."))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed, by either side."""
        self.all.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self.lingers or self.deaf:
            self._drop(len(data))
            return
        self.began_in_piece = False
        self.framing += len(data)
        super().data_received(data)
        if self.began_in_piece:  # how much of the piece belongs to it is not known; a piece is at most 256 kB
            self.framing = 0
        if self.framing > MOST_BEFORE_BODY + MOST_FRAMING * self.body_bytes and (self.in_head or self.in_body):
            self.refuse(HeadersTooLarge(self.framing, MOST_BEFORE_BODY))

    # What the parser reports.

    def on_message_begin(self) -> None:
        """A request begins."""
        self.in_head = self.began_in_piece = True
        self.body_bytes = 0
        self.head_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is complete."""
        self.in_head = False
        self.receiving.pause()
        self.all.is_in_use(self)
        super().on_headers_complete()  # raises for a target that isn't a path, as that of CONNECT
        self.in_body = True
        if self.stops:
            self.cycle.keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or after the body a trailer, which is ignored."""
        if not self.in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """A part of its body has come."""
        self.framing -= len(body)
        self.body_bytes += len(body)
        if self.cycle.response_complete:
            self._drop(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """It is complete."""
        self.in_body = False
        super().on_message_complete()
        if self.cycle.response_complete:
            self._wait_for_a_request()

    def on_response_complete(self) -> None:
        """Its answer has been written."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.in_body:
            self._wait_for_a_request()

    # Refusing and closing.

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn for what the parser refuses."""
        self.refuse(BadRequest())

    def refuse(self, error: UnrolledError) -> None:
        """Answer what never became a request of the application, and close."""
        self.all.refused[error.code] += 1
        if not self._all_answered:
            if not self.in_body:  # the requests before this one get their answers first
                self.deaf = True
                self.cycle.keep_alive = False
                return
            if self.cycle.response_started or self.pipeline:
                self.raw.abort()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif self.in_body:  # it has been answered already
            self.raw.abort()
            return
        self.outgoing.write(_written(error, self.server_state.default_headers))
        self._linger()

    def close(self) -> None:
        """Close the connection: in stages if a request is not there completely, else at once."""
        if self.lingers or self.raw.is_closing():
            return
        if self.in_body:
            self._linger()
        else:
            self.raw.close()

    def make_room(self) -> None:
        """Close it, for another one is wanted more."""
        self.raw.abort()

    def shutdown(self) -> None:
        """Called by uvicorn when the process is about to end."""
        self.stops = True
        if self.lingers:
            self.raw.abort()
        elif self._all_answered:
            self.loop.call_later(IDLE_SECONDS_AT_THE_END, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def check(self, now: float) -> None:
        """Close it if its client is too slow."""
        if self.raw.get_write_buffer_size():
            if self.sending.is_too_slow(now, self.outgoing.written - self.raw.get_write_buffer_size()):
                self._give_up("slow_reader")
                return
        else:
            self.sending.pause()
        if self.lingers:
            if now > self.linger_until or now > self.last_dropped + LINGER_SILENCE:
                self.raw.abort()
        elif self.flow.read_paused or self.raw.is_closing():  # the client is not at fault
            self.receiving.pause()
        elif self.in_body:
            if self.receiving.is_too_slow(now, self.body_bytes):
                self.refuse(RequestTimeout("body", self.all.progress_seconds))
        elif not self._all_answered:
            if self.in_head and now > self.head_since + self.all.head_seconds:
                self.refuse(RequestTimeout("head", self.all.head_seconds))
        elif now > self.head_since + self.all.head_seconds:
            if self.in_head:
                self.refuse(RequestTimeout("head", self.all.head_seconds))
            else:
                self._give_up("silent")

    @property
    def _all_answered(self) -> bool:
        newest: RequestResponseCycle | None = self.cycle
        return newest is None or newest.response_complete

    def _wait_for_a_request(self) -> None:
        if not self.outgoing.is_closing():
            self.head_since = self.loop.time()
            self.all.waits(self)

    def _linger(self) -> None:
        """Send no more, and read on for a while."""
        self.lingers = True
        self._unset_keepalive_if_required()
        self.all.is_in_use(self)
        self.linger_until, self.last_dropped = self.loop.time() + LINGER_SECONDS, self.loop.time()
        self.flow.resume_reading()
        if self.raw.can_write_eof():
            self.raw.write_eof()

    def _drop(self, count: int) -> None:
        self.dropped += count
        self.last_dropped = self.loop.time()
        if self.dropped > LINGER_BYTES:
            self.raw.abort()

    def _give_up(self, reason: str) -> None:
        self.all.refused[reason] += 1
        self.raw.abort()

    def _close_if_idle(self) -> None:
        if self._all_answered:
            self.close()


def _written(error: UnrolledError, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    """The answer to an error, as it goes out."""
    answer = error_response(error)
    own = [(b"x-request-id", uuid.uuid4().hex.encode()), (b"connection", b"close")]
    lines = [name + b": " + value + b"\r\n" for name, value in (*default_headers, *answer.raw_headers, *ENCODED, *own)]
    return b"".join([STATUS_LINE[answer.status_code], *lines, b"\r\n", bytes(answer.body)])
