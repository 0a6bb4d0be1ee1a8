"""Actor × action: who may do what about personal data."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from kit.actor import Actor, anonymous
from kit.errors import Unconfirmed
from kit.permissions import allows, permit, wants_confirmation
from privacy.permissions import PERMISSIONS

TENANT, ME, OTHER = UUID(int=1), UUID(int=9), UUID(int=8)


@dataclass(frozen=True)
class Of:
    """Something of a person."""

    user_id: UUID


def somebody(*roles: str) -> Actor:
    return Actor("person", TENANT, user_id=ME, roles=frozenset(roles))


ACTORS = {
    "visitor": anonymous(TENANT),
    "person": somebody(),
    "instructor": somebody("ars_instructor"),
    "ars": somebody("ars_manager"),
    "grades": somebody("grades_manager"),
    "token": Actor("token", TENANT, roles=frozenset({"grades_manager"}), scopes=frozenset({"privacy"})),
}
PEOPLE = {"person", "instructor", "ars", "grades"}
ONES_OWN = {"personal_export.view", "personal_export.ask", "personal_export.download", "privacy_request.view"}
ANYBODYS = {"personal_data.view", "privacy_request.ask", "privacy_request.withdraw"}
NOBODYS = {"retention.purge", "privacy_request.finish"}


def who(action: str) -> set[str]:
    if action in NOBODYS:
        return set()
    if action in ONES_OWN | ANYBODYS:
        return PEOPLE
    return {"grades", "token"} if action.startswith("privacy.") else {"grades"}


@pytest.mark.parametrize("action", PERMISSIONS)
def test_who_may_of_ones_own(action: str) -> None:
    assert {name for name, actor in ACTORS.items() if allows(PERMISSIONS, actor, action, Of(ME))} == who(action)


@pytest.mark.parametrize("action", sorted(ONES_OWN | {"privacy_request.withdraw"}))
def test_what_is_somebody_elses_is_the_grades_at_most(action: str) -> None:
    expected = set() if action == "privacy_request.withdraw" else {"grades"}
    assert {name for name, actor in ACTORS.items() if allows(PERMISSIONS, actor, action, Of(OTHER))} == expected


def test_what_wants_a_fresh_proof() -> None:
    wanted = {action for action in PERMISSIONS if wants_confirmation(PERMISSIONS, action)}
    assert wanted == {"retention.adopt", "personal_export.download", "privacy_request.erase"}
    with pytest.raises(Unconfirmed):
        permit(PERMISSIONS, replace(ACTORS["person"], stale=True), "personal_export.download", Of(ME))
