"""What somebody wants to be told by mail, family by family, and at what hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Invalid, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.models import NotificationPreference, SuppressedAddress
from notifications.permissions import PERMISSIONS
from notifications.queries.address import find_preference, find_suppressed
from notifications.queries.digest import lock_held
from notifications.rules.delivery import Reader, fate
from notifications.rules.families import BY_KEY, OPTIONAL, RHYTHMS, family_of
from notifications.rules.quiet import DEFAULT, QuietHours
from notifications.service.address import let_go
from tenants.models import Tenant
from tenants.rules.people import normalise_email


@dataclass(frozen=True, slots=True)
class Preferences:
    """Family → rhythm as chosen, quiet hours, and what is held against one's address, if anything."""

    choices: Mapping[str, str]
    quiet: QuietHours
    zone: str
    suppressed: SuppressedAddress | None


def look_at_preferences(actor: Actor) -> Preferences:
    """One's own, as they are. Raises Unauthenticated."""
    user_id = reader(actor, "preference.view")
    with transaction(actor) as tx:
        found = find_preference(tx.session, tx.tenant_id, user_id)
        return Preferences(
            found.choices if found else {},
            quiet_of(found),
            tx.session.get_one(Tenant, tx.tenant_id).zone,
            find_suppressed(tx.session, normalise_email(actor.email)),
        )


def set_preferences(actor: Actor, choices: Mapping[str, str], quiet: QuietHours) -> None:
    """Write one's own. Raises Invalid (a family's key, `quiet_begins`, `quiet_ends`).

    What waits for a digest follows. Choosing again what is optional takes back a complaint or a link to unsubscribe.
    """
    user_id = reader(actor, "preference.set")
    _check(choices, quiet)
    with transaction(actor) as tx:
        row = take_preference(tx, user_id)
        changed = sorted(key for key in choices if choices[key] != row.choices.get(key))
        row.choices, row.before = {**row.choices, **choices}, None
        row.quiet_begins, row.quiet_ends, row.quiet_weekends = quiet.begins, quiet.ends, quiet.weekends
        row.updated_at = tx.now
        let_go(tx, normalise_email(actor.email), "optional_off_at", "optional_off_by")
        follow(tx, user_id, Reader(row.choices, quiet))
        tx.audit("preference.set", user_id, changed=changed)


def take_preference(tx: Tx, user_id: UUID) -> NotificationPreference:
    """Somebody's row, locked; made now, as the portal proposes, when there is none."""
    found = find_preference(tx.session, tx.tenant_id, user_id, lock=True)
    if found is not None:
        return found
    proposed: dict[str, Any] = {"choices": {}, "quiet_begins": DEFAULT.begins, "quiet_ends": DEFAULT.ends}
    key = {"tenant_id": tx.tenant_id, "user_id": user_id}
    new = insert(NotificationPreference).values(**key, **proposed, quiet_weekends=DEFAULT.weekends, updated_at=tx.now)
    tx.session.execute(new.on_conflict_do_nothing())  # of two pages sent together, one makes it
    return tx.session.get_one(NotificationPreference, (tx.tenant_id, user_id), with_for_update=True)


def quiet_of(row: NotificationPreference | None) -> QuietHours:
    """The quiet hours of a row, or the portal's."""
    return QuietHours(row.quiet_begins, row.quiet_ends, row.quiet_weekends) if row else DEFAULT


def follow(tx: Tx, user_id: UUID, wants: Reader) -> None:
    """What waits for a digest goes where it would go now; an hour that was set is not put off."""
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    for notice in lock_held(tx.session, user_id):
        then = fate(family_of(notice.template), wants, tx.now, zone)
        notice.state, notice.next_attempt_at = then.state, then.next_attempt_at
        notice.hold_until = _sooner(notice.hold_until, then.hold_until)


def _sooner(set_at: datetime | None, wanted: datetime | None) -> datetime | None:
    return min(set_at, wanted) if set_at and wanted else wanted


def _check(choices: Mapping[str, str], quiet: QuietHours) -> None:
    fields = {
        key: f"Choisissez l’une des réponses pour «\N{NO-BREAK SPACE}{BY_KEY[key].name}\N{NO-BREAK SPACE}»."
        for key in choices
        if key in BY_KEY and choices[key] not in RHYTHMS
    }
    unknown = choices.keys() - {family.key for family in OPTIONAL}
    if unknown:
        raise Invalid("Une famille de courriels n’existe pas, ou ne se choisit pas. Rechargez la page.")
    for name, hour in (("quiet_begins", quiet.begins), ("quiet_ends", quiet.ends)):
        if hour is not None and not 0 <= hour <= 23:
            fields[name] = "Choisissez une heure de la liste."
    if (quiet.begins is None) != (quiet.ends is None):
        fields["quiet_ends"] = "Choisissez les deux heures, ou aucune."
    elif quiet.begins is not None and quiet.begins == quiet.ends:
        fields["quiet_ends"] = "Ces heures commencent et finissent à la même heure\N{NO-BREAK SPACE}: changez-en une."
    if fields:
        raise Invalid("Vos préférences n’ont pas été enregistrées.", fields)


def reader(actor: Actor, action: str) -> UUID:
    """The account of whoever reads or sets what is theirs. Raises Unauthenticated, Forbidden."""
    permit(PERMISSIONS, actor, action)
    if actor.user_id is None:
        raise Unauthenticated()
    return actor.user_id
