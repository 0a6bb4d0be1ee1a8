"""What the doctor says of one thing: how it is, what was seen, what to do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level = Literal["good", "warning", "bad", "skipped"]
SIGNS = {"good": "✓", "warning": "!", "bad": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is a sentence with a command where there is one; a good finding has none."""

    subject: str
    level: Level
    seen: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever calls the doctor lets it do: `outside`, ask other machines than the portal's own servers."""

    outside: bool = True
    ntp: str = "fr.pool.ntp.org"


Check: TypeAlias = Callable[[Asked], Iterable[Finding]]


def good(subject: str, seen: str) -> Finding:
    """As it should be."""
    return Finding(subject, "good", seen)


def warning(subject: str, seen: str, advice: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(subject, "warning", seen, advice)


def bad(subject: str, seen: str, advice: str) -> Finding:
    """It does not work, or will not when it is needed."""
    return Finding(subject, "bad", seen, advice)


def skipped(subject: str, seen: str) -> Finding:
    """Not looked at, and why."""
    return Finding(subject, "skipped", seen)
