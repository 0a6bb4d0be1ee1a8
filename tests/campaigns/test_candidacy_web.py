"""The pages of a file, as a browser without script sees them."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from campaigns.models import Campaign
from kit import clock, signing
from kit.actor import system
from kit.transaction import transaction
from tenants.models import OrganisationMember, Tenant
from tenants.service.account import take_account
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.campaigns.applying import AFTER, CLOSES, DURING, OPENS, a_call, a_legal_entity
from tests.campaigns.forms import COMPLETE

EMAIL = "anne@ehpad-des-lilas.fr"
SECTIONS = ("project", "systems", "referent-interne", "engagements-pris")


@pytest.fixture(autouse=True)
def during_the_window() -> Iterator[None]:
    with clock.frozen(DURING):
        yield


@pytest.fixture
def manager(browser: Browser) -> Browser:
    """Somebody signed in."""
    return browser.sign_in(EMAIL)


@pytest.fixture
def visitor(application: Flask, tenant: Tenant) -> Callable[[str], Browser]:
    """Somebody else's browser, signed in."""
    return lambda email: Browser(application, tenant).sign_in(email)


def start(manager: Browser, **facts: Any) -> tuple[str, Campaign]:
    """A file begun: the path of its task list."""
    ej, edition = a_legal_entity(**facts)
    call = a_call(manager.tenant, edition)
    answer = manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    assert answer.status_code == 303
    return answer.location.removeprefix(f"/{manager.tenant.slug}"), call


def write(manager: Browser, path: str, section: str, version: int = 10_000, **typed: str) -> TestResponse:
    """Send a section as its form would: what is not named is sent empty."""
    known = {key: value for key, value in COMPLETE.items() if belongs(key, section)}
    return manager.post(f"{path}/sections/{section}", {"version": str(version), **known, **typed})


def belongs(key: str, section: str) -> bool:
    prefixes = {"referent-interne": ("referent.",), "engagements-pris": ("commitment.", "signatory.")}
    own = prefixes.get(section)
    return key.startswith(own) if own else section == "project" and "." not in key


def fill(manager: Browser, path: str) -> None:
    for section in SECTIONS:
        assert write(manager, path, section).status_code == 303


def version_of(page: TestResponse) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.get_data(as_text=True))
    assert found is not None
    return found[1]


def join(manager: Browser, email: str, role: str = "editor") -> None:
    """The person becomes a member of the manager's organisation."""
    with transaction(system(manager.tenant.id, "tests")) as tx:
        boss = take_account(tx, EMAIL)
        place = tx.session.query(OrganisationMember).filter_by(user_id=boss.id).one()
        user = take_account(tx, email)
        same = {"organisation_id": place.organisation_id, "function": "Cadre", "joined_at": tx.now}
        tx.add(OrganisationMember(user_id=user.id, role=role, **same))


def test_from_a_number_to_a_receipt_without_any_script(manager: Browser) -> None:
    ej, edition = a_legal_entity(sites=3, name="Association des Ajoncs")
    call = a_call(manager.tenant, edition)
    assert "Aucun dossier" in text_of(manager.get("/candidacies"))
    assert "Numéro de votre organisme" in text_of(manager.get(f"/campaigns/{call.slug}/apply"))
    known = text_of(manager.get(f"/campaigns/{call.slug}/apply?number={ej}"))
    assert "Association des Ajoncs" in known
    assert "Voir les 3 établissements" in known
    answer = manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    path = answer.location.removeprefix(f"/{manager.tenant.slug}")
    assert "n’est pas encore déposé" in text_of(manager.get(path))
    for section in SECTIONS:
        assert manager.get(f"{path}/sections/{section}").status_code == 200
        assert write(manager, path, section).status_code == 303
    check = manager.get(f"{path}/submit")
    assert "Déposer ma candidature" in text_of(check)
    done = manager.post(f"{path}/submit", {"version": version_of(check)}, follow_redirects=True)
    assert "Votre candidature est déposée" in text_of(done)
    code = re.search(r"/receipts/([0-9A-Z-]{24})", done.get_data(as_text=True))
    assert code is not None
    assert "Cet accusé de réception est valable" in text_of(manager.get(f"/receipts/{code[1]}"))
    assert "Déposé" in text_of(manager.get("/candidacies"))
    assert "c’est celui qui compte" in text_of(manager.get(path))


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(manager: Browser) -> None:
    path, _ = start(manager)
    answer = write(manager, path, "project", beds="quarante")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>Erreur\u00a0: Votre projet" in text
    assert 'href="#beds"' in text
    assert 'value="quarante"' in text
    shown = manager.get(f"{path}/sections/project").get_data(as_text=True)
    assert 'value="quarante"' in shown
    assert "À corriger" in text_of(manager.get(path))


