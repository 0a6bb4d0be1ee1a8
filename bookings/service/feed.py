"""A calendar to follow from elsewhere: an address that is the secret, dead as soon as another one is asked for."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.models import CalendarFeed
from bookings.permissions import PERMISSIONS
from bookings.queries import feed as feeds
from bookings.queries.calendar import list_appointments
from bookings.rules.ical import feed
from bookings.service.meeting import meeting_of
from kit import signing
from kit.actor import Actor
from kit.errors import NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

PAST, AHEAD = timedelta(days=60), timedelta(days=730)
MOST = 2_000
_HEX = 32  # digits of a user's identifier


@dataclass(frozen=True, slots=True)
class Followed:
    """A calendar as it is now, and its fingerprint: the same until something in it changes."""

    content: bytes
    tag: str


def find_my_feed(actor: Actor) -> tuple[str, datetime] | None:
    """The secret of one's feed, and since when; None before one is asked for."""
    if actor.user_id is None:
        return None
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "calendar.view")
        found = feeds.find_feed(tx.session, tx.tenant_id, actor.user_id)
        return (_secret(found), found.renewed_at) if found else None


def renew_feed(actor: Actor) -> str:
    """Give one's calendar a new secret address: the former one answers nobody any more."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "calendar.renew")
        if actor.user_id is None:
            raise Unauthenticated()
        found = feeds.find_feed(tx.session, tx.tenant_id, actor.user_id, lock=True)
        if found is None:
            found = tx.add(CalendarFeed(user_id=actor.user_id, generation=0))
        found.generation, found.renewed_at = found.generation + 1, tx.now
        tx.session.flush()
        tx.audit("calendar.renew", actor.user_id, generation=found.generation)
        return _secret(found)


def read_feed(actor: Actor, secret: str) -> Followed:
    """The calendar behind a secret: what its owner may see today. Raises NotFound for any other text."""
    with transaction(actor) as tx:
        owner = _owner(tx, secret)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        viewer = feeds.viewer_of_person(tx.session, tx.tenant_id, owner)
        found = list_appointments(tx.session, viewer, tx.now - PAST, tx.now + AHEAD, MOST)
        mine = set(viewer.organisation_ids)
        meetings = [
            meeting_of(one, tenant, for_provider=viewer.everything or one.slot.provider_id in mine) for one in found
        ]
        content = feed(meetings, tenant.name, tenant.zone)
        return Followed(content, signing.sha256(content)[:32])


def _owner(tx: Tx, secret: str) -> UUID:
    try:
        user_id = UUID(hex=secret[:_HEX])
    except ValueError:
        raise NotFound() from None
    found = feeds.find_feed(tx.session, tx.tenant_id, user_id)
    if found is None or not hmac.compare_digest(_secret(found).encode(), secret.encode()):
        raise NotFound()
    return user_id


def _secret(found: CalendarFeed) -> str:
    words = f"calendar:{found.tenant_id}:{found.user_id}:{found.generation}"
    return found.user_id.hex + signing.seal(words)
