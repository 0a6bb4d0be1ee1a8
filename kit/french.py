"""French, as people read it: dates, durations, amounts, plurals; no-break spaces where the language wants them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NBSP = "\N{NO-BREAK SPACE}"
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
ZONES = {
    "Europe/Paris": "heure de Paris",
    "America/Guadeloupe": "heure de Guadeloupe",
    "America/Martinique": "heure de Martinique",
    "America/Cayenne": "heure de Guyane",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
}


def day(on: date, weekday: bool = False) -> str:
    """« 23 septembre 2025 », « 1er octobre 2025 » ; with the weekday on request."""
    number = "1er" if on.day == 1 else str(on.day)
    text = f"{number} {MONTHS[on.month - 1]} {on.year}".replace(" ", NBSP, 1)
    return f"{DAYS[on.weekday()]} {text}" if weekday else text


def hour(at: datetime, seconds: bool = False) -> str:
    """« 23 h 59 », « 9 h », « 9 h 05 » of a local time; with « 23 h 59 min 59 s » on request."""
    if seconds:
        return NBSP.join([str(at.hour), "h", f"{at.minute:02}", "min", f"{at.second:02}", "s"])
    return NBSP.join([str(at.hour), "h", f"{at.minute:02}"] if at.minute else [str(at.hour), "h"])


def instant(at: datetime, zone: str, weekday: bool = False, seconds: bool = False) -> str:
    """« 23 septembre 2025 à 23 h 59 (heure de Paris) » : `at` is aware, `zone` an IANA name."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), weekday)} à {hour(local, seconds)} ({ZONES.get(zone, zone)})"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """« 0 dossier », « 2 dossiers », « 1 234 dossiers »."""
    word = singular if abs(number) < 2 else plural or f"{singular}s"
    return f"{grouped(number)}{NBSP}{word}"


def grouped(number: int) -> str:
    """« 104 734 » with narrow no-break spaces."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def money(cents: int) -> str:
    """« 1 500,00 € » from an amount in cents."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{grouped(cents // 100)},{cents % 100:02}{NBSP}€"


def duration(length: timedelta) -> str:
    """« 2 jours et 4 heures », « 3 heures et 10 minutes », « 45 secondes »: the two larger units, rounded down."""
    seconds = max(0, int(length.total_seconds()))
    units = [("jour", 86400), ("heure", 3600), ("minute", 60), ("seconde", 1)]
    for index, (name, size) in enumerate(units):
        if seconds >= size:
            parts = [count(seconds // size, name)]
            rest = units[index + 1 : index + 2] if size > 60 else []
            parts += [count(seconds % size // small, word) for word, small in rest if seconds % size >= small]
            return " et ".join(parts)
    return f"0{NBSP}seconde"


def siret(number: str) -> str:
    """« 260 100 045 00012 »: groups of 3-3-3-5."""
    return NBSP.join([number[0:3], number[3:6], number[6:9], number[9:]])


def weight(size: int) -> str:
    """Bytes: « 340 ko », « 1,2 Mo »."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}{NBSP}ko"
    return f"{size / 1_000_000:.1f}{NBSP}Mo".replace(".", ",")
