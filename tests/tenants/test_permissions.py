"""Actor × action: who may do what, the whole table."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from kit.actor import Actor, anonymous, operator, system
from kit.errors import Forbidden, NotFound, Unauthenticated, Unconfirmed
from kit.permissions import allows, permit, wants_confirmation
from tenants.permissions import PERMISSIONS

TENANT, OURS, THEIRS, ME = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=9)


@dataclass(frozen=True)
class Owned:
    """Something of an organisation."""

    organisation_id: UUID
    user_id: UUID = ME  # `oneself` is tested apart


def somebody(roles: str = "", held: str = "", organisation: UUID = OURS) -> Actor:
    """A person with tenant roles, and roles in one organisation."""
    places = {organisation: frozenset(held.split())} if held else {}
    return Actor("person", TENANT, user_id=ME, roles=frozenset(roles.split()), organisations=places)


ACTORS = {
    "visitor": anonymous(TENANT),
    "person": somebody(),
    "reader": somebody(held="reader"),
    "billing": somebody(held="billing"),
    "editor": somebody(held="editor"),
    "owner": somebody(held="owner"),
    "other owner": somebody(held="owner", organisation=THEIRS),
    "instructor": somebody("ars_instructor"),
    "ars": somebody("ars_manager"),
    "grades": somebody("grades_manager"),
}
EVERYBODY = set(ACTORS)
PEOPLE = EVERYBODY - {"visitor"}
STAFF = {"instructor", "ars", "grades"}
COLLEAGUES = {"reader", "billing", "editor", "owner"}
MANAGERS = {"ars", "grades"}
WHO = {
    "tenant.view": EVERYBODY,
    "tenant.create": set(),
    "tenant.list": set(),
    "tenant.brand": {"grades"},
    "tenant.suspend": set(),
    "tenant.resume": set(),
    "tenant.delete": set(),
    "tenant_profile.view": MANAGERS,
    "tenant_profile.set": {"grades"},
    "tenant_policy.view": MANAGERS,
    "tenant_policy.set": {"grades"},
    "tenant_export.view": {"grades"},
    "tenant_export.ask": {"grades"},
    "tenant_export.start": set(),
    "tenant_export.finish": set(),
    "tenant_export.fail": set(),
    "tenant_export.expire": set(),
    "tenant_export.download": {"grades"},
    "acceptance_rule.set": {"grades"},
    "membership.view": STAFF,
    "membership.grant": {"grades"},
    "membership.revoke": {"grades"},
    "adhesion.set": {"grades"},
    "entity_attribute.set": MANAGERS,
    "api_token.view": {"grades"},
    "api_token.create": {"grades"},
    "api_token.revoke": {"grades"},
    "api_client.view": {"grades"},
    "api_client.create": {"grades"},
    "api_client.renew": {"grades"},
    "api_client.revoke": {"grades"},
    "access_token.ask": EVERYBODY,
    "sign_in_link.ask": EVERYBODY,
    "sign_in_link.use": EVERYBODY,
    "sign_in_link.make": set(),
    "identity_provider.view": {"grades"},
    "identity_provider.set": {"grades"},
    "identity.start": EVERYBODY,
    "identity.finish": EVERYBODY,
    "identity.view": PEOPLE,
    "identity.link": PEOPLE,
    "identity.unlink": PEOPLE,
    "session.end": EVERYBODY,
    "session.view": PEOPLE,
    "session.revoke": PEOPLE,
    "second_factor.view": PEOPLE,
    "second_factor.prove": PEOPLE,
    "second_factor.add": PEOPLE,
    "second_factor.remove": PEOPLE,
    "second_factor.reset": {"grades"},
    "passkey.sign_in": EVERYBODY,
    "account.view": PEOPLE,
    "account.edit": PEOPLE,
    "consent.view": PEOPLE,
    "consent.set": PEOPLE,
    "organisation.join": PEOPLE,
    "organisation.view": COLLEAGUES | STAFF,
    "organisation.leave": COLLEAGUES,
    "organisation.open": {"grades"},
    "organisation.confirm": {"grades"},
    "organisation.transfer": {"grades"},
    "organisation.close": {"grades"},
    "organisation.list": STAFF,
    "organisation_claim.view": PEOPLE,
    "organisation_claim.ask": PEOPLE,
    "organisation_claim.withdraw": PEOPLE,
    "organisation_claim.accept": {"owner", "grades"},
    "organisation_claim.refuse": {"owner", "grades"},
    "organisation_claim.list": {"grades"},
    "organisation_member.view": COLLEAGUES | STAFF,
    "organisation_member.add": {"owner"},
    "organisation_member.change": {"owner"},
    "organisation_member.remove": {"owner"},
    "account_review.view": {"owner", "grades"},
    "account_review.close": {"owner", "grades"},
    "audit.view": MANAGERS,
    "audit.verify": MANAGERS,
    "audit.export": MANAGERS,
    "audit.anchor": set(),
    "audit.purge": set(),
    "secret.rotate": set(),
}


def test_the_table_below_is_the_whole_table() -> None:
    assert WHO.keys() == PERMISSIONS.keys()


@pytest.mark.parametrize("action", PERMISSIONS)
@pytest.mark.parametrize("who", ACTORS)
def test_who_may(who: str, action: str) -> None:
    assert allows(PERMISSIONS, ACTORS[who], action, Owned(OURS)) == (who in WHO[action])


@pytest.mark.parametrize("action", PERMISSIONS)
def test_the_software_and_the_operator_may(action: str) -> None:
    assert allows(PERMISSIONS, system(TENANT, "t"), action, Owned(OURS))
    assert allows(PERMISSIONS, operator("t"), action, Owned(OURS))


@pytest.mark.parametrize("action", PERMISSIONS)
def test_every_rule_answers_before_the_thing_is_loaded(action: str) -> None:
    """The roof asks without a thing, to send visitors to the sign-in page."""
    for actor in ACTORS.values():
        assert allows(PERMISSIONS, actor, action) in (True, False)


def test_a_stranger_learns_nothing_a_reader_is_told_no() -> None:
    with pytest.raises(NotFound):
        permit(PERMISSIONS, ACTORS["other owner"], "organisation_member.remove", Owned(OURS))
    with pytest.raises(NotFound):
        permit(PERMISSIONS, ACTORS["visitor"], "organisation_member.remove", Owned(OURS))
    with pytest.raises(Forbidden):
        permit(PERMISSIONS, ACTORS["reader"], "organisation_member.remove", Owned(OURS))
    with pytest.raises(Unauthenticated):
        permit(PERMISSIONS, ACTORS["visitor"], "account.view")


def test_a_token_does_what_its_scopes_name() -> None:
    token = Actor("token", TENANT, roles=frozenset({"grades_manager"}), scopes=frozenset({"adhesion", "tenant.view"}))
    assert allows(PERMISSIONS, token, "adhesion.set")
    assert allows(PERMISSIONS, token, "tenant.view")
    assert not allows(PERMISSIONS, token, "tenant.brand")
    assert not allows(PERMISSIONS, token, "membership.grant")


def test_what_is_oneselfs_is_nobody_elses() -> None:
    theirs = Owned(OURS, user_id=UUID(int=8))
    for action in ("session.view", "session.revoke", "identity.view", "identity.unlink", "second_factor.remove"):
        assert not allows(PERMISSIONS, ACTORS["grades"], action, theirs)


def test_what_wants_a_fresh_proof_is_refused_without_one() -> None:
    stale = replace(ACTORS["grades"], stale=True)
    with pytest.raises(Unconfirmed):
        permit(PERMISSIONS, stale, "membership.grant")
    with pytest.raises(Forbidden):
        permit(PERMISSIONS, replace(ACTORS["person"], stale=True), "membership.grant")
    permit(PERMISSIONS, stale, "tenant.brand")
    assert {action for action in PERMISSIONS if wants_confirmation(PERMISSIONS, action)} >= {
        "membership.revoke",
        "organisation_member.change",
        "tenant_export.download",
        "audit.export",
    }
