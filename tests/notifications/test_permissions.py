"""Who may see notices, the delivery log and the pulse."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from kit.actor import Actor, anonymous
from kit.permissions import allows
from notifications.permissions import PERMISSIONS

TENANT, ME, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
MINE, THEIRS = SimpleNamespace(user_id=ME), SimpleNamespace(user_id=OTHER)


def person(*roles: str) -> Actor:
    return Actor("person", TENANT, ME, roles=frozenset(roles))


ACTORS = {
    "visitor": anonymous(TENANT),
    "applicant": person(),
    "instructor": person("ars_instructor"),
    "ars": person("ars_manager"),
    "grades": person("grades_manager"),
    "token": Actor("token", TENANT, roles=frozenset({"grades_manager"}), scopes=frozenset({"notification"})),
}
STAFF = {"ars", "grades"}
SIGNED_IN = {"applicant", "instructor", *STAFF}


@pytest.mark.parametrize(
    ("action", "thing", "allowed"),
    [
        ("notification.view", None, SIGNED_IN),
        ("notification.read", MINE, SIGNED_IN),
        ("notification.read", THEIRS, set()),
        ("notification.list", None, {*STAFF, "token"}),
        ("notification.retry", None, {*STAFF, "token"}),
        ("pulse.view", None, STAFF),
        ("preference.view", None, SIGNED_IN),
        ("preference.set", None, SIGNED_IN),
        ("mail.unsubscribe", None, {"visitor", *SIGNED_IN}),
        ("suppressed_address.view", None, STAFF),
        ("suppressed_address.lift", None, STAFF),
        ("suppressed_address.lift_mine", None, SIGNED_IN),
    ],
)
def test_who_may(action: str, thing: object, allowed: set[str]) -> None:
    assert {name for name, actor in ACTORS.items() if allows(PERMISSIONS, actor, action, thing)} == allowed
