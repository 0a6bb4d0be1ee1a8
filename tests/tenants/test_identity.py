"""Coming in with a provider: proved by our own mail the first time, attached to one account, left when one leaves."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from kit.actor import Actor, anonymous, operator
from kit.transaction import transaction
from kit.vault import take_out
from tenants.models import ExternalIdentity, Session, Tenant
from tenants.queries.person import find_user
from tenants.service.session import find_signed_in
from tenants.service.sign_in import make_sign_in_link, use_sign_in_link
from tests.browser import text_of
from tests.peers.oidc.forger import Forger, Lies, open_forger
from tests.tenants.doors import Visitor, last_mail, register
from tests.tenants.proving import Somebody
from tests.tenants.test_factor_mails import told

pytestmark = pytest.mark.usefixtures("no_limits")
CAMILLE = "camille.durand@ehpad.test"
Meet = Callable[..., Visitor]


@pytest.fixture(scope="module")
def issuers() -> Iterator[dict[str, Forger]]:
    """One of each shape."""
    with open_forger("proconnect") as proconnect, open_forger("psc") as psc:
        yield {"proconnect": proconnect, "psc": psc}


@pytest.fixture
def proconnect(issuers: dict[str, Forger], tenant: Tenant) -> Forger:
    """The portal is registered with it, and nobody has lied yet. Each test has people of its own."""
    forger = issuers["proconnect"]
    forger.lies = Lies(sub=f"camille-{tenant.slug}", userinfo={"email": f"{tenant.slug}.{CAMILLE}"})
    register(tenant, forger)
    return forger


@pytest.fixture
def psc(issuers: dict[str, Forger], tenant: Tenant) -> Forger:
    forger = issuers["psc"]
    forger.lies = Lies(sub=f"f:robert:{tenant.slug}")
    register(tenant, forger)
    return forger


@pytest.fixture
def meet(application: Flask, tenant: Tenant) -> Meet:
    """A new browser."""
    return lambda letter="b": Visitor(application, tenant, letter * 43)


def arrive(visitor: Visitor, forger: Forger, next_path: str = "") -> Visitor:
    """Come in for the first time, by the code of the mail."""
    visitor.come_back(forger.kind, forger.let_in(visitor.go(forger.kind, next_path)))
    answer = visitor.post("/sign-in/code", {"code": last_mail(visitor.tenant).code})
    assert answer.status_code == 303
    return visitor


def actor_of(visitor: Visitor) -> Actor:
    found = find_signed_in(visitor.tenant.id, visitor.session or "", None)
    assert found is not None
    return found


def session_of(visitor: Visitor) -> Session:
    session_id = actor_of(visitor).session_id
    with transaction(anonymous(None)) as tx:
        return tx.session.scalars(select(Session).where(Session.id == session_id)).one()


def identities_of(visitor: Visitor) -> list[ExternalIdentity]:
    mine = select(ExternalIdentity).where(ExternalIdentity.user_id == actor_of(visitor).user_id)
    with transaction(anonymous(None)) as tx:
        return list(tx.session.scalars(mine).all())


def signed_in(visitor: Visitor, email: str) -> Visitor:
    secret = make_sign_in_link(operator("tests", visitor.tenant.id), email, f"/{visitor.tenant.slug}/account")
    assert visitor.post(f"/sign-in/{secret}").status_code == 303
    return visitor


def test_the_first_time_the_address_is_proved_then_the_door_is_open(meet: Meet, proconnect: Forger) -> None:
    visitor = meet()
    going = f"/{visitor.tenant.slug}/candidacies"
    answer = visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect", going)))
    assert answer.status_code == 303
    assert "/sign-in/sent" in answer.location
    assert visitor.session is None
    mail = last_mail(visitor.tenant)
    assert (mail.email, mail.provider) == (f"{visitor.tenant.slug}.{CAMILLE}", "ProConnect")
    assert "Première connexion avec ProConnect" in text_of(
        visitor.get(answer.location.removeprefix(f"/{visitor.tenant.slug}"))
    )
    assert visitor.post("/sign-in/code", {"code": f"{mail.code[:4]} {mail.code[4:]}"}).location == going
    session = session_of(visitor)
    assert (session.method, session.acr, session.siret, session.factor_at) == (
        "proconnect",
        "eidas1",
        "13000796000010",
        None,
    )
    assert take_out(session.id_token).count(".") == 2
    assert actor_of(visitor).name == "Camille Durand"
    again = meet("c")
    assert again.come_back("proconnect", proconnect.let_in(again.go("proconnect", going))).location == going
    assert actor_of(again).user_id == actor_of(visitor).user_id


def test_the_mailed_link_attaches_too_in_the_same_browser_alone(meet: Meet, proconnect: Forger) -> None:
    visitor, elsewhere = meet(), meet("z")
    visitor.come_back("proconnect", proconnect.let_in(visitor.go("proconnect")))
    path = f"/sign-in/{last_mail(visitor.tenant).secret}"
    for answer in (elsewhere.get(path), elsewhere.post(path)):
        assert answer.status_code == 409
        assert "un autre navigateur" in text_of(answer)
    assert elsewhere.session is None
    assert visitor.get(path).status_code == 200
    assert visitor.post(path).status_code == 303
    assert [one.sub for one in identities_of(visitor)] == [proconnect.lies.sub]


def test_an_address_that_a_provider_says_opens_nobody_s_account(meet: Meet, proconnect: Forger) -> None:
    """Somebody at ProConnect claims the director's address: the director gets a mail, and the other one nothing."""
    director = signed_in(meet("d"), "directrice@ehpad.test")
    proconnect.lies.userinfo = {"email": "Directrice@EHPAD.test"}
    thief = meet("t")
    answer = thief.come_back("proconnect", proconnect.let_in(thief.go("proconnect")))
    assert "/sign-in/sent" in answer.location
    assert thief.session is None
    assert identities_of(director) == []
    assert last_mail(thief.tenant).email == "directrice@ehpad.test"
    assert director.post(f"/sign-in/{last_mail(thief.tenant).secret}").status_code == 409
    assert identities_of(director) == []


