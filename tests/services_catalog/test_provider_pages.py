"""The pages of providers: each opens, says what it must, refuses in a sentence, and asks as much of the database."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from services_catalog.service.paper import tag_of
from services_catalog.service.provider_file import Filters, list_providers, view_provider
from services_catalog.service.qualification import add_qualification
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import Supplier, a_supplier
from tests.services_catalog.provider_forms import a_qualification

Open = Callable[..., Browser]
PROFILE = {
    "name": "Breizh Audit",
    "siret": "732 829 320 00074",
    "summary": "Audits & exercices",
    "zones": "35",
    "other_zones": "44, 53",
    "skills": "exercise",
    "capacity_half_days": "24",
    "travel_minutes": "45",
    "contacts.0.name": "Katell Riou",
    "contacts.0.email": "katell@breizh.invalid",
    "email": "katell@breizh.invalid",
    "function": "Directrice",
}
DAYS = {"starts_on-day": "1", "starts_on-month": "1", "starts_on-year": "2026"}
QUALIFICATION = DAYS | {
    "kind": "pris",
    "scope": "Réponse",
    "reference": "PRIS-9",
    "ends_on-day": "31",
    "ends_on-month": "3",
    "ends_on-year": "2027",
}


@pytest.fixture
def open_as(application: Flask, tenant: Tenant) -> Open:
    """The browser of somebody with a role in the region, the GRADeS's manager without one."""
    return lambda role="grades_manager": Browser(application, tenant).sign_in(a_person(tenant, role).email)


@pytest.fixture
def supplier(tenant: Tenant) -> Supplier:
    """A provider."""
    return a_supplier(tenant)


def test_a_provider_is_made_from_its_form(open_as: Open) -> None:
    browser = open_as()
    assert "Aucun prestataire pour l’instant" in text_of(browser.get("/staff/providers"))
    assert browser.get("/staff/providers/new").status_code == 200
    wrong = browser.post("/staff/providers/new", PROFILE | {"siret": "12", "capacity_half_days": "douze", "email": "k"})
    assert wrong.status_code == 422
    said = text_of(wrong)
    for sentence in ("Ce SIRET n’est pas valable", "de 0 à 2000", "Il manque l’arobase"):
        assert sentence in said
    assert 'value="douze"' in wrong.text
    assert 'value="44 53"' in wrong.text
    done = browser.post("/staff/providers/new", PROFILE, follow_redirects=True)
    assert "Breizh Audit a un compte" in text_of(done)
    for word in ("Ille-et-Vilaine (35)", "Loire-Atlantique (44)", "Katell Riou", "732 829 320 00074"):
        assert word in text_of(done)


def test_the_profile_is_edited_and_a_stale_one_is_told(open_as: Open, supplier: Supplier) -> None:
    browser, path = open_as(), f"/providers/{supplier.provider.id}/edit"
    assert supplier.provider.name in browser.get(path).text
    saved = browser.post(path, PROFILE | {"revision": "1"}, follow_redirects=True)
    assert "La fiche est enregistrée" in text_of(saved)
    stale = browser.post(path, PROFILE | {"revision": "1", "name": "Autre nom"})
    assert (stale.status_code, "Un collègue a modifié" in text_of(stale)) == (412, True)
    assert 'value="Autre nom"' in stale.text


@pytest.mark.parametrize(
    ("kind", "form", "wrong", "said"),
    [
        ("qualification", QUALIFICATION, {"ends_on-year": "2025"}, "ne peut pas précéder"),
        ("insurance", QUALIFICATION | {"insurer": "Mutuelle", "policy": "RC1"}, {"policy": ""}, "numéro du contrat"),
        (
            "consultant",
            {"name": "Maël Cozic", "email": "mael@breizh.invalid", "department": "35", "active": "yes"},
            {"department": ""},
            "code d’un département",
        ),
        (
            "subcontractor",
            {
                "name": "Penn Kalet",
                "purpose": "Animation",
                "declared_on-day": "2",
                "declared_on-month": "11",
                "declared_on-year": "2026",
            },
            {"accepted_on-day": "31", "accepted_on-month": "2", "accepted_on-year": "2026"},
            "laissez les trois cases vides",
        ),
    ],
)
def test_a_paper_is_added_changed_and_refused(
    tenant: Tenant, open_as: Open, supplier: Supplier, kind: str, form: dict[str, str], wrong: dict[str, str], said: str
) -> None:
    browser, path = open_as(), f"/providers/{supplier.provider.id}/{kind}s"
    assert browser.get(f"{path}/new").status_code == 200
    refused = browser.post(f"{path}/new", form | wrong)
    assert (refused.status_code, said in text_of(refused)) == (422, True)
    assert "est enregistré" in text_of(browser.post(f"{path}/new", form, follow_redirects=True))
    file = view_provider(a_person(tenant, "grades_manager"), supplier.provider.id)
    kept = max(getattr(file, f"{kind}s"), key=lambda one: one.id)
    assert browser.get(f"{path}/{kept.id}").status_code == 200
    stale = browser.post(f"{path}/{kept.id}", form | {"tag": "ancien"})
    assert (stale.status_code, "relisez la fiche" in text_of(stale)) == (412, True)
    assert browser.post(f"{path}/{kept.id}", form | {"tag": tag_of(kept)}).status_code == 303
    if kind != "consultant":
        assert browser.post(f"{path}/{kept.id}/remove", {"tag": tag_of(kept)}).status_code == 303
        assert browser.get(f"{path}/{kept.id}").status_code == 404


