"""Clients that ask for too much, or never finish: one kind after the other, each beside two honest clients."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from benchmarks.load.scenarios import HONEST
from benchmarks.load.students import Class
from benchmarks.load.tally import Tally
from tests.site import Copy

Attacker = Callable[[str, int], Coroutine[None, None, None]]

BODY_BYTES = 7_900_000
PIECE = b"1," * 4_000
REST = 0.2  # seconds before a refused client comes again


async def slow_reader(address: str, number: int) -> None:
    """Asks for the largest answer that is accepted, and reads 1 kB a second."""
    query = f"source=white_noise&length=1800&hidden_size=2&include=flow_matrix&seed={number}"
    reader, writer = await _sent(address, f"GET /api/v1/runs?{query} HTTP/1.1\r\n", limit=1024)
    try:
        while await reader.read(1024):  # noqa: ASYNC110 — this waits for nothing: it is slow on purpose
            await asyncio.sleep(1)
    finally:
        writer.close()


async def unfinished_body(address: str, number: int) -> None:
    """Sends nearly as much as is allowed, in chunks, and never the last one."""
    head = "POST /api/v1/runs HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    _, writer = await _sent(address, head)
    try:
        for _ in range(BODY_BYTES // len(PIECE)):
            writer.write(b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
            await writer.drain()
        await asyncio.sleep(3600)
    finally:
        writer.close()


async def replay(address: str, number: int) -> None:
    """Goes on with a training run just before its end: everything before has to be computed again."""
    query = f"steps=100000&batch_size=32&last_event_id=99999&seed={number}"
    await _read_all(address, f"GET /api/v1/trainings/events?{query} HTTP/1.1\r\n")


async def page(address: str, number: int) -> None:
    """Opens the page with a setting of its own."""
    await _read_all(address, f"GET /?seed={random.randrange(2**31)} HTTP/1.1\r\nConnection: close\r\n")


async def large_body(address: str, number: int) -> None:
    """Posts a body of nearly the largest size, with one value that is wrong, at its end."""
    body = b'{"x":[' + b"1," * (BODY_BYTES // 2) + b"true]}"
    head = f"POST /api/v1/runs HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    await _read_all(address, head, body)


ATTACKS: dict[str, tuple[int, Attacker]] = {
    "slow readers of the largest answers": (10, slow_reader),
    "unfinished bodies": (150, unfinished_body),
    "replays of trainings": (64, replay),
    "page views": (8, page),
    "large bodies": (4, large_body),
}


async def under_attack(address: str, copies: Sequence[Copy], kind: str, seconds: float) -> tuple[Tally, float]:
    """What two honest clients see meanwhile, and the most memory that a copy had, in MB (0 where the copies are not ours)."""
    count, attacker = ATTACKS[kind]
    most = 0.0

    async def again(number: int) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await attacker(address, number)
            await asyncio.sleep(REST)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max([most, *(copy.resident_megabytes() for copy in copies)])
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(again(number)) for number in range(count)] + [asyncio.create_task(watch())]
    try:
        tally = await Class(address, HONEST).run(2, seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return tally, most


async def _sent(address: str, head: str, body: bytes = b"", limit: int = 2**16) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host = urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port, limit=limit)
    writer.write(f"{head}Host: {host.netloc}\r\nAccept-Encoding: identity\r\n\r\n".encode() + body)
    await writer.drain()
    return reader, writer


async def _read_all(address: str, head: str, body: bytes = b"") -> None:
    reader, writer = await _sent(address, head, body)
    try:
        while await reader.read(2**16):
            pass
    finally:
        writer.close()