def test_a_strong_level_counts_as_a_second_factor(meet: Meet, proconnect: Forger) -> None:
    proconnect.lies.id_token = {"acr": "eidas1-mfa"}
    assert session_of(arrive(meet(), proconnect)).factor_at is not None


def test_an_existing_account_keeps_its_name(meet: Meet, proconnect: Forger, tenant: Tenant) -> None:
    email = f"{tenant.slug}.{CAMILLE}"
    signed_in(meet("x"), email)
    with transaction(anonymous(None)) as tx:
        before = find_user(tx.session, email)
    visitor = arrive(meet(), proconnect)
    assert before is not None
    assert actor_of(visitor).user_id == before.id
    assert actor_of(visitor).name == before.name


def test_a_health_professional_types_an_address_and_says_for_which_place(meet: Meet, psc: Forger) -> None:
    visitor = meet()
    going = f"/{visitor.tenant.slug}/candidacies"
    answer = visitor.come_back("psc", psc.let_in(visitor.go("psc", going)))
    assert answer.location.endswith("/sign-in/psc/address")
    assert visitor.get("/sign-in/psc/address").status_code == 200
    wrong = visitor.post("/sign-in/psc/address", {"email": "personne"})
    assert (wrong.status_code, "arobase" in wrong.text) == (422, True)
    email = f"robert@{visitor.tenant.slug}.test"
    assert visitor.post("/sign-in/psc/address", {"email": email}).status_code == 303
    answer = visitor.post("/sign-in/code", {"code": last_mail(visitor.tenant).code})
    assert answer.location.startswith(f"/{visitor.tenant.slug}/sign-in/psc/place?next=")
    assert (session_of(visitor).activities, session_of(visitor).siret) == ([], None)
    page = visitor.get(answer.location.removeprefix(f"/{visitor.tenant.slug}"))
    assert "EHPAD du Test" in page.text
    for odd in ("", "7", "-1", "x"):
        assert visitor.post("/sign-in/psc/place", {"place": odd, "next": going}).status_code == 422
    assert visitor.post("/sign-in/psc/place", {"place": "0", "next": going}).location == going
    session = session_of(visitor)
    assert session.siret == "26600000000015"
    assert session.activities == [
        {"name": "EHPAD DU TEST", "siret": "26600000000015", "siren": "", "finess_et": "590000001", "finess_ej": ""}
    ]
    visitor.post("/sign-in/psc/place", {"place": "none", "next": going})
    assert (session_of(visitor).activities, session_of(visitor).siret) == ([], None)
    again = meet("c")
    assert "/sign-in/psc/place?next=" in again.come_back("psc", psc.let_in(again.go("psc"))).location


