"""From a request to its actor, and what it costs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from flask import Flask, g

from app.arrival import Arrival
from kit import clock, signing
from kit.actor import Actor, operator
from kit.errors import Invalid, NotFound
from tenants.models import Tenant
from tenants.service.organisation import join_organisation
from tenants.service.portal import find_portal
from tenants.service.role import grant_role, revoke_role
from tenants.service.session import find_bearer
from tenants.service.token import create_token, list_tokens, revoke_token
from tests.browser import NAME, Browser

SCOPES = ("tenant.view", "tenant.brand", "adhesion.set")


def bearer(secret: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {secret}"}


def make_token(tenant: Tenant, **options: object) -> str:
    """A token's secret."""
    boss = operator("root", tenant.id)
    return create_token(boss, "essai", ["tenant"], known_scopes=SCOPES, **options)[1]  # type: ignore[arg-type]


def test_a_signed_in_request_asks_one_statement_and_a_visitor_none(browser: Browser, statements: list[str]) -> None:
    find_portal(browser.tenant.slug)
    statements.clear()
    assert browser.get("/cookies").status_code == 200
    assert browser.get("/brand.css").status_code == 200
    assert statements == []
    browser.sign_in("a@b.fr")
    find_portal(browser.tenant.slug)
    statements.clear()
    assert browser.get("/nowhere").status_code == 404
    assert len(statements) == 1, "beside the beginning of its transaction, which says for which portal"
    assert browser.get("/brand.css").status_code == 200
    assert len(statements) == 1, "the portal's looks are everybody's"


def test_a_token_costs_one_statement(application: Flask, tenant: Tenant, statements: list[str]) -> None:
    headers, client = bearer(make_token(tenant)), application.test_client()
    find_portal(tenant.slug)
    for count in (2, 1):  # whose it is; and once a minute that it is in use
        statements.clear()
        assert client.get(f"/api/v1/{tenant.slug}/me", headers=headers).status_code == 200
        assert len(statements) == count


def test_roles_are_those_of_this_portal_and_of_now(application: Flask, make_tenant: Callable[..., Tenant]) -> None:
    ours, theirs = make_tenant(), make_tenant()
    grant_role(operator("root", ours.id), "a@b.fr", "ars_manager")
    grant_role(operator("root", ours.id), "a@b.fr", "grades_manager")
    browser = Browser(application, ours).sign_in("a@b.fr")

    def roles_at(tenant: Tenant) -> frozenset[str]:
        with application.test_request_context(
            f"/{tenant.slug}/sign-in", headers={"Cookie": f"crrc_session={browser.session}"}
        ):
            application.preprocess_request()
            actor: Actor = g.actor
            assert actor.tenant_id == tenant.id
            return actor.roles

    assert roles_at(ours) == {"ars_manager", "grades_manager"}
    assert roles_at(theirs) == frozenset()
    revoke_role(operator("root", ours.id), "a@b.fr", "ars_manager")
    assert roles_at(ours) == {"grades_manager"}


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "é" * 43, "\x00" * 43, "a" * 3000])
def test_a_wrong_cookie_is_a_visitor(browser: Browser, cookie: str) -> None:
    browser.client.set_cookie("crrc_session", cookie)
    assert browser.get("/account").status_code == 303
    assert browser.get("/sign-in").status_code == 200


def test_a_token_says_who_it_is(application: Flask, tenant: Tenant, person: Callable[[str], Actor]) -> None:
    client, address = application.test_client(), f"/api/v1/{tenant.slug}/me"
    staff = client.get(address, headers=bearer(make_token(tenant))).get_json()
    assert staff["roles"] == ["ars_instructor", "ars_manager", "grades_manager"]
    assert (staff["kind"], staff["scopes"], staff["organisations"]) == ("token", ["tenant"], {})
    organisation = join_organisation(person("d@lilas.fr"), "350000014", "LILAS", "Directrice")
    inside = client.get(address, headers=bearer(make_token(tenant, finess_ej="350000014"))).get_json()
    assert (inside["roles"], inside["organisations"]) == ([], {str(organisation.id): ["editor"]})


def test_a_token_that_is_not_good_is_401_and_anothers_is_not_known(
    application: Flask, make_tenant: Callable[..., Tenant]
) -> None:
    ours, theirs = make_tenant(), make_tenant()
    client, secret = application.test_client(), make_token(ours)
    path = f"/api/v1/{ours.slug}/portal"
    assert client.get(path, headers=bearer(secret)).status_code == 200
    for wrong in ("crrc_inconnu", "", "é", secret + "x"):
        answer = client.get(path, headers=bearer(wrong))
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert client.get(path, headers={"Authorization": "Basic YTpi"}).status_code == 401
    assert client.get("/api/v1/nulle-part/portal", headers=bearer(secret)).status_code == 404
    unknown = client.get(path, headers=bearer("crrc_inconnu"))
    stranger = client.get(f"/api/v1/{theirs.slug}/portal", headers=bearer(secret))
    same = ("title", "status", "detail", "code")
    assert [stranger.get_json()[key] for key in same] == [unknown.get_json()[key] for key in same]


