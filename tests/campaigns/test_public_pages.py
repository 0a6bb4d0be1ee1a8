"""What everybody reads without an account: the portal's home, a call, the check, the calendar."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from campaigns.service.campaign import save_campaign
from campaigns.service.publication import publish_campaign
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor
from kit.document.source import read_yaml
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.calls import AFTER, BEFORE, DURING, paris, save
from tests.campaigns.documents import EXAMPLES
from tests.campaigns.register import CLOSED, OUTSIDE, SESSAD, TILLEULS, TWINS

SLUG = "bretagne-2025-exercice"


@pytest.fixture
def published(manager: Actor, traps: RegistryEdition) -> None:
    """Both real calls, published."""
    with clock.frozen(BEFORE):
        for name in (SLUG, "bretagne-2025-cyberdiagnostic"):
            save_campaign(manager, read_yaml((EXAMPLES / f"{name}.yaml").read_bytes()))
            publish_campaign(manager, name)


def read(browser: Browser, path: str, at: datetime = DURING, status: int = 200) -> str:
    with clock.frozen(at):
        response = browser.get(path)
    assert response.status_code == status, text_of(response)
    return text_of(response).replace("\u00a0", " ")


def test_an_empty_portal_says_what_will_come(browser: Browser) -> None:
    assert "Aucun appel ouvert pour le moment" in read(browser, "/")


@pytest.mark.parametrize(
    ("at", "heading", "words"),
    [
        (BEFORE, "Appels à venir", "Ouvre le mardi 9 septembre 2025 à 16 h (heure de Paris)"),
        (DURING, "Appels ouverts", "Clôture dans 13 jours et 14 heures"),
        (AFTER, "Appels passés", "Clos depuis le mardi 23 septembre 2025 à 23 h 59"),
    ],
)
def test_the_home_follows_the_clock(browser: Browser, published: None, at: datetime, heading: str, words: str) -> None:
    text = read(browser, "/", at)
    assert heading in text
    assert words in text
    assert text.count("Exercice de gestion de crise cyber") == 1


def test_the_home_asks_as_much_of_the_database_for_one_call_and_for_three(
    browser: Browser, manager: Actor, traps: RegistryEdition, statements: list[str]
) -> None:
    counts = []
    read(browser, "/")
    for number in range(3):
        with clock.frozen(BEFORE):
            save(manager, {"slug": f"essai-{number}"})
            publish_campaign(manager, f"essai-{number}")
        statements.clear()
        assert read(browser, "/").count("Un appel pour essayer.") == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts


def test_a_call_says_when_who_and_how(browser: Browser, published: None) -> None:
    text = read(browser, f"/campaigns/{SLUG}")
    for words in (
        "Appel à manifestation d’intérêt, 1re phase",
        "Il reste 13 jours et 14 heures",
        "La dernière seconde acceptée est 23 h 59 min 59 s",
        "du 9 septembre à 16 h au 23 septembre 2025 à 23 h 59",
        "du 24 au 30 septembre 2025",
        "le 1er octobre 2025 à 9 h",
        "EHPAD (500)",
        "Ille-et-Vilaine (35)",
        "Désigner un référent interne",
        "Cyberdiagnostic",
        "Commencer ma candidature",
    ):
        assert words in text, words
    assert "Gérer cette campagne" not in text
    assert "Les dépôts sont clos" in read(browser, f"/campaigns/{SLUG}", AFTER)


def test_a_draft_is_not_there_for_strangers(browser: Browser, manager: Actor) -> None:
    save(manager)
    for path in ("", "/check", "/check?q=350001012", "/calendar.ics"):
        read(browser, f"/campaigns/essai{path}", status=404)
        read(browser, f"/campaigns/inconnue{path}", status=404)


def test_another_portal_does_not_show_it(
    application: Flask, make_tenant: Callable[..., Tenant], published: None
) -> None:
    elsewhere = Browser(application, make_tenant())
    assert "Exercice de gestion" not in read(elsewhere, "/")
    for path in ("", "/check?q=350001012", "/calendar.ics"):
        read(elsewhere, f"/campaigns/{SLUG}{path}", status=404)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Indiquez un numéro ou un nom"),
        (OUTSIDE.number, "Cet organisme est éligible"),
        (f" {OUTSIDE.number[:2]} {OUTSIDE.number[2:5]} {OUTSIDE.number[5:]}", "Cet organisme est éligible"),
        (SESSAD.number, "Cet organisme n’est pas éligible"),
        (CLOSED.number, "Cet organisme ne peut pas candidater"),
        (OUTSIDE.establishments[0].number, "Un établissement, pas un organisme"),
        ("350000001", "ne figure pas dans le registre"),
        ("732829320", "De quelle structure s’agit-il"),
        ("tilleuls", "De quelle structure s’agit-il"),
        ("zzzzzz", "Aucune structure ne porte ce nom"),
        ("35900260", "Écrivez le numéro seul"),
        ("FINESS n° 359002608", "Écrivez le numéro seul"),
        ("<script>alert(1)</script>", "Aucune structure"),
        ("%", "Aucune structure"),
        ("a\0b", "Aucune structure"),
        ("é" * 5000, "Aucune structure"),
    ],
)
def test_checking_by_number_or_by_name(browser: Browser, published: None, typed: str, words: str) -> None:
    with clock.frozen(DURING):
        response = browser.get(f"/campaigns/{SLUG}/check", query_string={"q": typed})
    assert response.status_code == 200
    assert words in text_of(response).replace("\u00a0", " ")
    assert "<script>alert" not in response.get_data(as_text=True)


def test_a_choice_leads_to_the_answer_and_the_answer_to_the_file(browser: Browser, published: None) -> None:
    with clock.frozen(DURING):
        choice = browser.get(f"/campaigns/{SLUG}/check?q=jumeau").get_data(as_text=True)
        assert all(f"check?q={one.number}" in choice for one in TWINS)
        answer = browser.get(f"/campaigns/{SLUG}/check?q={TILLEULS.number}").get_data(as_text=True)
        assert f"/campaigns/{SLUG}/apply?number={TILLEULS.number}" in answer
        refused = browser.get(f"/campaigns/{SLUG}/check?q={SESSAD.number}").get_data(as_text=True)
        assert "/apply" not in refused
    with clock.frozen(AFTER):
        assert "/apply" not in browser.get(f"/campaigns/{SLUG}/check?q={TILLEULS.number}").get_data(as_text=True)


def test_one_number_against_every_call(browser: Browser, published: None, statements: list[str]) -> None:
    text = read(browser, f"/check?q={OUTSIDE.number}")
    assert text.count("Éligible") == 2
    assert "Fondation Nationale" in text
    assert read(browser, f"/check?q={SESSAD.number}").count("Non éligible") == 2
    assert "De quelle structure" in read(browser, "/check?q=tilleuls")
    assert "ne figure pas" in read(browser, "/check?q=350000001")
    assert "Aucune structure" in read(browser, "/check?q=zzz")
    assert "Indiquez un numéro" in read(browser, "/check?q=")
    assert "est fermée" in read(browser, f"/check?q={CLOSED.number}")
    statements.clear()
    read(browser, f"/check?q={OUTSIDE.number}")
    assert len(statements) <= 12, statements
    assert "Aucun appel ouvert ni à venir" in read(browser, f"/check?q={OUTSIDE.number}", AFTER)


def test_the_dates_go_into_a_calendar(browser: Browser, published: None) -> None:
    response = browser.get(f"/campaigns/{SLUG}/calendar.ics")
    assert response.mimetype == "text/calendar"
    events: dict[str, Any] = {
        str(event["summary"]).split("\u00a0")[0]: event for event in Calendar.from_ical(response.data).walk("VEVENT")
    }
    assert set(events) == {"Ouverture des dépôts", "Clôture des dépôts", "Décisions notifiées", "Fin du parcours"}
    assert events["Ouverture des dépôts"].decoded("dtstart") == paris("2025-09-09T16:00")
    assert events["Clôture des dépôts"].decoded("dtend") == paris("2025-09-24T00:00")
    assert len(events["Clôture des dépôts"].walk("VALARM")) == 2
    assert response.data == browser.get(f"/campaigns/{SLUG}/calendar.ics").data
