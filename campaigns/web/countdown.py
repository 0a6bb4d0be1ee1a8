"""What pages say of a call's time: how long is left, until when, and when it was over."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.rules.window import Moment, after
from kit import french

SOON = timedelta(days=1)


def countdown(moment: Moment, now: datetime, zone: str) -> dict[str, Any]:
    """The arguments of the macro `countdown`: `now` is the request's instant, `zone` the call's."""
    window = moment.window
    if window is None:
        return _words("closed", "Les dépôts sont clos", "", "Clôture des dépôts")
    if moment.status == "not_yet":
        sentence = _capital(french.instant(window.opens_at, zone, weekday=True))
        left = f"Ouvre dans {french.duration(window.opens_at - now)}"
        return _words("not_yet", left, f"{sentence}. Vous pouvez préparer votre dossier dès maintenant.", "Ouverture")
    closing = _capital(french.instant(window.closes_at, zone, weekday=True))
    if moment.status == "closed":
        return _words("closed", "La fenêtre est close", f"Depuis le {closing[:1].lower()}{closing[1:]}.", "Dépôts")
    end = after(window)
    return _words(
        "soon" if end - now < SOON else "open",
        f"Il reste {french.duration(end - now)}",
        f"{closing}. La dernière seconde acceptée est {french.hour(_local(window.closes_at, zone), seconds=True)}.",
        "Clôture des dépôts",
        deadline_iso=_iso(end),
        now_iso=_iso(now),
        passed=(now - window.opens_at) / (end - window.opens_at),
    )


def one_line(moment: Moment, now: datetime, zone: str) -> str:
    """The same, for a list: « Clôture dans 6 jours, mardi 23 septembre 2025 à 23 h 59 (heure de Paris) »."""
    window = moment.window
    if window is None:
        return "Les dépôts sont clos"
    if moment.status == "not_yet":
        return f"Ouvre le {french.instant(window.opens_at, zone, weekday=True)}"
    closing = french.instant(window.closes_at, zone, weekday=True)
    if moment.status == "closed":
        return f"Clos depuis le {closing}"
    return f"Clôture dans {french.duration(after(window) - now)} : {closing}"


def _words(
    state: str,
    left: str,
    sentence: str,
    label: str,
    deadline_iso: str | None = None,
    now_iso: str | None = None,
    passed: float | None = None,
) -> dict[str, Any]:
    return {
        "state": state,
        "left": left,
        "sentence": sentence,
        "label": label,
        "deadline_iso": deadline_iso,
        "now_iso": now_iso,
        "passed": passed,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
