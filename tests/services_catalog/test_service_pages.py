"""The catalogue’s pages: what everybody reads, what its keeper writes, two people on one form, who may not."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kit.actor import Actor
from services_catalog.service import reading
from services_catalog.service.publication import publish_service, withdraw_service
from services_catalog.service.seed import seed_catalogue
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.services import DOCUMENT, RULE, publish, write

FORM = {
    "family": "exercise",
    "title": "Exercice de crise",
    "summary": "Une demi-journée.",
    "description": "Un scénario.\r\nUn animateur.",
    "level": "beginner",
    "mode": "mission",
    "half_days": " 2 ",
    "deliverables": ["Scénario", " ", "Retour d’expérience", ""],
    "prerequisites": ["", ""],
    "qualification": "pacs",
    "free_days": "10",
    "late_percent": "50",
    "rule": "version: 1\r\nall:\r\n  - open: true\r\n  - adherent: true\r\n",
    "act": "save",
}


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody who keeps the catalogue."""
    return a_person(tenant, "grades_manager", name="Solenn Le Goff")


@pytest.fixture
def keeper(application: Flask, tenant: Tenant, grades: Actor, no_limits: None) -> Browser:
    """Their browser."""
    return Browser(application, tenant).sign_in(grades.email)


def words(response: TestResponse, status: int = 200) -> str:
    text = text_of(response).replace("\u00a0", " ")
    assert response.status_code == status, text
    return text


def form(**changes: Any) -> dict[str, Any]:
    """What the form sends, with other words."""
    return FORM | changes


def test_an_empty_catalogue_says_what_will_come(browser: Browser) -> None:
    assert "Le catalogue se prépare" in words(browser.get("/services"))
    words(browser.get("/services/rien"), 404)


def test_families_on_shelves_and_what_is_looked_for(browser: Browser, grades: Actor) -> None:
    for one in seed_catalogue(grades):
        publish_service(grades, one.service.slug)
    shelves = words(browser.get("/services"))
    for expected in (
        "Un responsable de la sécurité, sans l’embaucher",
        "Exercice grandeur nature",
        "à la demi-journée",
    ):
        assert expected in shelves
    assert "1 prestation pour « rgpd registre »" in words(browser.get("/services?q=rgpd+registre"))
    assert "3 prestations" in words(browser.get("/services?family=exercise"))
    assert "1 prestation" in words(browser.get("/services?family=exercise&level=advanced"))
    assert "Rien ne correspond" in words(browser.get("/services?q=zzz"))
    for odd in ("q=%00", "family=sport", "level=9", "page=0", "page=x", "page=99999", "q=" + "é" * 5000):
        words(browser.get(f"/services?{odd}"))


def test_a_long_list_has_pages(browser: Browser, grades: Actor) -> None:
    for number in range(25):
        publish(grades, f"exercice-{number}", title=f"Exercice {number:02}")
    assert "Les 25 prestations de cette famille" in words(browser.get("/services"))
    first, second = (words(browser.get(f"/services?family=exercise&page={number}")) for number in (1, 2))
    assert ("Exercice 23" in first, "Exercice 24" in first, "page 1 sur 2" in first) == (True, False, True)
    assert ("Exercice 23" in second, "Exercice 24" in second) == (False, True)


def test_a_service_says_what_how_long_who_and_on_what_terms(browser: Browser, grades: Actor) -> None:
    publish(grades, rule=RULE, qualification="passi")
    text = words(browser.get("/services/exercice"))
    for expected in (
        "Un animateur et un observateur.",
        "Scénario",
        "Une cellule de crise désignée",
        "débutant",
        "1 jour et demi",
        "Mission pour un organisme",
        "L’organisme gestionnaire est adhérent du GRADeS",
        "jusqu’à 10 jours avant la date convenue ; ensuite, 50 % du prix hors taxes reste dû",
        "qualification PASSI (audit de la sécurité), délivrée par l’ANSSI",
    ):
        assert expected in text, expected
    assert "Modifier cette prestation" not in text
    withdraw_service(grades, "exercice")
    withdrawn = words(browser.get("/services/exercice"))
    assert "Cette prestation n’est plus proposée" in withdrawn
    assert "Demander un devis" not in withdrawn


def test_what_people_write_stays_text(browser: Browser, grades: Actor) -> None:
    nasty = "<script>alert(1)</script>"
    publish(grades, title=nasty, summary=nasty, description=nasty, deliverables=[nasty])
    for path in ("/services", "/services/exercice", "/services?q=script"):
        assert "<script>alert" not in browser.get(path).get_data(as_text=True)


