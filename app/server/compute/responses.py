"""Encoded answers as responses: compressed and sent at once where they are short, in pieces where they are long."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.server.compute.answer_memory import Body
from app.server.compute.computations import FoundAnswer
from app.server.http.access_log import note
from app.server.http.cross_origin import CACHE_HEADER
from app.server.pages.assets import acceptable_encoding

SHORT_BYTES = 256 * 1024  # answers up to this size are compressed and sent at once
PIECE_BYTES = 64 * 1024  # of longer ones: the event loop turns between two pieces. gzip takes 2 ms for as much
SMALLEST_TO_COMPRESS = 500  # bytes, as starlette-compress has it


def answer_reply(found: FoundAnswer, request: Request, headers: dict[str, str]) -> Response:
    """A computed or cached answer; a header says which, and so do log and metrics."""
    note(request, found.lane, found.source)
    headers = {**headers, CACHE_HEADER: found.source}
    if SMALLEST_TO_COMPRESS <= found.body.size <= SHORT_BYTES and accepts_only_gzip(request):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(gzipped(bytes(found.body)), headers=headers, media_type="application/json")
    return json_reply(found.body, headers)


def accepts_only_gzip(request: Request) -> bool:
    """Whether gzip is the best that the client accepts, as a browser does over plain HTTP. Better ones are the middleware's."""
    accepted = request.headers.get("accept-encoding", "")
    return "zstd" not in accepted and acceptable_encoding(accepted) == "gzip"


def gzipped(body: bytes) -> bytes:
    """The body in gzip's format, by Huffman codes alone.

    Answers are mostly digits and base64, in which hardly anything repeats: to look for it, as even level 1 does, takes more than twice
    as long (0.3 ms for 34 kB, a tenth of the default run) and makes them a fifth shorter.

    >>> import gzip
    >>> gzip.decompress(gzipped(b'{"norm":0.5}'))
    b'{"norm":0.5}'
    """
    encoder = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    return encoder.compress(body) + encoder.flush()


def json_reply(body: Body, headers: dict[str, str]) -> Response:
    """An answer that is JSON already."""
    if body.size <= SHORT_BYTES:
        return Response(bytes(body), headers=headers, media_type="application/json")
    return LongReply(body, headers)


class LongReply(StreamingResponse):
    """An answer that is sent in pieces, and released when its client has read it or has gone."""

    def __init__(self, body: Body, headers: dict[str, str]) -> None:
        self.unsent = body
        super().__init__(self._pieces(), headers={**headers, "Content-Length": str(body.size)}, media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.unsent = Body(())  # at once: tracebacks of a cancelled reply hold it until the garbage collector comes

    async def _pieces(self) -> AsyncIterator[bytes]:
        for number in range(len(self.unsent.pieces)):
            for start in range(0, len(self.unsent.pieces[number]), PIECE_BYTES):
                yield self.unsent.pieces[number][start : start + PIECE_BYTES]
                await asyncio.sleep(0)  # to a client that reads fast, sending alone never waits
