"""When people are looked at again, and who was: the review of accounts. Pure."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from kit.errors import Invalid

TIME_TO_ANSWER = timedelta(days=30)
NOT_DONE = "La revue n’est pas terminée : rien n’a été modifié."
KEEP, REMOVE = "keep", "remove"


def months_later(at: datetime, months: int) -> datetime:
    """The same day and hour, `months` later; the last day of a shorter month."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def check_choices(chosen: Mapping[UUID, str], present: Collection[UUID], me: UUID | None) -> frozenset[UUID]:
    """Who is to be removed. Raises Invalid (fields person-<id>) unless each one present is either kept or removed."""
    faults = {
        f"person-{one}": "Choisissez si cette personne garde son accès."
        for one in present
        if chosen.get(one) not in (KEEP, REMOVE)
    }
    if me is not None and chosen.get(me) == REMOVE and me in present:
        faults[f"person-{me}"] = "Vous ne pouvez pas vous retirer vous-même pendant la revue."
    if faults:
        raise Invalid(NOT_DONE, faults)
    return frozenset(one for one in present if chosen[one] == REMOVE)