def test_the_only_place_is_the_one(meet: Meet, psc: Forger) -> None:
    activity = {"numeroFinessSite": "350000147", "raisonSocialeSite": "CABINET"}
    psc.lies.userinfo = {"SubjectRefPro": {"exercices": [{"activities": [activity, activity]}]}}
    visitor = meet()
    visitor.come_back("psc", psc.let_in(visitor.go("psc")))
    visitor.post("/sign-in/psc/address", {"email": f"seul@{visitor.tenant.slug}.test"})
    landing = visitor.post("/sign-in/code", {"code": last_mail(visitor.tenant).code}).location
    assert landing == f"/{visitor.tenant.slug}/"
    assert [place["finess_et"] for place in session_of(visitor).activities or []] == ["350000147"]


def test_somebody_signed_in_attaches_without_mail(meet: Meet, proconnect: Forger) -> None:
    visitor = signed_in(meet(), "rattache@ehpad.test")
    answer = visitor.post("/sign-in/proconnect/attach")
    url = answer.headers["Refresh"].removeprefix("0; url=")
    assert visitor.come_back("proconnect", proconnect.let_in(url)).location.endswith("/account/identities")
    assert [one.provider for one in identities_of(visitor)] == ["proconnect"]
    assert "Statut non précisé" in text_of(visitor.get("/account/identities"))
    proconnect.lies.sub += "-2"
    url = visitor.post("/sign-in/proconnect/attach").headers["Refresh"].removeprefix("0; url=")
    visitor.come_back("proconnect", proconnect.let_in(url))
    assert len(identities_of(visitor)) == 2


def test_an_identity_has_one_account(meet: Meet, proconnect: Forger) -> None:
    first = arrive(meet(), proconnect)
    second = signed_in(meet("s"), "seconde@ehpad.test")
    url = second.post("/sign-in/proconnect/attach").headers["Refresh"].removeprefix("0; url=")
    answer = second.come_back("proconnect", proconnect.let_in(url))
    assert answer.status_code == 409
    assert "déjà rattachée à un autre compte" in text_of(answer)
    assert identities_of(second) == []
    assert len(identities_of(first)) == 1


def test_what_was_asked_by_one_person_is_not_attached_to_another(meet: Meet, proconnect: Forger) -> None:
    visitor = signed_in(meet(), "premiere@ehpad.test")
    url = visitor.post("/sign-in/proconnect/attach").headers["Refresh"].removeprefix("0; url=")
    signed_in(visitor, "autre@ehpad.test")
    assert visitor.come_back("proconnect", proconnect.let_in(url)).status_code == 409
    assert identities_of(visitor) == []


