"""Who acts. Every transaction has exactly one actor, and it never changes during it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from uuid import UUID

Kind = Literal["anonymous", "person", "token", "system", "operator"]
NO_ORGANISATIONS: Mapping[UUID, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts, inside one tenant (`tenant_id`) or on the platform (None).

    `roles` are held in the tenant, `organisations` maps an organisation's id to the roles held inside it; `suppliers`
    are those among them that work for the others.
    `scopes` is None for people; a token may do only what its scopes name, whatever its roles.
    `session_id` is the browser's session, or the token's identifier; `ip` is where the request came from.
    `stale`: the person proved who they are too long ago for what wants a fresh proof (kit.permissions.confirmed).
    `held_back`: roles that the portal gives this person only after a second factor; they are not in `roles` yet.
    Somebody with a second factor and without a role has `account` there.
    """

    kind: Kind
    tenant_id: UUID | None
    user_id: UUID | None = None
    name: str = ""
    email: str = ""
    roles: frozenset[str] = frozenset()
    organisations: Mapping[UUID, frozenset[str]] = field(default_factory=lambda: NO_ORGANISATIONS)
    suppliers: frozenset[UUID] = frozenset()
    scopes: frozenset[str] | None = None
    request_id: str | None = None
    ip: str | None = None
    session_id: UUID | None = None
    stale: bool = False
    held_back: frozenset[str] = frozenset()

    @property
    def acting_as(self) -> str:
        """As whom: the roles held now, those inside an organisation with its identifier. For the audit log."""
        inside = (f"{role}:{key}" for key, held in self.organisations.items() for role in held)
        return " ".join([*sorted(self.roles), *sorted(inside)])

    @property
    def is_known(self) -> bool:
        """True when there is somebody to answer for the act."""
        return self.kind != "anonymous"


def anonymous(tenant_id: UUID | None, request_id: str | None = None, ip: str | None = None) -> Actor:
    """A visitor without an account."""
    return Actor("anonymous", tenant_id, name="visiteur", request_id=request_id, ip=ip)


def system(tenant_id: UUID, name: str) -> Actor:
    """The software itself, inside one tenant; `name` says which part of it."""
    return Actor("system", tenant_id, name=name)


def operator(name: str, tenant_id: UUID | None = None) -> Actor:
    """Whoever runs the installation, from its command line."""
    return Actor("operator", tenant_id, name=name)
