"""The pages of accounts: finding one's organisation, asking, answering; what the GRADeS looks through."""

import re
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kit import clock
from kit.actor import Actor, operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.account_review import open_reviews
from tenants.service.colleague import add_member
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.campaigns.applying import DURING, a_call, a_legal_entity
from tests.tenants.claiming import PNG, WHY, want_proof

pytestmark = pytest.mark.usefixtures("no_limits")
Person = Callable[[str], Actor]
SHUT = (403, 404)  # whoever is in no organisation is told no before anything is looked for


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """The GRADeS's browser."""
    grant_role(operator("tests", tenant.id), "gestion@esante.fr", "grades_manager")
    return Browser(application, tenant).sign_in("gestion@esante.fr")


def ask(browser: Browser, number: str, **form: object) -> TestResponse:
    """Send the form of a request."""
    data = {"number": number, "function": "Comptable", "evidence": WHY, "role": "editor", **form}
    return browser.post("/claims", data, content_type="multipart/form-data")  # type: ignore[arg-type]


def claim_of(answer: TestResponse) -> str:
    """The path of the request that an answer leads to, inside the portal."""
    assert answer.status_code == 303, text_of(answer)
    return "/" + answer.location.split("/", 2)[2]


def test_one_finds_ones_organisation_by_name_or_number_and_opens_it(browser: Browser) -> None:
    """The whole way, without JavaScript."""
    number, _ = a_legal_entity(name="Association des Genêts d’Essai")
    browser.sign_in("directrice@genets.fr")
    assert browser.get("/claims/new").status_code == 200
    assert browser.get("/claims/new?q=").status_code == 422
    assert browser.get("/claims/new?q=zzzzzzzz").status_code == 422
    found = browser.get("/claims/new?q=genets essai rennes")
    assert f"number={number}" in found.text
    assert browser.get(f"/claims/new?q={number}").location.endswith(f"/claims/entity?number={number}")
    page = browser.get(f"/claims/entity?number={number}")
    assert "Cet organisme n’a pas encore de compte" in text_of(page)
    assert 'name="evidence"' not in page.text
    wrong = ask(browser, number, function="")
    assert (wrong.status_code, "function-error" in wrong.text) == (422, True)
    opened = ask(browser, number)
    assert opened.location.endswith("/members")
    assert "Association des Genêts d’Essai » est ouvert" in text_of(browser.client.get(opened.location))
    assert "Vous faites déjà partie de ce compte" in text_of(browser.get(f"/claims/entity?number={number}"))


@pytest.mark.parametrize("typed", ["350000001", "x", "", "\0", "9" * 300])
def test_a_number_that_leads_to_nobody_says_so(browser: Browser, typed: str) -> None:
    browser.sign_in("a@b.fr")
    assert browser.get("/claims/entity", query_string={"number": typed}).status_code == 422
    assert ask(browser, typed).status_code == 422
    assert browser.get("/claims/new", query_string={"q": typed}).status_code in (200, 422)


def test_a_closed_organisation_has_no_account(browser: Browser) -> None:
    number, _ = a_legal_entity(is_open=False)
    browser.sign_in("a@b.fr")
    answer = browser.get(f"/claims/entity?number={number}")
    assert (answer.status_code, "fermé" in text_of(answer)) == (422, True)


def test_a_request_with_a_file_is_answered_by_an_owner(application: Flask, tenant: Tenant, person: Person) -> None:
    number, _ = a_legal_entity()
    organisation = join_organisation(person("directrice@lilas.fr"), number, "Les Lilas", "Directrice")
    asker = Browser(application, tenant).sign_in("comptable@lilas.fr")
    page = asker.get(f"/claims/entity?number={number}")
    assert "Cet organisme a déjà un compte" in text_of(page)
    assert "directrice" not in page.text.replace("par exemple directrice", "").replace("Par exemple directrice", "")
    path = claim_of(ask(asker, number, file=(BytesIO(PNG), "carte.png")))
    mine = asker.get(path)
    assert "attend une réponse" in text_of(mine)
    assert "Accepter la demande" not in text_of(mine)
    assert asker.get(f"/organisations/{organisation.id}/members").status_code in SHUT
    owner = Browser(application, tenant).sign_in("directrice@lilas.fr")
    assert "demande à rejoindre ce compte" in text_of(owner.get(f"/organisations/{organisation.id}/members"))
    proof = owner.get(f"{path}/proof")
    assert (proof.mimetype, proof.get_data()) == ("image/png", PNG)
    assert proof.headers["Content-Disposition"].startswith("attachment")
    assert proof.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in proof.headers["Content-Security-Policy"]
    assert owner.post(f"{path}/accept", {"role": "king"}).status_code == 422
    assert owner.post(f"{path}/refuse", {"reason": ""}).status_code == 422
    assert owner.post(f"{path}/accept", {"role": "reader"}).status_code == 303
    again = owner.post(f"{path}/accept", {"role": "owner"})
    assert (again.status_code, "déjà reçu une réponse" in text_of(again)) == (409, True)
    assert asker.get(f"/organisations/{organisation.id}/members").status_code == 200
    assert "Acceptée" in text_of(asker.get("/account"))


