"""Reminders as they are read and sent by hand: who will be reminded when, what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.models import Dunning
from billing.permissions import PERMISSIONS
from billing.queries import dunning as reminders
from billing.queries.dunning import Owed, Wanted
from billing.rules.dunning import TONE_LABELS, Rung, following, rung_of
from billing.service.invoice_news import has_page, people_of
from billing.service.reminding import ladder_for, ladders, lock_owed, send, why_not, wording
from bookings.service.today import today
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from notifications.gateway.templates import render
from tenants.models import Tenant

WHATS = ("late", "coming", "contested", "all")
NOBODY = (
    "Personne ne peut recevoir cette relance\N{NO-BREAK SPACE}: le client n’a ni responsable sur le portail, "
    "ni courriel de facturation."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the reminders of an invoice are: what was sent, what is next (`None`: nothing more) and when."""

    owed: Owed
    sent: Sequence[Dunning]
    following: Rung | None
    planned_at: datetime | None
    is_being_paid: bool
    has_money_waiting: bool
    on: date


@dataclass(frozen=True, slots=True)
class Board:
    """A page of open invoices; (how many, cents open) of each choice of the list."""

    lines: Sequence[Standing]
    counts: Mapping[str, tuple[int, int]]
    page_count: int
    on: date


@dataclass(frozen=True, slots=True)
class Preview:
    """The reminder that would leave now: its mail and its people; `refusal` says why it cannot."""

    standing: Standing
    title: str
    text: str
    emails: Sequence[str]
    refusal: str


def view_board(actor: Actor, what: str, page: int) -> Board:
    """Open invoices, the oldest due first, with their reminders; as many queries for fifty as for one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "dunning.list")
        on = today(tx)
        counts = {one: reminders.count_owed(tx.session, Wanted(one, on)) for one in WHATS}
        owed = reminders.list_owed(tx.session, Wanted(what, on), page)
        page_count = max(1, -(-counts[what][0] // reminders.PAGE))
        return Board(_standings(tx, owed, on), counts, page_count, on)


def view_reminders(actor: Actor, invoice_id: UUID) -> Standing | None:
    """The reminders of one invoice, for whoever reads it; None when it has none and will have none."""
    with transaction(actor) as tx:
        owed = reminders.find_owed(tx.session, invoice_id)
        if owed is None or owed.receivable.is_credit:
            return None
        if not allows(PERMISSIONS, actor, "receivable.view", owed.receivable):
            return None
        return _standings(tx, [owed], today(tx))[0]


def preview_reminder(actor: Actor, invoice_id: UUID) -> Preview:
    """What « Relancer maintenant » would send, and to whom. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "dunning.send")
        owed = reminders.find_owed(tx.session, invoice_id)
        if owed is None:
            raise NotFound()
        standing = _standings(tx, [owed], today(tx))[0]
        people = people_of(tx, owed.customer)
        refusal = _refusal(tx, owed, standing.following, [one.level for one in standing.sent], bool(people))
        title = text = ""
        if standing.following is not None:
            template, words = wording(tx, owed, standing.following)
            is_read_here = has_page(owed.invoice)
            known = {"invoice": owed.invoice, "customer": owed.customer, "has_page": is_read_here} | words
            tenant = tx.session.get_one(Tenant, tx.tenant_id)
            path = f"/invoices/{invoice_id}" if is_read_here else ""
            mail = render(f"billing/{template}", tenant, path, known | {"action_text": "Voir la facture"})
            title, text = mail.title, mail.text
        return Preview(standing, title, text, [email for email, _ in people], refusal)


def send_reminder(actor: Actor, invoice_id: UUID, level: int) -> Dunning:
    """Send now the reminder that was read (`level`), before its day. Raises Conflict when it is no longer the next."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "dunning.send")
        owed = lock_owed(tx, invoice_id)
        if owed is None:
            raise NotFound()
        sent = [one.level for one in reminders.sent_of(tx.session, [invoice_id])[invoice_id]]
        rung = following(ladder_for(tx, owed.customer), sent)
        refusal = _refusal(tx, owed, rung, sent, bool(people_of(tx, owed.customer)))
        if refusal or rung is None:
            raise Conflict(refusal)
        if rung.level != level:
            raise Conflict(
                "Une relance est partie entre-temps\N{NO-BREAK SPACE}: relisez la suivante avant de l’envoyer."
            )
        return send(tx, owed, rung)


def _refusal(tx: Tx, owed: Owed, rung: Rung | None, sent: Sequence[int], has_people: bool) -> str:
    refusal = why_not(tx, owed)
    if refusal:
        return refusal
    if rung is None:
        return (
            "Toutes les relances prévues sont parties\N{NO-BREAK SPACE}: un appel, ou un courrier, fera mieux."
            if sent
            else "Aucune relance n’est prévue pour ce genre de client, dans les réglages de la facturation."
        )
    return "" if has_people else NOBODY


def _standings(tx: Tx, owed: Sequence[Owed], on: date) -> list[Standing]:
    ids = [one.receivable.id for one in owed]
    known = ladders(tx)
    sent, planned = reminders.sent_of(tx.session, ids), reminders.planned_of(tx.session, ids)
    paid = reminders.being_paid(tx.session, ids)
    waiting = reminders.with_money_waiting(tx.session, {one.customer.id for one in owed})
    return [
        Standing(
            one,
            sent.get(one.receivable.id, []),
            following(known[one.customer.kind], [row.level for row in sent.get(one.receivable.id, [])]),
            _next_at(one, known[one.customer.kind], sent, planned, tx.now),
            one.receivable.id in paid,
            one.customer.id in waiting,
            on,
        )
        for one in owed
    ]


def _next_at(
    owed: Owed,
    ladder: Sequence[Rung],
    sent: Mapping[UUID, Sequence[Dunning]],
    planned: Mapping[UUID, Mapping[int, datetime]],
    now: datetime,
) -> datetime | None:
    """When the next reminder leaves by itself; None when none will."""
    if owed.receivable.state != "due" or not owed.receivable.open_cents:
        return None
    last = max((row.level for row in sent.get(owed.receivable.id, ())), default=0)
    days = planned.get(owed.receivable.id, {}).items()
    return min((at for level, at in days if level > last and at > now and rung_of(ladder, level)), default=None)


def tone_label(tone: str) -> str:
    """« Rappel courtois »."""
    return TONE_LABELS.get(tone, TONE_LABELS["courtesy"])
