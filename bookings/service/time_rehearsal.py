"""What an act on the ledger would do, shown before it is confirmed: it is done for good, looked at, and undone."""

from collections.abc import Callable, Sequence
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries.time_balance import standing
from bookings.rules.time import Change
from bookings.rules.time_words import ACCOUNT_LABELS
from bookings.service.time_place import establishment_names
from kit.actor import Actor
from kit.permissions import allows
from kit.transaction import Tx, transaction
from tenants.models import Organisation


def rehearse(actor: Actor, act: Callable[[Tx], object], *organisation_ids: UUID) -> Sequence[Change]:
    """The balances that `act` would change, in those of these organisations whose accounts the actor may read.

    Nothing stays. Raises as the act would.
    """
    with transaction(actor) as tx:
        found = [tx.session.get(Organisation, (tx.tenant_id, one)) for one in dict.fromkeys(organisation_ids)]
        owners = [one for one in found if one is not None and allows(PERMISSIONS, actor, "time_account.view", one)]
        before = {one.id: standing(tx.session, one.id) for one in owners}
        trial = tx.session.begin_nested()
        act(tx)
        tx.session.flush()
        after = {one.id: standing(tx.session, one.id) for one in owners}
        trial.rollback()
        changes = []
        for owner in owners:
            names = establishment_names(tx, owner)
            for key in sorted(before[owner.id].keys() | after[owner.id].keys(), key=lambda key: (key[0] or "", key[1])):
                was, becomes = (found[owner.id].get(key, 0) for found in (before, after))
                if was != becomes:
                    place = names.get(key[0], key[0]) if key[0] else owner.name
                    changes.append(Change(f"{place}, {ACCOUNT_LABELS[key[1]].lower()}", was, becomes))
        return changes
