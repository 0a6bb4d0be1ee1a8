"""« Confirmez que c’est vous », as people meet it: in place, nothing typed lost, nothing done before."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from kit import clock, signing
from kit.actor import operator, system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.rules.factor import shown
from tenants.service import new_factor
from tenants.service.colleague import list_colleagues
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tenants.service.second_factor import sent_code
from tenants.web.cookie import session_cookie
from tests.browser import NAME, Browser, text_of
from tests.tenants.proving import Somebody, want_factor

pytestmark = pytest.mark.usefixtures("no_limits")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
Come = Callable[..., Somebody]


def hidden(response: TestResponse) -> list[tuple[str, str]]:
    """The carried fields of the page's last form."""
    form = response.text.rpartition('id="ways"')[2]
    return [(unescape(name), unescape(value)) for name, value in HIDDEN.findall(form) if name != "csrf_token"]


class Desk:
    """Somebody's organisation, and the page where they add people: it wants a fresh proof."""

    def __init__(self, browser: Browser, who: Somebody) -> None:
        organisation = join_organisation(who.actor, "350000055", "LES LILAS", "Directrice")
        self.browser, self.who, self.id = browser, who, organisation.id
        self.path = f"/organisations/{organisation.id}/members"
        self.use(who.secret)

    def use(self, secret: str) -> None:
        self.browser.client.set_cookie(session_cookie(), secret)

    def add(self, email: str = "paul@lilas.fr", **confirmation: str) -> TestResponse:
        return self.browser.post(self.path, {"email": email, "role": "reader", "function": "Aide", **confirmation})

    @property
    def people(self) -> list[str]:
        return [one.email for one in list_colleagues(system(self.browser.tenant.id, "t"), self.id)[1]]


@pytest.fixture
def desk(browser: Browser, somebody: Come) -> Desk:
    return Desk(browser, somebody())


@pytest.fixture
def later() -> Iterator[datetime]:
    """Twenty minutes on: a proof of now is stale."""
    at = clock.now() + timedelta(minutes=20)
    with clock.frozen(at):
        yield at


def mailed_code(tenant: Tenant) -> str:
    with transaction(system(tenant.id, "t")) as tx:
        asked = select(OutboxMessage).where(OutboxMessage.topic == "second_factor.ask")
        message = tx.session.scalars(asked.order_by(OutboxMessage.id.desc())).first()
        sent = sent_code(tx, message.subject_id) if message else None
        assert sent is not None
        return sent.code


def test_whoever_has_just_signed_in_is_not_asked(desk: Desk) -> None:
    assert desk.add().status_code == 303
    assert "paul@lilas.fr" in desk.people


def test_by_mail_in_place(desk: Desk, later: datetime) -> None:
    """Ask, receive, type: the form goes on as it was filled in."""
    asked = desk.add()
    assert asked.status_code == 403
    assert "Confirmez que c’est vous" in text_of(asked)
    assert ("email", "paul@lilas.fr") in hidden(asked)
    assert f'action="/{desk.browser.tenant.slug}{desk.path}"' in asked.text
    assert "Code reçu par courriel" not in text_of(asked)
    sent = desk.add(confirm_send="yes")
    assert (sent.status_code, "Code reçu par courriel" in text_of(sent)) == (200, True)
    wrong = desk.add(confirm_code="00000000")
    assert (wrong.status_code, "Il reste 4\xa0essais" in wrong.text) == (422, True)
    assert ("function", "Aide") in hidden(wrong)
    assert "paul@lilas.fr" not in desk.people
    before = desk.browser.session
    done = desk.add(confirm_code=shown(mailed_code(desk.browser.tenant)))
    assert (done.status_code, done.location) == (303, f"/{desk.browser.tenant.slug}{desk.path}")
    assert desk.people[-1] == "paul@lilas.fr"
    assert desk.browser.session not in (before, None)
    desk.use(before or "")
    assert desk.browser.get("/account").status_code == 303, "the cookie of before is dead"


def test_by_an_application_in_place(desk: Desk) -> None:
    desk.use(desk.who.add_totp().secret)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        asked = desk.add()
        assert "Code à 6 chiffres" in text_of(asked)
        assert desk.add(confirm_code=desk.who.code().text).status_code == 303
        assert desk.add("rose@lilas.fr").status_code == 303, "it is fresh again"
    assert desk.people[1:] == ["paul@lilas.fr", "rose@lilas.fr"]


def test_a_recovery_code_in_place_says_how_many_are_left(desk: Desk) -> None:
    desk.use(desk.who.add_totp().secret)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        wrong = desk.add(confirm_recovery="7K4MQ-X9RTP")
        assert (wrong.status_code, 'id="confirm_recovery-error"' in wrong.text) == (422, True)
        assert desk.add(confirm_recovery=shown(desk.who.codes[0])).status_code == 303
        assert "Il vous reste 9 codes de secours" in text_of(desk.browser.get("/account"))


