"""Calls to other systems, whose address somebody typed: https, bounded in time and size, never inside our own network.

The address that was looked at is the one that is called: a name that changes in between leads nowhere else. No
redirection is followed, no proxy, no .netrc, no cookie is used.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from kit.address import address_fault, is_near, is_public
from kit.place import lent
from kit.settings import settings
from kit.wire import Connection, reach

WHOLE_SECONDS = 30.0
LARGEST_ANSWER = 8 * 1024 * 1024
LONGEST_ADDRESS = 4000
AWAY = "ne répond pas (connexion impossible)."
UNPROVED = "ne prouve pas son identité (certificat refusé)."
LOST = "n’a pas répondu jusqu’au bout\N{NO-BREAK SPACE}: la connexion s’est interrompue."
ELSEWHERE = "renvoie vers une autre adresse\N{NO-BREAK SPACE}: vérifiez celle qui est réglée."
INSIDE = "a une adresse à l’intérieur de notre réseau\N{NO-BREAK SPACE}: elle n’est pas appelée."


class CallError(Exception):
    """`sentence` (French) says what happened; it holds no secret."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotSent(CallError):
    """Nothing can have reached the other system, or it sends elsewhere. May be tried again."""


class AnswerLost(CallError):
    """The other system may have acted; what it answered is unknown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said. `headers` by case-blind name; `content` as it came, never unpacked."""

    status: int
    headers: Message
    content: bytes


@lent()
def call(
    who: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    patience: float = WHOLE_SECONDS,
    largest: int = LARGEST_ANSWER,
    reads: bool = True,
) -> Answer:
    """Ask `url` once; `who` names the other system in sentences, `patience` is in seconds, all of it included.

    `largest` is in bytes; without `reads` only the head of the answer is waited for, and `content` is empty.

    Raises NotSent when nothing can have reached it or when it sends elsewhere, AnswerLost when the answer is not whole.
    """
    end = time.monotonic() + patience
    parts = _read_address(who, url)
    connection = _connect(who, parts, end)
    target = parts.path or "/"
    try:
        connection.request(
            method,
            f"{target}?{parts.query}" if parts.query else target,
            body,
            {"Accept-Encoding": "identity", **headers, "Host": parts.netloc, "Connection": "close"},
        )
        answer = connection.getresponse()
        content = _read(answer, end, largest) if reads else b""
    except (HTTPException, OSError) as error:
        raise AnswerLost(f"{who} {LOST}") from error
    finally:
        connection.close()
    if 300 <= answer.status < 400:
        raise NotSent(f"{who} {ELSEWHERE}")
    return Answer(answer.status, answer.headers, content)


def _connect(who: str, parts: SplitResult, end: float) -> Connection:
    """A connection to the one that the address names, which has proved to be it."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        wire = reach(_where(who, host, port), port, host if parts.scheme == "https" else None, end)
    except ssl.SSLCertVerificationError as error:
        raise NotSent(f"{who} {UNPROVED}") from error
    except OSError as error:
        raise NotSent(f"{who} {AWAY}") from error
    return Connection(host, wire)


def _read(answer: HTTPResponse, end: float, largest: int) -> bytes:
    """The whole answer, unless it is endless."""
    content = answer.read(largest + 1)
    if len(content) > largest or (answer.length or 0) > 0 or time.monotonic() > end:
        raise HTTPException
    return content


def _read_address(who: str, url: str) -> SplitResult:
    fault = address_fault(url, longest=LONGEST_ADDRESS, may_ask=True)
    if fault:
        raise NotSent(f"{who}\N{NO-BREAK SPACE}: {fault}")
    return urlsplit(url)


def _where(who: str, host: str, port: int) -> str:
    """The IP address to connect to: never a service of our own network, for the name was typed by one of many tenants.
    A trial calls itself."""
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{who} {AWAY}") from error
    found = [str(where[0]) for *_, where in known]
    if not found:
        raise NotSent(f"{who} {AWAY}")
    if not is_near(urlsplit(settings().base_url).hostname or "") and not all(is_public(one) for one in found):
        raise NotSent(f"{who} {INSIDE}")
    # The system puts first what it can reach; IPv4 is reached from everywhere.
    return next((one for one in found if ":" not in one), found[0])
