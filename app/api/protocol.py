"""The server's reading of a request, with a bound on what may come before its body."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_BEFORE_BODY = 128 * 1024  # bytes of one request's line and headers; the application's own limits, which it tells in words, are lower


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol collects a line and headers without end. This one answers 431 and closes."""

    unread = 0
    in_headers = False

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self.unread += len(data)
        super().data_received(data)
        # A piece that ends one request may begin the next: only what belongs to unfinished headers counts.
        if not self.in_headers:
            self.unread = 0
        elif self.unread > MOST_BEFORE_BODY and not self.transport.is_closing():
            self.transport.write(STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self.in_headers = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        self.in_headers = False
        super().on_headers_complete()
