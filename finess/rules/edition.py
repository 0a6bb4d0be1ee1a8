"""Editions of the register: their figures, whether one may replace another, and when one is too old. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from kit import french
from kit.french import NBSP

PARIS = "Europe/Paris"
# Below this many open ET an edition is a sample or a demonstration, and may be replaced by anything.
NATIONAL_FROM = 10_000
LARGEST_SHRINK = 0.10
WARNING_AFTER = timedelta(days=7)
ALARM_AFTER = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what an edition holds, and what was said of its records."""

    ej: int = 0
    ej_open: int = 0
    et: int = 0
    et_open: int = 0
    et_open_without_category: int = 0
    rejected: int = 0
    warnings: int = 0

    def as_json(self) -> dict[str, int]:
        """By name, for the edition's row."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed since the edition before, for EJ or for ET.

    `opened` and `closed` count whatever is open now and was not, and the reverse, new and vanished ones included.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    opened: int = 0
    closed: int = 0

    def as_json(self) -> dict[str, int]:
        """By name, for the edition's row."""
        return asdict(self)


def shrink(before: Counts, after: Counts, national_from: int = NATIONAL_FROM) -> str | None:
    """Why `after` must not replace `before` without somebody's word; None when it may.

    A national register does not lose a tenth of its open structures from one day to the next: a file that says so is a
    part, or a failure upstream. Open ones are compared, because legacy files hold no closed ones.
    """
    if before.et_open < national_from:
        return None
    pairs = [
        ("établissements ouverts", before.et_open, after.et_open),
        ("entités juridiques ouvertes", before.ej_open, after.ej_open),
    ]
    lost = [
        f"{french.grouped(new)} {what} au lieu de {french.grouped(old)}"
        for what, old, new in pairs
        if new < old * (1 - LARGEST_SHRINK)
    ]
    return " et ".join(lost) or None


@dataclass(frozen=True, slots=True)
class Age:
    """How old the current edition is. `level` is "fresh", "warning" or "alarm"; without edition, "alarm"."""

    generated_at: datetime | None
    age: timedelta | None
    level: Literal["fresh", "warning", "alarm"]
    sentence: str


def age(
    generated_at: datetime | None,
    now: datetime,
    warning_after: timedelta = WARNING_AFTER,
    alarm_after: timedelta = ALARM_AFTER,
) -> Age:
    """The age of an edition made at `generated_at`. A frozen source looks like success: only its own date tells."""
    if generated_at is None:
        return Age(None, None, "alarm", "Aucune édition du registre FINESS n’a été importée.")
    old = max(now - generated_at, timedelta(0))
    said = f"Registre FINESS du {french.day(generated_at.date())}"
    if old <= warning_after:
        return Age(generated_at, old, "fresh", f"{said}.")
    late = f"{said}, vieux de {french.count(old.days, 'jour')}"
    if old <= alarm_after:
        return Age(generated_at, old, "warning", f"{late}{NBSP}: une édition plus récente devrait être importée.")
    return Age(generated_at, old, "alarm", f"{late}{NBSP}: vérifiez la source et importez l’édition du jour.")


def counts(stored: Mapping[str, int]) -> Counts:
    """The counts of an edition's row."""
    return Counts(**stored)