def test_a_subcontractor_is_accepted_from_the_file(open_as: Open, supplier: Supplier, tenant: Tenant) -> None:
    browser, path = open_as(), f"/providers/{supplier.provider.id}/subcontractors"
    form = {"name": "Penn Kalet", "purpose": "Animation"}
    dates = {"declared_on-day": "2", "declared_on-month": "11", "declared_on-year": "2025"}
    assert "À accepter" in text_of(browser.post(f"{path}/new", form | dates, follow_redirects=True))
    kept = view_provider(a_person(tenant, "grades_manager"), supplier.provider.id).subcontractors[0]
    assert "Accepté le" in text_of(browser.post(f"{path}/{kept.id}/accept", follow_redirects=True))


def test_a_suspension_says_what_becomes_of_the_missions(open_as: Open, supplier: Supplier) -> None:
    browser, path = open_as(), f"/providers/{supplier.provider.id}"
    assert "continuent jusqu’à leur terme" in text_of(browser.get(f"{path}/suspend"))
    assert "Ce prestataire est suspendu" in text_of(browser.post(f"{path}/suspend", follow_redirects=True))
    again = browser.post(f"{path}/suspend")
    assert (again.status_code, "déjà suspendu" in text_of(again)) == (409, True)
    assert browser.get(f"{path}/resume").status_code == 200
    assert "de nouvelles missions" in text_of(browser.post(f"{path}/resume", follow_redirects=True))


def test_the_list_answers_who_is_fit(tenant: Tenant, open_as: Open, supplier: Supplier) -> None:
    unqualified = a_supplier(tenant, None)
    browser = open_as("ars_instructor")
    assert "peut intervenir" in text_of(browser.get("/staff/providers"))
    asked = text_of(browser.get("/staff/providers?family=audit&qualification=passi&department=35&on=2026-12-08"))
    assert f"{unqualified.provider.name} n’est pas qualifié PASSI à la date du 8 décembre 2026." in asked
    assert asked.index(supplier.provider.name) < asked.index(unqualified.provider.name)
    for wrong in ("family=cuisine", "on=demain", "department=999", "after=x", "state=parti"):
        assert browser.get(f"/staff/providers?{wrong}").status_code == 422
    assert "Choisissez une famille" in text_of(browser.get("/staff/providers?qualification=passi"))
    assert browser.get("/staff/providers?endpoint=x&_external=1&tenant=y&text=%00").status_code < 500
    assert "Ce qui prend fin" in text_of(browser.get("/staff/providers/validity"))


def test_its_people_see_their_file_and_what_they_may_change(
    application: Flask, tenant: Tenant, supplier: Supplier
) -> None:
    browser, path = Browser(application, tenant).sign_in(supplier.owner.email), f"/providers/{supplier.provider.id}"
    file = text_of(browser.get(path))
    assert "Ajouter un consultant" in file
    assert "Suspendre" not in file
    assert "Modifier la fiche" not in file
    assert browser.get(f"{path}/edit").status_code == 403
    assert browser.get(f"{path}/qualifications/new").status_code == 403
    assert browser.get(f"{path}/consultants/new").status_code == 200
    assert browser.get("/staff/providers").status_code == 403
    assert browser.get("/staff/providers/new").status_code == 403


def test_its_people_manage_their_colleagues_and_see_nothing_of_the_facilities(
    application: Flask, tenant: Tenant, supplier: Supplier
) -> None:
    browser = Browser(application, tenant).sign_in(supplier.owner.email)
    account = text_of(browser.get("/account"))
    assert "Prestataire – Responsable du compte" in account
    assert "FINESS" not in account
    people = f"/organisations/{supplier.provider.id}/members"
    assert "conduit les missions, gère les personnes" in text_of(browser.get(people))
    added = browser.post(people, {"email": "soizic@armor.invalid", "role": "editor"}, follow_redirects=True)
    assert "soizic@armor.invalid fait maintenant partie du compte" in text_of(added)
    assert browser.get("/candidacies").status_code == 403
    assert "Mes dossiers" not in account


@pytest.mark.parametrize("path", ["/staff/providers", "/staff/providers/validity", "/providers/"])
def test_a_page_asks_as_much_of_the_database_for_three_as_for_one(
    tenant: Tenant, open_as: Open, supplier: Supplier, statements: list[str], path: str
) -> None:
    browser, grades = open_as(), a_person(tenant, "grades_manager")
    whole = path + str(supplier.provider.id) if path.endswith("/") else path
    browser.get(whole)
    sent = []
    for _ in range(2):
        before = len(statements)
        assert browser.get(whole).status_code == 200
        sent.append(len(statements) - before)
        for number in range(2):
            a_supplier(tenant)
            add_qualification(grades, supplier.provider.id, a_qualification(date(2027, 1, 1 + number)))
    assert sent[0] == sent[1] < 14
    assert len(list_providers(grades, Filters()).rows) == 5
