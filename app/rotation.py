"""Rotation of the secrets' keys: a new key, then every sealed column of every portal; whatever is killed goes on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import time

import migrations.tables  # noqa: F401 (every table)
from kit import signing, vault
from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP, count
from kit.permissions import permit
from kit.sealed import UNREADABLE, Sealed, count_keys, seal_batch, sealed_columns
from kit.transaction import transaction
from tenants.permissions import PERMISSIONS
from tenants.queries.tenant import list_tenants

# A command that read the keys before they changed ends within this long (statements: a minute at most).
SETTLE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Rotated:
    """`key` is the newest; `is_new` tells whether it was made now. `sealed`: column → texts that changed keys."""

    key: str
    is_new: bool
    sealed: Mapping[str, int]


def rotate_secrets(actor: Actor) -> Rotated:
    """Make a key and seal everything again with it. When an earlier rotation was not finished, finish that one.

    Every portal gets its audit line. Raises Conflict when a key must be made and the keys are in the environment.
    """
    permit(PERMISSIONS, actor, "secret.rotate")
    unfinished = bool(_used(actor) - {vault.key_names()[0], UNREADABLE})
    key = vault.key_names()[0] if unfinished else vault.add_key()
    sealed: Counter[str] = Counter()
    for one in sealed_columns():
        for place in _places(actor, one):
            sealed[one.name] += _seal(place, one)
    _tell(actor, key=key, sealed=sum(sealed.values()))
    return Rotated(key, not unfinished, sealed)


def use_of_keys(actor: Actor) -> Mapping[str, Counter[str]]:
    """Column → how many of its texts are sealed with which key."""
    permit(PERMISSIONS, actor, "secret.rotate")
    used: dict[str, Counter[str]] = {}
    for one in sealed_columns():
        used[one.name] = Counter()
        for place in _places(actor, one):
            with transaction(place) as tx:
                used[one.name] += count_keys(tx, one)
    return used


def forget_keys(actor: Actor) -> Sequence[str]:
    """Forget the old keys, once nothing needs them. Raises Conflict as long as something does, or might."""
    needed = _used(actor) & set(vault.key_names()[1:])
    if needed:
        raise Conflict(
            f"{count(len(needed), 'ancienne clé scelle', 'anciennes clés scellent')} encore des secrets{NBSP}: lancez "
            "d’abord crrc secrets rotate."
        )
    if time() - vault.keys_changed_at() < SETTLE_SECONDS:
        raise Conflict("Les clés viennent de changer. Attendez cinq minutes que les opérations en cours soient finies.")
    return vault.forget_keys()


def rotate_signing(actor: Actor) -> str:
    """Sign with a new key from now on; returns the new public key. What the old one signed is still recognised."""
    permit(PERMISSIONS, actor, "secret.rotate")
    key = signing.rotate()
    _tell(actor, public_key=key)
    return key


def _tell(actor: Actor, **facts: str | int) -> None:
    for place in _portals(actor):
        with transaction(place) as tx:
            tx.audit("secret.rotate", None, **facts)


def _used(actor: Actor) -> set[str]:
    return {key for keys in use_of_keys(actor).values() for key in keys}


def _seal(place: Actor, one: Sealed) -> int:
    total, after = 0, None
    while True:
        with transaction(place) as tx:
            changed, after = seal_batch(tx, one, after)
        total += changed
        if after is None:
            return total


def _places(actor: Actor, one: Sealed) -> Iterator[Actor]:
    """Where a column is read: inside each portal, or on the platform."""
    yield from _portals(actor) if one.kind == "tenant" else [actor]


def _portals(actor: Actor) -> Sequence[Actor]:
    with transaction(actor) as tx:
        return [replace(actor, tenant_id=tenant.id) for tenant in list_tenants(tx.session)]
