"""What the portal says of itself: at the foot of every page, complete, and true to the code."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Table
from werkzeug.routing import Rule

import migrations.tables  # noqa: F401 (every table)
from app import legal
from app.auth import view_permission
from app.rooms import permissions
from kit.actor import anonymous, operator
from kit.db import Base
from kit.permissions import allows
from tenants.models import Tenant
from tenants.service.sign_in import make_sign_in_link
from tests.browser import Browser, text_of

pytestmark = pytest.mark.usefixtures("no_limits")
PATHS = ("/site-map", "/accessibility", "/legal-notice", "/personal-data", "/cookies", "/contact", "/status")
FOOT = re.compile(r"<footer.*</footer>", re.DOTALL)
LINK = re.compile(r'<a class="govuk-link" href="([^"]+)"( aria-current="page")?>([^<]+)</a>')
COOKIE = re.compile(r"^(\w+)=(?:.*Max-Age=(\d+))?", re.MULTILINE)
# Who is kept where, and the row of « Données personnelles » that says so. A new table of people needs its row.
SPOKEN_FOR = {
    "user_account": "Compte",
    "membership": "Compte",
    "organisation_member": "Place dans un organisme",
    "organisation_claim": "Place dans un organisme",
    "account_review": "Place dans un organisme",
    "answer_revision": "Dossier",
    "submission": "Dossier",
    "attachment": "Dossier",
    "attachment_upload": "Dossier",
    "award": "Dossier",
    "campaign_version": "Appels et instruction",
    "review": "Appels et instruction",
    "decision": "Appels et instruction",
    "service_version": "Catalogue, marché et prestataires",
    "price_schedule": "Catalogue, marché et prestataires",
    "price_revision": "Catalogue, marché et prestataires",
    "consultant": "Catalogue, marché et prestataires",
    "quote": "Commandes et missions",
    "purchase_order": "Commandes et missions",
    "booking": "Commandes et missions",
    "waiting_entry": "Commandes et missions",
    "calendar_feed": "Commandes et missions",
    "deliverable": "Commandes et missions",
    "acceptance": "Commandes et missions",
    "reserve": "Commandes et missions",
    "satisfaction": "Commandes et missions",
    "time_movement": "Commandes et missions",
    "time_sheet": "Commandes et missions",
    "adhesion_fee": "Factures et paiements",
    "bank_statement": "Factures et paiements",
    "checkout": "Factures et paiements",
    "customer": "Factures et paiements",
    "invoice": "Factures et paiements",
    "issue_run": "Factures et paiements",
    "issuer": "Factures et paiements",
    "bank_line": "Factures et paiements",
    "matching": "Factures et paiements",
    "online_refund": "Factures et paiements",
    "payment": "Factures et paiements",
    "payment_account": "Factures et paiements",
    "subscription": "Factures et paiements",
    "transmission_event": "Factures et paiements",
    "vat_rule": "Factures et paiements",
    "notification": "Courriels et notifications",
    "notification_preference": "Courriels et notifications",
    "suppressed_address": "Courriels et notifications",
    "mail_report": "Courriels et notifications",
    "tenant_export": "Exports du portail",
    "api_token": "Programmes",
    "api_client": "Programmes",
    "webhook_endpoint": "Programmes",
    "audit_line": "Journal des actions",
    "sign_in_link": "Connexion",
    "session": "Connexion",
    "external_identity": "ProConnect et Pro Santé Connect",
    "totp_secret": "Second facteur",
    "passkey": "Second facteur",
    "recovery_code": "Second facteur",
    "consent": "Vos demandes et vos accords",
    "privacy_request": "Vos demandes et vos accords",
    "personal_export": "Vos demandes et vos accords",
    "processing_version": "Protection des données",
    "retention_policy": "Protection des données",
    "breach": "Protection des données",
    "breach_revision": "Protection des données",
}


def open_rules(app: Flask) -> Iterator[Rule]:
    """The pages of a portal that anybody reaches without knowing a name, a number or a secret."""
    for rule in app.url_map.iter_rules():
        if rule.arguments == {"tenant"} and "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            action = view_permission(app, rule.endpoint, "GET")
            if action is not None and allows(permissions(), anonymous(None), action):
                yield rule


def open_pages(browser: Browser) -> dict[str, str]:
    """Their paths inside the portal → what they show. Style sheets and redirections are no pages."""
    paths = [rule.rule.removeprefix("/<tenant>") for rule in open_rules(browser.client.application)]
    answers = {path: browser.get(path) for path in paths}
    return {
        path: answer.text
        for path, answer in answers.items()
        if (answer.status_code, answer.mimetype) == (200, "text/html")
    }


def foot(html: str) -> list[tuple[str, str, str]]:
    """Address, mark and words of the links at the foot of a page."""
    found = FOOT.search(html)
    assert found is not None
    return LINK.findall(found[0])


def people_are_in(table: Table) -> bool:
    """Whether rows of this table point at a person, or hold an address or a name of one."""
    points = any(key.column.table.name == "user_account" for key in table.foreign_keys)
    return points or not {"email", "actor_name", "counterpart", "payer"}.isdisjoint(table.columns.keys())


@pytest.mark.parametrize("path", PATHS)
def test_each_page_speaks_for_its_portal(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    content = re.sub(r"<(header|footer).*?</\1>", "", answer.text, flags=re.DOTALL)
    assert browser.tenant.name in content
    assert "à compléter" not in content
    assert (f"mailto:{browser.tenant.contact_email}" in content) == (path not in ("/site-map", "/cookies"))
    assert not re.search(r"[\w)»’] [;:!?](?=[\s<])|« | »", re.sub(r"<[^>]+>", "", content))


def test_every_page_leads_to_them(browser: Browser) -> None:
    links = zip(PATHS, legal.links("none"), strict=True)
    wanted = [(f"/{browser.tenant.slug}{path}", words) for path, (words, _) in links]
    pages = open_pages(browser) | {"/nulle-part": browser.get("/nulle-part").text}
    browser.sign_in("pied@x.fr")
    pages |= {path: browser.get(path).text for path in ("/account", "/candidacies", "/notifications")}
    assert len(pages) > 10
    for path, html in pages.items():
        links = foot(html)
        assert [(href, words) for href, _, words in links[:7]] == wanted, path
        assert [href for href, mark, _ in links if mark] == [href for href, _ in wanted if href.endswith(path)], path


def test_outside_a_portal_nobody_is_named(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    for path in ("/", "/nulle-part"):
        assert [words for _, _, words in foot(client.get(path).text)] == ["API"]
    assert client.get("/personne/contact").status_code == 404


def test_the_map_leads_to_every_open_page(browser: Browser) -> None:
    said_elsewhere = {"/site-map", "/sign-in/sent"}
    found = set(re.findall(r'href="([^"]+)"', re.sub(r"<(header|footer).*?</\1>", "", browser.get("/site-map").text)))
    home = f"/{browser.tenant.slug}"
    assert {f"{home}{path}" for path in open_pages(browser).keys() - said_elsewhere} <= found
    browser.sign_in("plan@x.fr")
    assert f'href="{home}/candidacies"' in browser.get("/site-map").text


def test_non_conforme_is_said_and_who_hears_complaints(browser: Browser) -> None:
    said = text_of(browser.get("/accessibility"))
    assert "Ce portail est non conforme au" in said
    assert "aucun audit" in said
    assert "Défenseur des droits" in said
    assert "Libre réponse 71120" in said


def test_the_cookies_are_those_that_are_set(application: Flask, browser: Browser) -> None:
    """And live as long as they say."""
    secret = make_sign_in_link(operator("tests", browser.tenant.id), "biscuit@x.fr", "/")
    answers = [
        application.test_client().get(f"/{browser.tenant.slug}/sign-in"),
        browser.post(f"/sign-in/{secret}"),
        browser.post("/account", {"name": "Anne"}),
    ]
    lives = dict(COOKIE.findall("\n".join(line for answer in answers for line in answer.headers.getlist("Set-Cookie"))))
    said = text_of(browser.get("/cookies"))
    assert re.findall(r"crrc_\w+", said) == ["crrc_session", "crrc_browser", "crrc_notice"]
    assert lives == {"crrc_session": str(12 * 3600), "crrc_browser": str(180 * 24 * 3600), "crrc_notice": ""}
    assert re.findall(r"12 heures|180 jours|fermeture du navigateur", said) == [
        "12 heures",
        "180 jours",
        "fermeture du navigateur",
    ]


def test_what_is_kept_about_people_is_said(browser: Browser) -> None:
    assert {table.name for table in Base.metadata.tables.values() if people_are_in(table)} == SPOKEN_FOR.keys()
    said = browser.get("/personal-data").text
    for row in set(SPOKEN_FOR.values()):
        assert f'<th scope="row" role="rowheader">{row}<' in said
