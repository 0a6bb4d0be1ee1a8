"""What a provider, a browser or somebody in between may answer wrongly: it is refused, clearly, and opens nothing."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from kit import clock
from kit.actor import system
from kit.transaction import transaction
from tenants.gateway.oidc import forget_providers
from tenants.models import IdentityProvider, SignInLink, Tenant
from tenants.rules.identity import SECOND_FACTOR
from tests.browser import text_of
from tests.peers.oidc.forger import CLIENT, Forger, Lies, open_forger
from tests.tenants.doors import Visitor, last_mail, register

pytestmark = pytest.mark.usefixtures("no_limits")
Meet = Callable[..., Visitor]
PAST = int(time.time()) - 3600


@pytest.fixture(scope="module")
def issuers() -> Iterator[dict[str, Forger]]:
    """One of each shape."""
    with open_forger("proconnect") as proconnect, open_forger("psc") as psc:
        yield {"proconnect": proconnect, "psc": psc}


@pytest.fixture
def proconnect(issuers: dict[str, Forger], tenant: Tenant) -> Iterator[Forger]:
    """The portal is registered with it."""
    forger = issuers["proconnect"]
    forger.lies = Lies(sub=f"mallory-{tenant.slug}")
    register(tenant, forger)
    yield forger
    forget_providers()


@pytest.fixture
def psc(issuers: dict[str, Forger], tenant: Tenant) -> Forger:
    forger = issuers["psc"]
    forger.lies = Lies(sub=f"f:mallory:{tenant.slug}")
    register(tenant, forger)
    return forger


@pytest.fixture
def visitor(application: Flask, tenant: Tenant) -> Visitor:
    return Visitor(application, tenant, "m" * 43)


def nobody_came(tenant: Tenant) -> bool:
    """No link waits to be used, and nobody is signed in by this."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalar(select(func.count()).select_from(SignInLink)) == 0


LIES: dict[str, Lies] = {
    "id token of another issuer": Lies(id_token={"iss": "https://evil.example"}),
    "id token without issuer": Lies(id_token={"iss": None}),
    "id token for another client": Lies(id_token={"aud": "somebody-else"}),
    "id token for several": Lies(id_token={"aud": [CLIENT, "other"], "azp": "other"}),
    "id token without audience": Lies(id_token={"aud": None}),
    "wrong nonce": Lies(id_token={"nonce": "x" * 43}),
    "no nonce": Lies(id_token={"nonce": None}),
    "expired": Lies(id_token={"exp": PAST, "iat": PAST - 300}),
    "of the future": Lies(id_token={"iat": PAST + 7200 * 2, "nbf": PAST + 7200 * 2}),
    "without expiry": Lies(id_token={"exp": None}),
    "without sub": Lies(id_token={"sub": None}),
    "sub is a number": Lies(id_token={"sub": 12}, userinfo={"sub": 12}),
    "sub is endless": Lies(id_token={"sub": "x" * 300}, userinfo={"sub": "x" * 300}),
    "sub has a zero byte": Lies(id_token={"sub": "a\0b"}, userinfo={"sub": "a\0b"}),
    "sub is empty": Lies(id_token={"sub": ""}, userinfo={"sub": ""}),
    "unsigned id token": Lies(id_alg="none"),
    "id token signed with our secret": Lies(id_alg="HS256"),
    "id token of a key nobody published": Lies(stranger=True),
    "userinfo of somebody else": Lies(userinfo={"sub": "other"}),
    "userinfo of another issuer": Lies(userinfo={"iss": "https://evil.example"}),
    "userinfo for another client": Lies(userinfo={"aud": "other"}),
    "userinfo for several": Lies(userinfo={"aud": [CLIENT, "other"]}),
    "expired userinfo": Lies(userinfo={"exp": PAST}),
    "userinfo signed with our secret": Lies(userinfo_alg="HS256"),
    "unsigned userinfo": Lies(userinfo_alg="none"),
    "plain userinfo": Lies(userinfo_type="application/json", userinfo_body=b'{"sub": "mallory"}'),
    "userinfo is a page": Lies(userinfo_type="text/html", userinfo_body=b"<h1>"),
    "userinfo is nothing": Lies(userinfo_body=b""),
    "userinfo is no object": Lies(userinfo_body=b"e30.W10.x"),
    "token is no JSON": Lies(token_body=b"<html>"),
    "token is a list": Lies(token_body=b"[]"),
    "token is deep": Lies(token_body=b"[" * 100_000),
    "no id token": Lies(token_body=b'{"access_token": "x", "token_type": "Bearer"}'),
    "id token is a number": Lies(token_body=b'{"access_token": "x", "token_type": "Bearer", "id_token": 7}'),
    "id token is no token": Lies(token_body=b'{"access_token": "x", "token_type": "Bearer", "id_token": "a.b.c"}'),
    "token refused": Lies(token_body=b'{"error": "invalid_grant"}', token_status=400),
}


