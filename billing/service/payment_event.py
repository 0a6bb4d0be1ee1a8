"""Events of the provider: checked, stored once, answered at once; processed later by reading the thing again."""

from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import structlog

from billing.gateway import stripe as gateway
from billing.gateway.provider import Away, Bell, Forged, Refused
from billing.models import PaymentEvent
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.rules.online import HEARD, pause
from billing.service.checkout_reading import refresh
from billing.service.payment_account import access_to, opened
from billing.service.payout import refresh_payout
from kit.actor import Actor, operator, system
from kit.db import uuid7
from kit.errors import CrrcError, Forbidden
from kit.permissions import permit
from kit.transaction import Tx, transaction

log = structlog.get_logger("crrc.online")
UNSIGNED = "La signature de cet événement n’est pas la bonne, ou il est trop ancien."
OF_ANOTHER = "Cet événement est celui d’un autre compte."
# Nobody else takes an event within this time: a worker that died gives it back.
LEASE = timedelta(minutes=1)


def receive_at_portal(actor: Actor, body: bytes, signature: str | None) -> bool:
    """Store an event that came to the portal's own address, signed with its own secret; False when it is known.

    Raises CrrcError (400: signature, age, form), Forbidden for an event of another account, which is audited.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment_event.receive")
        account = queries.find_account(tx.session, tx.tenant_id)
    secret = opened(account.webhook_secret) if account else ""
    bell = _read(body, signature, secret)
    if account is None or bell.account_id not in ("", account.account_id):
        _refuse(actor, bell)
    return _keep(actor, bell, account.account_id)


def receive_at_platform(body: bytes, signature: str | None) -> bool:
    """Store an event of a connected account for the tenant it belongs to; False when it is known. Raises likewise."""
    bell = _read(body, signature, gateway.platform_secret())
    with transaction(operator("paiement en ligne")) as tx:
        tenant_id = queries.owner_of(tx.session, bell.account_id)
    if tenant_id is None:
        log.warning("event_of_nobody", name=bell.external_id)
        raise Forbidden(OF_ANOTHER)
    actor = system(tenant_id, "stripe")
    with transaction(actor) as tx:
        account = queries.find_account(tx.session, tx.tenant_id)
    if account is None or account.mode != "connected":
        _refuse(actor, bell)
    return _keep(actor, bell, bell.account_id)


def process_event(actor: Actor, event: PaymentEvent) -> None:
    """Read again what an event is about, apply it, and say what came of it. One that cannot be now stays due."""
    try:
        outcome = _follow(actor, event)
    except Away as error:
        _postpone(actor, event.id, f"Stripe n’a pas répondu ({error})")
    except Refused as refusal:
        if refusal.is_key:
            _postpone(actor, event.id, f"Clé refusée par Stripe ({refusal.code})")
        else:
            _settle(actor, event.id, f"Inconnu de ce compte ({refusal.code})")
    else:
        _settle(actor, event.id, outcome)


def claim_event(actor: Actor) -> PaymentEvent | None:
    """The next event to process, for this worker alone for a minute."""
    with transaction(actor) as tx:
        event = tx.session.scalars(queries.due_events(tx.now).limit(1).with_for_update(skip_locked=True)).first()
        if event is not None:
            event.attempts += 1
            event.next_attempt_at = tx.now + LEASE
        return event


def _read(body: bytes, signature: str | None, secret: str) -> Bell:
    try:
        return gateway.read_event(body, signature, secret)
    except Forged as forged:
        log.warning("event_refused", why=str(forged))
        raise CrrcError(UNSIGNED) from None


def _refuse(actor: Actor, bell: Bell) -> NoReturn:
    with transaction(actor) as tx:
        tx.audit("payment_event.refuse", None, event=bell.external_id, account=bell.account_id)
    raise Forbidden(OF_ANOTHER)


def _keep(actor: Actor, bell: Bell, account_id: str) -> bool:
    if bell.type not in HEARD:
        return False
    with transaction(actor) as tx:
        row = {
            "tenant_id": tx.tenant_id,
            "id": uuid7(),
            "external_id": bell.external_id,
            "account_id": account_id,
            "type": bell.type,
            "object_id": bell.object_id,
            "said_at": bell.said_at,
            "received_at": tx.now,
            "attempts": 0,
            "next_attempt_at": tx.now,
            "outcome": "",
        }
        return queries.keep_event(tx.session, row)


def _follow(actor: Actor, event: PaymentEvent) -> str:
    if event.type.startswith("payout."):
        return f"Versement {refresh_payout(actor, event.object_id, event.account_id)}"
    with transaction(actor) as tx:
        row = queries.find_of_session(tx.session, event.object_id)
        access = access_to(tx, event.account_id)
    page = row.session_id if row else gateway.find_page(access, event.type, event.object_id)
    if not page:
        return "Sans rapport avec une facture"
    if row is None:
        with transaction(actor) as tx:
            row = queries.find_of_session(tx.session, page)
    checkout_id = row.id if row else _named(actor, gateway.read_payment(access, page).checkout)
    if checkout_id is None:
        return "Sans rapport avec une facture de ce portail"
    return f"Paiement {refresh(actor, checkout_id, page)}"


def _named(actor: Actor, checkout: str) -> UUID | None:
    """The checkout whose identifier we wrote on a page, when it is one of this tenant's."""
    try:
        wanted = UUID(checkout)
    except ValueError:
        return None
    with transaction(actor) as tx:
        return wanted if queries.exists_checkout(tx.session, wanted) else None


def _settle(actor: Actor, event_id: UUID, outcome: str) -> None:
    with transaction(actor) as tx:
        event = _locked(tx, event_id)
        event.processed_at, event.next_attempt_at, event.outcome = tx.now, None, outcome


def _postpone(actor: Actor, event_id: UUID, why: str) -> None:
    with transaction(actor) as tx:
        event = _locked(tx, event_id)
        if event.processed_at is None:
            event.next_attempt_at, event.outcome = tx.now + pause(event.attempts), why


def _locked(tx: Tx, event_id: UUID) -> PaymentEvent:
    return tx.session.get_one(PaymentEvent, (tx.tenant_id, event_id), with_for_update=True)
