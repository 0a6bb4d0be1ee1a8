"""The pages of people: coming in and out, one's account, an organisation's people."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kit.actor import Actor, operator, system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.organisation import join_organisation
from tenants.service.sign_in import make_sign_in_link, sent_link
from tests.browser import Browser, text_of

pytestmark = pytest.mark.usefixtures("no_limits")


def secret_of_last_mail(tenant: Tenant) -> str:
    """What the last mail says."""
    with transaction(system(tenant.id, "t")) as tx:
        asked = select(OutboxMessage).where(OutboxMessage.topic == "sign_in_link.ask")
        event = tx.session.scalars(asked.order_by(OutboxMessage.id.desc())).first()
        link = sent_link(tx, event.subject_id) if event else None
        assert link is not None
        return link.secret


def test_from_a_page_to_the_link_and_back_to_the_page(browser: Browser) -> None:
    """The whole way, without JavaScript."""
    slug = browser.tenant.slug
    away = browser.get("/account?tab=1")
    assert (away.status_code, away.location) == (303, f"/{slug}/sign-in?next=/{slug}/account%3Ftab%3D1")
    form = browser.client.get(away.location)
    assert f'value="/{slug}/account?tab=1"' in form.text
    sent = browser.post("/sign-in", {"email": "Marie@lilas.fr", "next": f"/{slug}/account?tab=1"})
    assert sent.status_code == 303
    assert "marie@lilas.fr" in text_of(browser.client.get(sent.location))
    secret = secret_of_last_mail(browser.tenant)
    for _ in range(2):  # a mail scanner first, then the person
        page = browser.get(f"/sign-in/{secret}")
        assert "m…@lilas.fr" in text_of(page)
        assert browser.session is None
    landed = browser.post(f"/sign-in/{secret}")
    assert (landed.status_code, landed.location) == (303, f"/{slug}/account?tab=1")
    assert "marie@lilas.fr" in text_of(browser.client.get(landed.location))


def test_known_and_unknown_addresses_get_the_same_answer(browser: Browser) -> None:
    browser.sign_in("connue@lilas.fr")
    visitor = Browser(browser.client.application, browser.tenant)
    answers = [visitor.post("/sign-in", {"email": address}) for address in ("connue@lilas.fr", "inconnue@lilas.fr")]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].location == answers[1].location
    pages = [text_of(visitor.get("/sign-in/sent")).replace(name, "") for name in ("inconnue", "connue")]
    assert pages[0] == pages[1].replace("in@lilas.fr", "@lilas.fr")


@pytest.mark.parametrize("typed", ["", "marie", "marie@", "a\x00@b.fr"])
def test_a_wrong_address_is_shown_beside_the_field(browser: Browser, typed: str) -> None:
    answer = browser.post("/sign-in", {"email": typed})
    assert answer.status_code == 422
    assert "email-error" in answer.text


def test_asking_too_often_says_how_long_to_wait(browser: Browser) -> None:
    answers = [browser.post("/sign-in", {"email": "a@b.fr"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert "Réessayez dans" in text_of(answers[-1])


def test_the_cookie_is_out_of_reach(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def cookie_after_sign_in() -> str:
        secret = make_sign_in_link(operator("t", browser.tenant.id), "a@b.fr", "/")
        answer = browser.post(f"/sign-in/{secret}")
        return next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("crrc_session="))

    plain = cookie_after_sign_in()
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert f"Max-Age={12 * 3600}" in plain
    monkeypatch.setattr("tenants.web.cookie.is_secure", lambda: True)
    assert "Secure" in cookie_after_sign_in()


def test_a_link_page_tells_its_address_to_nobody(browser: Browser) -> None:
    secret = make_sign_in_link(operator("t", browser.tenant.id), "a@b.fr", "/")
    for answer in (browser.get(f"/sign-in/{secret}"), browser.post(f"/sign-in/{secret}"), browser.get("/sign-in/x")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_that_cannot_serve_says_why_and_offers_another(browser: Browser) -> None:
    secret = make_sign_in_link(operator("t", browser.tenant.id), "a@b.fr", "/")
    assert browser.post(f"/sign-in/{secret}").status_code == 303
    again = browser.post(f"/sign-in/{secret}")
    assert (again.status_code, "déjà servi" in text_of(again)) == (409, True)
    wrong = browser.get("/sign-in/abc")
    assert (wrong.status_code, "pas complet" in text_of(wrong)) == (404, True)


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example", "/autre/account", "javascript:x"])
def test_nobody_lands_elsewhere(browser: Browser, next_path: str) -> None:
    home = f"/{browser.tenant.slug}/"
    browser.post("/sign-in", {"email": "a@b.fr", "next": next_path})
    assert browser.post(f"/sign-in/{secret_of_last_mail(browser.tenant)}").location == home
    assert browser.get("/sign-in", query_string={"next": next_path}).location == home


def test_signing_out_ends_the_session_on_the_server(browser: Browser) -> None:
    browser.sign_in("a@b.fr")
    stolen = browser.session
    assert browser.get("/account").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert browser.session is None
    browser.client.set_cookie("crrc_session", stolen or "")
    assert browser.get("/account").status_code == 303


def test_a_name_is_changed(browser: Browser) -> None:
    browser.sign_in("anne.martin@lilas.fr")
    assert 'value="Anne Martin"' in browser.get("/account").text
    assert browser.post("/account", {"name": "Anne Le Bihan"}).status_code == 303
    page = browser.get("/account")
    assert "Votre nom est enregistré" in text_of(page)
    assert 'value="Anne Le Bihan"' in page.text
    assert "Votre nom est enregistré" not in text_of(browser.get("/account"))
    assert browser.post("/account", {"name": ""}).status_code == 422


def test_a_name_is_text_not_markup(browser: Browser) -> None:
    browser.sign_in("x@lilas.fr")
    browser.post("/account", {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in browser.get("/account").text


def test_an_owner_manages_people(
    application: Flask, browser: Browser, person: Callable[[str], Actor], statements: list[str]
) -> None:
    organisation = join_organisation(person("directrice@lilas.fr"), "350000055", "LES LILAS", "Directrice")
    path = f"/organisations/{organisation.id}/members"
    browser.sign_in("directrice@lilas.fr")
    add = {"email": "comptable@lilas.fr", "role": "reader", "function": "Comptable"}
    assert browser.post(path, add).status_code == 303
    assert browser.post(path, add).status_code == 409
    assert browser.post(path, {"email": "x", "role": "reader"}).status_code == 422
    assert browser.post(path, {"email": "x@y.fr", "role": "king"}).status_code == 422
    page = browser.get(path)
    assert "comptable@lilas.fr" in text_of(page)
    colleague = Browser(application, browser.tenant).sign_in("comptable@lilas.fr")
    assert "Ajouter une personne" not in text_of(colleague.get(path))
    assert colleague.post(path, {"email": "z@y.fr", "role": "owner"}).status_code == 403
    user_id = person("comptable@lilas.fr").user_id
    assert browser.post(f"{path}/{user_id}/change", {"role": "editor"}).status_code == 303
    assert browser.post(f"{path}/{user_id}/remove").status_code == 303
    assert colleague.get(path).status_code in (403, 404)
    last = browser.post(f"/organisations/{organisation.id}/leave")
    assert (last.status_code, "seule personne responsable" in text_of(last)) == (409, True)


def test_a_list_of_people_costs_the_same_for_one_and_for_three(
    browser: Browser, person: Callable[[str], Actor], statements: list[str]
) -> None:
    organisation = join_organisation(person("directrice@lilas.fr"), "350000063", "LES LILAS", "Directrice")
    path = f"/organisations/{organisation.id}/members"
    browser.sign_in("directrice@lilas.fr")
    counts = []
    for people in (1, 3):
        while len(counts) == 1 and people > 1:
            people -= 1
            browser.post(path, {"email": f"p{people}@lilas.fr", "role": "reader"})
        statements.clear()
        assert browser.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_portals_colour_is_a_style_sheet(browser: Browser) -> None:
    sheet = browser.get("/brand.css?v=0b4f6c")
    assert sheet.text == ":root{--tenant-colour:#0b4f6c}\n"
    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "immutable" not in browser.get("/brand.css?v=ffffff").headers["Cache-Control"]
    assert 'brand.css?v=0b4f6c"' in browser.get("/sign-in").text
