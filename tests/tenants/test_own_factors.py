"""One's own factors: added, removed, codes renewed; and helped by the GRADeS when everything is lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pyotp
import pytest
from sqlalchemy import func, select

from kit import clock
from kit.actor import anonymous, operator, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unconfirmed
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import RecoveryCode, Session, Tenant
from tenants.rules.factor import Answer
from tenants.service import new_factor, own_factors
from tenants.service.factor_reset import look_at_factors, reset_factors
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tenants.service.second_factor import prove
from tenants.service.session import find_signed_in
from tests.tenants.proving import Somebody, sign_in, want_factor

pytestmark = pytest.mark.usefixtures("no_limits")
Come = Callable[..., Somebody]


def told(tenant: Tenant, topic: str) -> list[str]:
    """The keys of what was emitted."""
    with transaction(system(tenant.id, "t")) as tx:
        asked = select(OutboxMessage.key).where(OutboxMessage.topic == topic).order_by(OutboxMessage.id)
        return list(tx.session.scalars(asked))


def first_key(who: Somebody) -> UUID:
    return own_factors.list_factors(who.actor).passkeys[0].id


def test_a_first_factor_comes_with_ten_codes_a_second_without(somebody: Come) -> None:
    who = somebody().add_totp()
    codes = who.codes
    assert len(codes) == 10
    who.add_key()
    assert who.codes == codes
    factors = own_factors.list_factors(who.actor)
    assert (factors.count, factors.codes_left, factors.wanted_by) == (2, 10, [])
    assert told(who.tenant, "second_factor.add") == ["totp", "passkey"]


@pytest.mark.parametrize("code", ["", "12345", "000000", "ABCDE-FGHJK", "é"], ids=repr)
def test_an_application_is_added_once_it_shows_its_codes(somebody: Come, code: str) -> None:
    who = somebody()
    offer = new_factor.offer_totp(who.actor)
    with pytest.raises(Invalid) as refused:
        new_factor.add_totp(who.actor, who.secret, offer.sealed, code)
    assert refused.value.fields.keys() == {"code"}
    assert own_factors.list_factors(who.actor).count == 0
    again = new_factor.offer_again(who.actor, offer.sealed)
    assert (again.secret, again.sealed) == (offer.secret, offer.sealed)
    assert offer.secret not in offer.sealed
    assert offer.secret not in repr(offer)


@pytest.mark.parametrize("sealed", ["", "x", "{}", "gAAAAAB"])
def test_an_offer_that_is_none_of_ours_is_refused(somebody: Come, sealed: str) -> None:
    who = somebody()
    with pytest.raises(Conflict):
        new_factor.add_totp(who.actor, who.secret, sealed, "123456")


def test_an_offer_is_of_one_person_and_of_half_an_hour(somebody: Come) -> None:
    who, paul = somebody(), somebody("paul")
    offer = new_factor.offer_totp(who.actor)
    code = pyotp.TOTP(offer.secret).at(clock.now())
    with pytest.raises(Conflict):
        new_factor.add_totp(paul.actor, paul.secret, offer.sealed, code)
    later = clock.now() + timedelta(minutes=31)
    with clock.frozen(later):
        with pytest.raises(Unconfirmed):
            new_factor.add_totp(who.actor, who.secret, offer.sealed, code)
    with clock.frozen(later - timedelta(minutes=5)):
        fresh = somebody()
    with clock.frozen(later), pytest.raises(Conflict, match="demi-heure"):
        new_factor.add_totp(fresh.actor, fresh.secret, offer.sealed, pyotp.TOTP(offer.secret).at(later))


def test_another_application_takes_the_place_of_the_first(somebody: Come) -> None:
    who = somebody().add_totp()
    before = who.code()
    who.add_totp()
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, before)
    who.secret = prove(who.actor, who.secret, who.code()).secret
    assert own_factors.list_factors(who.actor).count == 1


def test_removing_the_last_one_takes_the_codes_along(somebody: Come) -> None:
    who = somebody().add_totp().add_key()
    own_factors.remove_passkey(who.actor, first_key(who))
    assert own_factors.list_factors(who.actor).codes_left == 10
    own_factors.remove_totp(who.actor)
    factors = own_factors.list_factors(who.actor)
    assert (factors.count, factors.codes_left) == (0, 0)
    assert who.come_again().actor.held_back == frozenset()
    assert told(who.tenant, "second_factor.remove") == ["passkey", "totp"]
    with pytest.raises(NotFound):
        own_factors.remove_totp(who.actor)


def test_the_last_factor_stays_where_a_role_wants_one(make_tenant: Callable[..., Tenant], somebody: Come) -> None:
    """In any portal: the account is one."""
    who, elsewhere = somebody().add_totp(), make_tenant()
    grant_role(operator("t", elsewhere.id), who.email, "ars_manager")
    want_factor(elsewhere, "ars_manager")
    assert own_factors.list_factors(who.actor).wanted_by == [elsewhere.name]
    with pytest.raises(Conflict, match="seul second facteur"):
        own_factors.remove_totp(who.actor)
    who.add_key()
    own_factors.remove_totp(who.actor)
    with pytest.raises(Conflict):
        own_factors.remove_passkey(who.actor, first_key(who))
    want_factor(elsewhere)
    own_factors.remove_passkey(who.actor, first_key(who))


def test_a_place_in_an_organisation_may_want_one_too(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    join_organisation(who.actor, "350000055", "LES LILAS", "Directrice")
    want_factor(tenant, "owner")
    assert who.actor.held_back == {"owner"}
    assert who.actor.organisations == {}
    who.add_key()
    with pytest.raises(Conflict):
        own_factors.remove_passkey(who.actor, first_key(who))


def test_two_factors_are_not_removed_at_once(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp().add_key()
    grant_role(operator("t", tenant.id), who.email, "ars_manager")
    want_factor(tenant, "ars_manager")
    actor, key, line = who.actor, first_key(who), threading.Barrier(2)
    refused: list[Exception] = []

    def remove(act: Callable[[], None]) -> None:
        line.wait()
        try:
            act()
        except Conflict as error:
            refused.append(error)

    acts: list[Callable[[], None]] = [
        lambda: own_factors.remove_totp(actor),
        lambda: own_factors.remove_passkey(actor, key),
    ]
    threads = [threading.Thread(target=remove, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert own_factors.list_factors(who.actor).count == 1


def test_changing_factors_wants_a_fresh_proof(somebody: Come) -> None:
    who = somebody().add_totp().add_key()
    key = first_key(who)
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        for act in (
            lambda: own_factors.remove_totp(who.actor),
            lambda: own_factors.remove_passkey(who.actor, key),
            lambda: own_factors.rename_passkey(who.actor, key, "Autre"),
            lambda: own_factors.renew_codes(who.actor),
            lambda: new_factor.offer_totp(who.actor),
        ):
            with pytest.raises(Unconfirmed):
                act()


def test_a_half_signed_in_thief_changes_nothing(somebody: Come) -> None:
    """Who reads the mails but holds no factor."""
    who = somebody().add_totp().add_key()
    key, thief = first_key(who), who.come_again()
    for act in (
        lambda: own_factors.remove_totp(thief.actor),
        lambda: own_factors.remove_passkey(thief.actor, key),
        lambda: own_factors.renew_codes(thief.actor),
        lambda: new_factor.offer_totp(thief.actor),
    ):
        with pytest.raises(Unconfirmed):
            act()


def test_a_key_of_somebody_else_is_not_there(somebody: Come) -> None:
    who, paul = somebody().add_key(), somebody("paul")
    for key in (first_key(who), uuid4()):
        with pytest.raises(NotFound):
            own_factors.remove_passkey(paul.actor, key)
        with pytest.raises(NotFound):
            own_factors.rename_passkey(paul.actor, key, "À moi")


@pytest.mark.parametrize("name", ["", " ", "x", "x" * 61, "a\x00b"], ids=["none", "blank", "one", "long", "control"])
def test_a_key_has_a_name(somebody: Come, name: str) -> None:
    who = somebody().add_key()
    with pytest.raises(Invalid) as refused:
        own_factors.rename_passkey(who.actor, first_key(who), name)
    assert refused.value.fields.keys() == {"name"}
    own_factors.rename_passkey(who.actor, first_key(who), " Ma  clé ")
    assert own_factors.list_factors(who.actor).passkeys[0].name == "Ma clé"


def test_renewed_codes_end_the_others(somebody: Come) -> None:
    who = somebody()
    with pytest.raises(Conflict):
        own_factors.renew_codes(who.actor)
    who.add_totp()
    fresh = own_factors.renew_codes(who.actor)
    assert set(fresh).isdisjoint(who.codes)
    with pytest.raises(Invalid):
        prove(who.actor, who.secret, Answer("recovery", who.codes[0]))
    who.secret = prove(who.actor, who.secret, Answer("recovery", fresh[0])).secret


def test_codes_renewed_together_are_still_ten(somebody: Come) -> None:
    who = somebody().add_totp()
    actor = who.actor
    threads = [threading.Thread(target=own_factors.renew_codes, args=[actor]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(anonymous(None)) as tx:
        mine = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == actor.user_id)
        assert tx.session.scalar(mine) == 10


def grades_of(tenant: Tenant) -> Somebody:
    """A manager of the GRADeS."""
    email = f"grades@{tenant.slug}.fr"
    grant_role(operator("t", tenant.id), email, "grades_manager")
    return sign_in(tenant, email)


def test_the_grades_helps_somebody_who_lost_everything(tenant: Tenant, somebody: Come) -> None:
    who, boss = somebody().add_totp().add_key(), grades_of(tenant)
    user_id = who.actor.user_id
    assert user_id is not None
    grant_role(operator("t", tenant.id), who.email, "ars_instructor")
    other = who.come_again()
    assert look_at_factors(boss.actor, user_id).factors == 2
    assert reset_factors(boss.actor, user_id) == 2
    for secret in (who.secret, other.secret):
        assert find_signed_in(tenant.id, secret, None) is None
    assert told(tenant, "second_factor.reset") == [""]
    again = who.come_again()
    assert (again.actor.held_back, again.actor.roles) == (frozenset(), {"ars_instructor"})
    assert look_at_factors(boss.actor, user_id).factors == 0


def test_nobody_else_does(tenant: Tenant, make_tenant: Callable[..., Tenant], somebody: Come) -> None:
    who = somebody().add_totp()
    user_id = who.actor.user_id
    assert user_id is not None
    grant_role(operator("t", tenant.id), who.email, "ars_manager")
    with pytest.raises(Forbidden):
        reset_factors(who.actor, user_id)
    stranger = grades_of(make_tenant())
    for unknown in (user_id, uuid4()):
        with pytest.raises(NotFound):
            reset_factors(stranger.actor, unknown)
        with pytest.raises(NotFound):
            look_at_factors(stranger.actor, unknown)
    boss = grades_of(tenant)
    with clock.frozen(clock.now() + timedelta(minutes=16)), pytest.raises(Unconfirmed):
        reset_factors(boss.actor, user_id)
    assert boss.actor.user_id is not None
    with pytest.raises(Conflict, match="votre compte"):
        reset_factors(boss.add_totp().actor, boss.actor.user_id)


def test_one_portal_does_not_open_another(tenant: Tenant, make_tenant: Callable[..., Tenant], somebody: Come) -> None:
    """Where another portal asks this person for a second factor, a manager of this one cannot take it away."""
    who, boss, elsewhere = somebody().add_totp(), grades_of(tenant), make_tenant()
    user_id = who.actor.user_id
    assert user_id is not None
    for portal in (tenant, elsewhere):
        grant_role(operator("t", portal.id), who.email, "ars_manager")
    want_factor(elsewhere, "ars_manager")
    with pytest.raises(Conflict, match="autre portail"):
        reset_factors(boss.actor, user_id)
    want_factor(tenant, "ars_manager")
    with pytest.raises(Conflict, match="autre portail"):
        reset_factors(boss.actor, user_id)
    want_factor(elsewhere)
    assert reset_factors(boss.actor, user_id) == 1


def test_the_operator_decides_for_every_portal(
    tenant: Tenant, make_tenant: Callable[..., Tenant], somebody: Come
) -> None:
    who, elsewhere = somebody().add_totp(), make_tenant()
    user_id = who.actor.user_id
    assert user_id is not None
    for portal in (tenant, elsewhere):
        grant_role(operator("t", portal.id), who.email, "ars_manager")
        want_factor(portal, "ars_manager")
    assert reset_factors(operator("root", tenant.id), user_id) == 1
    with transaction(anonymous(None)) as tx:
        assert tx.session.scalars(select(Session).where(Session.user_id == user_id)).all() == []
