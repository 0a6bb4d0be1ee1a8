"""The instructor's pages: each opens, says what it must, and refuses in a sentence."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from campaigns.models import Campaign
from campaigns.service.decision import decide
from campaigns.service.release import preview_release, release_decisions
from kit import clock
from kit.actor import Actor
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import CLOSED, NOTIFIED, a_call, a_file, a_person


@pytest.fixture(autouse=True)
def _during_instruction() -> Iterator[None]:
    """After the window, before the notification."""
    with clock.frozen(CLOSED + timedelta(days=2)):
        yield


@pytest.fixture
def open_as(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """The browser of somebody of the region."""
    return lambda person: Browser(application, tenant).sign_in(person.email)


@pytest.fixture
def call(tenant: Tenant) -> Campaign:
    """A call in instruction, with two places."""
    return a_call(tenant, places=2)


def test_the_list_says_what_is_there_and_what_is_not(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    browser = open_as(a_person(tenant, "ars_instructor"))
    path = f"/staff/campaigns/{call.slug}/candidacies"
    assert "Aucun dossier déposé pour l’instant" in text_of(browser.get(path))
    a_file(tenant, call, name="EHPAD <b>Les Genêts</b>")
    page = browser.get(path)
    assert page.status_code == 200
    assert "EHPAD &lt;b&gt;Les Genêts&lt;/b&gt;" in page.get_data(as_text=True)
    assert "Aucun dossier ne correspond" in text_of(browser.get(f"{path}?text=inconnu"))
    assert browser.get(f"{path}?assignee=moi").status_code == 422
    assert browser.get(f"{path}?after=x").status_code == 422


def test_files_are_given_from_the_list(tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]) -> None:
    me = a_person(tenant, "ars_instructor", name="Anne Tanguy")
    browser, path = open_as(me), f"/staff/campaigns/{call.slug}/candidacies"
    file = a_file(tenant, call)
    assert "Cochez au moins un dossier" in text_of(browser.post(f"{path}/assign", {"assignee": str(me.user_id)}))
    done = browser.post(f"{path}/assign", {"candidacy": str(file), "assignee": str(me.user_id)}, follow_redirects=True)
    assert "1 dossier attribué" in text_of(done)
    assert "Anne Tanguy" in text_of(browser.get(f"{path}?assignee={me.user_id}"))


def test_a_file_is_reviewed_and_decided_on_one_page(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    """What was typed stays in the form when it is refused."""
    browser, path = open_as(a_person(tenant, "ars_manager")), f"/staff/candidacies/{a_file(tenant, call)}"
    typed = {"completeness": "complete", "score": "cent", "note": "À revoir", "revision": "0"}
    refused = browser.post(f"{path}/review", typed)
    assert refused.status_code == 422
    assert "À revoir" in refused.get_data(as_text=True)
    saved = browser.post(f"{path}/review", typed | {"score": "80"}, follow_redirects=True)
    assert "Votre instruction est enregistrée" in text_of(saved)
    assert "noté incomplet" not in text_of(saved)
    stale = browser.post(f"{path}/review", typed | {"score": "10"})
    assert (stale.status_code, "Un collègue a enregistré" in text_of(stale)) == (412, True)
    assert browser.post(f"{path}/decision", {"outcome": "refused"}).status_code == 422
    done = browser.post(f"{path}/decision", {"outcome": "accepted"}, follow_redirects=True)
    assert "Personne n’en est informé" in text_of(done)
    back = browser.post(f"{path}/decision", {"outcome": "none"}, follow_redirects=True)
    assert "Décision en attente" not in text_of(back)


def test_an_incomplete_file_is_not_accepted_unawares(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    browser, path = open_as(a_person(tenant, "ars_manager")), f"/staff/candidacies/{a_file(tenant, call)}"
    browser.post(f"{path}/review", {"completeness": "incomplete", "score": "", "note": "", "revision": "0"})
    assert "noté incomplet" in text_of(browser.get(path))


def test_nothing_leaves_without_the_box_nor_from_an_old_preview(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    browser, path = open_as(a_person(tenant, "ars_manager")), f"/staff/campaigns/{call.slug}/release"
    file = a_file(tenant, call)
    assert "n’a pas de décision" in text_of(browser.get(path))
    browser.post(f"/staff/candidacies/{file}/decision", {"outcome": "accepted"})
    page = browser.get(path)
    assert "Bonne nouvelle" in text_of(page)
    digest = page.get_data(as_text=True).split('name="digest" value="')[1].split('"')[0]
    assert browser.post(path, {"digest": digest}).status_code == 422
    assert browser.post(path, {"digest": "ancien", "sure": "yes"}).status_code == 412
    done = browser.post(path, {"digest": digest, "sure": "yes"}, follow_redirects=True)
    assert "Les décisions sont notifiées" in text_of(done)
    assert browser.post(path, {"digest": digest, "sure": "yes"}).status_code == 409


def test_the_figures_stay_once_everybody_is_told(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    manager = a_person(tenant, "ars_manager")
    decide(manager, a_file(tenant, call), "accepted")
    release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    page = text_of(open_as(manager).get(f"/staff/campaigns/{call.slug}/decisions"))
    assert "Retenus 1 sur 2" in " ".join(page.split())


@pytest.mark.parametrize("held", [False, True])
def test_a_notification_whose_hour_has_passed_is_not_announced(
    tenant: Tenant, open_as: Callable[[Actor], Browser], held: bool
) -> None:
    """Nothing leaves by itself any more, and the pages of the ARS say so."""
    manager = a_person(tenant, "ars_manager")
    late = a_call(tenant, held_at=CLOSED if held else None)
    file = a_file(tenant, late)
    decide(manager, file, "accepted")
    with clock.frozen(NOTIFIED + timedelta(hours=2)):
        browser = open_as(manager)
        decisions = text_of(browser.get(f"/staff/campaigns/{late.slug}/decisions"))
        assert ("est suspendue" if held else "était prévue le 1er octobre") in decisions
        release = text_of(browser.get(f"/staff/campaigns/{late.slug}/release"))
        assert "part seule" not in release
        assert ("suspension est levée" if held else "personne n’est notifié") in release


def test_the_grades_reads_and_is_given_no_button(
    tenant: Tenant, call: Campaign, open_as: Callable[[Actor], Browser]
) -> None:
    file = a_file(tenant, call)
    browser = open_as(a_person(tenant, "grades_manager"))
    page = browser.get(f"/staff/candidacies/{file}").get_data(as_text=True)
    assert "Enregistrer la décision" not in page
    assert "Enregistrer l’instruction" not in page
    assert browser.post(f"/staff/candidacies/{file}/decision", {"outcome": "accepted"}).status_code == 403
