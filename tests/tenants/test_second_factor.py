"""Proving who one is, on the real database: what counts, and what must not."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from kit import clock, queue
from kit.actor import Actor, anonymous, operator, system
from kit.audit import AuditLine
from kit.errors import Conflict, Invalid, TooManyRequests, Unauthenticated
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from kit.vault import take_out
from tenants.models import Challenge, RecoveryCode, Tenant, TotpSecret
from tenants.rules.factor import Answer
from tenants.service import second_factor
from tenants.service.role import grant_role
from tenants.service.second_factor import list_ways, prove, sent_code
from tenants.service.session import end_session, find_signed_in
from tests.tenants.proving import SITE, Somebody, want_factor

pytestmark = pytest.mark.usefixtures("no_limits")
Come = Callable[..., Somebody]


def told(tenant: Tenant, topic: str) -> list[OutboxMessage]:
    """What was emitted."""
    with transaction(system(tenant.id, "t")) as tx:
        return list(tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == topic)))


def audited(tenant: Tenant, action: str) -> list[dict[str, object]]:
    """The facts of the audit lines of an action."""
    with transaction(system(tenant.id, "t")) as tx:
        lines = select(AuditLine).where(AuditLine.action == action).order_by(AuditLine.number)
        return [line.facts for line in tx.session.scalars(lines)]


def mailed_code(tenant: Tenant) -> Answer:
    """What the last mail of a code says."""
    message = told(tenant, "second_factor.ask")[-1]
    with transaction(system(tenant.id, "t")) as tx:
        sent = sent_code(tx, message.subject_id)
        assert sent is not None
        return Answer("emailed", sent.code)


def next_hour() -> datetime:
    """A minute after it: windows of a quarter of an hour begin there."""
    return (clock.now() + timedelta(hours=1)).replace(minute=1, second=0)


def test_whoever_has_a_factor_holds_nothing_until_it_is_shown(tenant: Tenant, somebody: Come) -> None:
    first = somebody().add_totp()
    assert first.actor.held_back == frozenset(), "the session it was added in has shown it"
    again = first.come_again()
    assert again.actor.held_back == {"account"}
    assert again.actor.stale
    again.secret = prove(again.actor, again.secret, again.code()).secret
    assert (again.actor.held_back, again.actor.stale) == (frozenset(), False)


def test_a_proof_changes_the_secret_and_keeps_the_session(somebody: Come) -> None:
    who = somebody().add_totp().come_again()
    before, session = who.secret, who.actor.session_id
    cookie = prove(who.actor, before, who.code())
    assert cookie.secret != before
    assert find_signed_in(who.tenant.id, before, None) is None, "a stolen cookie of before is dead"
    who.secret = cookie.secret
    assert who.actor.session_id == session
    assert cookie.expires_at < clock.now() + timedelta(hours=12, seconds=1), "a proof does not lengthen the session"


def test_a_code_is_not_replayed(somebody: Come) -> None:
    who = somebody().add_totp().come_again()
    code = who.code()
    other = who.come_again()
    who.secret = prove(who.actor, who.secret, code).secret
    for session in (who, other):
        with pytest.raises(Invalid, match="a déjà servi"):
            prove(session.actor, session.secret, code)


def test_of_many_who_use_one_code_together_one_wins(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    sessions = [who.come_again() for _ in range(4)]
    code, line = who.code(), threading.Barrier(4)
    won: list[str] = []
    lost: list[Exception] = []

    def use(session: Somebody) -> None:
        actor = session.actor
        line.wait()
        try:
            won.append(prove(actor, session.secret, code).secret)
        except Invalid as error:
            lost.append(error)

    threads = [threading.Thread(target=use, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 3)


def test_one_session_is_not_proved_twice_at_once(somebody: Come) -> None:
    """Two windows of one browser: the second finds its cookie replaced, and takes nothing with it."""
    who = somebody().add_totp().come_again()
    actor, secret = who.actor, who.secret
    prove(actor, secret, who.code())
    with pytest.raises(Unauthenticated):
        prove(actor, secret, Answer("recovery", who.codes[0]))
    with transaction(anonymous(None)) as tx:
        used = select(RecoveryCode).where(RecoveryCode.user_id == actor.user_id, RecoveryCode.used_at.is_not(None))
        assert tx.session.scalars(used).all() == []


def test_a_recovery_code_works_once_and_is_told(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    assert len(who.codes) == 10
    one = Answer("recovery", who.codes[3])
    first, second = who.come_again(), who.come_again()
    first.secret = prove(first.actor, first.secret, one).secret
    assert first.actor.held_back == frozenset()
    assert list_ways(first.actor, None).codes_left == 9
    with pytest.raises(Invalid, match="code de secours"):
        prove(second.actor, second.secret, one)
    assert [message.subject_id for message in told(tenant, "recovery_code.use")] == [first.actor.user_id]


def test_what_is_kept_gives_nothing_away(somebody: Come) -> None:
    who = somebody().add_totp()
    user_id = who.actor.user_id
    with transaction(anonymous(None)) as tx:
        kept = tx.session.get_one(TotpSecret, user_id)
        assert who.totp not in kept.secret
        assert take_out(kept.secret) == who.totp
        digests = tx.session.scalars(select(RecoveryCode.digest).where(RecoveryCode.user_id == user_id)).all()
    assert not set(digests) & set(who.codes)
    assert all(code not in digest for code in who.codes for digest in digests)


def test_somebody_elses_code_proves_nothing(somebody: Come) -> None:
    marie, paul = somebody("marie").add_totp().come_again(), somebody("paul").add_totp()
    for answer in (paul.code(), Answer("recovery", paul.codes[0])):
        with pytest.raises(Invalid):
            prove(marie.actor, marie.secret, answer)


@pytest.mark.parametrize("redis", [True, False], ids=["with Redis", "while Redis is away"])
def test_five_wrong_answers_then_a_wait_and_a_mail(
    tenant: Tenant, somebody: Come, redis: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = somebody().add_totp().come_again()
    if not redis:
        from redis import Redis

        monkeypatch.setattr(queue, "redis", lambda: Redis(port=1, socket_connect_timeout=0.1))
    wrong = [Answer("totp", "000000"), Answer("recovery", "0" * 10), Answer("emailed", "0" * 8)]
    start = next_hour()
    with clock.frozen(start):
        for answer in (*wrong, *wrong[:2]):
            with pytest.raises(Invalid):
                prove(who.actor, who.secret, answer)
        assert [message.subject_id for message in told(tenant, "second_factor.block")] == [who.actor.user_id]
        with pytest.raises(TooManyRequests, match="Réessayez dans"):
            prove(who.actor, who.secret, who.code())
        other = who.come_again()
        with pytest.raises(TooManyRequests):
            prove(other.actor, other.secret, other.code())
    assert [facts["kind"] for facts in audited(tenant, "second_factor.refuse")] == [
        "totp",
        "recovery",
        "emailed",
        "totp",
        "recovery",
    ]
    assert len(told(tenant, "second_factor.block")) == 1
    with clock.frozen(start + timedelta(minutes=16)):
        who.secret = prove(who.actor, who.secret, who.code()).secret


def test_right_answers_are_not_counted(somebody: Come) -> None:
    who, start = somebody().add_totp(), next_hour()
    for number in range(8):
        with clock.frozen(start + timedelta(minutes=number)):
            who.secret = prove(who.actor, who.secret, who.code()).secret


def test_not_more_than_twenty_wrong_answers_a_day(somebody: Come) -> None:
    start = (clock.now() + timedelta(days=1)).replace(hour=1, minute=1, second=0)
    with clock.frozen(start - timedelta(minutes=5)):
        who = somebody().add_totp()
    for quarter in range(4):
        with clock.frozen(start + timedelta(minutes=15 * quarter)):
            for _ in range(5):
                with pytest.raises(Invalid):
                    prove(who.actor, who.secret, Answer("totp", "000000"))
    with clock.frozen(start + timedelta(hours=2)), pytest.raises(TooManyRequests):
        prove(who.actor, who.secret, who.code())


def test_somebody_without_a_factor_confirms_by_mail(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, Answer("emailed", "12345678"))
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        assert who.actor.stale
        second_factor.ask_code(who.actor)
        code = mailed_code(tenant)
        who.secret = prove(who.actor, who.secret, code).secret
        assert not who.actor.stale
        with pytest.raises(Invalid):
            prove(who.actor, who.secret, code)


def test_a_mailed_code_is_of_one_session_and_of_ten_minutes(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    other = who.come_again()
    second_factor.ask_code(who.actor)
    code = mailed_code(tenant)
    with pytest.raises(Invalid):
        prove(other.actor, other.secret, code)
    asked = told(tenant, "second_factor.ask")[-1].subject_id
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        with pytest.raises(Invalid):
            prove(who.actor, who.secret, code)
        with transaction(system(tenant.id, "t")) as tx:
            assert sent_code(tx, asked) is None


def test_a_new_code_takes_the_place_of_the_one_before(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    second_factor.ask_code(who.actor)
    first = mailed_code(tenant)
    second_factor.ask_code(who.actor)
    subject = f"session:{who.actor.session_id}"
    with transaction(system(tenant.id, "t")) as tx:
        waiting = tx.session.scalars(select(Challenge).where(Challenge.subject == subject))
        assert len(waiting.all()) == 1
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, first)


def test_a_code_by_mail_is_not_enough_for_who_has_more(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    second_factor.ask_code(who.actor)
    code = mailed_code(tenant)
    who.add_totp()
    with pytest.raises(Conflict):
        second_factor.ask_code(who.actor)
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, code)


def test_nor_where_a_role_wants_a_factor(tenant: Tenant, somebody: Come, make_tenant: Callable[..., Tenant]) -> None:
    who = somebody()
    grant_role(operator("t", tenant.id), who.email, "grades_manager")
    assert list_ways(who.actor, None).by_mail
    want_factor(tenant, "grades_manager")
    assert who.actor.held_back == {"grades_manager"}
    assert not who.actor.stale, "a fresh sign-in adds its first factor"
    assert not list_ways(who.actor, None).by_mail
    with pytest.raises(Conflict):
        second_factor.ask_code(who.actor)
    who.add_totp()
    assert who.actor.roles == {"grades_manager"}
    elsewhere = make_tenant()
    there = find_signed_in(elsewhere.id, who.secret, None)
    assert there is not None
    assert there.held_back == frozenset()


def test_a_proof_is_stale_after_a_quarter_of_an_hour(somebody: Come) -> None:
    who = somebody().add_totp()
    assert not who.actor.stale
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert who.actor.stale
        assert who.actor.held_back == frozenset(), "stale is not out"
        who.secret = prove(who.actor, who.secret, who.code()).secret
        assert not who.actor.stale


def test_an_ended_session_proves_nothing(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    actor = who.actor
    end_session(anonymous(tenant.id), who.secret)
    with pytest.raises(Unauthenticated):
        prove(actor, who.secret, who.code())


def test_another_persons_cookie_is_not_renewed(somebody: Come) -> None:
    marie, paul = somebody("marie").add_totp(), somebody("paul").add_totp()
    with pytest.raises(Unauthenticated):
        prove(marie.actor, paul.secret, marie.code())
    assert paul.actor.email == paul.email


def test_a_program_has_no_factor(tenant: Tenant) -> None:
    program = Actor("token", tenant.id, name="essai", scopes=frozenset({"second_factor"}))
    with pytest.raises(Exception, match=r"."):
        prove(program, "x" * 43, Answer("totp", "123456"))
    person = replace(program, kind="person", scopes=None)
    with pytest.raises(Unauthenticated):
        prove(person, "x" * 43, Answer("totp", "123456"), SITE)
