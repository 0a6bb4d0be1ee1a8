"""The pages of awards: each opens, says what it must, and refuses in a sentence."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask

from campaigns.models import Candidacy
from campaigns.service.award import confirm_award, prove_milestone
from campaigns.service.following import follow_awards
from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.applying import a_colleague
from tests.campaigns.awards import CONTACT, GIFT, LATER, a_released_call, an_accepted_file, award_of, owner_of
from tests.campaigns.files import a_call, a_person

OVER = datetime(2025, 10, 20, 8, tzinfo=UTC)
FORM = {f"referent.{key}": value for key, value in CONTACT.items()}


@pytest.fixture
def open_as(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """The browser of somebody of the region."""
    return lambda person: Browser(application, tenant).sign_in(person.email)


def words(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, text_of(answer)
    return text_of(answer).replace("\u00a0", " ")


def prove(tenant: Tenant, award_id: UUID) -> None:
    with transaction(system(tenant.id, "bookings")) as tx:
        prove_milestone(tx, award_id, "service", "mission", uuid7())


def test_the_file_says_what_was_obtained_and_asks_for_an_answer(
    tenant: Tenant, open_as: Callable[[Actor], Browser]
) -> None:
    """From the list to the confirmation, the contact typed already."""
    person, file, award_id = an_accepted_file(tenant, GIFT)
    with clock.frozen(LATER):
        browser = open_as(person)
        assert "Retenu : à confirmer au plus tard le 16 octobre 2025." in words(browser, "/candidacies")
        page = words(browser, f"/candidacies/{file}")
        assert "L’ARS prend en charge 80 % du prix TTC, dans la limite de 3 000,00 €." in page.replace("\u202f", " ")
        assert "Confirmez au plus tard le jeudi 16 octobre 2025" in page
        form = browser.get(f"/awards/{award_id}/confirm").get_data(as_text=True)
        assert 'value="anne.legoff@ehpad-des-lilas.fr"' in form
        done = browser.post(f"/awards/{award_id}/confirm", FORM, follow_redirects=True)
        assert "C’est confirmé" in text_of(done)
        assert "02 99 12 34 56" in text_of(done).replace("\u00a0", " ")
        assert "Confirmé : 0 jalon prouvé sur 1." in words(browser, "/candidacies")
        assert "Prochaine étape" in words(browser, f"/candidacies/{file}")
        prove(tenant, award_id)
        assert "Parcours terminé." in words(browser, "/candidacies")
        assert "Preuve enregistrée le" in words(browser, f"/awards/{award_id}")


def test_what_is_wrong_is_named_and_kept(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    _, (award_id,) = a_released_call(tenant)
    browser, path = open_as(owner_of(tenant, award_id)), f"/awards/{award_id}/confirm"
    answer = browser.post(path, FORM | {"referent.email": "anne chez ehpad"})
    assert answer.status_code == 422
    assert 'href="#referent.email"' in answer.text
    assert 'value="anne chez ehpad"' in answer.text
    assert browser.post(f"/awards/{award_id}/decline", {"motive": "x" * 3000}).status_code == 422
    assert award_of(tenant, award_id).state == "offered"


def test_giving_up_is_asked_twice_and_told(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    _, (award_id,) = a_released_call(tenant)
    browser = open_as(owner_of(tenant, award_id))
    assert "vous ne pourrez pas revenir" in words(browser, f"/awards/{award_id}/decline")
    done = browser.post(f"/awards/{award_id}/decline", {"motive": "Plus de <b>temps</b>"}, follow_redirects=True)
    assert "Plus de &lt;b&gt;temps&lt;/b&gt;" in done.text
    refused = browser.post(f"/awards/{award_id}/confirm", FORM)
    assert (refused.status_code, "déjà reçu sa réponse" in text_of(refused)) == (409, True)


def test_a_reader_reads_and_is_not_asked(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    """No button that answers no."""
    _, file, award_id = an_accepted_file(tenant)
    with transaction(system(tenant.id, "t")) as tx:
        candidacy = tx.session.get_one(Candidacy, (tenant.id, file))
    browser = open_as(a_colleague(tenant, candidacy, "reader"))
    assert f"/awards/{award_id}/confirm" not in browser.get(f"/awards/{award_id}").text
    assert browser.get(f"/awards/{award_id}/confirm").status_code == 403
    assert browser.post(f"/awards/{award_id}/confirm", FORM).status_code == 403


def test_without_a_place_to_book_nothing_is_promised(
    application: Flask, tenant: Tenant, open_as: Callable[[Actor], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button appears when the package that books is there."""
    _, (award_id,) = a_released_call(tenant, award=GIFT)
    owner = owner_of(tenant, award_id)
    confirm_award(owner, award_id, CONTACT)
    browser = open_as(owner)
    monkeypatch.setattr("campaigns.web.award.BOOKING", "nowhere.at_all")
    assert "Réserver ou suivre la prestation" not in words(browser, f"/awards/{award_id}")
    monkeypatch.setattr("campaigns.web.award.BOOKING", "candidacies.mine")
    assert "Réserver ou suivre la prestation" in words(browser, f"/awards/{award_id}")


