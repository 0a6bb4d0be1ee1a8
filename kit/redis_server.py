"""A connection to Redis, wherever it is: one server, or the one that the Sentinels name."""

import re
import socket
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from kit import servers
from kit.errors import Invalid

SENTINEL_PORT = 26379
EXAMPLE = "redis+sentinel://hôte:26379,hôte:26379/nom?db=0"
MOST_TRIES = 4  # of one command: what breaks may be taken up at once, what is away is for the caller to say
# A worker waits for a task as long as it takes: a host that is gone without a word is noticed in ten seconds.
KEEPALIVE = {socket.TCP_KEEPIDLE: 4, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3}


def connect(**options: Any) -> Redis:
    """A pool of connections to CRRC_REDIS_URL; `options` are redis-py's, for time limits and retries.

    With Sentinels each new connection asks them who is the primary: after a fail-over, those that broke or that were
    refused a write find the new one.
    """
    address = servers.redis_url()
    options = {"retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), MOST_TRIES - 1)} | options
    if urlsplit(address).scheme != "unix":
        options = {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE} | options
    if "+sentinel" not in urlsplit(address).scheme:
        return Redis.from_url(address, **options)
    hosts, name, own, theirs = read_address(address)
    waits = {key: value for key, value in options.items() if key in ("socket_timeout", "socket_connect_timeout")}
    # Each is asked once: redis-py's ten tries of one that is silent would keep a page for ten times as long.
    once: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    sentinel = Sentinel(hosts, sentinel_kwargs=once | waits | theirs)  # type: ignore[no-untyped-call]
    found: Redis = sentinel.master_for(name, **(own | options))  # type: ignore[no-untyped-call]
    return found


def read_address(address: str) -> tuple[list[tuple[str, int]], str, dict[str, Any], dict[str, Any]]:
    """redis[s]+sentinel://[user:password@]host:port,host:port/name?db=0&sentinel_password=… → the Sentinels, the name
    they know the primary by, what Redis is told, what they are told. Raises Invalid."""
    url = urlsplit(address)
    credentials, _, hosts = url.netloc.rpartition("@")
    said = {key: values[-1] for key, values in parse_qs(url.query).items()}
    found = [re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(\d+))?", host) for host in hosts.split(",")]
    name, db = unquote(url.path.strip("/")), said.get("db", "0")
    known = {"db", "sentinel_username", "sentinel_password"}
    if url.scheme not in ("redis+sentinel", "rediss+sentinel") or not all(found) or said.keys() - known:
        raise Invalid(f"CRRC_REDIS_URL doit s’écrire {EXAMPLE}.")
    if not name or "/" in name or not db.isdecimal():
        raise Invalid(
            f"CRRC_REDIS_URL doit dire sous quel nom les Sentinels connaissent Redis\N{NO-BREAK SPACE}: {EXAMPLE}."
        )
    both: dict[str, Any] = {"ssl": True} if url.scheme == "rediss+sentinel" else {}
    user, _, password = credentials.partition(":")
    own = {"db": int(db), "username": unquote(user) or None, "password": unquote(password) or None} | both
    theirs = {key.removeprefix("sentinel_"): said[key] for key in sorted(said) if key.startswith("sentinel_")} | both
    sentinels = [(one[1].strip("[]"), int(one[2] or SENTINEL_PORT)) for one in found if one]
    return sentinels, name, own, theirs