@pytest.mark.parametrize("name", LIES)
def test_a_false_answer_opens_nothing(name: str, visitor: Visitor, proconnect: Forger) -> None:
    lies = LIES[name]
    proconnect.lies = Lies(**{**vars(lies), "sub": proconnect.lies.sub})
    answer = visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect")))
    assert answer.status_code == 403, text_of(answer)
    assert "n’est pas valable" in text_of(answer)
    assert "lien reçu par courriel" in text_of(answer)
    assert visitor.session is None
    assert nobody_came(visitor.tenant)


@pytest.mark.parametrize("status", [500, 503, 302])
def test_a_provider_in_trouble_is_away(status: int, visitor: Visitor, proconnect: Forger) -> None:
    proconnect.lies.token_status = status
    answer = visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect")))
    assert answer.status_code == 503
    assert "ne répond pas" in text_of(answer)
    assert nobody_came(visitor.tenant)


def test_the_truth_comes_in(visitor: Visitor, proconnect: Forger) -> None:
    """Else the lies above would say nothing."""
    assert visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect"))).status_code == 303
    assert not nobody_came(visitor.tenant)


@pytest.mark.parametrize("acr", ["eidas1", "eidas0", "eidas9-mfa", None, "", 3])
def test_a_level_that_is_too_low_is_refused_once(acr: Any, visitor: Visitor, proconnect: Forger) -> None:
    """And not asked again by itself: no loop between the two."""
    tenant = visitor.tenant
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(IdentityProvider, (tenant.id, "proconnect")).acr_values = list(SECOND_FACTOR)
    url = visitor.go("proconnect")
    asked = parse_qs(urlsplit(url).query)["claims"][0]
    assert json.loads(asked) == {"id_token": {"acr": {"essential": True, "values": list(SECOND_FACTOR)}, "amr": None}}
    proconnect.lies.id_token = {"acr": acr}
    answer = visitor.come_back("proconnect", proconnect.let_in(url))
    assert answer.status_code == 403
    assert "Refresh" not in answer.headers
    assert "niveau de sécurité moins élevé" in text_of(answer)
    assert nobody_came(tenant)


def test_what_is_sent(visitor: Visitor, proconnect: Forger, psc: Forger) -> None:
    register_again = {"proconnect": proconnect, "psc": psc}
    for kind in register_again:
        sent = {name: value[0] for name, value in parse_qs(urlsplit(visitor.go(kind)).query).items()}
        assert (len(sent["state"]), len(sent["nonce"]), len(sent["code_challenge"])) == (43, 43, 43)
        assert (sent["code_challenge_method"], sent["response_type"], sent["client_id"]) == ("S256", "code", CLIENT)
        assert sent["redirect_uri"] == f"http://127.0.0.1:8000/{visitor.tenant.slug}/sign-in/{kind}/callback"
        assert ("acr_values" in sent) == (kind == "psc")
        assert "openid" in sent["scope"].split()
        assert "client_secret" not in sent


def test_an_answer_serves_once(visitor: Visitor, proconnect: Forger) -> None:
    answer = proconnect.let_in(visitor.go("proconnect"))
    visitor.come_back("proconnect", answer)
    proconnect.codes[answer["code"]] = proconnect.codes.get(answer["code"], {})
    again = visitor.come_back("proconnect", answer)
    assert again.status_code == 400
    assert "déjà servi" in text_of(again)