def test_a_service_is_written_previewed_published_changed_and_withdrawn(keeper: Browser, grades: Actor) -> None:
    assert "Le catalogue est vide" in words(keeper.get("/staff/services"))
    words(keeper.get("/staff/services/new"))
    made = keeper.post("/staff/services/new", form(act="preview"))
    assert (made.status_code, made.location.endswith("/exercice-de-crise/preview")) == (303, True)
    assert "Aperçu du brouillon" in words(keeper.get("/staff/services/exercice-de-crise/preview"))
    kept = reading.view_draft(grades, "exercice-de-crise")[0].document
    assert (kept.deliverables, kept.prerequisites) == (("Scénario", "Retour d’expérience"), ())
    assert (kept.half_days, kept.rule, kept.description) == (2, RULE, "Un scénario.\nUn animateur.")
    assert "La prestation devient publique" in words(keeper.get("/staff/services/exercice-de-crise/publish"))
    assert keeper.post("/staff/services/exercice-de-crise/publish", {"revision": "1"}).status_code == 303
    assert "La version 1 est au catalogue" in words(keeper.get("/staff/services/exercice-de-crise"))
    keeper.post("/staff/services/exercice-de-crise", form(revision="1", title="Exercice de nuit"))
    assert "Le brouillon a changé depuis" in words(keeper.get("/staff/services/exercice-de-crise"))
    assert "modifié" in words(keeper.get("/staff/services"))
    asked = words(keeper.get("/staff/services/exercice-de-crise/publish"))
    assert "Publier la version 2 ?" in asked
    assert "Retiré : Exercice de crise Ajouté : Exercice de nuit" in asked
    assert "gardent leur version" in asked
    assert "brouillon a" not in words(keeper.post("/staff/services/exercice-de-crise/publish", {"revision": "1"}), 412)
    assert keeper.post("/staff/services/exercice-de-crise/publish", {"revision": "2"}).status_code == 303
    assert "Rien à publier" in words(keeper.get("/staff/services/exercice-de-crise/publish"))
    words(keeper.post("/staff/services/exercice-de-crise/publish", {"revision": "2"}), 409)
    old = words(keeper.get("/staff/services/exercice-de-crise/versions/1"))
    assert "C’est la première version" in old
    assert "Ce qui a changé depuis la version 1" in words(keeper.get("/staff/services/exercice-de-crise/versions/2"))
    words(keeper.get("/staff/services/exercice-de-crise/versions/3"), 404)
    assert "Plus personne ne pourra" in words(keeper.get("/staff/services/exercice-de-crise/withdraw"))
    assert keeper.post("/staff/services/exercice-de-crise/withdraw").status_code == 303
    words(keeper.post("/staff/services/exercice-de-crise/withdraw"), 409)
    assert "Remettre au catalogue" in words(keeper.get("/staff/services/exercice-de-crise/publish"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Donnez un titre à la prestation."),
        ({"family": ""}, "Choisissez une famille."),
        ({"family": "sport"}, "Famille : choisissez une famille"),
        ({"half_days": ""}, "Indiquez la durée, en demi-journées."),
        ({"half_days": "deux"}, "Durée : la valeur attendue est un nombre entier."),
        ({"half_days": "0"}, "Durée : ce nombre est inférieur à 1."),
        ({"half_days": "9" * 30}, "Durée"),
        ({"free_days": "", "late_percent": "101"}, "Part due ensuite : ce nombre est supérieur à 100."),
        ({"mode": "time", "valid_months": ""}, "Indiquez la durée de vie des demi-journées"),
        ({"slug": "Été"}, "Adresse : une adresse s’écrit en minuscules"),
        ({"deliverables": ["a", "a"]}, "Livrables : un élément de cette liste est écrit deux fois."),
        ({"deliverables": ["a", "x" * 301]}, "Livrables : ce texte dépasse 300 caractères."),
        ({"rule": "a: b: c"}, "Qui peut commander, ligne 1 : YAML mal formé"),
        ({"rule": "version: 1\ncategory: ['500']"}, "Qui peut commander, ligne 2 :"),
        ({"rule": "tout"}, "Qui peut commander"),
        ({"title": "a\0b"}, "Titre : ce texte contient un caractère"),
        ({"mode": "", "level": "9", "qualification": "iso"}, "Forme : la valeur"),
    ],
)
def test_what_cannot_be_kept_is_shown_again_by_field(keeper: Browser, changes: dict[str, Any], sentence: str) -> None:
    response = keeper.post("/staff/services/new", form(**changes))
    text = words(response, 422)
    assert sentence in text
    assert "Il y a un problème" in text
    assert "Un animateur." in response.get_data(as_text=True)
    assert words(keeper.get("/staff/services")).count("Exercice de crise") == 0


def test_a_page_that_sends_nothing(keeper: Browser) -> None:
    words(keeper.post("/staff/services/new"), 422)
    keeper.post("/staff/services/new", form())
    words(keeper.post("/staff/services/exercice-de-crise"), 422)
    words(keeper.post("/staff/services/new", form(slug="new")), 422)
    assert "a déjà l’adresse" in words(keeper.post("/staff/services/new", form()), 422)


