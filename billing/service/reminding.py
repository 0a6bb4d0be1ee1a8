"""Reminders of an invoice, as steps: planned when it is issued, sent once, put off by a contest or a day off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from billing.models import Customer, Dunning, Issuer
from billing.queries import dunning as reminders
from billing.queries.dunning import Owed
from billing.queries.receivable import lock_receivables
from billing.rules.dunning import SEND_HOUR, Rung, ladder_of, late_days, late_penalty, reached, send_day, working_day
from billing.rules.states import CUSTOMER_KINDS
from billing.service.invoice_news import people_of, tell_customer
from bookings.service.today import local_instant, today, zone_of
from kit.french import grouped
from kit.transaction import Tx


def ladder_for(tx: Tx, customer: Customer) -> tuple[Rung, ...]:
    """The ladder of this kind of customer, as it is set now."""
    return ladders(tx)[customer.kind]


def ladders(tx: Tx) -> dict[str, tuple[Rung, ...]]:
    """The ladder of every kind of customer, read once for many invoices."""
    issuer = tx.session.get(Issuer, tx.tenant_id)
    return {kind: ladder_of(issuer.ladders, kind) if issuer else () for kind in CUSTOMER_KINDS}


def plan_reminders(tx: Tx, invoice_id: UUID) -> None:
    """Set the deadline of each step of the ladder of an invoice just issued. Nothing for a credit note."""
    owed = reminders.find_owed(tx.session, invoice_id)
    if owed is None or owed.receivable.is_credit or not owed.receivable.open_cents:
        return
    zone = str(zone_of(tx))
    for rung in ladder_for(tx, owed.customer):
        day = send_day(owed.receivable.due_on, rung.days, zone)
        tx.due(reminders.TOPIC, invoice_id, local_instant(tx, day, SEND_HOUR), str(rung.level))


def remind_due(tx: Tx, invoice_id: UUID, level: int) -> Dunning | None:
    """Send the one reminder whose day has come, if the invoice still calls for it at this instant.

    On a day off, or outside office hours after a worker was down, the deadline waits for the next working morning. So
    it does while its money is on its way, or came and is not matched yet: nobody who has paid is reminded.
    """
    owed = lock_owed(tx, invoice_id)
    if owed is None or _is_over(tx, owed):
        return None
    later = _next_morning(tx, reminders.has_money_coming(tx.session, owed))
    if later is not None:
        tx.due(reminders.TOPIC, invoice_id, later, str(level))
        return None
    planned = reminders.planned_of(tx.session, [invoice_id])[invoice_id]
    sent = [one.level for one in reminders.sent_of(tx.session, [invoice_id])[invoice_id]]
    ladder = ladder_for(tx, owed.customer)
    rung = reached(ladder, {level for level, at in planned.items() if at <= tx.now}, sent)
    return send(tx, owed, rung) if rung and people_of(tx, owed.customer) else None


def lock_owed(tx: Tx, invoice_id: UUID) -> Owed | None:
    """An invoice with what is left of it, under lock: two workers take turns."""
    lock_receivables(tx.session, [invoice_id])
    return reminders.find_owed(tx.session, invoice_id)


def why_not(tx: Tx, owed: Owed) -> str:
    """The sentence that says why nobody is reminded of this invoice now; "" when somebody may be."""
    if not _is_over(tx, owed) and reminders.being_paid(tx.session, [owed.receivable.id]):
        return "Un prélèvement est en cours pour cette facture."
    return _is_over(tx, owed)


def _is_over(tx: Tx, owed: Owed) -> str:
    """Why the day of a reminder is passed over; "" when it is not."""
    receivable = owed.receivable
    if receivable.is_credit:
        return "Un avoir ne se relance pas."
    if not receivable.open_cents:
        return "Cette facture est réglée."
    if receivable.state == "contested":
        return "Cette facture est contestée\N{NO-BREAK SPACE}: les relances sont suspendues jusqu’à votre réponse."
    if receivable.due_on >= today(tx):
        return "Cette facture n’est pas encore échue."
    return ""


def send(tx: Tx, owed: Owed, rung: Rung) -> Dunning:
    """Write a reminder and the mails it makes; its level is unique for the invoice."""
    template, words = wording(tx, owed, rung)
    told = tell_customer(tx, template, f"{owed.invoice.id}:{rung.level}", owed.invoice, owed.customer, **words)
    row: Dunning = tx.add(
        Dunning(
            invoice_id=owed.invoice.id,
            level=rung.level,
            tone=rung.tone,
            open_cents=owed.receivable.open_cents,
            told=told,
            sent_at=tx.now,
        )
    )
    tx.session.flush()
    tx.audit("dunning.send", owed.invoice.id, level=rung.level, told=told)
    return row


def wording(tx: Tx, owed: Owed, rung: Rung) -> tuple[str, dict[str, Any]]:
    """(the mail's name, what it sees besides the invoice and its customer)."""
    issuer = tx.session.get_one(Issuer, tx.tenant_id)
    days = late_days(owed.receivable.due_on, today(tx))
    rate = issuer.penalty_rate
    side = "private" if owed.customer.kind == "private" else "public"
    return f"dunning_{side}_{rung.tone}", {
        "issuer": issuer,
        "open_cents": owed.receivable.open_cents,
        "days": days,
        "penalty_cents": late_penalty(owed.receivable.open_cents, days, rate) if rate else None,
        "rate": rate_words(rate) if rate else None,
    }


def rate_words(rate: int) -> str:
    """« 10,15 % » from basis points."""
    return f"{grouped(rate // 100)},{rate % 100:02}\N{NO-BREAK SPACE}%"


def put_off(tx: Tx, invoice_id: UUID, since: datetime) -> None:
    """Move the steps that fell, or will fall, after `since` by the time that has passed since: a contest is over."""
    zone = zone_of(tx)
    days = -((since - tx.now) // timedelta(days=1))  # begun days count
    for level, at in reminders.planned_of(tx.session, [invoice_id])[invoice_id].items():
        if at >= since:
            on = working_day(at.astimezone(zone).date() + timedelta(days=days), str(zone))
            tx.due(reminders.TOPIC, invoice_id, local_instant(tx, on, SEND_HOUR), str(level))


def _next_morning(tx: Tx, must_wait: bool) -> datetime | None:
    """When to send instead, if now is no time to: before nine, after six in the evening, on a day off."""
    local = tx.now.astimezone(zone_of(tx))
    zone = str(zone_of(tx))
    if working_day(local.date(), zone) == local.date() and SEND_HOUR <= local.hour < 18 and not must_wait:
        return None
    first = local.date() if local.hour < SEND_HOUR else local.date() + timedelta(days=1)
    return local_instant(tx, working_day(first, zone), SEND_HOUR)