def test_a_code_of_another_journey_is_refused(visitor: Visitor, proconnect: Forger) -> None:
    """Injected by an attacker into the victim's browser: the verifier is not the one of that code."""
    stolen = proconnect.let_in(visitor.go("proconnect"))
    mine = proconnect.let_in(visitor.go("proconnect"))
    assert visitor.come_back("proconnect", mine | {"code": stolen["code"]}).status_code == 403
    assert nobody_came(visitor.tenant)


def test_an_answer_after_ten_minutes_is_refused(visitor: Visitor, proconnect: Forger) -> None:
    start = clock.now()
    with clock.frozen(start - timedelta(minutes=11)):
        answer = proconnect.let_in(visitor.go("proconnect"))
    late = visitor.come_back("proconnect", answer)
    assert late.status_code == 400
    assert "dix minutes" in text_of(late)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s[:-1] + ("A" if s[-1] != "A" else "B"),
        lambda s: "",
        lambda s: s * 9,
        lambda s: "é" * 43,
        lambda s: "\0" * 43,
    ],
    ids=["one letter", "empty", "long", "accents", "zeros"],
)
def test_another_state_is_refused(change: Callable[[str], str], visitor: Visitor, proconnect: Forger) -> None:
    answer = proconnect.let_in(visitor.go("proconnect"))
    assert visitor.come_back("proconnect", answer | {"state": change(answer["state"])}).status_code == 400
    assert nobody_came(visitor.tenant)


def test_another_browser_s_answer_is_refused(application: Flask, visitor: Visitor, proconnect: Forger) -> None:
    """A thief sends the victim an address that would sign the victim in as the thief."""
    answer = proconnect.let_in(visitor.go("proconnect"))
    victim = Visitor(application, visitor.tenant, "v" * 43)
    assert victim.come_back("proconnect", answer).status_code == 400
    assert victim.session is None


def test_another_portal_s_answer_is_refused(
    application: Flask, visitor: Visitor, proconnect: Forger, make_tenant: Callable[..., Tenant]
) -> None:
    theirs = make_tenant()
    register(theirs, proconnect)
    elsewhere = Visitor(application, theirs, visitor.name)
    answer = proconnect.let_in(visitor.go("proconnect"))
    assert elsewhere.come_back("proconnect", answer).status_code == 400
    assert nobody_came(theirs)


def test_one_provider_s_answer_is_not_the_other_s(visitor: Visitor, proconnect: Forger, psc: Forger) -> None:
    """The mix-up: a state of one door at the other, or an answer that another issuer signed (RFC 9207)."""
    answer = proconnect.let_in(visitor.go("proconnect"))
    assert visitor.come_back("psc", answer | {"iss": psc.issuer}).status_code == 400
    asked = len(psc.asked)
    answer = proconnect.let_in(visitor.go("proconnect"))
    assert visitor.come_back("proconnect", answer | {"iss": psc.issuer}).status_code == 403
    answer = proconnect.let_in(visitor.go("proconnect"))
    del answer["iss"]
    assert visitor.come_back("proconnect", answer).status_code == 403  # it says that it says it
    assert len(psc.asked) == asked
    assert "token" not in psc.asked
    assert nobody_came(visitor.tenant)


ERRORS = {
    ("access_denied", ""): "interrompue",
    ("login_required", ""): "Vous n’étiez pas connecté",
    ("server_error", "authentication aborted due to a technical error: Y500015"): "organisations privées",
    ("Y030031", ""): "ne reconnaît pas l’adresse de ce portail",
    ("temporarily_unavailable", ""): "indisponible",
    ("zut", "alors"): "n’a pas terminé la connexion",
    ("<script>alert(1)</script>", '\r\nSet-Cookie: x=1\r\n{"level": "forged"} \u202e'): "n’a pas terminé la connexion",
}