def test_nothing_is_done_and_nothing_lost_when_nothing_is_shown(desk: Desk, later: datetime) -> None:
    for fields in ({"confirm_code": ""}, {"confirm_code": "abc"}, {"confirm_passkey": "{}"}, {"confirm_again": "yes"}):
        answer = desk.add(**fields)
        assert answer.status_code in (403, 422)
        assert ("email", "paul@lilas.fr") in hidden(answer)
        assert not [name for name, _ in hidden(answer) if name.startswith("confirm_") and name != "confirm_passkey"]
    assert desk.people[1:] == []


def test_every_value_is_carried_and_the_seal_is_not(desk: Desk, later: datetime) -> None:
    answer = desk.browser.client.post(
        f"/{desk.browser.tenant.slug}{desk.path}?tab=1",
        data={"csrf_token": signing.seal(f"csrf:{NAME}"), "a": ["1", "2", ""], "b": '"<é>\n'},
    )
    carried = [one for one in hidden(answer) if one[0] != "confirm_passkey"]
    assert carried == [("a", "1"), ("a", "2"), ("a", ""), ("b", '"<é>\n')]
    assert f'action="/{desk.browser.tenant.slug}{desk.path}?tab=1"' in answer.text


def test_a_file_is_asked_again(desk: Desk, later: datetime) -> None:
    files = {"proof": (io.BytesIO(b"%PDF"), "bail signé.pdf"), "email": "paul@lilas.fr"}
    answer = desk.browser.post(desk.path, files, content_type="multipart/form-data")  # type: ignore[arg-type]
    assert "Choisissez de nouveau bail signé.pdf" in text_of(answer)
    assert 'enctype="multipart/form-data"' in answer.text
    assert re.search(r'<input class="crrc-file" type="file" id="again-1" name="proof">', answer.text)


def test_without_the_seal_nothing_is_proved(desk: Desk, later: datetime) -> None:
    answer = desk.add(confirm_send="yes", csrf_token="0" * 64)
    assert answer.status_code == 403
    with transaction(system(desk.browser.tenant.id, "t")) as tx:
        topics = set(tx.session.scalars(select(OutboxMessage.topic)))
    assert "second_factor.ask" not in topics


def test_a_page_that_wants_it_is_shown_afterwards(desk: Desk) -> None:
    desk.use(desk.who.add_totp().secret)
    slug = desk.browser.tenant.slug
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        asked = desk.browser.get("/account/security/passkeys/new?next=x")
        assert (asked.status_code, f'action="/{slug}/second-factor"' in asked.text) == (200, True)
        assert ("next", f"/{slug}/account/security/passkeys/new?next=x") in hidden(asked)
        back = dict(hidden(asked)) | {"confirm_code": desk.who.code().text}
        done = desk.browser.post("/second-factor", back)
        assert (done.status_code, done.location) == (303, f"/{slug}/account/security/passkeys/new?next=x")
        assert desk.browser.get("/account/security/passkeys/new").status_code == 200


