"""How often somebody may: counters in Redis, and in this process alone while Redis is away: a limit never goes."""

import hashlib
import threading
from datetime import timedelta

from redis.exceptions import RedisError

from kit import clock, queue
from kit.errors import TooManyRequests
from kit.french import duration

MOST_REMEMBERED = 10_000
_lock = threading.Lock()
_here: dict[str, int] = {}


def hit(name: str, subject: str, most: int, window: timedelta, sentence: str) -> None:
    """Count one more `name` by `subject` (an address, an IP). Raises TooManyRequests above `most` per fixed window.

    `sentence` says what was refused; how long to wait is added. What is kept is a digest of the subject.
    """
    length = int(window.total_seconds())
    period, elapsed = divmod(int(clock.now().timestamp()), length)
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    if _count(f"crrc:limit:{name}:{digest}:{period}", length) > most:
        wait = timedelta(minutes=-(-(length - elapsed) // 60))
        raise TooManyRequests(f"{sentence} Réessayez dans {duration(wait)}.", wait)


def _count(key: str, seconds: int) -> int:
    try:
        with queue.redis().pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, seconds)
            return int(pipe.execute()[0])
    except RedisError:
        return _count_here(key)


def _count_here(key: str) -> int:
    with _lock:
        if len(_here) >= MOST_REMEMBERED:
            _here.clear()
        _here[key] = _here.get(key, 0) + 1
        return _here[key]
