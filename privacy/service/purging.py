"""The purge of a day: opened once the night has begun, done in small batches, each committed with its figures.

Killed at any moment it goes on where it was: what is over is read again in the rows. Nothing is purged in a portal
whose GRADeS has not adopted its periods.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor, system
from kit.errand import Stop
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import PurgeRun
from privacy.permissions import PERMISSIONS
from privacy.queries import retention as queries
from privacy.rules.retention import KINDS, cutoff, in_force
from privacy.service.kinds import EXPIRING
from privacy.service.retention import zone_of

NAME = "purge"
NIGHT = time(3)
BATCH = 200


def open_due_purge(tenant_id: UUID) -> bool:
    """Open the purge of the day when the night has come, the periods are adopted and it was not opened yet.

    A scheduler that was down for a week opens one: what is over is over.
    """
    with transaction(system(tenant_id, NAME)) as tx:
        local = tx.now.astimezone(ZoneInfo(zone_of(tx)))
        if local.time() < NIGHT or queries.has_run(tx.session, local.date()):
            return False
        return _open(tx, local)


def purge_now(actor: Actor) -> dict[str, int]:
    """Purge what is over at once, for the operator; figures by kind. Nothing before the periods are adopted."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "retention.purge")
        local = tx.now.astimezone(ZoneInfo(zone_of(tx)))
        opened = _open(tx, local, again=True)
        tenant_id = tx.tenant_id
    if not opened:
        return {}
    run_purge(tenant_id, lambda: False)
    with transaction(actor) as tx:
        last = queries.last_runs(tx.session, 1)
        return {key: int(count) for key, count in last[0].counts.items()} if last else {}


def _open(tx: Tx, local: datetime, again: bool = False) -> bool:
    policy = queries.find_policy(tx.session, tx.tenant_id)
    if policy is None:
        return False
    row = {"tenant_id": tx.tenant_id, "day": local.date(), "months": policy.months, "counts": {}, "started_at": tx.now}
    statement = insert(PurgeRun).values(row)
    if again:
        fresh = {"months": policy.months, "counts": {}, "started_at": tx.now, "finished_at": None}
        statement = statement.on_conflict_do_update(index_elements=["tenant_id", "day"], set_=fresh)
    else:
        statement = statement.on_conflict_do_nothing()
    return tx.session.execute(statement.returning(PurgeRun.day)).first() is not None


def is_wanted(tenant_id: UUID) -> int:
    """One worker while a purge is open."""
    with transaction(system(tenant_id, NAME)) as tx:
        return int(queries.is_under_way(tx.session))


def run_purge(tenant_id: UUID, stop: Stop) -> int:
    """Purge until nothing is over any more, a batch a transaction; returns how many things ended."""
    total = 0
    last: tuple[str, list[Any]] | None = None
    while not stop():
        batch = _batch(tenant_id)
        if batch is None:
            break
        if batch == last:
            raise RuntimeError(f"What is over of {batch[0]} does not end.")
        total, last = total + len(batch[1]), batch
    return total


def _batch(tenant_id: UUID) -> tuple[str, list[Any]] | None:
    """One batch, of the first kind that has something left: (kind, identifiers).

    None once the run is over, or another has it in hand.
    """
    with transaction(system(tenant_id, NAME)) as tx:
        run = queries.take_run(tx.session)
        if run is None:
            return None
        months, zone = in_force(run.months), zone_of(tx)
        for kind in KINDS:
            before = cutoff(run.started_at, months[kind.key], zone)
            for one in EXPIRING[kind.key]:
                found = queries.take_due(tx.session, one.due(before), BATCH)
                if found:
                    one.end(tx, found)
                    run.counts = _added(run.counts, kind.key, len(found))
                    return kind.key, found
        run.finished_at = tx.now
        tx.audit("retention.purge", tx.tenant_id, day=run.day.isoformat(), counts=run.counts)
        return None


def _added(counts: dict[str, Any], key: str, more: int) -> dict[str, Any]:
    return {**counts, key: int(counts.get(key, 0)) + more}
