"""What proves that somebody works for a legal entity without anybody being asked: an identity provider's word."""

from dataclasses import dataclass

from kit.transaction import Tx
from tenants.queries.claim import find_told
from tenants.rules.claim import Claimed, activities_name, siret_is_of


@dataclass(frozen=True, slots=True)
class Told:
    """`proof` is the provider that places the person in the entity, None when none does; `siret` what it said."""

    proof: str | None = None
    siret: str | None = None


NOTHING = Told()


def told_of(tx: Tx, entity: Claimed) -> Told:
    """What this portal's identity providers said of the actor, about `entity`."""
    actor = tx.actor
    if actor.kind != "person" or actor.session_id is None or actor.user_id is None:
        return NOTHING
    said = find_told(tx.session, actor.session_id, actor.user_id)
    if said is None:
        return NOTHING
    if said.method == "proconnect":
        return Told("proconnect" if siret_is_of(said.siret, entity.siren) else None, said.siret)
    return Told("psc" if activities_name(said.activities, entity) else None)
