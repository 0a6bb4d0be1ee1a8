"""What tests of notices share: a mail server, and notices to send."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Organisation, Tenant, User
from tests.notifications.post import Post, open_post

OG = Organisation(finess_ej="350012345", name="Association Les Genêts")


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that takes everything until told otherwise."""
    with open_post() as opened:
        yield opened


@pytest.fixture
def make_notices(tenant: Tenant) -> Callable[..., int]:
    """Write `count` notices, each for an address of its own."""

    def make(count: int = 1, user: User | None = None, prefix: str = "n", domain: str = "ehpad.fr") -> int:
        with transaction(system(tenant.id, "tests")) as tx:
            return notify_many(
                tx,
                [
                    NewNotice(
                        key=f"{prefix}:{number}",
                        template="tenants/member_added",
                        subject_id=UUID(int=number),
                        email=f"{prefix}{number}@{domain}",
                        user_id=user.id if user else None,
                        path=f"/candidacies/{number}",
                        context={"organisation": OG, "role": "Contributeur"},
                    )
                    for number in range(count)
                ],
            )

    return make


@pytest.fixture
def user(database: str) -> User:
    """A person."""
    from kit.actor import operator

    with transaction(operator("tests")) as tx:
        email = f"{uuid7().hex}@ehpad.fr"
        return tx.add(User(id=uuid7(), email=email, email_norm=email, name="Marie Le Goff", created_at=tx.now))


@pytest.fixture
def write(tenant: Tenant) -> Callable[..., None]:
    """Write one notice: `write("key", "anne@ehpad.fr")`, of the family of accesses unless another template is named."""

    def one(key: str, email: str, user: User | None = None, template: str = "tenants/member_added") -> None:
        context = {"organisation": OG, "role": "Contributeur", "slug": "audit", "is_known": True}
        with transaction(system(tenant.id, "tests")) as tx:
            who = user.id if user else None
            notify_many(tx, [NewNotice(key, template, UUID(int=1), email, who, "/x", context)])

    return one
