"""Pages and API of transmissions: what to do, what was said, settings without secrets, faults that name their field."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app.rooms import permissions
from billing.models import Customer, Transmission
from kit.actor import operator
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.rules.roles import TENANT_ROLES
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.billing.portals import Chorus, a_chorus, now_of, open_chorus, routed, transmit
from tests.billing.rows import BUYER_SIRET, SELLER_SIRET, a_customer, an_issuer
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.peers.chorus.portal import Structure
from tests.services_catalog.market import Facility, a_facility

LIST, CHANNELS = "/staff/billing/transmissions", "/staff/billing/channels"


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """The browser of somebody of the GRADeS."""
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, TENANT_ROLES[2])
    return Browser(application, tenant).sign_in(person.email)


@pytest.fixture
def chorus(tenant: Tenant) -> Iterator[Chorus]:
    with a_chorus() as found:
        yield found


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    return a_customer(tenant, facility, kind="public", channel="chorus_pro", service_code="COMPTA")


def test_empty_views(grades: Browser) -> None:
    for view in ("todo", "waiting", "deposited", "accepted", "all", "nonsense"):
        answer = grades.get(f"{LIST}?view={view}")
        assert answer.status_code == 200
        assert "crrc-empty" in answer.text
    assert "Aucune facture ne correspond" in text_of(grades.get(f"{LIST}?words=rien"))


def test_by_hand_from_the_list_to_the_deposit(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    row = routed(tenant, customer)
    listed = text_of(grades.get(LIST))
    assert "À déposer à la main, puis à noter" in listed
    assert "La voie de ce client (Chorus Pro) n’est pas ouverte" in listed
    here = f"/invoices/{row.invoice_id}/transmission"
    assert "Noter un dépôt fait à la main" in text_of(grades.get(here))
    wrong = grades.post(f"{here}/deposit", {"reference": " ", "deposited_on-day": "31", "deposited_on-month": "2"})
    assert wrong.status_code == 422
    assert 'href="#reference"' in wrong.text
    assert 'href="#deposited_on-day"' in wrong.text
    today = row.created_at.astimezone().date()
    day = {"deposited_on-day": str(today.day), "deposited_on-month": str(today.month)}
    day["deposited_on-year"] = str(today.year)
    assert grades.post(f"{here}/deposit", {"reference": "CPP-77", **day}).status_code == 303
    shown = text_of(grades.get(here))
    assert "Dépôt noté à la main" in shown
    assert "CPP-77" in shown
    again = grades.post(f"{here}/deposit", {"reference": "CPP-78", **day})
    assert (again.status_code, "déjà été déposée" in text_of(again)) == (409, True)
    assert grades.post(f"{here}/reject", {"motive": ""}).status_code == 422
    assert grades.post(f"{here}/accept").status_code == 303
    assert grades.post(f"{here}/reject", {"motive": "Engagement inconnu"}).status_code == 303
    assert "Engagement inconnu" in text_of(grades.get(LIST))
    assert grades.post(f"{here}/retry", {"channel": "chorus_pro"}).status_code == 409
    assert grades.post(f"{here}/retry", {"channel": "pigeon"}).status_code == 422
    assert grades.post(f"{here}/retry", {"channel": "manual"}).status_code == 303
    assert grades.post(f"{here}/route", {"channel": "email"}).status_code == 303
    assert now_of(tenant, row).channel == "email"


def test_what_waits_for_a_worker_is_read_and_routed_elsewhere(
    grades: Browser, tenant: Tenant, facility: Facility
) -> None:
    row = routed(tenant, a_customer(tenant, facility, channel="email", email="compta@ajoncs.example"))
    here = f"/invoices/{row.invoice_id}/transmission"
    assert grades.get(here).status_code == 200
    assert grades.post(f"{here}/deposit", {"reference": "", "deposited_on-day": "31"}).status_code == 422
    assert grades.post(f"{here}/route", {"channel": "pigeon"}).status_code == 422
    assert grades.post(f"{here}/route", {"channel": "manual"}).status_code == 303


def test_settings_are_typed_tried_and_never_shown(grades: Browser, tenant: Tenant, chorus: Chorus) -> None:
    portal = chorus.portal
    assert "À régler" in text_of(grades.get(CHANNELS))
    form = grades.get(f"{CHANNELS}/chorus_pro")
    assert "https://api.piste.gouv.fr" in form.text
    assert grades.get(f"{CHANNELS}/pigeon").status_code == 404
    typed = {
        "oauth_url": f"{chorus.url}/api/oauth/token",
        "api_url": chorus.url,
        "client_id": portal.client_id,
        "client_secret": portal.client_secret,
        "login": portal.login,
        "password": portal.password,
        "expires_on-day": "1",
        "expires_on-month": "1",
        "expires_on-year": "2099",
        "is_open": "yes",
    }
    wrong = grades.post(f"{CHANNELS}/chorus_pro", typed | {"api_url": "http://piste.fr", "expires_on-day": "32"})
    assert wrong.status_code == 422
    assert 'href="#api_url"' in wrong.text
    assert 'href="#expires_on-day"' in wrong.text
    assert portal.password not in wrong.text, "what was typed comes back, secrets excepted"
    assert grades.post(f"{CHANNELS}/chorus_pro", typed).status_code == 303
    an_issuer(tenant)
    portal.structures = [Structure(1, SELLER_SIRET, "GIP GRADeS Essai")]
    assert grades.post(f"{CHANNELS}/chorus_pro/try").status_code == 303
    shown = grades.get(CHANNELS)
    assert "Votre structure y est connue" in text_of(shown)
    for secret in (portal.client_secret, portal.password):
        assert secret not in shown.text
        assert secret not in grades.get(f"{CHANNELS}/chorus_pro").text
    portal.faults["structures/v1/rechercher"] = [500]
    grades.post(f"{CHANNELS}/chorus_pro/try")
    assert "illisible" in text_of(grades.get(CHANNELS))
    kept = {name: value for name, value in typed.items() if name not in ("client_secret", "password")}
    assert grades.post(f"{CHANNELS}/chorus_pro", kept).status_code == 303, "secrets stay"
    moved = grades.post(f"{CHANNELS}/chorus_pro", kept | {"api_url": "https://ailleurs.example"})
    assert (moved.status_code, 'href="#password"' in moved.text) == (422, True)


def test_a_customer_is_checked(grades: Browser, tenant: Tenant, customer: Customer, chorus: Chorus) -> None:
    here = f"/staff/billing/customers/{customer.id}"
    grades.post(f"{here}/check")
    assert "n’est pas ouvert pour vous" in text_of(grades.get(here))
    open_chorus(tenant, chorus)
    chorus.portal.structures = [Structure(9, BUYER_SIRET, "CH de Brest", service=True, services={"DSI": True})]
    assert grades.post(f"{here}/check").status_code == 303
    shown = text_of(grades.get(here))
    assert "Chorus Pro connaît" in shown
    assert "Services ouverts : DSI." in shown


def test_as_many_queries_for_three_as_for_one(
    grades: Browser, tenant: Tenant, customer: Customer, chorus: Chorus, statements: list[str]
) -> None:
    open_chorus(tenant, chorus)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            row = routed(tenant, customer)
        transmit(tenant)
        statements.clear()
        assert grades.get(f"{LIST}?view=all").status_code == 200
        grades.get(f"/invoices/{row.invoice_id}/transmission")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_programs(application: Flask, tenant: Tenant, customer: Customer, facility: Facility) -> None:
    rows = [routed(tenant, customer) for _ in range(3)]
    boss = operator("tests", tenant.id)
    known = list(permissions())
    client = application.test_client()

    def program(**inside: Any) -> Callable[..., Any]:
        _, secret = create_token(boss, "compta", ["transmission"], known_scopes=known, **inside)
        headers = {"Authorization": f"Bearer {secret}"}
        return lambda method, path, body=None: client.open(
            f"/api/v1/{tenant.slug}{path}", method=method, json=body, headers=headers
        )

    ask = program(roles=["grades_manager"])
    first = ask("GET", "/transmissions?view=todo&limit=2").json
    assert [one["id"] for one in first["items"]] == [str(rows[2].id), str(rows[1].id)]
    rest = ask("GET", f"/transmissions?limit=2&after={first['after']}").json
    assert ([one["id"] for one in rest["items"]], rest["after"]) == ([str(rows[0].id)], None)
    assert ask("GET", "/transmissions?view=pigeon").status_code == 422
    here = f"/transmissions/{rows[0].id}"
    assert ask("POST", f"{here}/deposit", {"reference": "", "deposited_on": "hier"}).status_code == 422
    day = rows[0].created_at.date().isoformat()
    deposited = ask("POST", f"{here}/deposit", {"reference": "CPP-1", "deposited_on": day})
    assert (deposited.status_code, deposited.json["state"]) == (200, "deposited")
    assert ask("POST", f"{here}/deposit", {"reference": "CPP-1", "deposited_on": day}).status_code == 409
    rejected = ask("POST", f"{here}/fate", {"fate": "reject", "motive": "Doublon"}).json
    assert sorted(one["label"] for one in rejected["events"]) == ["Dépôt noté à la main", "Rejet noté à la main"]
    assert ask("POST", f"{here}/retry", {}).json["state"] == "waiting"
    assert ask("POST", f"{here}/route", {"channel": "email"}).json["channel"] == "email"
    assert ask("GET", f"/transmissions/{uuid4()}").status_code == 404
    own = program(finess_ej=facility.finess_ej, roles=["owner"])
    assert own("GET", here).json["number"] == rejected["number"], "its customer reads how it goes"
    with transaction(boss) as tx:
        tx.session.get_one(Transmission, (tenant.id, rows[0].id)).last_error = "PISTE refuse le secret."
    assert (own("GET", here).json["said"], ask("GET", here).json["said"]) == ("", "PISTE refuse le secret.")
    assert own("GET", "/transmissions").status_code == 403
    assert own("POST", f"{here}/retry", {}).status_code == 403
