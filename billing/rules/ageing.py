"""How late what is owed is, by bands of days."""

from dataclasses import dataclass
from datetime import date, timedelta

# Key → label, and the fewest days late of the band. `not_due` is everything until the due date included.
BANDS: tuple[tuple[str, str, int | None], ...] = (
    ("not_due", "Non échu", None),
    ("late_30", "1 à 30 jours", 1),
    ("late_60", "31 à 60 jours", 31),
    ("late_90", "61 à 90 jours", 61),
    ("late_more", "Plus de 90 jours", 91),
)
BAND_LABELS = {key: label for key, label, _ in BANDS}


@dataclass(frozen=True, slots=True)
class Band:
    """The due dates of a band as of a day, both included; None is without end."""

    key: str
    first: date | None
    last: date | None


def bands(on: date) -> tuple[Band, ...]:
    """The due dates of each band as of a day: they touch, and leave no day out."""
    found = []
    for place, (key, _, fewest) in enumerate(BANDS):
        last = None if fewest is None else on - timedelta(days=fewest)
        following = BANDS[place + 1][2] if place + 1 < len(BANDS) else None
        first = None if following is None else on - timedelta(days=following - 1)
        found.append(Band(key, first, last))
    return tuple(found)


def band_of(due_on: date, on: date) -> str:
    """The band of what was due on a day, as of another."""
    late = (on - due_on).days
    return [key for key, _, fewest in BANDS if fewest is None or late >= fewest][-1]
