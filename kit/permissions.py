"""Action → who. Each package has one table; this says how a row is written and how it is asked."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from kit.actor import Actor
from kit.errors import Forbidden, NotFound, Unauthenticated, Unconfirmed

Who: TypeAlias = Callable[[Actor, Any], bool]
Table: TypeAlias = Mapping[str, Who]


def anyone(actor: Actor, thing: Any) -> bool:
    """Everybody, without an account."""
    return True


def signed_in(actor: Actor, thing: Any) -> bool:
    """Any person with an account."""
    return actor.kind == "person"


def nobody(actor: Actor, thing: Any) -> bool:
    """No person: only the software itself, or the operator at the command line."""
    return False


def role(*names: str) -> Who:
    """Whoever holds one of these roles in the tenant."""
    wanted = frozenset(names)

    def holds(actor: Actor, thing: Any) -> bool:
        return not wanted.isdisjoint(actor.roles)

    return holds


def member(*names: str) -> Who:
    """Whoever holds one of these roles inside the organisation that owns the thing (`thing.organisation_id`).

    Without a thing yet (before it is loaded), whoever holds one of them in any organisation that is no supplier.
    """
    wanted = frozenset(names)

    def belongs(actor: Actor, thing: Any) -> bool:
        if thing is None:
            return any(not wanted.isdisjoint(actor.organisations[one]) for one in _others(actor))
        return not wanted.isdisjoint(actor.organisations.get(thing.organisation_id, frozenset()))

    return belongs


def insider(*names: str) -> Who:
    """Whoever holds one of these roles inside the organisation that owns the thing, a supplier as well as any other.

    Without a thing yet, whoever holds one of them in any organisation.
    """
    wanted = frozenset(names)

    def inside(actor: Actor, thing: Any) -> bool:
        if thing is None:
            return any(not wanted.isdisjoint(held) for held in actor.organisations.values())
        return not wanted.isdisjoint(actor.organisations.get(thing.organisation_id, frozenset()))

    return inside


def _others(actor: Actor) -> set[UUID]:
    return actor.organisations.keys() - actor.suppliers


def supplier(*names: str) -> Who:
    """Whoever holds one of these roles inside the provider that does the thing (`thing.provider_id`).

    Without a thing yet, whoever holds one of them in any supplier.
    """
    wanted = frozenset(names)

    def supplies(actor: Actor, thing: Any) -> bool:
        if thing is None:
            return any(not wanted.isdisjoint(actor.organisations[one]) for one in actor.suppliers)
        return not wanted.isdisjoint(actor.organisations.get(thing.provider_id, frozenset()))

    return supplies


def either(*rules: Who) -> Who:
    """Whoever satisfies one of the rules."""

    def one(actor: Actor, thing: Any) -> bool:
        return any(rule(actor, thing) for rule in rules)

    return one


def confirmed(rule: Who) -> Who:
    """The same people, once they have proved again, lately, who they are: exports, bank details, releases, roles."""

    def same(actor: Actor, thing: Any) -> bool:
        return rule(actor, thing)

    same.wants_confirmation = True  # type: ignore[attr-defined]
    return same


def wants_confirmation(table: Table, action: str) -> bool:
    """Whether `action` asks for a fresh proof of who the person is."""
    return getattr(table[action], "wants_confirmation", False) is True


def allows(table: Table, actor: Actor, action: str, thing: Any = None) -> bool:
    """Whether `actor` may do `action` to `thing`. The system and the operator may; a token also needs the scope."""
    if actor.kind in ("system", "operator"):
        return True
    if actor.scopes is not None and action not in actor.scopes and action.split(".")[0] not in actor.scopes:
        return False
    return table[action](actor, thing)


def permit(table: Table, actor: Actor, action: str, thing: Any = None) -> None:
    """Raise unless `actor` may do `action` to `thing`.

    Raises NotFound when the actor may not even view it (a stranger learns nothing), Unauthenticated when signing in
    could help, Unconfirmed when a fresh proof of who they are would, else Forbidden.
    """
    if allows(table, actor, action, thing):
        if actor.kind == "person" and actor.stale and wants_confirmation(table, action):
            raise Unconfirmed()
        return
    view = f"{action.split('.')[0]}.view"
    if thing is not None and view in table and not allows(table, actor, view, thing):
        raise NotFound()
    if not actor.is_known:
        raise Unauthenticated()
    raise Forbidden("Votre compte ne permet pas cette action.")
