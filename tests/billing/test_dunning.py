"""Reminders leave once, when they still make sense, by the highest step reached; a contest suspends them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from billing.models import Checkout, Customer, Dunning, Invoice, Issuer, Receivable
from billing.service.contest import answer_contest, contest_invoice
from billing.service.dunning import preview_reminder, send_reminder, view_board
from billing.service.matching import match
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.outbox import Deadline, OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.billing.rows import a_customer, a_payment, an_invoice, an_issuer, owned_by
from tests.billing.stripe_side import a_checkout
from tests.bookings.time_of import grades
from tests.services_catalog.market import Facility, a_facility, a_member

ISSUED, DUE = date(2026, 10, 5), date(2026, 11, 4)  # 15 days later is Thursday 19 November, 45 are 19 December
TOPICS = ("invoice.", "receivable.")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00")


@pytest.fixture(autouse=True)
def _issue_day() -> Iterator[None]:
    with clock.frozen(datetime(2026, 10, 5, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    an_issuer(tenant, penalty_rate=1015)
    return a_facility(tenant)


@pytest.fixture
def invoice(tenant: Tenant, facility: Facility) -> Invoice:
    return issued(tenant, a_customer(tenant, facility, kind="private", email="compta@ajoncs.example"))


def issued(tenant: Tenant, customer: Customer, *totals: int) -> Invoice:
    """An invoice with its news, as the worker that issues it tells them."""
    made = an_invoice(tenant, customer, *totals, issued_on=ISSUED, due_on=DUE)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.emit("invoice.issue", made.id)
    tell(tenant)
    return made


def tell(tenant: Tenant, now: str | None = None) -> None:
    """Fire what is due and let everybody react, twice."""
    with clock.frozen(at(now) if now else clock.now()):
        fire_due(tenant.id)
        with transaction(system(tenant.id, "tests")) as tx:
            rows = tx.session.execute(select(OutboxMessage.id, OutboxMessage.topic).order_by(OutboxMessage.id)).all()
        for message_id, topic in rows:
            for reaction in SUBSCRIPTIONS.get(topic, ()):
                if reaction.__module__.startswith("billing.jobs.") and topic.startswith(TOPICS):
                    for _ in range(2):
                        deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(reaction))


def told(tenant: Tenant) -> list[tuple[str, str]]:
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(Notification.template, Notification.email).order_by(Notification.id)
        return [(template.partition("/")[2], email) for template, email in tx.session.execute(query)]


def sent(tenant: Tenant) -> list[tuple[int, str, int]]:
    with transaction(system(tenant.id, "tests")) as tx:
        return [(one.level, one.tone, one.told) for one in tx.session.scalars(select(Dunning).order_by(Dunning.id))]


def planned(tenant: Tenant) -> dict[str, datetime]:
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(Deadline).where(Deadline.topic == "receivable.remind")
        return {one.key: one.due_at for one in tx.session.scalars(query)}


def pay(tenant: Tenant, invoice: Invoice, cents: int) -> None:
    payment = a_payment(tenant, owned_by(tenant, Customer, invoice.customer_id), cents)
    with transaction(system(tenant.id, "tests")) as tx:
        match(tx, kind="payment", amount_cents=cents, reason="essai", invoice_id=invoice.id, payment_id=payment.id)


def test_reminders_are_planned_on_working_mornings(tenant: Tenant, invoice: Invoice) -> None:
    # 19 December is a Saturday.
    assert planned(tenant) == {"1": at("2026-11-19T09:00:00"), "2": at("2026-12-21T09:00:00")}


def test_each_leaves_once_on_its_day(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    tell(tenant, "2026-11-19T08:59:59")
    assert sent(tenant) == []
    for _ in range(2):
        tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == [(1, "courtesy", 2)]
    assert told(tenant) == [
        ("dunning_private_courtesy", facility.owner.email),
        ("dunning_private_courtesy", "compta@ajoncs.example"),
    ]
    tell(tenant, "2026-12-21T09:05:00")
    assert sent(tenant) == [(1, "courtesy", 2), (2, "firm", 2)]


def test_a_late_worker_sends_the_last_one_alone_in_office_hours(tenant: Tenant, invoice: Invoice) -> None:
    tell(tenant, "2027-01-02T23:00:00")  # a Saturday night: both days are long past
    assert sent(tenant) == []
    tell(tenant, "2027-01-04T09:00:00")
    assert sent(tenant) == [(2, "firm", 2)]
    tell(tenant, "2027-01-05T09:00:00")
    assert len(sent(tenant)) == 1


def test_what_is_paid_or_credited_is_not_reminded(tenant: Tenant, invoice: Invoice) -> None:
    pay(tenant, invoice, 12_000)
    tell(tenant, "2026-12-21T09:05:00")
    assert (sent(tenant), told(tenant)) == ([], [])


def test_what_is_left_of_a_partial_payment_is(tenant: Tenant, invoice: Invoice) -> None:
    pay(tenant, invoice, 2_000)
    tell(tenant, "2026-11-19T09:00:00")
    assert len(sent(tenant)) == 1
    with transaction(system(tenant.id, "tests")) as tx:
        text = tx.session.scalars(select(Notification.text_body)).first() or ""
    assert "Reste à payer\N{NO-BREAK SPACE}: 100,00\N{NO-BREAK SPACE}€" in text


def test_nobody_whose_money_is_here_is_reminded_until_it_is_seen_not_to_be_for_this(
    tenant: Tenant, invoice: Invoice
) -> None:
    """A transfer that nobody matched yet covers it: the day of the reminder comes again every working morning."""
    payment = a_payment(tenant, owned_by(tenant, Customer, invoice.customer_id), 12_000)
    tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == []
    assert planned(tenant)["1"] == at("2026-11-20T09:00:00")
    other = an_invoice(tenant, owned_by(tenant, Customer, invoice.customer_id))
    with transaction(system(tenant.id, "tests")) as tx:
        match(tx, kind="payment", amount_cents=12_000, reason="essai", invoice_id=other.id, payment_id=payment.id)
    tell(tenant, "2026-11-20T09:00:00")
    assert sent(tenant) == [(1, "courtesy", 2)]


def test_a_debit_on_its_way_puts_the_last_reminder_off_and_does_not_lose_it(tenant: Tenant, invoice: Invoice) -> None:
    change_issuer(tenant, ladders={"private": [{"days": 15, "tone": "formal"}]})
    debit = a_checkout(tenant, invoice, state="pending")
    tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == []
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Checkout, (tenant.id, debit.id)).state = "failed"
    tell(tenant, "2026-11-20T09:00:00")
    assert sent(tenant) == [(1, "formal", 2)]


def test_whoever_has_no_account_is_not_sent_to_a_page(tenant: Tenant, facility: Facility) -> None:
    stranger = a_customer(tenant, None, kind="private", email="compta@tilleuls.example")
    made = issued(tenant, stranger)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.emit("invoice.document", made.id)
    tell(tenant)
    assert told(tenant) == [], "its channel brings the document"
    tell(tenant, "2026-11-19T09:00:00")
    with transaction(system(tenant.id, "tests")) as tx:
        text = tx.session.scalars(select(Notification.text_body)).one() or ""
    assert "répondez à ce message" in text
    assert ("sa page" in text, "/invoices/" in text) == (False, False)


def test_an_answer_to_whoever_owes_nothing_any_more_asks_for_nothing(
    tenant: Tenant, facility: Facility, invoice: Invoice
) -> None:
    with clock.frozen(at("2026-11-10T15:00:00")):
        contest_invoice(facility.owner, invoice.id, "Rien n’a été fait.")
        pay(tenant, invoice, 12_000)
        answer_contest(grades(tenant), invoice.id, "Merci de votre virement.")
        tell(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        of_answer = Notification.template == "billing/contest_answered"
        text = tx.session.scalars(select(Notification.text_body).where(of_answer)).first() or ""
    assert "Il ne reste rien à payer" in text
    assert ("de nouveau à payer" in text, "Reste à payer" in text) == (False, False)


def test_a_credit_note_has_no_reminder(tenant: Tenant, invoice: Invoice) -> None:
    credit = an_invoice(
        tenant, owned_by(tenant, Customer, invoice.customer_id), kind="credit_note", reference_id=invoice.id
    )
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(Receivable, (tenant.id, credit.id))
        assert row.is_credit
        tx.emit("invoice.issue", credit.id)
    before = planned(tenant)
    tell(tenant)
    assert planned(tenant) == before


def test_public_customers_read_words_for_an_accounting_officer(tenant: Tenant, facility: Facility) -> None:
    issued(tenant, a_customer(tenant, facility, kind="public_health"))
    tell(tenant, "2026-11-19T09:00:00")
    assert {template for template, _ in told(tenant)} == {"dunning_public_courtesy"}


def test_nobody_to_tell_is_not_said_sent(tenant: Tenant, facility: Facility) -> None:
    made = issued(tenant, a_customer(tenant, None, finess_ej="350000055", email=""))
    tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == []
    with clock.frozen(at("2026-11-20T10:00:00")):
        assert "Personne ne peut recevoir" in preview_reminder(grades(tenant), made.id).refusal
        with pytest.raises(Conflict, match="Personne ne peut recevoir"):
            send_reminder(grades(tenant), made.id, 1)


def test_a_contest_suspends_and_its_time_does_not_count(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    with clock.frozen(at("2026-11-10T15:00:00")):
        contest_invoice(facility.owner, invoice.id, "Rien n’a été fait.\r\n")
        with pytest.raises(Conflict, match="déjà contestée"):
            contest_invoice(facility.owner, invoice.id, "Encore.")
        tell(tenant)
    tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == []
    boss = grades(tenant)
    with clock.frozen(at("2026-11-24T10:00:00")):  # 13 days and 19 hours later: 14 begun days
        with pytest.raises(Invalid):
            answer_contest(boss, invoice.id, "  ")
        answer_contest(boss, invoice.id, "La journée a eu lieu.")
        tell(tenant)
    assert planned(tenant) == {"1": at("2026-12-03T09:00:00"), "2": at("2027-01-04T09:00:00")}
    row = owned_by(tenant, Receivable, invoice.id)
    assert (row.state, row.contested_at, row.contest_answer) == ("due", None, "La journée a eu lieu.")
    tell(tenant, "2026-12-03T09:00:00")
    assert sent(tenant) == [(1, "courtesy", 2)]
    templates = [template for template, _ in told(tenant)]
    assert {name: templates.count(name) for name in templates} == {
        "contest_received": 2,
        "contest_answered": 2,
        "dunning_private_courtesy": 2,
    } | ({"invoice_contested": templates.count("invoice_contested")} if "invoice_contested" in templates else {})


def test_who_may_contest(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    other = a_facility(tenant)
    reader = a_member(tenant, facility.organisation.id, "reader")
    ars = Actor("person", tenant.id, other.owner.user_id, "ARS", "ars@x.invalid", roles=frozenset({"ars_manager"}))
    for who, refused in ((other.owner, NotFound), (reader, Forbidden), (ars, NotFound)):
        with pytest.raises(refused):
            contest_invoice(who, invoice.id, "Non.")
    with pytest.raises(Forbidden):
        answer_contest(facility.owner, invoice.id, "Si.")
    funded = an_invoice(tenant, a_customer(tenant, is_funder=True), issued_on=ISSUED)
    contest_invoice(ars, funded.id, "Ce n’est pas notre part.")
    pay(tenant, invoice, 12_000)
    with pytest.raises(Conflict, match="réglée"):
        contest_invoice(facility.owner, invoice.id, "Trop tard.")


def test_by_hand_the_next_one_leaves_and_not_two(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    boss = grades(tenant)
    with clock.frozen(at("2026-11-04T10:00:00")), pytest.raises(Conflict, match="pas encore échue"):
        send_reminder(boss, invoice.id, 1)
    with clock.frozen(at("2026-11-06T10:00:00")):
        preview = preview_reminder(boss, invoice.id)
        assert preview.refusal == ""
        assert preview.title.startswith("Rappel")
        assert preview.emails == [facility.owner.email, "compta@ajoncs.example"]
        send_reminder(boss, invoice.id, 1)
        with pytest.raises(Conflict, match="entre-temps"):
            send_reminder(boss, invoice.id, 1)
        with pytest.raises(Forbidden):
            send_reminder(facility.owner, invoice.id, 2)
    tell(tenant, "2026-11-19T09:00:00")
    assert sent(tenant) == [(1, "courtesy", 2)]
    with clock.frozen(at("2026-11-20T10:00:00")):
        send_reminder(boss, invoice.id, 2)
        with pytest.raises(Conflict, match="Toutes les relances"):
            send_reminder(boss, invoice.id, 3)


def test_two_clicks_at_once_are_one_reminder(tenant: Tenant, invoice: Invoice) -> None:
    boss, start, found = grades(tenant), Barrier(4), []

    def click() -> None:
        start.wait()
        try:
            with clock.frozen(at("2026-11-06T10:00:00")):
                found.append(send_reminder(boss, invoice.id, 1).level)
        except Conflict:
            found.append(0)

    threads = [Thread(target=click) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [0, 0, 0, 1]
    assert len(told(tenant)) == 2


def test_a_formal_notice_says_what_is_due_besides(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    ladder = {"private": [{"days": 1, "tone": "formal"}]}
    change_issuer(tenant, ladders=ladder)
    with clock.frozen(at("2026-12-19T10:00:00")):
        text = preview_reminder(grades(tenant), invoice.id).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "au taux annuel de 10,15 % : 1,50 €" in text  # 120 € for 45 days
    assert "frais de recouvrement : 40,00 €" in text
    change_issuer(tenant, penalty_rate=None)
    with clock.frozen(at("2026-12-19T10:00:00")):
        text = preview_reminder(grades(tenant), invoice.id).text
    assert "au taux annuel" not in text
    assert "taux BCE majoré" in text


def test_the_board_says_who_is_reminded_when(tenant: Tenant, facility: Facility, invoice: Invoice) -> None:
    boss = grades(tenant)
    with clock.frozen(at("2026-11-18T10:00:00")):
        board = view_board(boss, "late", 1)
        (line,) = board.lines
        assert (board.counts["late"], board.counts["coming"]) == ((1, 12_000), (0, 0))
        assert line.following is not None
        assert (line.following.level, line.planned_at) == (1, at("2026-11-19T09:00:00"))
        with pytest.raises(Forbidden):
            view_board(facility.owner, "late", 1)


def change_issuer(tenant: Tenant, **columns: Any) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(Issuer, tenant.id)
        for name, value in columns.items():
            setattr(row, name, value)
