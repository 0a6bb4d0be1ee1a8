"""A draft that saves itself, in a real browser: two people in one field, a connection that drops, two clicks."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from campaigns.models import Submission
from campaigns.service.candidacy import open_file
from campaigns.service.saving import save_draft
from campaigns.service.starting import start_candidacy
from kit.actor import Actor, operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.sign_in import make_sign_in_link
from tests.campaigns.applying import a_call, a_colleague, a_legal_entity, as_member
from tests.campaigns.files import a_person
from tests.campaigns.forms import COMPLETE
from tests.journeys.conftest import accessible

pytestmark = pytest.mark.browser
WHY = "Pourquoi un exercice ?"


@pytest.fixture(scope="session")
def address(application: Flask) -> Iterator[str]:
    """The application, listening."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def anne(tenant: Tenant) -> tuple[Actor, UUID]:
    """Somebody with a file begun, in a call that is open now."""
    ej, edition = a_legal_entity()
    now = datetime.now(UTC).replace(microsecond=0)
    call = a_call(tenant, edition, ((now - timedelta(days=1), now + timedelta(days=3)),))
    person = a_person(tenant, name="Anne Le Goff")
    file = start_candidacy(person, call.slug, ej, "Directrice")
    return as_member(person), file.id


Open = Callable[[Actor, str], Page]


@pytest.fixture
def browse(chromium: Browser, address: str, tenant: Tenant) -> Iterator[Open]:
    """A browser of one's own, signed in, at a page of the portal."""
    contexts = []

    def opened(person: Actor, path: str) -> Page:
        context = chromium.new_context(base_url=address, locale="fr-FR", bypass_csp=True)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        secret = make_sign_in_link(operator("tests", tenant.id), person.email, f"/{tenant.slug}{path}")
        page.goto(f"/{tenant.slug}/sign-in/{secret}")
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(f"**{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def saved(page: Page) -> None:
    expect(page.locator("[data-save-indicator][data-state=saved]")).to_be_visible()


def test_what_is_typed_is_saved_without_a_click(anne: tuple[Actor, UUID], browse: Open) -> None:
    person, file = anne
    page = browse(person, f"/candidacies/{file}/sections/project")
    page.get_by_label("Nombre de lits").fill("40")
    page.get_by_label("Débutant").check()
    saved(page)
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.get_by_label("Nombre de lits")).to_have_value("40")
    expect(page.get_by_label("Débutant")).to_be_checked()
    accessible(page)


def test_two_people_in_one_field_both_keep_their_text(anne: tuple[Actor, UUID], tenant: Tenant, browse: Open) -> None:
    person, file = anne
    colleague = a_colleague(tenant, open_file(person, file).draft.candidacy)
    mine, theirs = (browse(one, f"/candidacies/{file}/sections/project") for one in (person, colleague))
    theirs.get_by_label(WHY).fill("Le texte de Gwenaël")
    saved(theirs)
    theirs.wait_for_timeout(1500)
    mine.get_by_label(WHY).fill("Le texte d’Anne")
    expect(mine.locator("[data-save-indicator][data-state=disputed]")).to_be_visible()
    mine.get_by_role("button", name="Enregistrer et continuer").click()
    expect(mine.get_by_role("heading", name="Deux textes pour le même champ")).to_be_visible()
    accessible(mine)
    expect(mine.get_by_text("Le texte de Gwenaël", exact=True)).to_be_visible()
    mine.get_by_label("Garder mon texte").check()
    mine.get_by_role("button", name="Enregistrer mon choix").click()
    expect(mine.get_by_text("Votre choix est enregistré")).to_be_visible()
    assert open_file(person, file).draft.answers["why"] == "Le texte d’Anne"


def test_a_lost_connection_loses_nothing(anne: tuple[Actor, UUID], browse: Open) -> None:
    person, file = anne
    page = browse(person, f"/candidacies/{file}/sections/project")

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/autosave", cut)
    page.get_by_label(WHY).fill("Écrit dans le train")
    expect(page.locator("[data-save-indicator][data-state=offline]")).to_be_visible()
    page.unroute("**/autosave", cut)
    saved(page)
    page.wait_for_timeout(500)
    assert open_file(person, file).draft.answers["why"] == "Écrit dans le train"


def test_two_clicks_are_one_submission(anne: tuple[Actor, UUID], tenant: Tenant, browse: Open) -> None:
    person, file = anne
    save_draft(person, file, COMPLETE)
    page = browse(person, f"/candidacies/{file}/submit")
    accessible(page)
    page.get_by_role("button", name="Déposer ma candidature").dblclick()
    expect(page.get_by_role("heading", name="Votre candidature est déposée")).to_be_visible()
    accessible(page)
    with transaction(system(tenant.id, "tests")) as tx:
        number = tx.session.scalar(select(func.count()).where(Submission.candidacy_id == file))
    assert number == 1