def test_five_wrong_answers_are_told_to_wait(desk: Desk, later: datetime) -> None:
    statuses = [desk.add(confirm_code="00000000").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    last = desk.add(confirm_code="00000000")
    assert "Réessayez dans" in text_of(last)
    assert ("email", "paul@lilas.fr") in hidden(last)


def test_a_script_is_told_and_not_shown_a_page(desk: Desk, later: datetime) -> None:
    form = {"csrf_token": signing.seal(f"csrf:{NAME}"), "email": "x"}
    path = f"/{desk.browser.tenant.slug}{desk.path}"
    answer = desk.browser.client.post(path, data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (403, "confirmation_needed")
    current = f"http://localhost/{desk.browser.tenant.slug}/account?tab=1"
    answer = desk.browser.client.post(path, data=form, headers={"HX-Request": "true", "HX-Current-URL": current})
    where = f"/{desk.browser.tenant.slug}/second-factor?next=/{desk.browser.tenant.slug}/account?tab%3D1"
    assert unescape(answer.headers["HX-Redirect"]).replace("%2F", "/").replace("%3F", "?") == where


def test_nobody_is_asked_for_nothing(desk: Desk, application: Flask, later: datetime, somebody: Come) -> None:
    """Somebody who has not the right anyway."""
    stranger = Browser(application, desk.browser.tenant)
    with clock.frozen(clock.now() - timedelta(minutes=20)):
        stranger.client.set_cookie(session_cookie(), somebody("paul").secret)
    answer = stranger.post(desk.path, {"email": "moi@lilas.fr", "role": "owner"})
    assert answer.status_code in (403, 404)
    assert "Confirmez que c’est vous" not in text_of(answer)


def held(application: Flask, who: Somebody) -> Browser:
    """A browser that came in by a link, before the second factor."""
    browser = Browser(application, who.tenant)
    browser.client.set_cookie(session_cookie(), who.come_again().secret)
    return browser


def test_whoever_is_held_back_is_led_to_prove(application: Flask, somebody: Come) -> None:
    who = somebody().add_totp()
    browser, slug = held(application, who), who.tenant.slug
    for path in ("/account", "/account/security", "/account/sessions", "/candidacies", "/", "/notifications"):
        answer = browser.get(path)
        assert answer.status_code == 303, path
        assert answer.location.startswith(f"/{slug}/second-factor?next=/{slug}"), path
    for path in ("/legal-notice", "/cookies", "/brand.css", "/second-factor", "/sign-in/sent"):
        assert browser.get(path).status_code == 200, path
    page = browser.get("/second-factor?next=/x")
    assert "Encore une étape" in text_of(page)
    done = browser.post("/second-factor", {"next": f"/{slug}/account?a=1", "confirm_code": who.code().text})
    assert (done.status_code, done.location) == (303, f"/{slug}/account?a=1")
    assert browser.get("/account").status_code == 200


def test_held_back_one_may_leave(application: Flask, somebody: Come) -> None:
    browser = held(application, somebody().add_totp())
    assert browser.post("/sign-out").location.endswith("/")
    assert browser.session is None
    assert "/sign-in?next=" in browser.get("/account").location


def test_a_form_of_somebody_held_back_is_kept(application: Flask, somebody: Come) -> None:
    """The factor was added elsewhere while they were writing."""
    who = somebody().add_totp()
    browser = held(application, who)
    asked = browser.post("/account", {"name": "Marie Le Bihan"})
    assert ("name", "Marie Le Bihan") in hidden(asked)
    done = browser.post("/account", {"name": "Marie Le Bihan", "confirm_code": who.code().text})
    assert done.status_code == 303
    assert 'value="Marie Le Bihan"' in browser.get("/account").text


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/autre/", "javascript:x", "/x\r\nSet-Cookie: a=b"],
    ids=["site", "scheme-relative", "portal", "script", "header"],
)
def test_nobody_is_led_elsewhere(application: Flask, somebody: Come, path: str) -> None:
    who = somebody().add_totp()
    browser, home = held(application, who), f"/{who.tenant.slug}/"
    page = browser.get("/second-factor", query_string={"next": path})
    assert ("next", home) in hidden(page)
    assert browser.post("/second-factor", {"next": path, "confirm_code": who.code().text}).location == home
    assert browser.get("/second-factor", query_string={"next": path}).location == home


def test_the_api_never_reads_the_proof(browser: Browser, somebody: Come) -> None:
    who = somebody().add_totp()
    browser.client.set_cookie(session_cookie(), who.come_again().secret)
    answer = browser.client.get(f"/api/v1/{browser.tenant.slug}/me")
    assert answer.status_code == 401


def test_a_first_factor_is_added_on_the_way_in(application: Flask, tenant: Tenant, somebody: Come) -> None:

    who = somebody()
    grant_role(operator("t", tenant.id), who.email, "grades_manager")
    want_factor(tenant, "grades_manager")
    browser = held(application, who)
    page = browser.get("/second-factor", query_string={"next": f"/{tenant.slug}/account"})
    assert "Ajoutez un second facteur" in text_of(page)
    assert f"/{tenant.slug}/account/security/totp?next=/{tenant.slug}/account" in page.text.replace("%2F", "/")
    form = browser.get("/account/security/totp", query_string={"next": f"/{tenant.slug}/account"})
    assert form.status_code == 200
    offer = re.search(r'name="offer" value="([^"]+)"', form.text)
    assert offer is not None
    secret = new_factor.offer_again(who.actor, offer[1]).secret
    sent = {"offer": offer[1], "next": f"/{tenant.slug}/account", "code": pyotp.TOTP(secret).at(clock.now())}
    wrong = browser.post("/account/security/totp", {**sent, "code": "000000"})
    assert (wrong.status_code, offer[1] in wrong.text) == (422, True)
    codes = browser.post("/account/security/totp", sent)
    assert (codes.status_code, codes.headers["Cache-Control"]) == (200, "no-store")
    assert len(re.findall(r'<li class="crrc-code">[0-9A-Z]{5}-[0-9A-Z]{5}</li>', codes.text)) == 10
    assert f'href="/{tenant.slug}/account"' in codes.text
    assert "Gestionnaire du GRADeS" in text_of(browser.get("/account"))


def test_whoever_came_in_long_ago_comes_in_again_to_add_one(application: Flask, tenant: Tenant, somebody: Come) -> None:

    who = somebody()
    grant_role(operator("t", tenant.id), who.email, "grades_manager")
    want_factor(tenant, "grades_manager")
    browser = held(application, who)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        page = browser.get("/second-factor", query_string={"next": f"/{tenant.slug}/account"})
        assert "Connectez-vous de nouveau" in text_of(page)
        assert browser.get("/account/security/totp").status_code == 200
        assert "Connectez-vous de nouveau" in text_of(browser.get("/account/security/totp"))
        again = browser.post("/second-factor/again", {"next": f"/{tenant.slug}/account"})
        assert again.location.replace("%2F", "/") == f"/{tenant.slug}/sign-in?next=/{tenant.slug}/account"
        assert browser.session is None
