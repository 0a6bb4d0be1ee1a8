"""Requests of people about their data: made on the portal or written down from a letter, answered within a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kit.actor import Actor
from kit.errors import Conflict, Unauthenticated
from kit.french import day
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import PersonalExport, PrivacyRequest
from privacy.permissions import PERMISSIONS
from privacy.queries import request as queries
from privacy.rules.asked import Letter, check_kind, check_text
from privacy.rules.clock import REQUEST_REMINDERS, answer_due, months_after
from privacy.rules.states import REQUEST
from privacy.service.collecting import PACKAGES
from tenants.models import Tenant
from tenants.queries.person import find_user
from tenants.rules.person import Person
from tenants.service.standing import lock_portal

REMIND = "privacy_request.remind"
MORNING = time(9)
TWICE = "Vous avez déjà une demande de ce type en cours\N{NO-BREAK SPACE}: elle est traitée dans son délai."


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request with the copies made for it."""

    request: PrivacyRequest
    exports: Sequence[PersonalExport]
    today: date


def ask(actor: Actor, kind: str, details: str) -> PrivacyRequest:
    """Ask for oneself. Raises Invalid (kind, details), Conflict while another of this kind waits."""
    permit(PERMISSIONS, actor, "privacy_request.ask")
    if actor.user_id is None:
        raise Unauthenticated()
    wanted, said = check_kind(kind), check_text(details, "details", least=0)
    with transaction(actor) as tx:
        zone = lock_portal(tx).zone
        if queries.has_open(tx.session, actor.user_id, wanted):
            raise Conflict(TWICE)
        row = PrivacyRequest(
            kind=wanted, channel="portal", user_id=actor.user_id, name=actor.name, email=actor.email, details=said
        )
        return _receive(tx, row, tx.now.astimezone(ZoneInfo(zone)).date(), zone, "privacy_request.ask")


def record(actor: Actor, typed: Mapping[str, str]) -> PrivacyRequest:
    """Write down what somebody asked by letter or by mail; the clock runs since it was received. Raises Invalid."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "privacy_request.record")
        zone = lock_portal(tx).zone
        letter = Letter.read(typed, tx.now.astimezone(ZoneInfo(zone)).date())
        row = PrivacyRequest(
            kind=letter.kind,
            channel=letter.channel,
            user_id=_known_here(tx, letter.email),
            name=letter.name,
            email=letter.email,
            details=letter.details,
            identity=letter.identity,
            recorded_by=actor.user_id,
        )
        return _receive(tx, row, letter.received_on, zone, "privacy_request.record")


def _known_here(tx: Tx, email: str) -> UUID | None:
    """The account of an address, for somebody of whom this portal holds something; an account elsewhere is not ours."""
    user = find_user(tx.session, email) if email else None
    if user is None:
        return None
    me = Person(user.id, "")
    traces = [trace for name, traces in PACKAGES.items() if name != "account" for trace in traces if trace.by]
    held = [select(trace.model.tenant_id).where(trace.of(me)).exists() for trace in traces]
    here = tx.session.execute(select(*(one.label(f"t{rank}") for rank, one in enumerate(held)))).one()
    return user.id if any(here) else None


def _receive(tx: Tx, row: PrivacyRequest, on: date, zone: str, action: str) -> PrivacyRequest:
    row.number = queries.next_number(tx.session, tx.now.astimezone(ZoneInfo(zone)).year)
    row.received_on, row.due_on, row.created_at = on, answer_due(on), tx.now
    tx.add(row)
    tx.session.flush()
    _arm(tx, row, zone)
    tx.audit(action, row.id, kind=row.kind, channel=row.channel, due_on=row.due_on.isoformat())
    tx.emit("privacy_request.receive", row.id)
    return row


def _arm(tx: Tx, row: PrivacyRequest, zone: str) -> None:
    for days in REQUEST_REMINDERS:
        local = datetime.combine(date.fromordinal(row.due_on.toordinal() - days), MORNING, ZoneInfo(zone))
        if local > tx.now:
            tx.due(REMIND, row.id, local.astimezone(tx.now.tzinfo), str(days))


def view_request(actor: Actor, request_id: UUID) -> RequestPage:
    """A request, for the person and the GRADeS. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        found = queries.get_request(tx.session, tx.tenant_id, request_id)
        permit(PERMISSIONS, actor, "privacy_request.view", found)
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        exports = queries.list_exports(tx.session, request_id=request_id)
        return RequestPage(found, exports, tx.now.astimezone(ZoneInfo(zone)).date())


def extend(actor: Actor, request_id: UUID, reason: str) -> PrivacyRequest:
    """Take two months more, once, before the first one is over; the person is told why (art. 12.3). Raises Invalid."""
    with transaction(actor) as tx:
        row = _waiting(tx, request_id, "privacy_request.extend")
        zone = lock_portal(tx).zone
        if row.extended_at is not None:
            raise Conflict("Le délai a déjà été prolongé, et ne peut plus l’être.")
        if tx.now.astimezone(ZoneInfo(zone)).date() > row.due_on:
            raise Conflict(f"Le délai a expiré le {day(row.due_on)}\N{NO-BREAK SPACE}: répondez maintenant.")
        row.extension_reason = check_text(reason, "reason", least=10)
        row.extended_at, row.due_on = tx.now, months_after(row.received_on, 3)
        row.revision += 1
        tx.undue(REMIND, row.id)
        _arm(tx, row, zone)
        tx.audit("privacy_request.extend", row.id, due_on=row.due_on.isoformat())
        tx.emit("privacy_request.extend", row.id)
        return row


def answer(actor: Actor, request_id: UUID, text: str, refused: bool = False) -> PrivacyRequest:
    """Close with what was done, or with why it is refused: the mail says how to complain (art. 12.4). Raises Invalid.

    An erasure is not answered with words: privacy.service.erasure does it.
    """
    move = "refuse" if refused else "answer"
    with transaction(actor) as tx:
        row = _waiting(tx, request_id, f"privacy_request.{move}")
        if row.kind == "erasure" and not refused:
            raise Conflict("Un effacement se fait depuis sa page, puis il se répond de lui-même.")
        row.answer = check_text(text, "answer", least=10)
        close(tx, row, move)
        return row


def withdraw(actor: Actor, request_id: UUID) -> PrivacyRequest:
    """Take back what one asked. Raises Conflict once it is answered."""
    with transaction(actor) as tx:
        row = _waiting(tx, request_id, "privacy_request.withdraw")
        close(tx, row, "withdraw")
        return row


def close(tx: Tx, row: PrivacyRequest, move: str, **facts: object) -> None:
    """The last move of a request: nobody is reminded of it any more."""
    tx.undue(REMIND, row.id)
    row.closed_at, row.closed_by = tx.now, tx.actor.user_id
    row.revision += 1
    tx.advance(row, REQUEST, move, **facts)


def _waiting(tx: Tx, request_id: UUID, action: str) -> PrivacyRequest:
    row = queries.get_request(tx.session, tx.tenant_id, request_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, row)
    if row.state != "received":
        raise Conflict(REQUEST.moves["answer"].refusal)
    return row