def test_a_token_ends(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    token, secret = create_token(boss, "essai", ["tenant"], known_scopes=SCOPES, lifetime=timedelta(days=1))
    assert find_bearer(tenant.id, secret, None) is not None
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert find_bearer(tenant.id, secret, None) is None
    assert [one.id for one in list_tokens(boss)] == [token.id]
    revoke_token(boss, token.id)
    revoke_token(boss, token.id)
    assert find_bearer(tenant.id, secret, None) is None
    assert list_tokens(boss) == []
    with pytest.raises(NotFound):
        revoke_token(boss, UUID(int=5))


def test_a_token_is_made_of_what_exists(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    for scopes, options in [
        ([], {}),
        (["rien"], {}),
        (["tenant.fly"], {}),
        (["tenant"], {"roles": ["owner"]}),
        (["tenant"], {"finess_ej": "12"}),
    ]:
        with pytest.raises(Invalid):
            create_token(boss, "essai", scopes, known_scopes=SCOPES, **options)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="Aucune organisation"):
        create_token(boss, "essai", ["tenant"], known_scopes=SCOPES, finess_ej="990000007")


def test_cookies_have_no_power_over_the_api_nor_tokens_over_pages(
    application: Flask, tenant: Tenant, browser: Browser
) -> None:
    browser.sign_in("a@b.fr")
    assert browser.client.get(f"/api/v1/{tenant.slug}/me").status_code == 401
    page = application.test_client().get(f"/{tenant.slug}/account", headers=bearer(make_token(tenant)))
    assert page.status_code == 303


def test_an_unknown_portal_is_404(application: Flask) -> None:
    client = application.test_client()
    for path in ("/inconnu/", "/inconnu/sign-in", "/api/v1/inconnu/portal", "/Bretagne/sign-in", "/%00/sign-in"):
        assert client.get(path).status_code == 404


def test_a_form_without_its_seal_changes_nothing(browser: Browser) -> None:
    browser.sign_in("sceau@b.fr")
    path = f"/{browser.tenant.slug}/account"
    for data, headers in [
        ({"name": "Autre"}, {}),
        ({"name": "Autre", "csrf_token": "0" * 64}, {}),
        ({"name": "Autre", "csrf_token": "0" * 128}, {}),
        ({"name": "Autre", "csrf_token": "0" * 127 + "é"}, {}),
        ({"name": "Autre", "csrf_token": "é"}, {}),
        ({"name": "Autre"}, {"X-CSRF-Token": "x"}),
    ]:
        assert browser.client.post(path, data=data, headers=headers).status_code == 403
    assert browser.post("/account", {"name": "Autre"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert 'value="Sceau"' in browser.get("/account").text
    assert browser.post("/account", {"name": "Autre"}).status_code == 303


def test_a_seal_is_never_shown_twice_under_the_same_mask(browser: Browser) -> None:
    """Or it would be guessed, letter by letter, from the lengths of compressed pages."""
    browser.sign_in("masque@b.fr")
    pages = [browser.get("/account").text for _ in range(3)]
    shown = [set(re.findall(r'name="csrf_token" value="([0-9a-f]+)"', page)) for page in pages]
    assert [len(one) for one in shown] == [1, 1, 1], "one for a page"
    tokens = [one.pop() for one in shown]
    bare = signing.seal(f"csrf:{NAME}")
    for first, second in combinations(tokens, 2):
        assert not {first[:64], first[64:]} & {second[:64], second[64:]}
    assert all(bare not in page for page in pages)
    for token in [*tokens, bare]:  # the last one: of a page that the version before had made
        assert browser.post("/account", {"name": "Anne Martin", "csrf_token": token}).status_code == 303
    crossed = tokens[0][:64] + tokens[1][64:]
    assert browser.post("/account", {"name": "Autre", "csrf_token": crossed}).status_code == 403


def test_a_fragment_asked_by_a_script_is_sent_to_sign_in(browser: Browser) -> None:
    answer = browser.get("/account", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith(f"/{browser.tenant.slug}/sign-in?next=")


def test_a_form_sent_after_the_session_ended_leads_to_sign_in(browser: Browser) -> None:
    answer = browser.post("/account", {"name": "Anne Martin"})
    assert answer.status_code == 303
    assert answer.location == f"/{browser.tenant.slug}/sign-in?next=/{browser.tenant.slug}/"


def test_the_clock_stands_still_at_arrival() -> None:
    """However long the work takes; and each request has its number."""
    seen: list[datetime] = []
    numbers: list[str] = []

    def slow(environ: dict[str, str], start: object) -> list[bytes]:
        import time

        seen.append(clock.now())
        time.sleep(0.02)
        seen.append(clock.now())
        numbers.append(environ["crrc.request_id"])
        return []

    before = datetime.now(UTC)
    door = Arrival(slow)  # type: ignore[arg-type]
    door({}, lambda *_: None)  # type: ignore[arg-type, misc]
    door({}, lambda *_: None)  # type: ignore[arg-type, misc]
    assert seen[0] == seen[1] >= before
    assert seen[2] > seen[1]
    assert len(set(numbers)) == 2
