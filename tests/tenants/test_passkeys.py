"""Passkeys on the real database, with true answers and with forged ones."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from kit import clock
from kit.actor import Actor, anonymous
from kit.errors import Conflict, CrrcError, Invalid, TooManyRequests, Unconfirmed
from kit.transaction import transaction
from tenants.gateway import passkey as gateway
from tenants.models import Passkey, Session, Tenant, User
from tenants.rules.factor import Answer
from tenants.rules.site import Site
from tenants.service import new_factor, second_factor
from tenants.service.passkey import ask_sign_in, sign_in_with_passkey
from tenants.service.second_factor import prove
from tenants.service.session import find_signed_in
from tests.tenants.authenticator import PRESENT, Authenticator
from tests.tenants.proving import SITE, Somebody

pytestmark = pytest.mark.usefixtures("no_limits")
Come = Callable[..., Somebody]
BROWSER, OTHER_BROWSER = "b" * 43, "c" * 43
ELSEWHERE = Site("cyber.bretagne.fr", "https://cyber.bretagne.fr")


def key_of(who: Somebody) -> Authenticator:
    assert who.key is not None
    return who.key


def show(who: Somebody, **changes: Any) -> Answer:
    """The person's key answers what the portal asks now."""
    return Answer("passkey", key_of(who).show(second_factor.ask_passkey(who.actor, SITE), **changes))


def visit(tenant: Tenant) -> Actor:
    return anonymous(tenant.id, ip="192.0.2.9")


def enter(who: Somebody, browser: str = BROWSER, site: Site = SITE, **changes: Any) -> str:
    """Sign in with the key alone; the cookie's secret."""
    shown = key_of(who).show(ask_sign_in(visit(who.tenant), BROWSER, SITE), **changes)
    return sign_in_with_passkey(visit(who.tenant), shown, browser, site, "Firefox sur Linux").secret


def test_a_key_is_a_second_factor(somebody: Come) -> None:
    who = somebody().add_key().come_again()
    assert who.actor.held_back == {"account"}
    who.secret = prove(who.actor, who.secret, show(who), SITE).secret
    assert who.actor.held_back == frozenset()


def test_a_key_signs_in_by_itself(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_key()
    found = find_signed_in(tenant.id, enter(who), None)
    assert found is not None
    assert (found.email, found.held_back, found.stale) == (who.email, frozenset(), False)
    with transaction(anonymous(None)) as tx:
        session = tx.session.scalars(select(Session).where(Session.id == found.session_id)).one()
        assert (session.method, session.agent, session.ip) == ("passkey", "Firefox sur Linux", "192.0.2.9")


def test_what_a_browser_is_asked(somebody: Come) -> None:
    who = somebody().add_key()
    asked = new_factor.ask_new_passkey(who.actor, SITE)
    assert asked["rp"] == {"id": "localhost", "name": who.tenant.name}
    assert asked["attestation"] == "none"
    assert asked["user"]["name"] == who.email
    assert who.email.encode() not in base64url_to_bytes(asked["user"]["id"])
    assert [one["id"] for one in asked["excludeCredentials"]] == [bytes_to_base64url(key_of(who).credential_id)]
    asked = second_factor.ask_passkey(who.actor, SITE)
    assert asked["allowCredentials"][0]["transports"] == ["internal"], "unknown words are left out"
    asked = ask_sign_in(visit(who.tenant), BROWSER, SITE)
    assert (asked["userVerification"], asked["allowCredentials"]) == ("required", [])


FORGED: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "a look-alike origin": {"origin": "http://localhost:8000.evil.example"},
    "another port": {"origin": "http://localhost:8001"},
    "another host": {"rp_id": "evil.example"},
    "inside a frame of another site": {"cross_origin": True},
    "a creation in place of an answer": {"type": "webauthn.create"},
    "a challenge nobody asked": {"challenge": bytes_to_base64url(secrets.token_bytes(32))},
    "no challenge": {"challenge": ""},
    "a false signature": {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
    "no signature": {"signature": b""},
    "nobody there": {"flags": 0},
    "a count that goes back": {"sign_count": 1},
    "a count that stays": {"sign_count": 2},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("way", ["prove", "sign in"])
def test_a_forged_answer_proves_nothing(somebody: Come, way: str, changes: dict[str, Any]) -> None:
    who = somebody().add_key()
    who.secret = prove(who.actor, who.secret, show(who), SITE).secret  # its count is 2
    with pytest.raises(Invalid):
        if way == "prove":
            prove(who.actor, who.secret, show(who, **changes), SITE)
        else:
            enter(who, **changes)


def test_a_key_that_counts_no_more_is_refused_and_one_that_never_did_is_not(somebody: Come) -> None:
    who = somebody().add_key()
    key_of(who).counts, key_of(who).sign_count = False, 0
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, show(who), SITE)
    other = somebody("paul")
    other.key = Authenticator(SITE.origin, counts=False)
    made = other.key.make(new_factor.ask_new_passkey(other.actor, SITE))
    other.secret = new_factor.add_passkey(other.actor, other.secret, "Téléphone", made, SITE).cookie.secret
    for _ in range(2):
        other.secret = prove(other.actor, other.secret, show(other), SITE).secret


def test_an_answer_is_not_replayed(somebody: Come) -> None:
    who = somebody().add_key()
    answer = show(who)
    who.secret = prove(who.actor, who.secret, answer, SITE).secret
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, answer, SITE)
    asked = ask_sign_in(visit(who.tenant), BROWSER, SITE)
    shown = key_of(who).show(asked)
    sign_in_with_passkey(visit(who.tenant), shown, BROWSER, SITE, "")
    with pytest.raises(Invalid):
        sign_in_with_passkey(visit(who.tenant), shown, BROWSER, SITE, "")


