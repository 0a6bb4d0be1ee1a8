"""The ways invoices take: set, tried, closed; secrets stay inside; a customer's structure; deposits by hand."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from billing.models import ChannelAccount, Customer
from billing.queries.customer import get_customer
from billing.rules.channel_form import read_account
from billing.rules.portal_words import WORDS, word
from billing.rules.routing import channel_for, file_name, next_attempt, next_news, requirement_of
from billing.service.channel import list_channels, set_channel, try_channel
from billing.service.structure import check_customer
from billing.service.transmission import get_one, record_deposit, record_fate, retry, route, route_invoice
from kit import clock
from kit.actor import Actor, operator, system
from kit.address import address_fault, is_public
from kit.audit import AuditLine
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.portals import Chorus, a_chorus, a_made_invoice, now_of, open_chorus, routed, said_of, transmit
from tests.billing.rows import BUYER_SIRET, SELLER_SIRET, a_customer, a_draft, an_issuer
from tests.campaigns.files import a_person
from tests.peers.chorus.portal import Structure
from tests.services_catalog.market import a_facility

TODAY = clock.now().date()


@pytest.fixture
def chorus() -> Iterator[Chorus]:
    with a_chorus() as found:
        yield found


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("tests", tenant.id)


def account(tenant: Tenant) -> ChannelAccount:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(ChannelAccount)).one()


@pytest.mark.parametrize(
    ("wanted", "opened", "email", "channel"),
    [
        ("chorus_pro", ["chorus_pro"], "", "chorus_pro"),
        ("chorus_pro", ["platform"], "", "manual"),
        ("platform", [], "", "manual"),
        ("email", [], "a@b.fr", "email"),
        ("email", [], "", "manual"),
        ("manual", ["chorus_pro"], "", "manual"),
    ],
)
def test_the_way_of_a_customer(wanted: str, opened: list[str], email: str, channel: str) -> None:
    found, why = channel_for(wanted, opened, email)
    assert found == channel
    assert bool(why) == (found != wanted), "what is not the customer's way is said"


def test_names_of_files_and_hours() -> None:
    assert file_name("F2026-000001") == "F2026-000001.pdf"
    long = file_name("GRADeS/BRETAGNE-" * 5 + "2026-000001")
    assert len(long) <= 50
    assert long.endswith("2026-000001.pdf")
    assert file_name("é") == "facture.pdf"
    now = clock.now()
    assert [next_attempt(one, now) for one in (1, 2, 3)] == [now + timedelta(minutes=m) for m in (1, 2, 4)]
    assert next_attempt(13, now) == now + timedelta(hours=6)
    assert next_attempt(14, now) is None
    assert next_news(now, now) == now + timedelta(minutes=10)
    assert next_news(now - timedelta(days=500), now) is None
    assert requirement_of(True, True, False) == "both"
    assert requirement_of(True, True, True) == "either"
    assert word("STATUT_INCONNU").label == "Statut inconnu"
    assert all(one.label for one in WORDS.values())


def test_addresses() -> None:
    assert address_fault("https://api.piste.gouv.fr") == ""
    assert address_fault("http://127.0.0.1:8000/x") == ""
    assert address_fault("http://api.piste.gouv.fr")
    assert address_fault("https://api.piste.gouv.fr:port/")
    assert address_fault("https://" + "a" * 300)
    inside = ("127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "::ffff:192.168.0.1", "fec0::1", "100.64.0.1")
    wrapped = ("64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1")
    assert [one for one in (*inside, *wrapped) if is_public(one)] == []
    assert is_public("8.8.8.8")
    assert is_public("2a00:1450:4007:80c::200e")


GOOD = {"url": "https://pa.example/api", "token": "abc"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://pa.example"}, "url"),
        ({"token": ""}, "token"),
        ({"token": "a\nb"}, "token"),
        ({"token": "a" * 301}, "token"),
    ],
)
def test_settings_that_are_not_kept(changed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_account("platform", GOOD | changed, None, True, {}, ())
    assert set(refused.value.fields) == {field}


def test_a_secret_does_not_follow_to_another_address() -> None:
    """Whoever changes the address would read it there."""
    before = {"url": GOOD["url"]}
    assert read_account("platform", GOOD | {"token": ""}, None, True, before, ["token"]).secrets == {}
    with pytest.raises(Invalid) as refused:
        read_account("platform", {"url": "https://evil.example", "token": ""}, None, True, before, ["token"])
    assert "token" in refused.value.fields


def test_secrets_stay_inside(tenant: Tenant, chorus: Chorus, boss: Actor, database: str) -> None:
    """Sealed in the database, in no audit line, in no view."""
    open_chorus(tenant, chorus)
    with transaction(system(tenant.id, "tests")) as tx:
        (line,) = tx.session.scalars(select(AuditLine).where(AuditLine.action == "channel_account.set"))
        written = str(tx.session.execute(text("select settings::text || secrets from channel_account")).scalar())
    for secret in (chorus.portal.client_secret, chorus.portal.password):
        assert secret not in written
        assert secret not in str(line.facts)
        assert secret not in repr(list_channels(boss))
    assert {"client_secret", "password"} <= set(line.facts["changed"])
    shown = {one.channel: one for one in list_channels(boss)}
    assert shown["chorus_pro"].kept == {"client_secret", "password"}
    assert (shown["platform"].is_set, shown["platform"].is_open) == (False, False)


def test_a_channel_is_tried(tenant: Tenant, chorus: Chorus, boss: Actor) -> None:
    with pytest.raises(Conflict, match="pas réglée"):
        try_channel(boss, "chorus_pro")
    with pytest.raises(NotFound):
        try_channel(boss, "email")
    open_chorus(tenant, chorus, is_open=False)
    with pytest.raises(Conflict, match="identité de facturation"):
        try_channel(boss, "chorus_pro")
    an_issuer(tenant)
    chorus.portal.structures = [Structure(1, SELLER_SIRET, "GIP GRADeS Essai")]
    assert try_channel(boss, "chorus_pro").good
    chorus.portal.password = "changé ailleurs"
    tried = try_channel(boss, "chorus_pro")
    assert not tried.good
    assert "compte technique" in tried.sentence


def test_what_chorus_pro_wants_of_a_customer(tenant: Tenant, chorus: Chorus, boss: Actor) -> None:
    customer = a_customer(tenant, kind="public", channel="chorus_pro", service_code="COMPTA")
    with pytest.raises(Conflict, match="pas ouvert"):
        check_customer(boss, customer.id)
    open_chorus(tenant, chorus)
    with pytest.raises(Conflict, match="aucune structure"):
        check_customer(boss, customer.id)
    chorus.portal.structures = [Structure(9, BUYER_SIRET, "CH", service=True, engagement=True, services={"DSI": True})]
    checked = check_customer(boss, customer.id)
    assert (checked.structure.requirement, checked.service_is_known) == ("both", False)
    with transaction(system(tenant.id, "tests")) as tx:
        kept: Customer = get_customer(tx.session, customer.id)
    assert (kept.requirement, kept.revision) == ("both", 2)
    check_customer(boss, customer.id)
    chorus.portal.faults["structures/v1/rechercher"] = [500]
    with pytest.raises(Conflict):
        check_customer(boss, customer.id)


def test_a_closed_way_is_by_hand_and_says_so(tenant: Tenant, boss: Actor) -> None:
    row = routed(tenant, a_customer(tenant, channel="chorus_pro"))
    assert (row.channel, row.state, row.next_attempt_at) == ("manual", "waiting", None)
    assert row.last_error.startswith("La voie de ce client (Chorus Pro) n’est pas ouverte")
    assert transmit(tenant) == 0
    with transaction(system(tenant.id, "tests")) as tx:
        assert route_invoice(tx, row.invoice_id) is None, "told twice, made once"
    draft = a_draft(tenant, a_customer(tenant))
    with transaction(system(tenant.id, "tests")) as tx, pytest.raises(NotFound):
        route_invoice(tx, draft.id)


@pytest.mark.parametrize(
    ("reference", "on", "field"),
    [
        ("", TODAY, "reference"),
        ("x" * 101, TODAY, "reference"),
        ("12", None, "deposited_on"),
        ("12", TODAY + timedelta(days=2), "deposited_on"),
        ("12", TODAY - timedelta(days=9), "deposited_on"),
    ],
)
def test_a_deposit_by_hand_that_is_not_noted(tenant: Tenant, boss: Actor, reference: str, on: Any, field: str) -> None:
    row = routed(tenant, a_customer(tenant, channel="manual"))
    with pytest.raises(Invalid) as refused:
        record_deposit(boss, row.id, reference, on)
    assert set(refused.value.fields) == {field}


def test_a_deposit_by_hand_and_what_became_of_it(tenant: Tenant, boss: Actor) -> None:
    row = routed(tenant, a_customer(tenant, channel="manual"))
    with pytest.raises(Conflict):
        record_fate(boss, row.id, "accept")
    record_deposit(boss, row.id, " CPP  42 ", TODAY)
    with pytest.raises(Conflict):
        record_deposit(boss, row.id, "CPP 43", TODAY)
    kept = now_of(tenant, row)
    assert (kept.state, kept.external_reference, kept.next_attempt_at) == ("deposited", "CPP 42", None)
    record_fate(boss, row.id, "accept")
    with pytest.raises(Invalid):
        record_fate(boss, row.id, "reject", " ")
    record_fate(boss, row.id, "reject", "Engagement inconnu")
    assert now_of(tenant, row).last_error == "Engagement inconnu"
    assert sorted(said_of(tenant, row.id)) == ["ACCEPTATION_NOTEE", "DEPOT_MANUEL", "REJET_NOTE"]
    retry(boss, row.id)
    assert now_of(tenant, row).external_reference == ""


def test_another_way(tenant: Tenant, chorus: Chorus, boss: Actor) -> None:
    row = routed(tenant, a_customer(tenant, channel="manual"))
    with pytest.raises(Conflict, match="pas ouverte"):
        route(boss, row.id, "chorus_pro")
    with pytest.raises(Invalid):
        route(boss, row.id, "pigeon")
    open_chorus(tenant, chorus)
    route(boss, row.id, "chorus_pro")
    chorus.portal.faults["factures/v1/deposer/flux"] = [500]
    transmit(tenant)
    with pytest.raises(Conflict, match="Un dépôt est en cours"):
        route(boss, row.id, "email")
    transmit(tenant, timedelta(days=1))
    assert now_of(tenant, row).state == "deposited"
    with pytest.raises(Conflict, match="C’est le portail qui le dit"):
        record_fate(boss, row.id, "accept")


def test_what_somebody_noted_stands_when_the_answer_comes_late(tenant: Tenant, chorus: Chorus, boss: Actor) -> None:
    """Found on the portal by a person while our question was lost."""
    open_chorus(tenant, chorus)
    row = routed(tenant, a_customer(tenant, channel="chorus_pro"))
    chorus.portal.faults["factures/v1/deposer/flux"] = ["hang up after"]
    transmit(tenant)
    record_deposit(boss, row.id, chorus.portal.flows[0].number, TODAY)
    transmit(tenant, timedelta(days=1))
    assert len(chorus.portal.flows) == 1
    assert "DEPOSEE" in said_of(tenant, row.id)


def test_who_may(tenant: Tenant, chorus: Chorus) -> None:
    """The customer reads how its invoice goes; only the GRADeS acts."""
    facility, stranger = a_facility(tenant), a_person(tenant)
    row = routed(tenant, a_customer(tenant, facility, channel="manual"))
    assert get_one(facility.owner, row.id).transmission is not None
    with pytest.raises(NotFound):
        get_one(stranger, row.id)
    with pytest.raises(Forbidden):
        record_deposit(facility.owner, row.id, "12", TODAY)
    with pytest.raises(NotFound):
        retry(stranger, row.id)
    with pytest.raises(Forbidden):
        set_channel(facility.owner, "platform", GOOD, None, True)
    assert a_made_invoice(tenant, a_customer(tenant)).number
