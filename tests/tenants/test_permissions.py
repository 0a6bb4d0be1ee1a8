"""Actor × action: who may do what, the whole table."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from kit.actor import Actor, anonymous, operator, system
from kit.errors import Forbidden, NotFound, Unauthenticated
from kit.permissions import allows, permit
from tenants.permissions import PERMISSIONS

TENANT, OURS, THEIRS = UUID(int=1), UUID(int=2), UUID(int=3)


@dataclass(frozen=True)
class Owned:
    """Something of an organisation."""

    organisation_id: UUID


def somebody(roles: str = "", held: str = "", organisation: UUID = OURS) -> Actor:
    """A person with tenant roles, and roles in one organisation."""
    places = {organisation: frozenset(held.split())} if held else {}
    return Actor("person", TENANT, user_id=UUID(int=9), roles=frozenset(roles.split()), organisations=places)


ACTORS = {
    "visitor": anonymous(TENANT),
    "person": somebody(),
    "reader": somebody(held="reader"),
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
COLLEAGUES = {"reader", "editor", "owner"}
WHO = {
    "tenant.view": EVERYBODY,
    "tenant.create": set(),
    "tenant.list": set(),
    "tenant.brand": {"grades"},
    "membership.view": STAFF,
    "membership.grant": {"grades"},
    "membership.revoke": {"grades"},
    "acceptance_rule.set": {"grades"},
    "adhesion.set": {"grades"},
    "entity_attribute.set": {"ars", "grades"},
    "api_token.create": {"grades"},
    "api_token.revoke": {"grades"},
    "sign_in_link.ask": EVERYBODY,
    "sign_in_link.use": EVERYBODY,
    "sign_in_link.make": set(),
    "session.end": EVERYBODY,
    "account.view": PEOPLE,
    "account.edit": PEOPLE,
    "organisation.join": PEOPLE,
    "organisation.view": COLLEAGUES | STAFF,
    "organisation.leave": COLLEAGUES,
    "organisation_member.view": COLLEAGUES | STAFF,
    "organisation_member.add": {"owner"},
    "organisation_member.change": {"owner"},
    "organisation_member.remove": {"owner"},
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
