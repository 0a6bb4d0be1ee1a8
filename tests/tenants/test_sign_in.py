"""Single-use links: asked, sent, used once, by one browser, for twenty minutes."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit import clock, signing
from kit.actor import anonymous, operator, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.jobs import forget
from tenants.models import Session, SignInLink, Tenant
from tenants.queries.person import find_user
from tenants.service.session import Cookie, end_session, find_signed_in
from tenants.service.sign_in import (
    LINK_LIFETIME,
    ask_sign_in_link,
    look_at_link,
    make_sign_in_link,
    sent_link,
    use_sign_in_link,
)

HOME = "/x/"
BROWSER = "b" * 43
pytestmark = pytest.mark.usefixtures("no_limits")


def account_exists(email: str) -> bool:
    """Whether somebody has this address."""
    with transaction(anonymous(None)) as tx:
        return find_user(tx.session, email) is not None


def secret_of_last_mail(tenant: Tenant) -> str:
    """What the mail of the last asked link would say."""
    with transaction(system(tenant.id, "t")) as tx:
        event = tx.session.scalars(
            select(OutboxMessage).where(OutboxMessage.topic == "sign_in_link.ask").order_by(OutboxMessage.id.desc())
        ).first()
        assert event is not None
        link = sent_link(tx, event.subject_id)
        assert link is not None
        return link.secret


def test_a_link_signs_in_once(tenant: Tenant) -> None:
    visitor = anonymous(tenant.id)
    assert ask_sign_in_link(visitor, " Nouvelle@EHPAD.fr", "/x/account", "10.0.0.1", BROWSER) == "nouvelle@ehpad.fr"
    assert not account_exists("nouvelle@ehpad.fr")
    secret = secret_of_last_mail(tenant)
    assert look_at_link(visitor, secret, BROWSER).used_at is None
    cookie, next_path = use_sign_in_link(visitor, secret, browser=BROWSER)
    assert next_path == "/x/account"
    actor = find_signed_in(tenant.id, cookie.secret, "r1")
    assert actor is not None
    assert (actor.email, actor.name, actor.kind) == ("nouvelle@ehpad.fr", "Nouvelle", "person")
    for again in (
        lambda: use_sign_in_link(visitor, secret, browser=BROWSER),
        lambda: look_at_link(visitor, secret, BROWSER),
    ):
        with pytest.raises(Conflict, match="déjà servi"):
            again()


def test_a_link_lives_twenty_minutes(tenant: Tenant) -> None:
    visitor = anonymous(tenant.id)
    start = clock.now()
    with clock.frozen(start):
        secret = make_sign_in_link(operator("root", tenant.id), "a@b.fr", HOME)
    with clock.frozen(start + LINK_LIFETIME - timedelta(milliseconds=1)):
        look_at_link(visitor, secret)
    with clock.frozen(start + LINK_LIFETIME), pytest.raises(Conflict, match="plus valable"):
        use_sign_in_link(visitor, secret)


def test_a_link_of_another_portal_or_of_nobody_is_unknown(make_tenant: Callable[..., Tenant]) -> None:
    ours, theirs = make_tenant(), make_tenant()
    secret = make_sign_in_link(operator("root", ours.id), "a@b.fr", HOME)
    for where, tried in ((theirs, secret), (ours, secret[:-1]), (ours, ""), (ours, "é" * 64)):
        with pytest.raises(NotFound, match="pas complet"):
            use_sign_in_link(anonymous(where.id), tried)


def test_neither_the_database_nor_the_event_holds_the_secret(tenant: Tenant) -> None:
    ask_sign_in_link(anonymous(tenant.id), "a@b.fr", HOME, "10.0.0.2", BROWSER)
    secret = secret_of_last_mail(tenant)
    with transaction(system(tenant.id, "t")) as tx:
        link = tx.session.scalars(select(SignInLink).where(SignInLink.tenant_id == tenant.id)).one()
        kept = [str(getattr(link, column.name)) for column in SignInLink.__table__.columns]
    assert secret not in " ".join(kept)
    assert link.digest == signing.sha256(secret.encode())
    assert "secret" not in repr(Cookie("secret", clock.now()))


def test_only_the_operator_makes_a_link_for_somebody(tenant: Tenant, person: Callable[..., object]) -> None:
    with pytest.raises(Forbidden):
        make_sign_in_link(person("curieux@x.fr"), "directrice@x.fr", HOME)  # type: ignore[arg-type]


def test_of_many_who_use_a_link_together_one_signs_in(tenant: Tenant) -> None:
    secret = make_sign_in_link(operator("root", tenant.id), "course@x.fr", HOME)
    line = threading.Barrier(5)
    cookies: list[Cookie] = []
    refused: list[Conflict] = []

    def use() -> None:
        line.wait()
        try:
            cookies.append(use_sign_in_link(anonymous(tenant.id), secret)[0])
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=use) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(cookies), len(refused)) == (1, 4)
    actor = find_signed_in(tenant.id, cookies[0].secret, None)
    assert actor is not None
    with transaction(anonymous(None)) as tx:
        sessions = tx.session.scalar(select(func.count()).select_from(Session).where(Session.user_id == actor.user_id))
    assert sessions == 1


def test_two_first_links_used_together_make_one_account(tenant: Tenant) -> None:
    secrets = [make_sign_in_link(operator("root", tenant.id), "jumelle@x.fr", HOME) for _ in range(4)]
    line = threading.Barrier(4)
    people: list[object] = []

    def use(secret: str) -> None:
        line.wait()
        cookie, _ = use_sign_in_link(anonymous(tenant.id), secret)
        actor = find_signed_in(tenant.id, cookie.secret, None)
        people.append(actor and actor.user_id)

    threads = [threading.Thread(target=use, args=[secret]) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(people) == 4
    assert len(set(people)) == 1


def test_a_session_lasts_twelve_hours_and_ends_on_demand(tenant: Tenant) -> None:
    visitor, start = anonymous(tenant.id), clock.now()
    cookies = [
        use_sign_in_link(visitor, make_sign_in_link(operator("root", tenant.id), "a@b.fr", HOME))[0] for _ in range(2)
    ]
    for hours in range(1, 12):  # in use all day long: two idle hours would end it
        with clock.frozen(start + timedelta(hours=hours)):
            find_signed_in(tenant.id, cookies[0].secret, None)
    with clock.frozen(start + timedelta(hours=11, minutes=59)):
        assert find_signed_in(tenant.id, cookies[0].secret, None) is not None
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        assert find_signed_in(tenant.id, cookies[0].secret, None) is None
    end_session(visitor, cookies[0].secret)
    assert find_signed_in(tenant.id, cookies[0].secret, None) is None
    assert find_signed_in(tenant.id, cookies[1].secret, None) is not None


def test_signing_in_again_ends_the_browsers_earlier_session(tenant: Tenant) -> None:
    visitor, boss = anonymous(tenant.id), operator("root", tenant.id)
    first, _ = use_sign_in_link(visitor, make_sign_in_link(boss, "a@b.fr", HOME))
    second, _ = use_sign_in_link(visitor, make_sign_in_link(boss, "a@b.fr", HOME), ended=first.secret)
    assert find_signed_in(tenant.id, first.secret, None) is None
    assert find_signed_in(tenant.id, second.secret, None) is not None


def test_asking_is_limited_by_address_then_by_network(tenant: Tenant) -> None:
    visitor = anonymous(tenant.id)
    with clock.frozen(clock.now()):
        for _ in range(5):
            ask_sign_in_link(visitor, "a@b.fr", HOME, "10.0.0.3", BROWSER)
        with pytest.raises(TooManyRequests, match="cette adresse"):
            ask_sign_in_link(visitor, "A@B.fr ", HOME, "10.9.9.9", BROWSER)
        for number in range(54):
            ask_sign_in_link(visitor, f"a{number}@b.fr", HOME, "10.0.0.3", BROWSER)
        ask_sign_in_link(visitor, "z@b.fr", HOME, "10.0.0.3", BROWSER)
        with pytest.raises(TooManyRequests, match="votre réseau"):
            ask_sign_in_link(visitor, "zz@b.fr", HOME, "10.0.0.3", BROWSER)


def test_a_wrong_address_is_refused_before_anything_is_counted(tenant: Tenant) -> None:
    for _ in range(70):
        with pytest.raises(Invalid):
            ask_sign_in_link(anonymous(tenant.id), "nobody", HOME, "10.0.0.4", BROWSER)
    ask_sign_in_link(anonymous(tenant.id), "some@body.fr", HOME, "10.0.0.4", BROWSER)


def test_a_used_or_old_link_is_not_mailed(tenant: Tenant) -> None:
    visitor = anonymous(tenant.id)
    ask_sign_in_link(visitor, "lent@x.fr", HOME, "10.0.0.5", BROWSER)
    with transaction(system(tenant.id, "t")) as tx:
        link_id = tx.session.scalars(select(SignInLink.id).where(SignInLink.tenant_id == tenant.id)).one()
    with clock.frozen(clock.now() + timedelta(minutes=21)), transaction(system(tenant.id, "t")) as tx:
        assert sent_link(tx, link_id) is None
    use_sign_in_link(visitor, secret_of_last_mail(tenant), browser=BROWSER)
    with transaction(system(tenant.id, "t")) as tx:
        assert sent_link(tx, link_id) is None


def test_what_ended_is_forgotten_a_day_later(tenant: Tenant) -> None:
    secret = make_sign_in_link(operator("root", tenant.id), "a@b.fr", HOME)
    cookie, _ = use_sign_in_link(anonymous(tenant.id), secret)
    forget()
    assert find_signed_in(tenant.id, cookie.secret, None) is not None
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert forget() >= 2
        assert forget() == 0