@pytest.mark.parametrize(("error", "description"), ERRORS, ids=[str(number) for number in range(len(ERRORS))])
def test_a_refusal_is_said_in_our_words(
    error: str, description: str, visitor: Visitor, proconnect: Forger, capsys: pytest.CaptureFixture[str]
) -> None:
    state = proconnect.let_in(visitor.go("proconnect"))["state"]
    sent = {"error": error, "error_description": description, "state": state, "iss": proconnect.issuer}
    answer = visitor.come_back("proconnect", sent)
    assert answer.status_code == 403
    assert ERRORS[error, description] in text_of(answer)
    written = capsys.readouterr()
    for theirs in ("alert(1)", "forged", "Set-Cookie: x", "zut", "technical error"):
        assert theirs not in answer.text
        assert theirs not in str(answer.headers)
        assert theirs not in written.out + written.err
    assert visitor.come_back("proconnect", sent).status_code == 400


def test_without_its_state_even_a_refusal_says_nothing_of_itself(visitor: Visitor, proconnect: Forger) -> None:
    answer = visitor.come_back("proconnect", {"error": "access_denied"})
    assert answer.status_code == 400
    assert "interrompue" not in text_of(answer)


@pytest.mark.parametrize(
    "next_path", ["https://evil.example/", "//evil.example", "/\\evil.example", "/autre/account", "javascript:alert(1)"]
)
def test_one_lands_inside_the_portal(next_path: str, visitor: Visitor, proconnect: Forger) -> None:
    visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect", next_path)))
    landing = visitor.post("/sign-in/code", {"code": last_mail(visitor.tenant).code, "next": next_path}).location
    assert landing == f"/{visitor.tenant.slug}/"


def test_the_host_that_a_request_says_is_not_believed(visitor: Visitor, proconnect: Forger) -> None:
    url = f"/{visitor.tenant.slug}/sign-in/proconnect"
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = visitor.client.post(url, headers=forged, data={"csrf_token": "x"})
    assert "evil.example" not in answer.headers.get("Location", "") + answer.text
    assert "Refresh" not in answer.headers
    answer = visitor.post("/sign-in/proconnect", headers={"X-Forwarded-Host": "evil.example"})
    sent = parse_qs(urlsplit(answer.headers["Refresh"].removeprefix("0; url=")).query)
    assert sent["redirect_uri"][0].startswith("http://127.0.0.1:8000/")


def test_a_form_of_another_site_starts_nothing(visitor: Visitor, proconnect: Forger) -> None:
    assert visitor.post("/sign-in/proconnect", {"csrf_token": "x"}).status_code == 403
    assert visitor.get("/sign-in/proconnect").status_code == 303


def test_a_closed_door_is_no_door(visitor: Visitor, issuers: dict[str, Forger]) -> None:
    assert visitor.post("/sign-in/psc").status_code == 404
    register(visitor.tenant, issuers["psc"], enabled=False)
    assert visitor.post("/sign-in/psc").status_code == 404
    assert visitor.get("/sign-in/psc/callback?state=x&code=y").status_code == 404
    assert "Pro Santé" not in visitor.get("/sign-in").text


WRONG_PLACES: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://auth.agentconnect.gouv.fr/api/v2"},
    "no keys": {"jwks_uri": None},
    "an address that is none": {"token_endpoint": "file:///etc/passwd"},
    "plain http elsewhere": {"userinfo_endpoint": "http://example.org/userinfo"},
    "a list": {"token_endpoint": ["x"]},
}


@pytest.mark.parametrize("name", WRONG_PLACES)
def test_a_provider_that_describes_itself_badly_is_away(name: str, visitor: Visitor, proconnect: Forger) -> None:
    proconnect.lies.discovery = WRONG_PLACES[name]
    answer = visitor.post("/sign-in/proconnect")
    assert answer.status_code == 503
    assert "Recevoir un lien par courriel" in text_of(answer)


def test_nobody_waits_twice_for_a_provider_that_is_away(visitor: Visitor, proconnect: Forger) -> None:
    proconnect.lies.discovery = {"issuer": "x"}
    before = len(proconnect.asked)
    for _ in range(3):
        assert visitor.post("/sign-in/proconnect").status_code == 503
    assert len(proconnect.asked) == before + 1