def test_lines_are_added_without_a_script_and_without_saving(keeper: Browser) -> None:
    before = keeper.get("/staff/services/new").get_data(as_text=True).count('name="deliverables"')
    more = keeper.post("/staff/services/new", form(more="deliverables", title="Pas encore"))
    assert more.get_data(as_text=True).count('name="deliverables"') > before
    assert 'value="Pas encore"' in more.get_data(as_text=True)
    keeper.post("/staff/services/new", form())
    again = keeper.post(
        "/staff/services/exercice-de-crise", form(more="prerequisites", title="Pas encore", revision="1")
    )
    assert 'value="Pas encore"' in again.get_data(as_text=True)
    assert "Pas encore" not in words(keeper.get("/staff/services"))


def test_two_people_on_one_form(keeper: Browser, grades: Actor) -> None:
    keeper.post("/staff/services/new", form())
    assert keeper.post("/staff/services/exercice-de-crise", form(revision="1", title="Le sien")).status_code == 303
    clash = keeper.post("/staff/services/exercice-de-crise", form(revision="1", title="Le mien"))
    text = words(clash, 412)
    assert "Quelqu’un d’autre a enregistré cette prestation" in text
    assert "Le sien : Le sien Le vôtre : Le mien" in text
    assert 'name="revision" value="2"' in clash.get_data(as_text=True)
    assert 'value="Le mien"' in clash.get_data(as_text=True)
    assert keeper.post("/staff/services/exercice-de-crise", form(revision="2", title="Le mien")).status_code == 303
    assert reading.view_draft(grades, "exercice-de-crise")[0].document.title == "Le mien"
    stale = form(revision="1", title="Autre", rule="a: b: c")
    words(keeper.post("/staff/services/exercice-de-crise", stale), 422)


def test_a_form_sends_back_what_it_showed(keeper: Browser, grades: Actor) -> None:
    """Opening and saving without a change changes nothing, whatever the document."""
    for one in seed_catalogue(grades):
        html = keeper.get(f"/staff/services/{one.service.slug}")
        assert html.status_code == 200
    write(grades, "temps", "shared_ciso", mode="time", half_days=1, valid_months=18, rule=RULE)
    draft = reading.view_draft(grades, "temps")[0].document
    sent = form(
        revision="1",
        family="shared_ciso",
        **{name: DOCUMENT[name] for name in ("title", "summary", "description", "level")},
        mode="time",
        half_days="7",
        valid_months="18",
        qualification="",
        deliverables=list(draft.deliverables),
        prerequisites=list(draft.prerequisites),
    )
    assert keeper.post("/staff/services/temps", sent).status_code == 303
    assert reading.view_draft(grades, "temps")[0].document == draft


def test_the_list_asks_as_much_of_the_database_for_one_and_for_three(
    keeper: Browser, grades: Actor, statements: list[str]
) -> None:
    counts: dict[str, list[int]] = {"/services": [], "/staff/services": [], "/services?q=exercice": []}
    for path in counts:
        keeper.get(path)
    for number in range(3):
        publish(grades, f"exercice-{number}")
        for path, found in counts.items():
            statements.clear()
            assert words(keeper.get(path)).count(DOCUMENT["title"]) == number + 1
            found.append(len(statements))
    assert [len(set(found)) for found in counts.values()] == [1, 1, 1], counts


PAGES = ("", "/preview", "/publish", "/withdraw", "/versions/1")


def test_pages_are_their_keepers(
    application: Flask, tenant: Tenant, make_tenant: Callable[..., Tenant], grades: Actor, no_limits: None
) -> None:
    write(grades)
    visitor = Browser(application, tenant)
    instructor = Browser(application, tenant).sign_in(a_person(tenant, "ars_instructor").email)
    other = make_tenant()
    elsewhere = Browser(application, other).sign_in(a_person(other, "grades_manager").email)
    assert visitor.get("/services/exercice").status_code == 404
    assert instructor.get("/staff/services").status_code == 403
    assert instructor.get("/staff/services/new").status_code == 403
    assert instructor.post("/staff/services/new", form()).status_code == 403
    for path in PAGES:
        assert visitor.get(f"/staff/services/exercice{path}").status_code == 303
        assert instructor.get(f"/staff/services/exercice{path}").status_code == 403
        assert elsewhere.get(f"/staff/services/exercice{path}").status_code == 404
        if path not in ("/preview", "/versions/1"):
            assert instructor.post(f"/staff/services/exercice{path}", form(revision="1")).status_code in (403, 404)
            assert elsewhere.post(f"/staff/services/exercice{path}", form(revision="1")).status_code in (403, 404)
