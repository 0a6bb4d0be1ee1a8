"""The pages of those who run calls: the list, one call, its audience, its document, its moves."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from campaigns.service.publication import publish_campaign
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.calls import BEFORE, DURING, save
from tests.campaigns.documents import EXAMPLES
from tests.campaigns.register import OUTSIDE, TRAPS, import_entities

EXAMPLE = (EXAMPLES / "bretagne-2025-exercice.yaml").read_text()
SLUG = "bretagne-2025-exercice"
WIDE = {
    "rule.all[1].establishments.such_that.all[1].category": ["500", "255", "437"],
    "rule.all[1].establishments.such_that.all[2].department": ["35", "29"],
}


@pytest.fixture
def ars(browser: Browser, manager: Actor, traps: RegistryEdition) -> Browser:
    """The browser of somebody at the ARS, on 1 September 2025."""
    return browser.sign_in(manager.email)


def words(response: TestResponse, status: int = 200) -> str:
    text = text_of(response).replace("\u00a0", " ")
    assert response.status_code == status, text
    return text


def test_a_call_is_written_checked_and_kept_from_a_page(ars: Browser) -> None:
    with clock.frozen(BEFORE):
        assert "Aucune campagne pour l’instant" in words(ars.get("/staff/campaigns"))
        assert "Nouvelle campagne" in words(ars.get("/staff/new-campaign"))
        checked = words(ars.post("/staff/new-campaign", {"document": EXAMPLE, "act": "check"}))
        assert "4 points à relire" in checked
        assert "Rien n’est encore enregistré" in checked
        assert "Aucune campagne pour l’instant" in words(ars.get("/staff/campaigns"))
        kept = ars.post("/staff/new-campaign", {"document": EXAMPLE.replace("\n", "\r\n"), "act": "save"})
        assert (kept.status_code, kept.location) == (303, f"/{ars.tenant.slug}/staff/campaigns/{SLUG}")
        text = words(ars.get(f"/staff/campaigns/{SLUG}"))
        assert "La campagne est créée" in text
        assert "À relire avant de publier" in text
        assert "« trois semaines » contredit les dates" in text


def test_the_list_is_refused_to_whoever_has_no_role(browser: Browser, traps: RegistryEdition) -> None:
    response = browser.sign_in("claire@ehpad.test").get("/staff/campaigns")
    assert "Vous n’avez pas le droit" in words(response, 403)


def test_a_broken_document_is_shown_again_with_line_and_column(ars: Browser) -> None:
    broken = EXAMPLE.replace("closes_at: 2025-09-23T23:59", "closes_at: 2025-09-08T23:59")
    response = ars.post("/staff/new-campaign", {"document": broken, "act": "save"})
    text = words(response, 422)
    line = 1 + broken.splitlines().index("    closes_at: 2025-09-08T23:59")
    assert f"Erreur, ligne {line} : Cette fenêtre se ferme avant de s’ouvrir" in text
    assert "windows[0].closes_at" in text
    assert "Exercice de gestion de crise cyber" in text
    text = words(ars.post("/staff/new-campaign", {"document": "a: b: c", "act": "check"}), 422)
    assert "Erreur, ligne 1, colonne 5 : YAML mal formé" in text
    words(ars.post("/staff/new-campaign", {}), 422)


def test_a_file_replaces_the_text(ars: Browser) -> None:
    def send(content: bytes, act: str) -> TestResponse:
        form: Any = {"document": "a: b: c", "act": act, "file": (BytesIO(content), "campagne.yaml")}
        return ars.post("/staff/new-campaign", form, content_type="multipart/form-data")

    with clock.frozen(BEFORE):
        assert "trop long" in words(send(b"x" * 300_000, "check"), 422)
        assert "n’est pas écrit en UTF-8" in words(send(b"title: \xe9", "check"), 422)
        assert send(EXAMPLE.encode(), "save").status_code == 303


def test_changing_a_document_says_who_came_first(ars: Browser, manager: Actor) -> None:
    save(manager)
    page = ars.get("/staff/campaigns/essai/document").get_data(as_text=True)
    assert 'name="base_version" value="1"' in page
    assert "title: Exercice de crise" in page
    text = ars.get("/staff/campaigns/essai/export.yaml").get_data(as_text=True)
    changed = {"document": text.replace("Exercice de crise", "Autre titre"), "act": "save", "base_version": "1"}
    assert ars.post("/staff/campaigns/essai/document", changed).status_code == 303
    assert "vous avez lu la version 1" in words(ars.post("/staff/campaigns/essai/document", changed), 412)
    assert "Change : titre." in words(ars.get("/staff/campaigns/essai"))
    other = {"document": text.replace("slug: essai", "slug: autre"), "act": "save", "base_version": "2"}
    assert "Cette adresse est celle de la campagne" in words(ars.post("/staff/campaigns/essai/document", other), 422)


def test_each_move_is_confirmed_then_made(ars: Browser, manager: Actor) -> None:
    with clock.frozen(BEFORE):
        save(manager)
        asked = words(ars.get("/staff/campaigns/essai/publish"))
        assert "Publier cette campagne ?" in asked
        assert "23 h 59 min 59 s" in asked
        hour = {"publish_at-date": "2025-09-05", "publish_at-time": "10:00"}
        for path, form, after in (
            ("schedule", hour, "Publication programmée"),
            ("unschedule", {}, "En préparation"),
            ("publish", {}, "Ouvre bientôt"),
            ("hold", {}, "La notification automatique est suspendue"),
            ("unhold", {}, "La notification automatique est rétablie"),
        ):
            assert ars.get(f"/staff/campaigns/essai/{path}").status_code == 200
            assert ars.post(f"/staff/campaigns/essai/{path}", form).status_code == 303, path
            assert after in words(ars.get("/staff/campaigns/essai"))
        again = words(ars.post("/staff/campaigns/essai/publish"), 409)
        assert "Cette campagne est déjà publiée" in again


@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("", "", "Cet instant n’existe pas"),
        ("2025-03-30", "02:30", "les horloges avancent"),
        ("2025-10-26", "02:30", "existe deux fois"),
        ("2025-08-01", "10:00", "une date et une heure à venir"),
        ("2025-09-25", "10:00", "après la clôture des dépôts"),
    ],
)
def test_an_hour_that_will_not_do(ars: Browser, manager: Actor, day: str, time: str, sentence: str) -> None:
    with clock.frozen(BEFORE):
        save(manager)
        form = {"publish_at-date": day, "publish_at-time": time}
        assert sentence in words(ars.post("/staff/campaigns/essai/schedule", form), 422)


def test_the_audience_by_department_and_category(ars: Browser, manager: Actor) -> None:
    save(manager, WIDE)
    text = words(ars.get("/staff/campaigns/essai/audience"))
    assert "organismes éligibles 4" in text.replace(" </dd>", "")
    assert "dont le siège est hors de la région 1" in text
    assert "Finistère (29)" in text
    assert OUTSIDE.name in text
    assert "SESSAD SEUL" in words(ars.get("/staff/campaigns/essai/audience?outcome=not_eligible"))
    assert "Personne dans ce cas" in words(ars.get("/staff/campaigns/essai/audience?outcome=information_missing"))
    words(ars.get("/staff/campaigns/essai/audience?outcome=autre"), 422)
    words(ars.get("/staff/campaigns/essai/audience?after=inconnu"))


def test_a_newer_register_is_shown_before_it_is_pinned(
    ars: Browser, manager: Actor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("newer")
    import_entities(folder)
    with clock.frozen(BEFORE):
        save(manager, WIDE)
        publish_campaign(manager, "essai")
        import_entities(folder, TRAPS[1:])
        assert "Retenir le registre en vigueur" in words(ars.get("/staff/campaigns/essai"))
        asked = words(ars.get("/staff/campaigns/essai/repin"))
        assert "Ne le sont plus : 1" in asked
        assert ars.post("/staff/campaigns/essai/repin").status_code == 303
        assert "0 organisme de plus, 1 de moins" in words(ars.get("/staff/campaigns/essai"))
        words(ars.get("/staff/campaigns/essai/repin"), 409)
    import_entities(folder)


def test_the_list_asks_as_much_of_the_database_for_one_call_and_for_three(
    ars: Browser, manager: Actor, statements: list[str]
) -> None:
    counts = []
    words(ars.get("/staff/campaigns"))
    for number in range(3):
        save(manager, {"slug": f"essai-{number}"})
        statements.clear()
        assert words(ars.get("/staff/campaigns")).count("essai-") == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
    words(ars.get("/staff/campaigns?after=autre"), 422)


MOVES = ("publish", "schedule", "unschedule", "hold", "unhold", "archive", "repin")
PAGES = [
    "/staff/campaigns/essai",
    "/staff/campaigns/essai/audience",
    "/staff/campaigns/essai/export.yaml",
    "/staff/campaigns/essai/document",
    *(
        f"/staff/campaigns/essai/{move}"
        for move in ("publish", "schedule", "unschedule", "hold", "unhold", "archive", "repin")
    ),
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_their_staff_s(
    application: Flask, tenant: Tenant, make_tenant: Callable[..., Tenant], manager: Actor, path: str, no_limits: None
) -> None:
    save(manager)
    assert Browser(application, tenant).get(path).status_code in (303, 302)
    somebody = Browser(application, tenant).sign_in("visiteuse@ehpad.invalid")
    assert somebody.get(path).status_code == 403
    with clock.frozen(DURING):
        elsewhere = Browser(application, make_tenant()).sign_in(manager.email)
        assert elsewhere.get(path).status_code == 403
        if not path.endswith(("audience", "export.yaml", "essai")):
            assert elsewhere.post(path).status_code in (403, 404, 422)


def test_an_instructor_reads_and_is_not_offered_to_write(
    browser: Browser, manager: Actor, someone: Callable[..., Actor], traps: RegistryEdition
) -> None:
    save(manager)
    browser.sign_in(someone("ars_instructor").email)
    text = words(browser.get("/staff/campaigns/essai"))
    assert "Public visé" in text
    for absent in ("Publier…", "Modifier le document", "Archiver", "Programmer"):
        assert absent not in text
    assert browser.get("/staff/campaigns/essai/publish").status_code == 403
    assert browser.get("/staff/new-campaign").status_code == 403
    assert browser.post("/staff/campaigns/essai/document", {"document": EXAMPLE, "act": "save"}).status_code == 403