def test_the_staff_follows_and_declares_lapsed(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    call, (silent, confirmed, finished) = a_released_call(tenant, files=3)
    for one in (confirmed, finished):
        confirm_award(owner_of(tenant, one), one, CONTACT)
    prove(tenant, finished)
    browser = open_as(a_person(tenant, "ars_manager"))
    page = words(browser, f"/staff/campaigns/{call.slug}/awards")
    assert "Retenus 3 Confirmés 2 Sans réponse 1 Désistements 0 Caducs 0 Parcours terminés 1 sur 2" in page
    assert "2 parcours à terminer sur 3" in page
    assert f"/awards/{silent}" in browser.get(f"/staff/campaigns/{call.slug}/awards?state=offered").text
    only = words(browser, f"/staff/campaigns/{call.slug}/awards?state=offered")
    assert "Anne Le Goff" not in only
    lapse = f"/staff/awards/{silent}/lapse"
    with clock.frozen(LATER):
        assert "Revenez après cette date" in words(browser, lapse)
        assert browser.post(lapse).status_code == 409
    with clock.frozen(OVER):
        assert "Cela ne se défait pas" in words(browser, lapse)
        done = browser.post(lapse, follow_redirects=True)
    assert "L’attribution est caduque" in text_of(done)
    assert browser.get(f"/staff/campaigns/{call.slug}/awards?state=perdu").status_code == 422
    assert browser.get(f"/staff/campaigns/{call.slug}/awards?after=x").status_code == 422


def test_before_the_release_there_is_nothing_to_follow(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    browser = open_as(a_person(tenant, "grades_manager"))
    assert "Rien n’est encore attribué" in words(browser, f"/staff/campaigns/{a_call(tenant).slug}/awards")


def test_a_list_asks_as_much_for_three_as_for_one(
    tenant: Tenant, make_tenant: Callable[..., Tenant], application: Flask, statements: list[str]
) -> None:
    counts = []
    for region, files in ((tenant, 1), (make_tenant(), 3)):
        call, awards = a_released_call(region, files=files, award=GIFT)
        confirm_award(owner_of(region, awards[0]), awards[0], CONTACT)
        browser = Browser(application, region).sign_in(a_person(region, "ars_manager").email)
        statements.clear()
        assert browser.get(f"/staff/campaigns/{call.slug}/awards").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_pages_follow_each_other(tenant: Tenant) -> None:
    call, awards = a_released_call(tenant, files=5)
    manager, seen, after = a_person(tenant, "ars_instructor"), [], None
    while True:
        found = follow_awards(manager, call.slug, after=after, limit=2)
        seen += [row.award.id for row in found.rows]
        after = found.after
        if after is None:
            break
    assert sorted(seen) == sorted(awards)
    assert len(seen) == 5


def test_the_day_after_is_not_before(tenant: Tenant, open_as: Callable[[Actor], Browser]) -> None:
    """The last day is included; the next one says late, and still takes the answer."""
    _, (award_id,) = a_released_call(tenant)
    browser = open_as(owner_of(tenant, award_id))
    midnight = datetime(2025, 10, 16, 22, tzinfo=UTC)
    with clock.frozen(midnight - timedelta(seconds=1)):
        assert "Confirmation attendue au plus tard" in words(browser, f"/awards/{award_id}")
    with clock.frozen(midnight):
        assert "vous pouvez confirmer" in words(browser, f"/awards/{award_id}")
        assert browser.post(f"/awards/{award_id}/confirm", FORM).status_code == 303
