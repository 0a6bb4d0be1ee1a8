"""The proof of an audit log: checked from its first line to its last, anchored every day, purged up to an anchor."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert

from kit import signing
from kit.actor import Actor, system
from kit.audit import AuditAnchor
from kit.chain import Anchor, Fault
from kit.chain_check import Checker
from kit.errors import Conflict
from kit.french import NBSP, grouped
from kit.permissions import permit
from kit.retention import Expiring
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import audit as queries
from tenants.rules.audit import check_purge

# A line slipped in with new numbers makes every later one false: the first ones say where.
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a log gave. `anchored`: up to which line anchors agree; `faults` are those found first."""

    lines: int
    first: int
    last: int
    anchors: int
    anchored: int
    faults: Sequence[Fault]

    @property
    def holds(self) -> bool:
        """Whether nothing was altered, removed or added."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Purged:
    """Lines that are gone, or would be: up to number `through`, written between two instants."""

    lines: int
    through: int
    oldest: datetime | None
    latest: datetime | None


def verify(actor: Actor, kept: Iterable[Anchor] = (), most: int | None = None) -> Report:
    """Check the portal's log, line by line: memory does not grow with it.

    `kept`: anchors that were copied elsewhere; one that the database does not have, or has otherwise, is a fault.
    Raises Conflict when there are more than `most` lines.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "audit.verify")
        held = {one.number: one for one in queries.list_anchors(tx.session)}
        copied = {one.number: one for one in kept if one.tenant_id == str(tx.tenant_id)}
        head, last = queries.find_ends(tx.session)
        if most is not None and head.number > most:
            raise Conflict(
                f"Ce journal a plus de {grouped(most)} lignes{NBSP}: l’exploitant le vérifie avec «{NBSP}crrc audit "
                f"verify{NBSP}»."
            )
        checker = Checker(held | copied, signing.known_keys())
        found = [_lost(one) for number, one in copied.items() if held.get(number) != one]
        with closing(queries.stream_chain(tx.session, max(head.number, last))) as lines:
            found += islice(checker.follow(lines), MOST_FAULTS)
        if len(found) < MOST_FAULTS:
            found += checker.finish(head)
        return Report(checker.lines, checker.first, checker.last, len(held), checker.sound, found)


def _lost(anchor: Anchor) -> Fault:
    on = anchor.at.date().isoformat()
    return Fault("anchor", anchor.number, anchor.number, f"L’ancre du {on} gardée ailleurs n’est pas dans la base.")


def anchor_now(actor: Actor) -> AuditAnchor | None:
    """Sign where the chain stands; None when the last anchor says it already."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "audit.anchor")
        return _anchor(tx)


def anchor_day(tenant_id: UUID) -> AuditAnchor | None:
    """Sign where the chain stands, once a day on the portal's clocks; None when it is done, or nothing was written.

    Any number of schedulers may call it, at any time: one that was down for a week anchors once.
    """
    with transaction(system(tenant_id, "ancres")) as tx:
        zone = ZoneInfo(tx.session.get_one(Tenant, tenant_id).zone)
        last = queries.last_anchor(tx.session)
        if last is not None and last.at.astimezone(zone).date() >= tx.now.astimezone(zone).date():
            return None
        return _anchor(tx)


def _anchor(tx: Tx) -> AuditAnchor | None:
    head, last = queries.find_head(tx.session), queries.last_anchor(tx.session)
    # The line that tells of an anchor is not worth another one.
    if head.number == 0 or (last is not None and head.number <= last.number + 1):
        return None
    signed = Anchor(str(tx.tenant_id), head.number, head.hash, tx.now, signing.public_key())
    row = AuditAnchor(
        tenant_id=tx.tenant_id,
        number=head.number,
        at=tx.now,
        hash=head.hash,
        public_key=signed.public_key,
        signature=signing.sign(signed.statement),
    )
    columns = {column.name: getattr(row, column.name) for column in AuditAnchor.__table__.columns}
    made = insert(AuditAnchor).values(columns).on_conflict_do_nothing().returning(AuditAnchor.number)
    if tx.session.execute(made).first() is None:
        return None  # another scheduler was faster
    tx.audit("audit.anchor", None, number=head.number, hash=head.hash)
    return row


def list_anchors(actor: Actor) -> Sequence[Anchor]:
    """Every anchor of the portal, oldest first, to be kept elsewhere."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "audit.view")
        return queries.list_anchors(tx.session)


def purge(actor: Actor, before: datetime, dry_run: bool = False) -> Purged:
    """Remove the lines that the last anchor made before `before` covers; rehearsed with `dry_run`.

    The chain goes on from that anchor, and a line of it tells of the purge. Raises Invalid within six months.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "audit.purge")
        check_purge(before, tx.now)
        anchor = queries.last_anchor(tx.session, before)
        if anchor is None:
            return Purged(0, 0, None, None)
        found = Purged(*_span(tx, anchor.number))
        if not dry_run and found.lines:
            _remove(tx, anchor.number)
        return found


def _span(tx: Tx, through: int) -> tuple[int, int, datetime | None, datetime | None]:
    lines, oldest, latest = queries.span(tx.session, through)
    return lines, through, oldest, latest


def _remove(tx: Tx, through: int) -> None:
    """Day after day, so that no statement lasts."""
    lines = sum(queries.remove_lines(tx.session, number) for number in queries.list_anchored(tx.session, through))
    tx.audit("audit.purge", None, number=through, lines=lines)


def _end(tx: Tx, ids: Sequence[UUID]) -> None:
    """The portal's period is over for these lines: with them go those up to the anchor that covers them."""
    through = queries.anchor_over(tx.session, ids)
    if through is not None:
        _remove(tx, through)


EXPIRING = (Expiring("audit", queries.purgeable, _end),)