def test_a_text_that_cannot_be_kept_stays_on_the_page(manager: Browser) -> None:
    path, _ = start(manager)
    long = "é" * 50_001
    answer = write(manager, path, "project", why=long)
    assert answer.status_code == 422
    assert long in answer.get_data(as_text=True)
    assert 'value="40"' in manager.get(f"{path}/sections/project").get_data(as_text=True)


def test_autosave_says_when_it_saved(manager: Browser) -> None:
    path, _ = start(manager)
    body = {"version": "1", "changed": "beds", "beds": "40", "level": "beginner"}
    answer = manager.post(f"{path}/autosave", body, headers={"Accept": "application/json"})
    assert answer.json == {"version": "2", "saved_text": "Enregistré à 22\u00a0h\u00a014.", "problems": {}}
    shown = manager.get(f"{path}/sections/project").get_data(as_text=True)
    assert 'value="40"' in shown
    assert 'value="beginner" checked' not in shown


def test_two_tabs_end_in_a_comparison(manager: Browser) -> None:
    path, _ = start(manager)
    write(manager, path, "project", version=1, why="Premier onglet")
    said = manager.post(f"{path}/autosave", {"version": "1", "changed": "why", "why": "Second onglet"}).json
    assert said is not None
    assert said["conflicts"] == ["why"]
    assert said["conflict_url"].endswith("/conflicts")
    answer = write(manager, path, "project", version=1, why="Second onglet")
    assert answer.location.endswith("/conflicts")
    page = manager.get(f"{path}/conflicts")
    assert "Premier onglet" in text_of(page)
    assert "Second onglet" in text_of(page)
    nothing = manager.post(f"{path}/conflicts", {"version": version_of(page)})
    assert nothing.status_code == 422
    assert 'href="#choice-why"' in nothing.get_data(as_text=True)
    chosen = manager.post(f"{path}/conflicts", {"version": version_of(page), "choice-why": "mine"})
    assert chosen.location.endswith(path)
    assert "Second onglet" in manager.get(f"{path}/sections/project").get_data(as_text=True)
    assert manager.get(f"{path}/conflicts").status_code == 303


def test_a_second_too_late(manager: Browser) -> None:
    path, _ = start(manager)
    fill(manager, path)
    with clock.frozen(AFTER):
        manager.sign_in(EMAIL)
        answer = manager.post(f"{path}/submit", {"version": "10000"})
        assert answer.status_code == 409
        text = text_of(answer).replace("\u00a0", " ")
        assert "La fenêtre est close depuis le 23 septembre 2025 à 23 h 59 (heure de Paris)" in text
        assert "Votre brouillon est conservé." in text
        assert "Ce dossier n’a pas été déposé" in text_of(manager.get(path))
        assert "n’a pas été déposé" in text_of(manager.get("/candidacies"))
    with clock.frozen(CLOSES + timedelta(milliseconds=999)):
        manager.sign_in(EMAIL)
        assert manager.post(f"{path}/submit", {"version": "10000"}).status_code == 303


def test_before_the_opening_one_prepares(manager: Browser) -> None:
    ej, edition = a_legal_entity()
    call = a_call(manager.tenant, edition)
    with clock.frozen(OPENS - timedelta(hours=3)):
        answer = manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
        path = answer.location.removeprefix(f"/{manager.tenant.slug}")
        fill(manager, path)
        check = manager.get(f"{path}/submit")
        assert "ne sont pas encore ouverts" in text_of(check)
        assert "Déposer ma candidature" not in text_of(check)
        assert manager.post(f"{path}/submit", {"version": "1000"}).status_code == 409


def test_what_is_missing_leads_to_its_field(manager: Browser) -> None:
    path, _ = start(manager)
    check = manager.get(f"{path}/submit").get_data(as_text=True)
    assert "13\u00a0réponses à donner ou à corriger" in check
    assert "/sections/project?check=1#why" in check
    refused = manager.post(f"{path}/submit", {"version": "10000"})
    assert refused.status_code == 422
    assert "n’est pas déposé" in text_of(refused)
    assert 'href="#beds"' in manager.get(f"{path}/sections/project?check=1").get_data(as_text=True)


def test_a_colleague_wrote_since_it_was_read(manager: Browser, visitor: Callable[[str], Browser]) -> None:
    path, _ = start(manager)
    fill(manager, path)
    read = version_of(manager.get(f"{path}/submit"))
    join(manager, "gwenael@ehpad-des-lilas.fr")
    write(visitor("gwenael@ehpad-des-lilas.fr"), path, "project", beds="41")
    answer = manager.post(f"{path}/submit", {"version": read})
    assert answer.status_code == 412
    assert "Gwenael" in text_of(answer)
    assert "41" in text_of(answer)
    assert manager.post(f"{path}/submit", {"version": version_of(answer)}).status_code == 303


