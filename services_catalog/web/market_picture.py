"""The market as pictures: what a lot has ordered, and along an agreement's life who had prices when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kit.french import count
from services_catalog.service.agreement import AgreementPicture, LotPicture

WIDTH = 1000
COLOURS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: from `x`, `width` wide, of 1,000; `colour` counts from 1."""

    x: int
    width: int
    colour: int


def gauge(picture: LotPicture) -> dict[str, Any]:
    """The arguments of the macro `gauge`: the holders' parts, one after the other; a cent is seen."""
    parts, x = [], 0
    for place, holder in enumerate(picture.holders):
        if holder.ordered_cents:
            width = max(4, round(holder.ordered_cents * WIDTH / picture.lot.maximum_cents))
            parts.append(Part(x, min(width, WIDTH - x), place % COLOURS + 1))
            x += width
    percent = picture.lot.ordered_cents * 100 // picture.lot.maximum_cents
    tone = "bad" if percent >= 95 else "wait" if percent >= 80 else "neutral"
    return {"parts": parts, "percent": percent, "tone": tone, "left_cents": picture.left_cents}


def life(picture: AgreementPicture) -> dict[str, Any]:
    """The arguments of the macro `life`: a row for each holder of each lot, and where today is."""
    agreement = picture.agreement
    days = (agreement.ends_on - agreement.starts_on).days + 1

    def place(on: date) -> int:
        return max(0, min(WIDTH, round((on - agreement.starts_on).days * WIDTH / days)))

    rows = [
        {
            "lot": one.lot.number,
            "holder": holder.name,
            "bars": _bars(
                place, [schedule for schedule in one.schedules if schedule.provider_id == holder.provider_id]
            ),
        }
        for one in picture.lots
        for holder in one.holders
    ]
    inside = agreement.starts_on <= picture.on <= agreement.ends_on
    return {"rows": rows, "today": place(picture.on) if inside else None, "past": place(picture.on)}


def standing(picture: AgreementPicture) -> tuple[str, str, str]:
    """Where an agreement is in its life: words, tone, sign."""
    agreement, left = picture.agreement, (picture.agreement.ends_on - picture.on).days
    if left < 0:
        return "Terminé", "neutral", "lock"
    if picture.on < agreement.starts_on:
        return "À venir", "info", "calendar"
    if left <= 180:
        return "Se termine bientôt", "wait", "clock"
    return "En cours", "good", "check-circle"


def remaining(picture: AgreementPicture) -> str:
    """« encore 2 ans et 1 mois » in whole months, « encore 12 jours »; nothing before it begins nor after it ended."""
    on, end = picture.on, picture.agreement.ends_on + timedelta(days=1)
    left = (end - on).days
    if left <= 0 or on < picture.agreement.starts_on:
        return ""
    if left < 60:
        return f"encore {count(left, 'jour')}"
    whole_months = (end.year - on.year) * 12 + end.month - on.month - (end.day < on.day)
    years, months = divmod(whole_months, 12)
    words = [count(years, "an") if years else "", count(months, "mois", "mois") if months else ""]
    return f"encore {' et '.join(filter(None, words))}"


def _bars(place: Any, schedules: Iterable[Any]) -> Sequence[dict[str, Any]]:
    return [
        {
            "schedule": schedule,
            "x": place(schedule.starts_on),
            "width": max(4, place(schedule.ends_on + timedelta(days=1)) - place(schedule.starts_on)),
        }
        for schedule in schedules
        if schedule.state in ("published", "draft")
    ]
