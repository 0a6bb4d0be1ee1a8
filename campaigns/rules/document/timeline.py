"""The dates of a call, checked as one timeline: apply, instruct, notify, complete. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from campaigns.rules.document.award import check_terms
from campaigns.rules.document.calendar import is_working, rest_day, working_days
from campaigns.rules.document.campaign import Document, Window
from campaigns.rules.window import after
from kit.document.finding import Finding, error, warning
from kit.french import NBSP, count, day, hour, instant

SHORTEST_JOURNEY = timedelta(days=14)
OFFICE_HOURS = range(7, 21)


def check_timeline(document: Document) -> list[Finding]:
    """What is impossible or doubtful in the dates, whatever the day it is read."""
    return [*_windows(document), *_phases(document), *check_publication(document), *_reminders(document)]


def check_against_now(document: Document, now: datetime) -> list[Finding]:
    """What publishing at `now` (aware) would do at once, as when a past call is cloned: warnings only."""
    found = []
    zone = document.zone
    last = document.windows[-1]
    if now >= after(last):
        sentence = f"Cette date est passée{NBSP}: publiée maintenant, la campagne serait close aussitôt."
        found.append(warning(f"windows[{last.number - 1}].closes_at", sentence))
    if now >= document.notify_at:
        sentence = (
            f"Cette date est passée, {instant(document.notify_at, zone)}{NBSP}: les décisions seraient notifiées dès "
            "la publication, sauf si la notification automatique est suspendue."
        )
        found.append(warning("notification_at", sentence))
    if document.complete_on and local(now, zone).date() > document.complete_on:
        found.append(warning("completion_on", f"Cette date est passée{NBSP}: personne ne pourrait finir à temps."))
    return found


def local(at: datetime, zone: str) -> datetime:
    """An instant on the zone's clocks."""
    return at.astimezone(ZoneInfo(zone))


def _windows(document: Document) -> Iterator[Finding]:
    for window in document.windows:
        yield from _window(window, document.zone)
    for earlier, later in pairwise(document.windows):
        path = f"windows[{later.number - 1}].opens_at"
        if later.closes_at < earlier.opens_at:
            yield error(path, "Cette fenêtre précède celle écrite avant elle : écrivez-les dans l’ordre des dates.")
        elif later.opens_at < after(earlier):
            end = instant(earlier.closes_at, document.zone)
            yield error(
                path, f"Cette fenêtre s’ouvre avant que la précédente soit close le {end}{NBSP}: elles se chevauchent."
            )


def _window(window: Window, zone: str) -> Iterator[Finding]:
    path = f"windows[{window.number - 1}].closes_at"
    if window.closes_at <= window.opens_at:
        yield error(path, f"Cette fenêtre se ferme avant de s’ouvrir, le {instant(window.opens_at, zone)}.")
        return
    closing = local(window.closes_at, zone)
    if (closing.hour, closing.minute) == (0, 0):
        eve = day(closing.date() - timedelta(days=1))
        yield warning(
            path, f"La fenêtre se ferme à minuit, au début du jour{NBSP}: pour tout le {eve}, écrivez 23:59 la veille."
        )
    yield from _resting(
        path, closing.date(), zone, "La fenêtre se ferme", "personne ne sera là pour aider les candidats"
    )


def _resting(path: str, on: date, zone: str, what: str, consequence: str) -> Iterator[Finding]:
    rest = rest_day(on, zone)
    if rest:
        shown = day(on, weekday="férié" in rest)
        yield warning(path, f"{what} {rest}, le {shown}{NBSP}: {consequence}.")


def _phases(document: Document) -> Iterator[Finding]:
    begins, ends = document.instruct_from_on, document.instruct_until_on
    last = document.windows[-1]
    closing, notifying = local(last.closes_at, document.zone), local(document.notify_at, document.zone)
    if ends < begins:
        yield error("instruction.until", f"L’instruction se termine avant de commencer ({day(begins)}).")
    elif not working_days(begins, ends, document.zone):
        yield warning("instruction.until", "Cette période d’instruction ne compte aucun jour ouvré.")
    if document.data["kind"] != "guichet" and begins < closing.date():
        yield error(
            "instruction.from",
            f"L’instruction commence avant la clôture des dépôts, le {instant(last.closes_at, document.zone)}.",
        )
    elif document.data["kind"] != "guichet" and begins == closing.date():
        yield warning("instruction.from", "L’instruction commence le jour même de la clôture des dépôts.")
    if notifying.date() < ends:
        yield error("notification_at", f"La notification précède la fin de l’instruction ({day(ends)}).")
    elif document.notify_at < after(last):
        yield error(
            "notification_at",
            f"La notification précède la clôture des dépôts, le {instant(last.closes_at, document.zone)}.",
        )
    yield from _notification(notifying, document.zone)
    yield from _completion(document, notifying)
    if "award" in document.data:
        yield from check_terms(document.terms, notifying.date(), document.complete_on, document.zone)


def _notification(notifying: datetime, zone: str) -> Iterator[Finding]:
    yield from _resting(
        "notification_at", notifying.date(), zone, "Les décisions sont notifiées", "personne ne sera là pour répondre"
    )
    if is_working(notifying.date(), zone) and notifying.hour not in OFFICE_HOURS:
        yield warning("notification_at", f"Tous les candidats recevraient leur message de nuit, à {hour(notifying)}.")


def _completion(document: Document, notifying: datetime) -> Iterator[Finding]:
    end = document.complete_on
    if end is None:
        return
    if end <= notifying.date():
        yield error(
            "completion_on",
            f"Le parcours se termine avant la notification, le {instant(document.notify_at, document.zone)}.",
        )
    elif end - notifying.date() < SHORTEST_JOURNEY:
        left = count((end - notifying.date()).days, "jour")
        yield warning("completion_on", f"Il ne reste que {left} entre la notification et la fin du parcours.")


def check_publication(document: Document) -> Iterator[Finding]:
    """A publication that comes too late for the deposits."""
    if document.publish_at is None:
        return
    first, last = document.windows[0], document.windows[-1]
    if document.publish_at >= after(last):
        yield error("publish_at", "La campagne serait publiée après la clôture des dépôts.")
    elif document.publish_at > first.opens_at:
        opening = instant(first.opens_at, document.zone)
        yield warning("publish_at", f"La campagne serait publiée après l’ouverture des dépôts ({opening}).")


def _reminders(document: Document) -> Iterator[Finding]:
    if any(window.closes_at <= window.opens_at for window in document.windows):
        return
    for index, reminder in enumerate(document.reminders):
        if all(window.closes_at - reminder.before <= window.opens_at for window in document.windows):
            yield warning(f"reminders[{index}]", "Ce rappel tombe avant l’ouverture des dépôts : il ne partira pas.")