def test_a_challenge_is_of_one_session(somebody: Come) -> None:
    who = somebody().add_key()
    other = who.come_again()
    answer = show(who)
    with pytest.raises(Invalid):
        prove(other.actor, other.secret, answer, SITE)


def test_a_challenge_is_of_one_browser(somebody: Come) -> None:
    who = somebody().add_key()
    with pytest.raises(Invalid):
        enter(who, browser=OTHER_BROWSER)


def test_a_challenge_is_of_one_purpose(somebody: Come) -> None:
    who = somebody().add_key()
    signs_in = key_of(who).show(ask_sign_in(visit(who.tenant), BROWSER, SITE))
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, Answer("passkey", signs_in), SITE)
    proves = show(who).text
    with pytest.raises(Invalid):
        sign_in_with_passkey(visit(who.tenant), proves, BROWSER, SITE, "")


def test_a_challenge_lives_five_minutes(somebody: Come) -> None:
    who = somebody().add_key()
    answer = show(who)
    with clock.frozen(clock.now() + timedelta(minutes=6)), pytest.raises(Invalid):
        prove(who.actor, who.secret, answer, SITE)


def test_a_key_is_of_one_host(somebody: Come) -> None:
    who = somebody().add_key()
    ways = second_factor.list_ways(who.actor, ELSEWHERE)
    assert (ways.passkeys, ways.elsewhere, ways.has_factor) == ((), ("localhost",), True)
    with pytest.raises(Conflict):
        second_factor.ask_passkey(who.actor, ELSEWHERE)
    answer = show(who, rp_id=ELSEWHERE.host, origin=ELSEWHERE.origin)
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, answer, ELSEWHERE)


def test_where_addresses_are_numbers_there_are_no_keys(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    with pytest.raises(Conflict):
        new_factor.ask_new_passkey(who.actor, None)
    with pytest.raises(Conflict):
        ask_sign_in(visit(tenant), BROWSER, None)
    with pytest.raises(Invalid):
        sign_in_with_passkey(visit(tenant), "{}", BROWSER, None, "")


def test_to_sign_in_the_device_recognises_its_person(somebody: Come) -> None:
    who = somebody().add_key()
    with pytest.raises(Invalid):
        enter(who, flags=PRESENT)
    who.secret = prove(who.actor, who.secret, show(who, flags=PRESENT), SITE).secret


def test_a_key_says_whose_it_is(somebody: Come) -> None:
    who, paul = somebody().add_key(), somebody("paul").add_key()
    for handle in (b"", paul.actor.user_id.bytes if paul.actor.user_id else b""):
        with pytest.raises(Invalid):
            enter(who, handle=handle)


def test_somebody_elses_key_proves_nothing(somebody: Come) -> None:
    who, paul = somebody().add_key(), somebody("paul").add_key()
    asked = second_factor.ask_passkey(who.actor, SITE)
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, Answer("passkey", key_of(paul).show(asked)), SITE)


