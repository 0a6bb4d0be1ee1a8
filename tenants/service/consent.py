"""Consents: given, taken back as easily, and asked before anything that rests on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.actor import Actor
from kit.errors import Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models.consent import Consent
from tenants.permissions import PERMISSIONS
from tenants.queries.consent import last_consent, list_consents
from tenants.rules.purposes import PURPOSES, Purpose, get_purpose


@dataclass(frozen=True, slots=True)
class Choice:
    """A purpose, and what the person said of it last: `given` only for the words of today."""

    purpose: Purpose
    given: bool
    last: Consent | None


def has_consent(tx: Tx, user_id: UUID, purpose: str) -> bool:
    """Whether the person agrees now, here, to the purpose (tenants.rules.purposes) in its words of today."""
    return _holds(get_purpose(purpose), last_consent(tx.session, user_id, purpose))


def record_consent(tx: Tx, user_id: UUID, purpose: str, given: bool) -> bool:
    """Write what the person says now; False when they had said the same of the same words. For every page that asks."""
    asked = get_purpose(purpose)
    last = last_consent(tx.session, user_id, purpose)
    said = (False, asked.version) if last is None else (last.given, last.version)
    if said == (given, asked.version):
        return False
    row = Consent(user_id=user_id, purpose=purpose, version=asked.version, given=given, said_at=tx.now)
    tx.add(row)
    tx.audit("consent.set", user_id, purpose=purpose, version=asked.version, given=given)
    return True


def set_consent(actor: Actor, purpose: str, given: bool) -> bool:
    """Say yes or no for oneself; whether that changed something. Raises NotFound for no purpose of ours."""
    user_id = _oneself(actor, "consent.set")
    with transaction(actor) as tx:
        return record_consent(tx, user_id, purpose, given)


def my_consents(actor: Actor) -> tuple[list[Choice], Sequence[Consent]]:
    """Every purpose with one's choice, and the history of what one said, the last first."""
    user_id = _oneself(actor, "consent.view")
    with transaction(actor) as tx:
        said = list_consents(tx.session, user_id)
    lasts = {one.purpose: one for one in reversed(said)}
    return [Choice(one, _holds(one, lasts.get(one.key)), lasts.get(one.key)) for one in PURPOSES], said


def _holds(purpose: Purpose, last: Consent | None) -> bool:
    return last is not None and last.given and last.version == purpose.version


def _oneself(actor: Actor, action: str) -> UUID:
    permit(PERMISSIONS, actor, action)
    if actor.user_id is None:
        raise Unauthenticated()
    return actor.user_id