def test_withdrawing_asks_first_and_is_not_the_end(manager: Browser) -> None:
    path, _ = start(manager)
    fill(manager, path)
    manager.post(f"{path}/submit", {"version": "10000"})
    assert "Retirer ce dossier" in text_of(manager.get(f"{path}/withdraw"))
    gone = manager.post(f"{path}/withdraw", follow_redirects=True)
    assert "Ce dossier est retiré" in text_of(gone)
    assert manager.post(f"{path}/submit", {"version": "10000"}).location.endswith("/submissions/2")
    first = text_of(manager.get(f"{path}/submissions/1"))
    assert "Ce dépôt a été remplacé" in first
    with clock.frozen(AFTER):
        manager.sign_in(EMAIL)
        assert manager.post(f"{path}/withdraw").status_code == 409


def test_the_content_is_downloaded_byte_for_byte(manager: Browser) -> None:
    path, _ = start(manager)
    fill(manager, path)
    manager.post(f"{path}/submit", {"version": "10000"})
    content = manager.get(f"{path}/submissions/1/content.json").get_data()
    page = manager.get(f"{path}/submissions/1").get_data(as_text=True)
    assert signing.sha256(content) in re.sub(r"\s", "", page)
    assert json.loads(content)["sections"][0]["title"] == "Votre projet"


def test_a_reader_reads(manager: Browser, visitor: Callable[[str], Browser]) -> None:
    path, _ = start(manager)
    fill(manager, path)
    join(manager, "lecteur@ehpad-des-lilas.fr", "reader")
    reader = visitor("lecteur@ehpad-des-lilas.fr")
    page = reader.get(f"{path}/sections/project")
    assert page.status_code == 200
    assert "Enregistrer" not in text_of(page)
    assert write(reader, path, "project", beds="1").status_code == 403
    assert reader.post(f"{path}/submit").status_code == 403
    assert "Déposer ma candidature" not in text_of(reader.get(f"{path}/submit"))


def test_a_stranger_finds_nothing(manager: Browser, visitor: Callable[[str], Browser]) -> None:
    path, _ = start(manager)
    fill(manager, path)
    manager.post(f"{path}/submit", {"version": "10000"})
    stranger = visitor("curieux@ailleurs.fr")
    addresses = [
        "",
        "/submit",
        "/withdraw",
        "/conflicts",
        "/sections/project",
        "/submissions/1",
        "/submissions/1/content.json",
    ]
    for address in addresses:
        assert stranger.get(f"{path}{address}").status_code in (403, 404), address
    for address in ("/submit", "/withdraw", "/autosave", "/conflicts", "/sections/project"):
        assert stranger.post(f"{path}{address}").status_code in (403, 404), address
    assert manager.get(f"/candidacies/{uuid4()}").status_code == 404
    assert manager.get(f"{path}/sections/nothing").status_code == 404
    assert manager.get(f"{path}/submissions/9").status_code == 404


def test_somebody_elses_organisation_says_whom_to_ask(manager: Browser, visitor: Callable[[str], Browser]) -> None:
    ej, edition = a_legal_entity()
    call = a_call(manager.tenant, edition)
    manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    stranger = visitor("curieux@ailleurs.fr")
    answer = stranger.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Curieux"})
    assert answer.status_code == 409
    assert "a…@ehpad-des-lilas.fr" in text_of(answer)


@pytest.mark.parametrize("number", ["", "abc", "999999999", "%00", "%F0%9F%92%A3", "9" * 3000])
def test_an_odd_number_gets_a_sentence(manager: Browser, number: str) -> None:
    _, edition = a_legal_entity()
    call = a_call(manager.tenant, edition)
    answer = manager.get(f"/campaigns/{call.slug}/apply?number={number}")
    assert answer.status_code in (200, 422)
    sent = manager.post(f"/campaigns/{call.slug}/candidacies", {"number": number, "function": "x\x00"})
    assert sent.status_code == 422