@pytest.mark.parametrize(
    ("name", "content"),
    [("page.png", b"<html><script>alert(1)</script>"), ("page.html", PNG)],
    ids=["html in disguise", "named html"],
)
def test_a_file_that_is_none_is_refused_by_its_field(
    browser: Browser, person: Person, name: str, content: bytes
) -> None:
    number, _ = a_legal_entity()
    join_organisation(person("directrice@lilas.fr"), number, "Les Lilas", "Directrice")
    browser.sign_in("comptable@lilas.fr")
    answer = ask(browser, number, file=(BytesIO(content), name))
    assert (answer.status_code, 'id="file-error"' in answer.text) == (422, True)
    assert WHY in answer.text


def test_a_request_is_nobody_elses_business(application: Flask, tenant: Tenant, person: Person) -> None:
    number, _ = a_legal_entity()
    join_organisation(person("directrice@lilas.fr"), number, "Les Lilas", "Directrice")
    path = claim_of(ask(Browser(application, tenant).sign_in("comptable@lilas.fr"), number))
    join_organisation(person("voisin@roses.fr"), a_legal_entity()[0], "Les Roses", "Directeur")
    stranger = Browser(application, tenant).sign_in("voisin@roses.fr")
    for address in (path, f"{path}/proof"):
        assert stranger.get(address).status_code == 404
    for act in ("accept", "refuse", "withdraw"):
        assert stranger.post(f"{path}/{act}", {"role": "owner", "reason": "parce que"}).status_code == 404
    assert stranger.get(f"/claims/{uuid4()}").status_code == 404
    visitor = Browser(application, tenant)
    assert visitor.get(path).status_code == 303
    asker = Browser(application, tenant).sign_in("comptable@lilas.fr")
    assert asker.post(f"{path}/withdraw").status_code == 303
    assert "Retirée" in text_of(asker.get(path))


def test_where_a_proof_comes_first_the_grades_opens_from_its_list(
    application: Flask, tenant: Tenant, grades: Browser
) -> None:
    want_proof(tenant)
    number, _ = a_legal_entity(name="Association des Ormes")
    asker = Browser(application, tenant).sign_in("directrice@ormes.fr")
    page = asker.get(f"/claims/entity?number={number}")
    assert "après avoir vérifié" in text_of(page)
    path = claim_of(ask(asker, number))
    listed = grades.get("/staff/organisations")
    assert "1 demande en attente" in text_of(listed).replace("\xa0", " ")
    assert path in listed.text
    shown = grades.get(path)
    assert "cette personne en sera responsable" in text_of(shown)
    assert "Association des Ormes" in text_of(shown)
    assert grades.post(f"{path}/accept", {"role": "owner"}).status_code == 303
    assert "Association des Ormes" in text_of(asker.get("/account"))


def test_the_grades_checks_confirms_entrusts_and_closes(
    application: Flask, tenant: Tenant, person: Person, grades: Browser
) -> None:
    number, _ = a_legal_entity(name="Association des Houx", siren="123456782")
    organisation = join_organisation(person("declarant@houx.fr"), number, "Association des Houx", "Directeur")
    listed = grades.get("/staff/organisations")
    said = text_of(listed).replace("\xa0", " ")
    assert "1 compte à vérifier" in said
    assert "declarant@houx.fr" in said
    assert "SIREN 123456782" in said
    path = f"/staff/organisations/{organisation.id}"
    assert grades.post(f"{path}/confirm", {"back": "list"}).location.endswith("/staff/organisations")
    assert "compte à vérifier" not in text_of(grades.get("/staff/organisations"))
    assert grades.post(f"{path}/transfer", {"email": "x", "function": ""}).status_code == 422
    assert grades.post(f"{path}/transfer", {"email": "vraie@houx.fr", "function": "Directrice"}).status_code == 303
    assert "vraie@houx.fr" in text_of(grades.get(path))
    assert "declarant@houx.fr" not in text_of(grades.get(path))
    unsure = grades.post(f"{path}/close")
    assert (unsure.status_code, "Cochez la case" in text_of(unsure)) == (422, True)
    assert grades.post(f"{path}/close", {"sure": "yes"}).status_code == 303
    assert "Plus personne" in text_of(grades.get(path))
    assert grades.get("/staff/organisations?q=houx").status_code == 200
    assert grades.get("/staff/organisations?after=x").status_code == 404
    assert grades.get(f"/staff/organisations/{uuid4()}").status_code == 404