def test_detached_it_opens_nothing_and_its_other_sessions_end(meet: Meet, proconnect: Forger) -> None:
    visitor, other = arrive(meet(), proconnect), meet("o")
    other.come_back("proconnect", proconnect.let_in(other.go("proconnect")))
    assert other.session
    (one,) = identities_of(visitor)
    assert told(visitor.tenant, "identity.link").title == "ProConnect ouvre maintenant votre compte"
    assert signed_in(meet("v"), "voleuse@ehpad.test").post(f"/account/identities/{one.id}/unlink").status_code == 404
    assert visitor.post(f"/account/identities/{one.id}/unlink").status_code == 303
    assert identities_of(visitor) == []
    assert told(visitor.tenant, "identity.unlink").title == "ProConnect n’ouvre plus votre compte"
    assert find_signed_in(other.tenant.id, other.session or "", None) is None
    assert "/sign-in/sent" in other.come_back("proconnect", proconnect.let_in(other.go("proconnect"))).location


def test_signing_out_goes_through_the_provider_and_comes_back_once(meet: Meet, proconnect: Forger) -> None:
    visitor = arrive(meet(), proconnect)
    secret = visitor.session or ""
    answer = visitor.post("/sign-out")
    url = answer.headers["Refresh"].removeprefix("0; url=")
    assert url.startswith(f"{proconnect.issuer}/session/end?id_token_hint=")
    assert find_signed_in(visitor.tenant.id, secret, None) is None
    assert visitor.session is None
    state = url.partition("state=")[2].partition("&")[0]
    home = f"/{visitor.tenant.slug}/"
    for sent, said in (("x" * 43, False), (state, True), (state, False)):
        assert visitor.get("/sign-in/proconnect/signed-out", query_string={"state": sent}).location == home
        assert ("déconnecté du portail et de ProConnect" in visitor.get("/").text) is said


def test_signing_out_ends_here_even_when_the_provider_is_away(meet: Meet, proconnect: Forger) -> None:
    from tenants.gateway.oidc import forget_providers

    visitor = arrive(meet(), proconnect)
    secret = visitor.session or ""
    proconnect.lies.discovery = {"issuer": "http://127.0.0.1/other"}
    forget_providers()
    answer = visitor.post("/sign-out")
    assert answer.status_code == 303
    assert find_signed_in(visitor.tenant.id, secret, None) is None
    assert "vous connaît encore" in visitor.get("/").text
    forget_providers()


def test_a_mail_alone_attaches_nothing_to_an_account_with_a_second_factor(
    meet: Meet, proconnect: Forger, tenant: Tenant
) -> None:
    """Whoever reads somebody's mails has an identity of their own, as strong as they like: it is not the factor."""
    email = f"{tenant.slug}.{CAMILLE}"
    secret = make_sign_in_link(operator("tests", tenant.id), email, "/")
    victim = Somebody(tenant, email, use_sign_in_link(anonymous(tenant.id), secret)[0].secret).add_totp()
    proconnect.lies.id_token = {"acr": "eidas2"}
    thief = meet("t")
    thief.come_back("proconnect", proconnect.let_in(thief.go("proconnect", f"/{tenant.slug}/candidacies")))
    answer = thief.post("/sign-in/code", {"code": last_mail(tenant).code})
    assert answer.location == f"/{tenant.slug}/account/identities?waiting=proconnect"
    assert actor_of(thief).held_back
    assert (session_of(thief).method, session_of(thief).factor_at) == ("link", None)
    assert identities_of(thief) == []
    assert "/second-factor?next=" in thief.get("/account/identities?waiting=proconnect").location
    again = meet("u")
    assert "/sign-in/sent" in again.come_back("proconnect", proconnect.let_in(again.go("proconnect"))).location
    # Their own person shows the factor, is told why, and attaches it.
    shown = {"confirm_code": victim.code().text, "next": answer.location}
    assert thief.post("/second-factor", shown).location == answer.location
    assert "un second facteur protège ce compte" in text_of(thief.get("/account/identities?waiting=proconnect"))
    url = thief.post("/sign-in/proconnect/attach").headers["Refresh"].removeprefix("0; url=")
    thief.come_back("proconnect", proconnect.let_in(url))
    back = meet("w")
    back.come_back("proconnect", proconnect.let_in(back.go("proconnect")))
    assert session_of(back).factor_at is not None