@pytest.mark.parametrize("version", ["", "-1", "1.5", "99999999999999999999", "é", "\x00"])
def test_odd_versions_and_values_never_break(manager: Browser, version: str) -> None:
    path, _ = start(manager)
    odd = {
        "version": version,
        "changed": "beds",
        "beds": "\x00\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    }
    assert manager.post(f"{path}/autosave", odd).status_code == 200
    assert manager.post(f"{path}/autosave", {"version": version, "changed": "nothing"}).status_code == 422
    assert manager.post(f"{path}/sections/project", {"version": version, "why": "\x00" * 10}).status_code in (303, 422)
    assert manager.post(f"{path}/conflicts", {"version": version, "choice-why": "\x00"}).status_code < 500
    assert manager.post(f"{path}/submit", {"version": version}).status_code == 422


def test_as_many_queries_for_one_file_as_for_three(manager: Browser, statements: list[str]) -> None:
    path, _ = start(manager)
    assert path
    del statements[:]
    manager.get("/candidacies")
    one = len(statements)
    start(manager)
    start(manager)
    del statements[:]
    manager.get("/candidacies")
    assert len(statements) == one


def test_the_number_of_the_only_organisation_is_not_typed_twice(manager: Browser) -> None:
    ej, edition = a_legal_entity()
    call = a_call(manager.tenant, edition)
    page = f"/campaigns/{call.slug}/apply"
    assert 'value=""' in number_field(manager.get(page))
    assert "Indiquez le numéro" in text_of(manager.get(f"{page}?number="))
    manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    assert f'value="{ej}"' in number_field(manager.get(page))


def test_the_lines_of_an_answer_stay_apart_when_it_is_read_again(manager: Browser) -> None:
    write(manager, path := start(manager)[0], "project", why="Savoir qui appeler.\r\nTenir <deux> jours.")
    assert "appeler.<br>Tenir &lt;deux&gt; jours." in manager.get(f"{path}/submit").get_data(as_text=True)


def number_field(page: TestResponse) -> str:
    return "".join(re.findall(r'<input[^>]*name="number"[^>]*>', page.get_data(as_text=True)))


def test_somebody_else_s_organisation_says_whom_to_write_to(manager: Browser, application: Flask) -> None:
    ej, edition = a_legal_entity()
    call = a_call(manager.tenant, edition)
    manager.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    other = Browser(application, manager.tenant).sign_in("nouvelle@ehpad.test")
    refused = other.post(f"/campaigns/{call.slug}/candidacies", {"number": ej, "function": "Directrice"})
    assert f"mailto:{manager.tenant.contact_email}" in refused.get_data(as_text=True)


def test_a_visitor_signs_in_and_comes_back(browser: Browser) -> None:
    answer = browser.get("/campaigns/exercice/apply?number=350000014")
    assert answer.status_code == 303
    assert "sign-in?next=" in answer.location
    assert "apply" in answer.location


def test_a_receipt_is_public_and_says_nothing_about_people(
    manager: Browser, browser: Browser, application: Flask
) -> None:
    path, _ = start(manager)
    fill(manager, path)
    page = manager.post(f"{path}/submit", {"version": "10000"}, follow_redirects=True)
    code = re.search(r"/receipts/([0-9A-Z-]{24})", page.get_data(as_text=True))
    assert code is not None
    anybody = Browser(application, manager.tenant)
    shown = anybody.get(f"/receipts/{code[1]}")
    assert "valable" in text_of(shown)
    for person in ("Le Goff", "Tanguy", "anne.legoff", "02 99"):
        assert person not in text_of(shown)
    pdf = anybody.get(f"/receipts/{code[1]}.pdf")
    assert (pdf.mimetype, pdf.get_data()[:5]) == ("application/pdf", b"%PDF-")
    for name in ("attestation.json", "signature.bin", "cle.pem"):
        assert anybody.get(f"/receipts/{code[1]}/{name}").status_code == 200
    assert anybody.get(f"/receipts?code={code[1].lower().replace('-', ' ')}").location.endswith(code[1])
    assert anybody.get("/receipts").status_code == 200
    for odd in ("/receipts/abc", "/receipts/abc.pdf", "/receipts?code=abc", "/receipts/abc/cle.pem"):
        answer = anybody.get(odd)
        assert answer.status_code == 404
        assert "Aucun accusé de réception" in text_of(answer)


def test_the_authority_is_led_to_what_was_submitted(manager: Browser, visitor: Callable[[str], Browser]) -> None:
    path, _ = start(manager)
    fill(manager, path)
    grant_role(system(manager.tenant.id, "tests"), "instructeur@ars.fr", "ars_instructor")
    instructor = visitor("instructeur@ars.fr")
    assert instructor.get(path).status_code in (403, 404)
    manager.post(f"{path}/submit", {"version": "10000"})
    assert instructor.get(path).location.endswith(f"/staff{path}")
    read = instructor.get(f"{path}/submissions/1")
    assert (read.status_code, "Votre candidature est déposée" in text_of(read)) == (200, False)
    assert instructor.get(f"{path}/sections/project").status_code == 403
