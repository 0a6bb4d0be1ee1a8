"""How often somebody may: counters in Redis, and in this process alone while Redis is away: a limit never goes."""

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from kit import clock
from kit.errors import TooManyRequests
from kit.french import duration
from kit.redis_server import connect

MOST_REMEMBERED = 10_000
AWAY_SECONDS = 5.0  # Redis was away: it is not asked again before, for a silent one costs seconds each time
_lock = threading.Lock()
_here: dict[str, int] = {}
_away_until = 0.0


@cache
def counters() -> Redis:
    """A pool that waits for nobody: a count is worth a quarter of a second, not the request that it belongs to."""
    return connect(socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody's count stands: `count` of `most` in the window under way, which ends in `seconds`."""

    count: int
    most: int
    seconds: int

    @property
    def is_over(self) -> bool:
        """Whether this one was too many."""
        return self.count > self.most


def subscriber(ip: str | None) -> str:
    """Whom to count for an address: an IPv4 address itself, of IPv6 the network that one subscriber has (/64)."""
    text = ip or ""
    try:
        found = ip_address(text)
    except ValueError:
        return text
    if not isinstance(found, IPv6Address):
        return text
    return str(found.ipv4_mapped) if found.ipv4_mapped else found.exploded[:19]


def count_one(name: str, subject: str, most: int, window: timedelta) -> Standing:
    """Count one more `name` by `subject` (an address, an IP) in a fixed window. What is kept is a digest of the
    subject."""
    length = int(window.total_seconds())
    key, elapsed = _window(name, subject, length)
    return Standing(_count(key, length), most, length - elapsed)


def hit(name: str, subject: str, most: int, window: timedelta, sentence: str) -> int:
    """Count one more; returns how many there are in this window. Raises TooManyRequests above `most`.

    `sentence` says what was refused; how long to wait is added.
    """
    standing = count_one(name, subject, most, window)
    if standing.is_over:
        wait = timedelta(minutes=-(-standing.seconds // 60))
        raise TooManyRequests(f"{sentence} Réessayez dans {duration(wait)}.", wait)
    return standing.count


def take_back(name: str, subject: str, window: timedelta) -> None:
    """Count one less, in the same window: what was counted before it was known to be right."""
    length = int(window.total_seconds())
    _count(_window(name, subject, length)[0], length, -1)


def _window(name: str, subject: str, length: int) -> tuple[str, int]:
    period, elapsed = divmod(int(clock.now().timestamp()), length)
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    return f"crrc:limit:{name}:{digest}:{period}", elapsed


def _count(key: str, seconds: int, by: int = 1) -> int:
    global _away_until
    if time.monotonic() < _away_until:
        return _count_here(key, by)
    # Held by its name: of the clients that the first threads of a process make at once, one stays, and the others close
    # their connections when nobody holds them any more.
    client = counters()
    try:
        with client.pipeline(transaction=False) as pipe:
            pipe.incrby(key, by)
            pipe.expire(key, seconds)
            return int(pipe.execute()[0])
    except RedisError:
        _away_until = time.monotonic() + AWAY_SECONDS
        return _count_here(key, by)


def _count_here(key: str, by: int) -> int:
    with _lock:
        if len(_here) >= MOST_REMEMBERED:
            _make_room()
        _here[key] = _here.get(key, 0) + by
        return _here[key]


def _make_room() -> None:
    """Forget the half that counted least: a flood of new subjects does not free one that is being guessed."""
    most = sorted(_here.items(), key=lambda one: one[1], reverse=True)[: MOST_REMEMBERED // 2]
    _here.clear()
    _here.update(most)
