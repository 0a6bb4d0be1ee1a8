"""Actor × action for providers: who may read a file, and write what in it."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from kit.actor import Actor, anonymous
from kit.errors import Forbidden, NotFound, Unauthenticated
from kit.permissions import allows, permit
from services_catalog.permissions import PERMISSIONS

TENANT, OURS, THEIRS, CARE_HOME = (UUID(int=number) for number in range(1, 5))
PROVIDER = SimpleNamespace(provider_id=OURS)


def somebody(role: str = "", held: str = "", inside: UUID = OURS) -> Actor:
    """A person with a role in the region, or one in an organisation (a provider but for the care home)."""
    return Actor(
        "person",
        TENANT,
        user_id=UUID(int=9),
        roles=frozenset(role.split()),
        organisations={inside: frozenset({held})} if held else {},
        suppliers=frozenset({inside} if held and inside != CARE_HOME else ()),
    )


ACTORS = {
    "visitor": anonymous(TENANT),
    "person": somebody(),
    "reader": somebody(held="reader"),
    "editor": somebody(held="editor"),
    "owner": somebody(held="owner"),
    "other provider": somebody(held="owner", inside=THEIRS),
    "care home": somebody(held="owner", inside=CARE_HOME),
    "instructor": somebody("ars_instructor"),
    "ars": somebody("ars_manager"),
    "grades": somebody("grades_manager"),
}
STAFF = {"instructor", "ars", "grades"}
WHO = {
    "provider.view": STAFF | {"reader", "editor", "owner"},
    "provider.list": STAFF,
    "provider.write": {"grades"},
    "provider.suspend": {"grades"},
    "provider.resume": {"grades"},
    "qualification.write": {"grades"},
    "insurance.write": {"grades"},
    "subcontractor.write": {"grades"},
    "consultant.write": {"grades", "editor", "owner"},
}


@pytest.mark.parametrize("action", WHO)
@pytest.mark.parametrize("who", ACTORS)
def test_who_may(who: str, action: str) -> None:
    assert allows(PERMISSIONS, ACTORS[who], action, PROVIDER) == (who in WHO[action])


@pytest.mark.parametrize("action", WHO)
def test_before_the_provider_is_loaded_a_care_home_has_no_hope(action: str) -> None:
    assert not allows(PERMISSIONS, ACTORS["care home"], action)
    assert allows(PERMISSIONS, ACTORS["other provider"], action) == (action in ("provider.view", "consultant.write"))


def test_a_stranger_learns_nothing_a_reader_is_told_no() -> None:
    for stranger in ("other provider", "care home", "visitor"):
        with pytest.raises(NotFound):
            permit(PERMISSIONS, ACTORS[stranger], "provider.write", PROVIDER)
    with pytest.raises(Forbidden):
        permit(PERMISSIONS, ACTORS["reader"], "provider.write", PROVIDER)
    with pytest.raises(Unauthenticated):
        permit(PERMISSIONS, ACTORS["visitor"], "provider.list")