def test_unknown_keys_and_false_ones_get_one_answer(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_key()
    said = set()
    stranger = replace(who, key=Authenticator(SITE.origin, handle=key_of(who).handle))
    for one, changes in ((stranger, {}), (who, {"signature": b"x"}), (who, {"origin": "https://evil.example"})):
        with pytest.raises(Invalid) as refused:
            enter(one, **changes)
        said.add(refused.value.sentence)
    assert len(said) == 1


def test_an_erased_person_does_not_come_back(somebody: Come) -> None:
    who = somebody().add_key()
    user_id = who.actor.user_id
    with transaction(anonymous(None)) as tx:
        tx.session.get_one(User, user_id).erased_at = tx.now
    with pytest.raises(Invalid):
        enter(who)


def test_a_key_is_registered_once(somebody: Come) -> None:
    who, paul = somebody().add_key(), somebody("paul")
    made = key_of(who).make(new_factor.ask_new_passkey(paul.actor, SITE))
    with pytest.raises(Invalid, match="n’a pas pu être vérifiée"):
        new_factor.add_passkey(paul.actor, paul.secret, "La sienne", made, SITE)
    with transaction(anonymous(None)) as tx:
        name = bytes_to_base64url(key_of(who).credential_id)
        assert len(tx.session.scalars(select(Passkey).where(Passkey.credential_id == name)).all()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"challenge": bytes_to_base64url(b"x" * 32)},
        {"type": "webauthn.get"},
        {"flags": 0},
        {"cross_origin": True},
    ],
    ids=["origin", "host", "challenge", "type", "nobody there", "frame"],
)
def test_a_forged_registration_is_not_kept(somebody: Come, changes: dict[str, Any]) -> None:
    who = somebody()
    made = Authenticator(SITE.origin).make(new_factor.ask_new_passkey(who.actor, SITE), **changes)
    with pytest.raises(Invalid):
        new_factor.add_passkey(who.actor, who.secret, "Fausse", made, SITE)
    assert who.actor.held_back == frozenset()


def test_a_registration_is_not_replayed(somebody: Come) -> None:
    who = somebody()
    made = Authenticator(SITE.origin).make(new_factor.ask_new_passkey(who.actor, SITE))
    who.secret = new_factor.add_passkey(who.actor, who.secret, "Une", made, SITE).cookie.secret
    with pytest.raises(Invalid):
        new_factor.add_passkey(who.actor, who.secret, "Deux", made, SITE)


def test_not_more_than_ten_keys(somebody: Come) -> None:
    who = somebody()
    for number in range(10):
        who.add_key(name=f"Clé {number}")
    with pytest.raises(Conflict, match="10"):
        new_factor.ask_new_passkey(who.actor, SITE)


def test_adding_a_key_wants_a_fresh_proof(somebody: Come) -> None:
    who = somebody()
    with clock.frozen(clock.now() + timedelta(minutes=16)), pytest.raises(Unconfirmed):
        new_factor.ask_new_passkey(who.actor, SITE)


def test_asking_is_limited_by_network(tenant: Tenant) -> None:
    with clock.frozen(clock.now()):
        for _ in range(120):
            ask_sign_in(visit(tenant), BROWSER, SITE)
        with pytest.raises(TooManyRequests):
            ask_sign_in(visit(tenant), BROWSER, SITE)


def spoiled(text: str) -> list[str]:
    """An answer with each of its parts changed, cut, or of another kind."""
    answer = json.loads(text)
    found = [text[:half] for half in (0, 1, len(text) // 2, len(text) - 1)]
    found += ["null", "[]", "1", '"x"', "{}", "[" * 100_000, '{"id":' * 5000, "\x00", "é" * 99, "x" * 17_000]
    for part in ("id", "rawId", "type", "response"):
        for value in (None, 7, [], {}, "", "é", "A" * 2000):
            found.append(json.dumps({**answer, part: value}))
    for part in answer["response"]:
        for value in (None, 7, [], {}, "", "é", "A", "AAAA" * 300, answer["response"][part][:-6]):
            found.append(json.dumps({**answer, "response": {**answer["response"], part: value}}))
    return found


def test_whatever_is_sent_is_answered(somebody: Come) -> None:
    """Nothing makes the reading of an answer fail; nothing spoiled is believed."""
    who = somebody().add_key()
    known = key_of(who)
    asked = second_factor.ask_passkey(who.actor, SITE)
    made = Authenticator(SITE.origin).make(new_factor.ask_new_passkey(who.actor, SITE))
    with transaction(anonymous(None)) as tx:
        name = bytes_to_base64url(known.credential_id)
        public = tx.session.scalars(select(Passkey.public_key).where(Passkey.credential_id == name)).one()
    shown = known.show(asked)
    assert gateway.verify_shown(gateway.read(shown), SITE, public) is not None  # type: ignore[arg-type]
    believed = [
        one for one in spoiled(shown) if (read := gateway.read(one)) and gateway.verify_shown(read, SITE, public)
    ]
    assert all(
        json.loads(one)["response"]["signature"] == json.loads(shown)["response"]["signature"] for one in believed
    )
    for one in spoiled(made):
        read = gateway.read(one)
        assert read is None or gateway.verify_new(read, SITE) is None or json.loads(one)["id"] == json.loads(made)["id"]


def test_whatever_is_sent_is_refused_politely(somebody: Come) -> None:
    who = somebody().add_key()
    for one in spoiled(show(who).text)[:20]:
        with pytest.raises(CrrcError):
            sign_in_with_passkey(visit(who.tenant), one, BROWSER, SITE, "")
