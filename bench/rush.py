"""Many people at once, over HTTP: every connection is open before the first request leaves."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kit import signing
from kit.web import browser_cookie
from tenants.web.cookie import session_cookie

BROWSER = "b" * 43
PATIENCE = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's request: their session, a path, and a form for a POST."""

    cookie: str
    path: str
    form: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Its status, and how long it took from the start of the rush (seconds)."""

    status: int
    seconds: float


def rush(port: int, requests: Sequence[Request]) -> list[Answer]:
    """Send them all at the same instant, and wait for every answer."""
    return asyncio.run(_rush(port, requests))


async def _rush(port: int, requests: Sequence[Request]) -> list[Answer]:
    gate = asyncio.Event()
    tasks = [asyncio.create_task(_ask(port, one, gate)) for one in requests]
    await asyncio.sleep(2)  # the connections open meanwhile
    gate.set()
    return list(await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE))


async def _ask(port: int, request: Request, gate: asyncio.Event) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await gate.wait()
    started = time.perf_counter()
    writer.write(_bytes(port, request))
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return Answer(status, time.perf_counter() - started)


def _bytes(port: int, request: Request) -> bytes:
    body = b""
    if request.form is not None:
        sealed = {"csrf_token": signing.seal(f"csrf:{BROWSER}"), **request.form}
        body = urlencode(sealed).encode()
    lines = [
        f"{'GET' if request.form is None else 'POST'} {request.path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: {session_cookie()}={request.cookie}; {browser_cookie()}={BROWSER}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def p99(answers: Sequence[Answer]) -> float:
    """The time within which 99 in 100 had their answer, in milliseconds."""
    ordered = sorted(one.seconds for one in answers)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
