"""What is kept of oneself, counted: the words of one's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal, select, union_all

from kit.actor import Actor
from kit.errors import Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import PersonalExport, PrivacyRequest
from privacy.permissions import PERMISSIONS
from privacy.queries import request as queries
from privacy.service.collecting import PACKAGES, person_of
from tenants.models import Tenant
from tenants.rules.person import Person


@dataclass(frozen=True, slots=True)
class Kept:
    """So many things of one sort, and why they are kept."""

    title: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class Mine:
    """What a portal keeps of somebody, their copies and their requests."""

    kept: Sequence[Kept]
    exports: Sequence[PersonalExport]
    requests: Sequence[PrivacyRequest]
    today: date


def view_mine(actor: Actor) -> Mine:
    """One's own page. A handful of statements, however much is kept."""
    permit(PERMISSIONS, actor, "personal_data.view")
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        return Mine(
            _count(tx, person_of(tx, actor.user_id)),
            queries.list_exports(tx.session, actor.user_id),
            queries.list_of(tx.session, actor.user_id),
            tx.now.astimezone(ZoneInfo(zone)).date(),
        )


def _count(tx: Tx, person: Person) -> list[Kept]:
    traces = [trace for traces in PACKAGES.values() for trace in traces]
    counts = union_all(
        *(
            select(literal(rank).label("rank"), func.count().label("number"))
            .select_from(trace.model)
            .where(trace.of(person))
            for rank, trace in enumerate(traces)
        )
    )
    by_rank = {row.rank: row.number for row in tx.session.execute(counts)}
    return [Kept(trace.title, trace.why, by_rank[rank]) for rank, trace in enumerate(traces) if by_rank.get(rank)]
