"""The periods of a portal: proposed, adopted by the GRADeS, rehearsed before anything is purged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kit.actor import Actor
from kit.errors import Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import PurgeRun, RetentionPolicy
from privacy.permissions import PERMISSIONS
from privacy.queries import retention as queries
from privacy.rules.retention import BY_KEY, KINDS, Kind, check_periods, cutoff, in_force, period
from privacy.service.kinds import EXPIRING
from tenants.models import Tenant

SHOWN_RUNS = 7


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A kind, its period here, and what a purge would end now: how many things, the oldest of them."""

    kind: Kind
    months: int
    before: datetime
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a portal with what they would end now; `adopted` is None until the GRADeS has adopted them."""

    adopted: RetentionPolicy | None
    lines: Sequence[Rehearsed]
    runs: Sequence[PurgeRun]

    @property
    def total(self) -> int:
        """How many things a purge would end."""
        return sum(line.count for line in self.lines)


def view_periods(actor: Actor) -> Periods:
    """The periods, and what the next purge would do: the dry run."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "retention.view")
        adopted = queries.find_policy(tx.session, tx.tenant_id)
        return Periods(adopted, rehearse(tx, adopted), queries.last_runs(tx.session, SHOWN_RUNS))


def rehearse(tx: Tx, adopted: RetentionPolicy | None) -> list[Rehearsed]:
    """What the periods would end now, without ending anything."""
    months = in_force(adopted.months if adopted else None)
    zone = zone_of(tx)
    return [_rehearse(tx, kind, months[kind.key], cutoff(tx.now, months[kind.key], zone)) for kind in KINDS]


def _rehearse(tx: Tx, kind: Kind, months: int, before: datetime) -> Rehearsed:
    found = [queries.count_due(tx.session, one.due(before)) for one in EXPIRING[kind.key]]
    oldest = min((at for _, at in found if at is not None), default=None)
    return Rehearsed(kind, months, before, sum(count for count, _ in found), oldest)


def public_periods(actor: Actor) -> dict[str, str]:
    """What the portal tells everybody: by kind, how long and since when. Empty until the GRADeS has adopted periods."""
    with transaction(actor) as tx:
        adopted = queries.find_policy(tx.session, tx.tenant_id)
    months = in_force(adopted.months) if adopted else {}
    return {key: f"{period(count)} {BY_KEY[key].since}" for key, count in months.items()}


def adopt_periods(actor: Actor, typed: Mapping[str, str], revision: int) -> RetentionPolicy:
    """Adopt the periods: the purge of the night follows them. `revision` is what was read, 0 when nothing was adopted.

    Raises Invalid (each kind out of its bounds), Stale when somebody adopted others meanwhile.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "retention.adopt")
        months = check_periods(typed)
        tx.session.get_one(Tenant, tx.tenant_id, with_for_update=True)  # two first adoptions take turns
        policy = queries.find_policy(tx.session, tx.tenant_id, lock=True)
        if revision != (policy.revision if policy else 0):
            raise Stale("Quelqu’un d’autre a adopté des durées pendant que vous lisiez. Relisez-les.")
        if policy is None:
            policy = tx.add(RetentionPolicy(months=months, adopted_at=tx.now, revision=0))
        policy.months, policy.adopted_at, policy.adopted_by = months, tx.now, actor.user_id
        policy.revision += 1
        tx.audit("retention.adopt", tx.tenant_id, revision=policy.revision, months=months)
        return policy


def zone_of(tx: Tx) -> str:
    """The zone of the transaction's portal."""
    return tx.session.get_one(Tenant, tx.tenant_id).zone