def test_the_grades_opens_an_account_for_somebody(grades: Browser) -> None:
    number, _ = a_legal_entity(name="Association des Saules")
    assert grades.get("/staff/organisations/new").status_code == 200
    assert grades.get("/staff/organisations/new?number=1").status_code == 422
    assert "Association des Saules" in text_of(grades.get(f"/staff/organisations/new?number={number}"))
    form = {"number": number, "email": "x", "function": "Directrice"}
    assert grades.post("/staff/organisations", form).status_code == 422
    opened = grades.post("/staff/organisations", {**form, "email": "directrice@saules.fr"})
    assert opened.status_code == 303
    assert "directrice@saules.fr" in text_of(grades.client.get(opened.location))
    again = grades.post("/staff/organisations", {**form, "email": "autre@saules.fr"})
    assert (again.status_code, "quelqu’un le gère" in text_of(again)) == (409, True)


def test_the_ars_reads_and_changes_nothing(application: Flask, tenant: Tenant, person: Person) -> None:
    number, _ = a_legal_entity()
    organisation = join_organisation(person("declarant@houx.fr"), number, "Les Houx", "Directeur")
    grant_role(operator("tests", tenant.id), "ars@ars.fr", "ars_manager")
    ars = Browser(application, tenant).sign_in("ars@ars.fr")
    page = ars.get(f"/staff/organisations/{organisation.id}")
    assert page.status_code == 200
    assert 'method="post" action="/' + f"{tenant.slug}/staff" not in page.text
    for act in ("confirm", "transfer", "close"):
        assert ars.post(f"/staff/organisations/{organisation.id}/{act}", {"sure": "yes"}).status_code in (403, 422)
    assert "confirmé" not in text_of(ars.get(f"/staff/organisations/{organisation.id}")).replace("Pas encore", "")
    facility = Browser(application, tenant).sign_in("declarant@houx.fr")
    assert facility.get("/staff/organisations").status_code == 403


def test_where_a_file_is_refused_the_page_leads_to_a_request(
    application: Flask, tenant: Tenant, person: Person
) -> None:
    """At the foot of the candidacy's refusal."""
    number, edition = a_legal_entity()
    call = a_call(tenant, edition)
    want_proof(tenant)
    browser = Browser(application, tenant)
    with clock.frozen(DURING):
        browser.sign_in("directrice@lilas.fr")
        answer = browser.post(f"/campaigns/{call.slug}/candidacies", {"number": number, "function": "Directrice"})
    assert answer.status_code == 409
    assert "vérifie d’abord" in text_of(answer)
    assert f"/claims/entity?number={number}" in answer.text


@pytest.mark.parametrize("path", ["/staff/organisations", "/staff/people", "/reviews", "/account", "/portals"])
def test_lists_cost_the_same_for_one_and_for_three(
    path: str, tenant: Tenant, person: Person, grades: Browser, statements: list[str]
) -> None:
    counts = []
    for rank in (1, 2, 3):
        number, _ = a_legal_entity()
        organisation = join_organisation(person("gestion@esante.fr"), number, f"Organisme {rank}", "Directeur")
        other, _ = a_legal_entity()
        join_organisation(person("autre@x.fr"), other, f"Autre {rank}", "Directeur")
        add_member(person("gestion@esante.fr"), organisation.id, f"p{rank}@x.fr", "reader")
        grant_role(operator("tests", tenant.id), f"q{rank}@x.fr", "ars_instructor")
        assert ask(grades, other).status_code == 303
        with transaction(system(tenant.id, "tests")) as tx:
            open_reviews(tx)
        if rank == 2:
            continue
        grades.get(path)
        statements.clear()
        assert grades.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_pages_hold_together_with_long_names(browser: Browser) -> None:
    number, _ = a_legal_entity(name="Association " + "départementale " * 12)
    browser.sign_in("directrice@longue.fr")
    assert ask(browser, number).status_code == 303
    assert re.search("départementale", text_of(browser.get("/account")))
