"""Invoices on their way: retried, never deposited twice in silence, never said sent without an answer."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from facturx import get_xml_from_pdf
from sqlalchemy import select

from billing.jobs import transmitting
from billing.models import Customer
from billing.rules.routing import MOST_ATTEMPTS
from billing.service.making import make_next
from billing.service.transmission import retry
from kit import clock
from kit.actor import operator, system
from kit.db import uuid7
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tenants.rules.roles import TENANT_ROLES
from tenants.service.role import grant_role
from tests.billing.portals import (
    Chorus,
    a_chorus,
    a_platform,
    now_of,
    open_chorus,
    open_platform,
    routed,
    said_of,
    transmit,
)
from tests.billing.rows import a_customer, an_invoice
from tests.campaigns.files import a_person
from tests.notifications.addresses import repaired
from tests.notifications.post import open_post
from tests.notifications.reading import send

DEPOSIT = "factures/v1/deposer/flux"
LATER, NEXT_DAY = timedelta(minutes=6), timedelta(days=1)
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def chorus(tenant: Tenant) -> Iterator[Chorus]:
    with a_chorus() as found:
        open_chorus(tenant, found)
        yield found


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer(tenant, kind="public", channel="chorus_pro")


def mails(tenant: Tenant, template: str) -> list[Notification]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Notification).where(Notification.template == f"billing/{template}")))


def tell(tenant: Tenant, topic: str) -> None:
    """Deliver the news of a topic to their listeners, each twice."""
    listeners = {
        "transmission.reject": transmitting.tell_rejection,
        "transmission.fail": transmitting.tell_failure,
        "transmission.ask": transmitting.tell_asking,
        "channel_account.expires_soon": transmitting.tell_expiry,
    }
    with transaction(system(tenant.id, "tests")) as tx:
        for message in tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == topic)).all():
            listeners[topic](tx, message)
            listeners[topic](tx, message)


@pytest.fixture
def manager(tenant: Tenant) -> str:
    """The address of somebody of the GRADeS."""
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, TENANT_ROLES[2])
    return person.email


def test_from_the_deposit_to_the_payment(tenant: Tenant, chorus: Chorus, customer: Customer) -> None:
    row = routed(tenant, customer)
    assert (row.channel, row.state, transmit(tenant)) == ("chorus_pro", "waiting", 1)
    sent = now_of(tenant, row)
    assert (sent.state, sent.external_reference) == ("deposited", chorus.portal.flows[0].number)
    assert (sent.begun_at, sent.attempts, sent.last_error) == (None, 0, "")
    assert said_of(tenant, row.id) == ["DEPOT"]
    assert transmit(tenant) == 0, "not asked again at once"
    number = chorus.portal.invoices[0].number
    chorus.portal.say(number, "MISE_A_DISPOSITION")
    assert transmit(tenant, LATER * 2) == 1
    assert now_of(tenant, row).state == "accepted"
    chorus.portal.say(number, "MANDATEE")
    chorus.portal.say(number, "MISE_EN_PAIEMENT")
    for days in (1, 2, 3):
        transmit(tenant, timedelta(days=days))
    paid = now_of(tenant, row)
    assert (paid.state, paid.next_attempt_at) == ("accepted", None), "nothing more will be said"
    said = said_of(tenant, row.id)
    assert sorted(said) == sorted(set(said)), "each once, however often it is read"
    assert said[:4] == ["DEPOSEE", "MISE_A_DISPOSITION", "MANDATEE", "MISE_EN_PAIEMENT"]
    assert chorus.portal.refusals == []


def test_a_rejection_is_told_with_its_motive_and_sent_again(
    tenant: Tenant, chorus: Chorus, customer: Customer, manager: str
) -> None:
    row = routed(tenant, customer)
    transmit(tenant)
    chorus.portal.say(chorus.portal.invoices[0].number, "SUSPENDUE", "Joindre le service fait.")
    transmit(tenant, LATER * 2)
    chorus.portal.say(chorus.portal.invoices[0].number, "REJETEE", "Engagement inconnu.")
    transmit(tenant, NEXT_DAY)
    rejected = now_of(tenant, row)
    assert (rejected.state, rejected.last_error, rejected.next_attempt_at) == ("rejected", "Engagement inconnu.", None)
    for topic in ("transmission.reject", "transmission.ask"):
        tell(tenant, topic)
    (told,), (asked,) = mails(tenant, "transmission_rejected"), mails(tenant, "transmission_asking")
    assert told.email == asked.email == manager
    assert "Motif\N{NO-BREAK SPACE}: Engagement inconnu." in (told.text_body or "")
    assert "Joindre le service fait." in (asked.text_body or "")
    retry(operator("tests", tenant.id), row.id)
    transmit(tenant)
    assert now_of(tenant, row).external_reference == chorus.portal.flows[1].number
    assert now_of(tenant, row).state == "deposited"


@pytest.mark.parametrize("fault", [429, "redirect", 403])
def test_a_portal_that_does_nothing_is_tried_later_and_later_then_given_up(
    tenant: Tenant, chorus: Chorus, customer: Customer, manager: str, fault: object
) -> None:
    row, other = routed(tenant, customer), routed(tenant, customer)
    chorus.portal.faults[DEPOSIT] = [fault] * 40
    assert transmit(tenant) == 1, "the other invoice does not knock at a closed door"
    tried = now_of(tenant, row)
    assert (tried.state, tried.attempts, tried.begun_at) == ("waiting", 1, None)
    assert tried.last_error
    assert tried.next_attempt_at is not None
    assert timedelta(seconds=50) < tried.next_attempt_at - clock.now() <= timedelta(minutes=1)
    waits = now_of(tenant, other)
    assert (waits.attempts, waits.last_error, transmitting.wanted(tenant.id)) == (0, tried.last_error, 0)
    for day in range(1, MOST_ATTEMPTS * 2 + 2):
        transmit(tenant, timedelta(days=day))
    for one in (row, other):
        failed = now_of(tenant, one)
        assert (failed.state, failed.next_attempt_at) == ("failed", None)
        assert failed.last_error.startswith(f"Abandonnée après {MOST_ATTEMPTS} essais")
    tell(tenant, "transmission.fail")
    assert [mail.email for mail in mails(tenant, "transmission_failed")] == [manager] * 2
    assert chorus.portal.flows == []


def test_what_the_portal_refuses_fails_at_once(tenant: Tenant, chorus: Chorus, customer: Customer) -> None:
    row = routed(tenant, customer)
    chorus.portal.faults[DEPOSIT] = [400]
    transmit(tenant)
    failed = now_of(tenant, row)
    assert (failed.state, failed.begun_at) == ("failed", None)
    assert "refuse cette demande" in failed.last_error


def test_an_answer_that_is_lost_is_found_again(tenant: Tenant, chorus: Chorus, customer: Customer) -> None:
    """The portal acted, then broke the connection: one flow, and the history says how it was found."""
    row = routed(tenant, customer)
    chorus.portal.faults[DEPOSIT] = ["hang up after"]
    transmit(tenant)
    lost = now_of(tenant, row)
    assert lost.state == "waiting", "sent is not claimed without an answer"
    assert lost.begun_at is not None
    transmit(tenant, LATER)
    assert now_of(tenant, row).external_reference == chorus.portal.flows[0].number
    assert said_of(tenant, row.id) == ["DEPOT_RETROUVE"]
    assert len(chorus.portal.flows) == 1


@pytest.mark.parametrize("fault", ["hang up", 500, "nonsense"])
def test_a_deposit_that_left_no_trace_is_made_again_in_the_open(
    tenant: Tenant, chorus: Chorus, customer: Customer, fault: object
) -> None:
    """Only once the portal had all the time it needs to show it; its history says so."""
    row = routed(tenant, customer)
    chorus.portal.faults[DEPOSIT] = [fault]
    transmit(tenant)
    for minutes in (6, 12, 60, 180, 300):
        transmit(tenant, timedelta(minutes=minutes))
        assert chorus.portal.flows == []
    assert "ne le montre pas encore" in now_of(tenant, row).last_error
    transmit(tenant, NEXT_DAY)
    assert now_of(tenant, row).state == "deposited"
    assert said_of(tenant, row.id) == ["NOUVEAU_DEPOT", "DEPOT"]
    assert len(chorus.portal.flows) == 1


def test_a_portal_that_is_away_while_it_is_asked_leaves_the_question_open(
    tenant: Tenant, chorus: Chorus, customer: Customer
) -> None:
    row = routed(tenant, customer)
    chorus.portal.faults[DEPOSIT] = ["hang up after"]
    transmit(tenant)
    chorus.portal.faults["factures/v1/rechercher/fournisseur"] = [429, 403, 500, 400]
    for hours in (1, 8, 20, 30):
        transmit(tenant, timedelta(hours=hours))
        assert now_of(tenant, row).begun_at is not None
        assert len(chorus.portal.flows) == 1
    assert now_of(tenant, row).state == "failed", "it refuses to say: somebody must look"
    retry(operator("tests", tenant.id), row.id)
    transmit(tenant, timedelta(hours=31))
    assert now_of(tenant, row).state == "deposited"
    assert len(chorus.portal.flows) == 1


def test_two_workers_deposit_once(tenant: Tenant, chorus: Chorus, customer: Customer) -> None:
    rows = [routed(tenant, customer) for _ in range(6)]
    chorus.portal.slow_seconds = 0.3
    chorus.portal.faults[DEPOSIT] = ["slow"] * 6
    workers = [threading.Thread(target=transmitting.run, args=(tenant.id, lambda: False)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {now_of(tenant, row).state for row in rows} == {"deposited"}
    assert sorted(flow.name for flow in chorus.portal.flows) == sorted({flow.name for flow in chorus.portal.flows})
    assert len(chorus.portal.flows) == 6
    assert transmitting.wanted(tenant.id) == 0


@pytest.mark.slow
@pytest.mark.parametrize("is_integrated", [True, False])
def test_a_worker_killed_before_it_wrote_the_answer(
    tenant: Tenant, chorus: Chorus, customer: Customer, is_integrated: bool
) -> None:
    """The portal has the invoice, we do not know it: one flow in the end, at whatever moment the portal shows it."""
    row = routed(tenant, customer)
    portal = chorus.portal
    portal.integrates, portal.slow_seconds = is_integrated, 30.0
    portal.faults[DEPOSIT] = ["slow after"]
    code = f"import uuid; from billing.jobs import transmitting; transmitting.run(uuid.UUID('{tenant.id}'), bool)"
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT)
    assert portal.acted.wait(30)
    worker.kill()
    worker.wait()
    assert len(portal.flows) == 1
    assert now_of(tenant, row).state == "waiting"
    assert transmit(tenant) == 0, "the claim of the dead holds for five minutes"
    transmit(tenant, LATER)
    if not is_integrated:
        assert now_of(tenant, row).state == "waiting"
        portal.integrate(portal.flows[0])
        transmit(tenant, LATER * 3)
    assert (now_of(tenant, row).state, len(portal.flows)) == ("deposited", 1)
    assert said_of(tenant, row.id) == ["DEPOT_RETROUVE"]


def test_an_expired_password_is_not_tried(tenant: Tenant, chorus: Chorus, customer: Customer, manager: str) -> None:
    """A portal locks whoever insists. Saved anew, what waited leaves at once."""
    row = routed(tenant, customer)
    open_chorus(tenant, chorus, expires_on=clock.now().date() - timedelta(days=1))
    transmit(tenant)
    waits = now_of(tenant, row)
    assert (waits.state, waits.begun_at, chorus.portal.calls) == ("waiting", None, [])
    assert "a expiré le" in waits.last_error
    tell(tenant, "channel_account.expires_soon")
    open_chorus(tenant, chorus)
    transmit(tenant)
    assert now_of(tenant, row).state == "deposited"


def test_the_end_of_a_password_is_announced(tenant: Tenant, chorus: Chorus, manager: str) -> None:
    open_chorus(tenant, chorus, expires_on=clock.now().date() + timedelta(days=10))
    with transaction(system(tenant.id, "tests")) as tx:
        tx.emit("channel_account.expires_soon", tenant.id, key="chorus_pro:15")
        tx.emit("channel_account.expires_soon", tenant.id, key="chorus_pro:3")
        tx.emit("channel_account.expires_soon", uuid7(), key="platform:3")
    tell(tenant, "channel_account.expires_soon")
    (told,) = mails(tenant, "channel_expires")
    assert told.email == manager
    assert told.title.replace("\N{NO-BREAK SPACE}", " ").endswith(("expire dans 10 jours", "expire dans 9 jours"))


def test_by_a_platform(tenant: Tenant) -> None:
    with a_platform() as (fake, channel):
        open_platform(tenant, channel)
        row = routed(tenant, a_customer(tenant, channel="platform"))
        fake.faults["flows"] = ["hang up after"]
        transmit(tenant)
        transmit(tenant, LATER)
        assert (now_of(tenant, row).state, len(fake.flows)) == ("deposited", 1)
        details = [{"level": "Error", "reasonCode": "BR-1", "reasonMessage": "Destinataire inconnu"}]
        fake.flows[0]["acknowledgement"] = {"status": "Error", "details": details}
        transmit(tenant, NEXT_DAY)
        assert (now_of(tenant, row).state, now_of(tenant, row).last_error) == ("rejected", "BR-1 Destinataire inconnu")
        assert fake.refusals == []


def test_by_mail_sent_is_what_the_mail_server_took(tenant: Tenant) -> None:
    row = routed(tenant, a_customer(tenant, email="compta@tilleuls.example"))
    with open_post() as post:
        transmit(tenant)
        assert now_of(tenant, row).state == "waiting", "written, and nobody has taken it yet"
        transmit(tenant, LATER)
        assert (now_of(tenant, row).state, len(mails(tenant, "invoice"))) == ("waiting", 1)
        send(tenant, post)
        transmit(tenant, LATER * 2)
        assert now_of(tenant, row).state == "deposited"
        assert said_of(tenant, row.id) == ["COURRIEL_REMIS"]
        (mail,) = post.mails
    (file,) = mail.iter_attachments()
    assert file.get_filename() == f"{mails(tenant, 'invoice')[0].title.split()[1].rstrip(',')}.pdf"
    assert file.get_content().startswith(b"%PDF-1.7 facture")
    assert now_of(tenant, row).next_attempt_at is None


def test_a_mail_that_is_refused_fails_and_another_is_written(tenant: Tenant) -> None:
    row = routed(tenant, a_customer(tenant, email="compta@tilleuls.example"))
    with open_post() as post:
        post.on_recipient = lambda address: "550 5.1.1 No such user"
        transmit(tenant)
        send(tenant, post)
        transmit(tenant, LATER)
        failed = now_of(tenant, row)
        assert (failed.state, failed.last_error) == ("failed", "550 5.1.1 No such user")
        post.on_recipient = lambda address: None
        retry(operator("tests", tenant.id), row.id)
        transmit(tenant)
        transmit(tenant, LATER)
        refused = now_of(tenant, row)
        assert refused.state == "failed", "nothing leaves for an address that is dead"
        assert refused.last_error.startswith("Courriel non envoyé")
        repaired(tenant, "compta@tilleuls.example")
        retry(operator("tests", tenant.id), row.id)
        transmit(tenant)
        send(tenant, post)
        transmit(tenant, LATER)
    assert now_of(tenant, row).state == "deposited"
    assert len(mails(tenant, "invoice")) == 3


@pytest.mark.slow
def test_the_real_document_arrives_whole(tenant: Tenant, chorus: Chorus, customer: Customer) -> None:
    """What the portal received is a Factur-X that says the number of the invoice."""
    invoice = an_invoice(tenant, customer)
    assert make_next(tenant.id)
    with transaction(system(tenant.id, "tests")) as tx:
        for message in tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "invoice.document")).all():
            transmitting.begin(tx, message)
            transmitting.begin(tx, message)
    assert transmitting.wanted(tenant.id) == 1
    assert transmitting.run(tenant.id, lambda: False) == 1
    (flow,) = chorus.portal.flows
    _, xml = get_xml_from_pdf(flow.content)
    assert flow.name == f"{invoice.number}.pdf"
    assert str(invoice.number).encode() in xml
