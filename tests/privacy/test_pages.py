"""Pages of privacy: one's own, and the GRADeS's; what is typed wrong names its field; statements do not grow."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from kit import clock
from kit.actor import Actor
from privacy.rules.retention import KINDS, defaults
from privacy.service.breach import open_breach
from privacy.service.exporting import run_exports
from privacy.service.request import ask
from privacy.service.retention import adopt_periods
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.privacy.people import a_breach, a_grades, request_of, somebody
from tests.privacy.test_rules import WHOLE
from tests.services_catalog.market import a_facility

pytestmark = pytest.mark.usefixtures("no_limits")
STAFF_PAGES = (
    "/staff/privacy",
    "/staff/privacy/requests",
    "/staff/privacy/requests/new",
    "/staff/privacy/register",
    "/staff/privacy/register/comptes",
    "/staff/privacy/register/new",
    "/staff/privacy/retention",
    "/staff/privacy/breaches",
    "/staff/privacy/breaches/new",
)


@pytest.fixture
def boss(application: Flask, tenant: Tenant) -> Browser:
    """A manager of the GRADeS."""
    return Browser(application, tenant).sign_in(a_grades(tenant).email)


@pytest.fixture
def me(application: Flask, tenant: Tenant) -> tuple[Actor, Browser]:
    """Somebody of a facility."""
    person = somebody(tenant, a_facility(tenant).organisation.id, email=f"moi@{tenant.slug}.invalid")
    return person, Browser(application, tenant).sign_in(person.email)


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_the_grades_reads_and_nobody_else(application: Flask, tenant: Tenant, boss: Browser, path: str) -> None:
    assert boss.get(path).status_code == 200
    for role in ("ars_manager", "ars_instructor"):
        assert Browser(application, tenant).sign_in(a_person(tenant, role).email).get(path).status_code == 403
    assert Browser(application, tenant).get(path).status_code == 303


def test_my_page_says_what_is_kept_and_gives_it(tenant: Tenant, me: tuple[Actor, Browser]) -> None:
    person, browser = me
    said = text_of(browser.get("/account/privacy"))
    assert "Places dans des organismes" in said
    assert browser.post("/account/privacy/copies").status_code == 303
    assert "En préparation" in text_of(browser.get("/account/privacy"))
    run_exports(tenant.id, lambda: False)
    links = re.findall(r'href="([^"]+/copies/[^"]+)"', browser.get("/account/privacy").text)
    answers = [browser.client.get(link) for link in links]
    assert [answer.mimetype for answer in answers] == ["application/pdf", "application/json"]
    assert all("attachment" in answer.headers["Content-Disposition"] for answer in answers)
    assert json.loads(answers[1].data)["person"]["email"] == person.email


def test_a_consent_is_given_and_taken_back(me: tuple[Actor, Browser]) -> None:
    browser = me[1]
    browser.post("/account/privacy/consents", {"purpose": "news", "given": "yes"})
    assert "Vous avez dit oui" in text_of(browser.get("/account/privacy"))
    browser.post("/account/privacy/consents", {"purpose": "news", "given": "no"})
    assert "Vous avez dit oui" not in text_of(browser.get("/account/privacy"))
    assert browser.post("/account/privacy/consents", {"purpose": "spy", "given": "yes"}).status_code == 404


def test_a_request_from_asking_to_its_answer(tenant: Tenant, me: tuple[Actor, Browser], boss: Browser) -> None:
    browser = me[1]
    assert browser.post("/account/privacy/requests/new", {"kind": "nothing"}).status_code == 422
    assert browser.post("/account/privacy/requests/new", {"kind": "objection", "details": "Stop"}).status_code == 303
    assert browser.post("/account/privacy/requests/new", {"kind": "objection"}).status_code == 409
    path = re.findall(r'href="(/[^"]+/staff/privacy/requests/[0-9a-f-]{36})"', boss.get("/staff/privacy").text)[0]
    path = path.removeprefix(f"/{tenant.slug}")
    short = boss.post(f"{path}/answer", {"answer": "ok"})
    assert short.status_code == 422
    assert 'href="#answer"' in short.text
    refused = boss.post(f"{path}/refuse", {"answer": "non"})
    assert 'href="#refusal"' in refused.text
    assert boss.post(f"{path}/extend", {"reason": ""}).status_code == 422
    assert boss.post(f"{path}/answer", {"answer": "Nous ne vous écrirons plus."}).status_code == 303
    assert "Nous ne vous écrirons plus." in text_of(browser.get("/account/privacy"))


def test_an_erasure_is_read_before_it_is_done(tenant: Tenant, me: tuple[Actor, Browser], boss: Browser) -> None:
    person, browser = me
    asked = ask(person, "erasure", "")
    path = f"/staff/privacy/requests/{asked.id}/erase"
    assert "Ce qui restera" in text_of(boss.get(path))
    assert boss.post(path, {}).status_code == 422
    assert boss.post(path, {"understood": "yes", "spellings": "Paul"}).status_code == 422
    assert boss.post(path, {"understood": "yes", "heir-x": "y"}).status_code == 303
    assert request_of(tenant, asked.id).state == "erasing"
    assert browser.get("/account").status_code == 303
    assert boss.post(path, {"understood": "yes"}).status_code == 409


def test_a_letter_is_written_down(boss: Browser) -> None:
    answer = boss.post("/staff/privacy/requests/new", {"name": "J"})
    assert answer.status_code == 422
    for field in ("kind", "channel", "received_on", "name", "identity"):
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text


def test_the_register_is_changed_and_taken_away(boss: Browser) -> None:
    page = boss.get("/staff/privacy/register/journal")
    typed = dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n([^<]*)</textarea>', page.text))
    changed = typed | {"title": "Journal", "recipients": "=cmd|' /C calc'!A0", "number": "0"}
    assert boss.post("/staff/privacy/register/journal", changed | {"basis": ""}).status_code == 422
    assert boss.post("/staff/privacy/register/journal", changed).status_code == 303
    assert boss.post("/staff/privacy/register/journal", changed).status_code == 412  # somebody was faster
    assert boss.post("/staff/privacy/register/new", changed | {"title": "Enquête"}).status_code == 303
    sheet = boss.get("/staff/privacy/register.csv").data.decode("utf-8-sig")
    assert "'=cmd|" in sheet
    found = json.loads(boss.get("/staff/privacy/register.json").data)
    assert {"journal", "propre-enquete", "comptes"} <= {one["key"] for one in found["processings"]}
    for path in ("/staff/privacy/register.pdf", "/staff/privacy/annex.pdf"):
        assert boss.get(path).data.startswith(b"%PDF")
    assert (
        boss.post("/staff/privacy/register/propre-enquete", changed | {"number": "1", "retire": "yes"}).status_code
        == 303
    )
    found = json.loads(boss.get("/staff/privacy/register.json").data)
    assert "propre-enquete" not in {one["key"] for one in found["processings"]}
    assert boss.get("/staff/privacy/register/nulle-part").status_code == 404


def test_periods_are_adopted(boss: Browser) -> None:
    assert "pas encore adoptées" in text_of(boss.get("/staff/privacy/retention"))
    typed = {key: str(months) for key, months in defaults().items()} | {"revision": "0"}
    wrong = boss.post("/staff/privacy/retention", typed | {"audit": "2"})
    assert (wrong.status_code, 'href="#audit"' in wrong.text) == (422, True)
    assert boss.post("/staff/privacy/retention", typed).status_code == 303
    assert boss.post("/staff/privacy/retention", typed).status_code == 412
    assert all(kind.title.split("\xa0")[0] in text_of(boss.get("/staff/privacy/retention")) for kind in KINDS)


def test_a_breach_from_first_words_to_its_end(tenant: Tenant, boss: Browser) -> None:
    nothing = boss.post("/staff/privacy/breaches/new", {})
    assert (nothing.status_code, 'href="#facts"' in nothing.text) == (422, True)
    seen = clock.now() - timedelta(hours=100)
    typed = {
        "title": "Ordinateur perdu",
        "facts": "Un ordinateur a été perdu dans un train.",
        "detected_at-date": f"{seen:%Y-%m-%d}",
        "detected_at-time": f"{seen:%H:%M}",
    }
    made = boss.post("/staff/privacy/breaches/new", typed)
    path = made.headers["Location"].removeprefix(f"/{tenant.slug}")
    assert "Délai de 72 heures dépassé" in text_of(boss.get(path))
    assert boss.post(f"{path}/close").status_code == 409
    told = {"told_at-date": f"{clock.now():%Y-%m-%d}", "told_at-time": "00:00", "reference": "CNIL-42"}
    late = boss.post(f"{path}/notify", told)
    assert late.status_code == 422
    assert "late_reason" in late.text
    assert boss.post(path, {"title": "T", "facts": "", "revision": "1"}).status_code == 422
    assert boss.post(path, typed | {"revision": "9"}).status_code == 412
    assert boss.get(f"{path}.pdf").data.startswith(b"%PDF")
    for name in ("../../etc/passwd", "0"):
        assert boss.get(f"/staff/privacy/breaches/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/account/privacy", "mine"),
        ("/staff/privacy", "overview"),
        ("/staff/privacy/requests", "overview"),
        ("/staff/privacy/breaches", "overview"),
        ("/staff/privacy/register", "register"),
        ("/staff/privacy/retention", "retention"),
    ],
)
def test_statements_do_not_grow(
    tenant: Tenant,
    me: tuple[Actor, Browser],
    boss: Browser,
    statements: list[str],
    path: str,
    more: str,
) -> None:
    person, browser = me
    reader = browser if more == "mine" else boss
    kinds: list[Callable[[], object]] = [
        lambda: ask(person, "objection", ""),
        lambda: ask(person, "access", ""),
        lambda: ask(person, "restriction", ""),
    ]

    def grow(times: int) -> None:
        for _ in range(times):
            kinds.pop()()
            a_breach(tenant)

    def count() -> int:
        reader.get(path)
        statements.clear()
        assert reader.get(path).status_code == 200
        return len(statements)

    grow(1)
    once = count()
    grow(2)
    assert count() == once


def test_a_closed_breach_shows_its_account(tenant: Tenant, boss: Browser) -> None:
    from privacy.service.breach import close_breach

    manager = a_grades(tenant)
    breach = open_breach(manager, "Un titre", clock.now(), WHOLE)
    close_breach(manager, breach.id)
    said = text_of(boss.get(f"/staff/privacy/breaches/{breach.id}"))
    assert "Sans notification à la CNIL" in said
    assert WHOLE.measures in said
    adopt_periods(manager, {key: str(months) for key, months in defaults().items()}, 0)


def test_the_public_page_says_the_periods_that_were_adopted(application: Flask, tenant: Tenant) -> None:
    visitor = Browser(application, tenant)
    assert "Pas d’effacement automatique" in text_of(visitor.get("/personal-data"))
    typed = {key: str(months) for key, months in defaults().items()} | {"notification": "18"}
    adopt_periods(a_grades(tenant), typed, 0)
    said = text_of(visitor.get("/personal-data"))
    assert "18\xa0mois après leur écriture" in visitor.get("/personal-data").text
    assert "2\xa0ans" in visitor.get("/personal-data").text
    assert "la donnée reste jusqu’à ce qu’une personne" not in said
