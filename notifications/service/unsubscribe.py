"""Leaving by the link of a mail, without signing in: one family, or digests; and coming back by the same link.

The ticket of the link is the proof. It does nothing else: what is essential goes on, and so does the portal.
"""

from dataclasses import dataclass

from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.models import Notification, NotificationPreference
from notifications.permissions import PERMISSIONS
from notifications.queries.address import find_preference, find_suppressed
from notifications.rules.delivery import Reader
from notifications.rules.families import BY_KEY, DAILY, NOW, OPTIONAL, PORTAL, WEEKLY, Family, rhythm_of
from notifications.service.address import hold_against, let_go
from notifications.service.preference import follow, quiet_of, take_preference
from notifications.service.ticket import PERSON, WayOut, read_way_out
from tenants.models import User
from tenants.rules.people import mask_email, normalise_email

UNKNOWN = "Ce lien n’est pas complet. Ouvrez-le depuis le courriel reçu, ou copiez l’adresse en entier."


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a link is about, for its page. `email` is masked: the mail may have been passed on. `left`: it was used."""

    family: Family
    email: str
    left: bool


def look_at_way_out(actor: Actor, ticket: str) -> Leaving:
    """What the link would stop; looking stops nothing, for robots open links. Raises NotFound."""
    with transaction(actor) as tx:
        return _leaving(tx, _read(tx, ticket))


def unsubscribe(actor: Actor, ticket: str) -> Leaving:
    """No more mails of this family, from now on; again changes nothing. Raises NotFound."""
    permit(PERMISSIONS, actor, "mail.unsubscribe")
    with transaction(actor) as tx:
        way_out = _read(tx, ticket)
        if not _leaving(tx, way_out).left:
            _leave_person(tx, way_out) if way_out.kind == PERSON else _leave_address(tx, way_out)
            tx.audit("mail.unsubscribe", way_out.subject, family=way_out.family)
        return _leaving(tx, way_out)


def subscribe_again(actor: Actor, ticket: str) -> Leaving:
    """Undo it: as it was before. Raises NotFound."""
    permit(PERMISSIONS, actor, "mail.unsubscribe")
    with transaction(actor) as tx:
        way_out = _read(tx, ticket)
        if _leaving(tx, way_out).left:
            _return_person(tx, way_out) if way_out.kind == PERSON else _return_address(tx, way_out)
            tx.audit("mail.subscribe_again", way_out.subject, family=way_out.family)
        return _leaving(tx, way_out)


def _read(tx: Tx, ticket: str) -> WayOut:
    way_out = read_way_out(ticket, tx.tenant_id)
    if way_out is None or BY_KEY[way_out.family].essential:
        raise NotFound(UNKNOWN)
    return way_out


def _families(way_out: WayOut, row: NotificationPreference | None) -> list[str]:
    """The families a link is about: its own; for a digest, those that it gathers."""
    if way_out.family != "digest":
        return [way_out.family]
    choices = row.choices if row else {}
    return [family.key for family in OPTIONAL if rhythm_of(family, choices) in (DAILY, WEEKLY)]


def _leaving(tx: Tx, way_out: WayOut) -> Leaving:
    if way_out.kind == PERSON:
        user = tx.session.get(User, way_out.subject)
        if user is None or user.erased_at is not None:
            raise NotFound(UNKNOWN)
        row = find_preference(tx.session, tx.tenant_id, way_out.subject)
        families = _families(way_out, row)
        choices = row.choices if row else {}
        left = all(rhythm_of(BY_KEY[key], choices) == PORTAL for key in families)
        return Leaving(BY_KEY[way_out.family], mask_email(user.email), left)
    email = _address(tx, way_out)
    found = find_suppressed(tx.session, email)
    return Leaving(BY_KEY[way_out.family], mask_email(email), found is not None and found.optional_off_at is not None)


def _leave_person(tx: Tx, way_out: WayOut) -> None:
    row = take_preference(tx, way_out.subject)
    families = _families(way_out, row)
    row.before = {**(row.before or {}), **{key: rhythm_of(BY_KEY[key], row.choices) for key in families}}
    row.choices = {**row.choices, **dict.fromkeys(families, PORTAL)}
    row.updated_at = tx.now
    follow(tx, way_out.subject, Reader(row.choices, quiet_of(row)))


def _return_person(tx: Tx, way_out: WayOut) -> None:
    row = take_preference(tx, way_out.subject)
    before = row.before or {}
    families = [way_out.family]
    if way_out.family == "digest":
        families = [key for key in before if before[key] in (DAILY, WEEKLY) and row.choices.get(key) == PORTAL]
    row.choices = {**row.choices, **{key: before.get(key, NOW) for key in families}}
    row.before = {key: rhythm for key, rhythm in before.items() if key not in families} or None
    row.updated_at = tx.now


def _address(tx: Tx, way_out: WayOut) -> str:
    notice = tx.session.get(Notification, (tx.tenant_id, way_out.subject))
    if notice is None:
        raise NotFound(UNKNOWN)
    return normalise_email(notice.email)


def _leave_address(tx: Tx, way_out: WayOut) -> None:
    """Somebody without an account has one answer: nothing that is optional."""
    email = _address(tx, way_out)
    hold_against(tx, email, {"optional_off_at": tx.now, "optional_off_by": "unsubscribe"})


def _return_address(tx: Tx, way_out: WayOut) -> None:
    let_go(tx, _address(tx, way_out), "optional_off_at", "optional_off_by")
