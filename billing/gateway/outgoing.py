"""Calls to portals: https, no redirection followed, bounded in time and size. urllib3 reads no .netrc, no proxy.

The address that was looked at is the one that is called: a name that changes in between leads nowhere else.
"""

import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, SSLError

from billing.gateway.channel import Unknown, Unsent
from billing.rules.address import address_fault, is_near, is_public
from kit.settings import settings

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 20.0, 30.0
LARGEST_ANSWER = 8 * 1024 * 1024
AWAY = "ne répond pas (connexion impossible)."
UNPROVED = "ne prouve pas son identité (certificat refusé)."
LOST = "n’a pas répondu jusqu’au bout\N{NO-BREAK SPACE}: la connexion s’est interrompue."
ELSEWHERE = "renvoie vers une autre adresse\N{NO-BREAK SPACE}: vérifiez celle qui est réglée."
INSIDE = "a une adresse à l’intérieur de notre réseau\N{NO-BREAK SPACE}: elle n’est pas appelée."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `body` is its JSON, None when it is none."""

    status: int
    body: Any

    @property
    def facts(self) -> dict[str, Any]:
        """The JSON object of the answer; empty when it is anything else."""
        return self.body if isinstance(self.body, dict) else {}


def call(
    who: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None, patience: float = WHOLE_SECONDS
) -> Reply:
    """Ask `url` once; `who` names the portal in sentences, `patience` is in seconds.

    Raises Unsent when nothing can have reached the portal, Unknown when the answer is lost.
    """
    host = _where(who, url)
    end = time.monotonic() + patience
    timeout = Timeout(connect=min(CONNECT_SECONDS, patience), read=min(READ_SECONDS, patience))
    parts = urlsplit(url)
    with _pool(parts, host, timeout) as pool:
        try:
            answer = pool.urlopen(
                method,
                parts.path or "/",
                body,
                {**headers, "Host": parts.netloc},
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
            raise Unsent(f"{who} {AWAY}") from error
        except SSLError as error:
            if any(isinstance(one, ssl.SSLCertVerificationError) for one in error.args):
                raise Unsent(f"{who} {UNPROVED}") from error
            raise Unknown(f"{who} {LOST}") from error
        except (HTTPError, OSError) as error:
            raise Unknown(f"{who} {LOST}") from error
        content = _read(who, answer, end)
    if 300 <= answer.status < 400:
        raise Unsent(f"{who} {ELSEWHERE}")
    try:
        return Reply(answer.status, json.loads(content))
    except (ValueError, RecursionError):
        return Reply(answer.status, None)


def _read(who: str, answer: BaseHTTPResponse, end: float) -> bytes:
    """The whole answer, unless it is endless."""
    parts, size = [], 0
    try:
        for part in answer.stream(65536, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER or time.monotonic() > end:
                raise Unknown(f"{who} {LOST}")
    except (HTTPError, OSError) as error:
        raise Unknown(f"{who} {LOST}") from error
    finally:
        answer.close()
    return b"".join(parts)


def _pool(parts: SplitResult, host: str, timeout: Timeout) -> HTTPConnectionPool:
    """A connection to `host`, which must prove to be whom the address names."""
    if parts.scheme == "http":
        return HTTPConnectionPool(host, parts.port, timeout=timeout)
    name = parts.hostname
    return HTTPSConnectionPool(host, parts.port, timeout=timeout, server_hostname=name, assert_hostname=name)


def _where(who: str, url: str) -> str:
    """The host to connect to: never a service of our own network, for the address was typed by one of many tenants. A
    trial calls itself."""
    fault = address_fault(url)
    if fault:
        raise Unsent(f"{who}\N{NO-BREAK SPACE}: {fault}")
    parts = urlsplit(url)
    if is_near(urlsplit(settings().base_url).hostname or ""):
        return parts.hostname or ""
    try:
        known = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent(f"{who} {AWAY}") from error
    found = [str(where[0]) for *_, where in known]
    if not all(is_public(one) for one in found):
        raise Unsent(f"{who} {INSIDE}")
    # The system puts first what it can reach; IPv4 is reached from everywhere.
    return next((one for one in found if ":" not in one), found[0])
