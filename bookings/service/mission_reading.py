"""Reading missions: a list of mine, one with everything around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bookings.models import Acceptance, Deliverable, Mission, Order, Quote, Reserve, Satisfaction, TimeSheet
from bookings.permissions import PERMISSIONS, grades
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.queries import mission_list as lists
from bookings.queries.mission_list import MissionFilter, MissionRow, Scope
from bookings.rules.delivery import digest
from bookings.rules.next_step import FACILITY, GRADES, PROVIDER
from bookings.service.acceptance import delivered
from bookings.service.time_sheet import Bill, bill_of
from bookings.service.today import today
from finess.models import Establishment
from finess.queries.edition import find_current_edition
from finess.queries.structure import find_establishment
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Provider, Service
from tenants.models import Organisation
from tenants.queries.organisation import find_place


@dataclass(frozen=True, slots=True)
class MissionsPage:
    """A page of missions; `waiting` counts those that wait for the reader. `pages` is at least 1."""

    rows: Sequence[MissionRow]
    wanted: MissionFilter
    total: int
    waiting: int
    late: int
    page: int
    pages: int
    everybody: bool


@dataclass(frozen=True, slots=True)
class MissionPage:
    """A mission and what surrounds it. `digest` seals what an acceptance would be about, `bill` is what
    it would do to the balance of a mission of time (never for its provider).

    `side` is the reader's, `function` what they do in the facility.
    """

    mission: Mission
    side: str
    on: date
    service: Service
    facility: Organisation
    site: Establishment | None
    provider: Provider | None
    consultant: Consultant | None
    order: Order | None
    quote: Quote | None
    deliverables: Sequence[tuple[Deliverable, str]]
    manifest: Sequence[Mapping[str, Any]]
    sheet: TimeSheet | None
    bill: Bill | None
    digest: str
    reserves: Sequence[tuple[Reserve, str]]
    acceptance: Acceptance | None
    satisfaction: Satisfaction | None
    function: str


def list_missions(actor: Actor, view: str = "current", words: str = "", page: int = 1) -> MissionsPage:
    """A page of the missions of one's organisations, facility or provider; of everybody's for the GRADeS."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "mission.view")
        scope, on = scope_of(actor), today(tx)
        wanted = MissionFilter(on, view, words.strip())
        total = lists.count_missions(tx.session, scope, wanted)
        pages = max(1, -(-total // lists.PAGE))
        page = min(max(page, 1), pages)
        return MissionsPage(
            lists.list_missions(tx.session, scope, wanted, page),
            wanted,
            total,
            lists.count_missions(tx.session, scope, MissionFilter(on, "ours")),
            lists.count_missions(tx.session, scope, MissionFilter(on, "late")),
            page,
            pages,
            scope is None,
        )


def list_missions_after(
    actor: Actor, view: str = "all", after: UUID | None = None, limit: int = lists.PAGE
) -> Sequence[MissionRow]:
    """The same for programs: the last opened first, those opened before mission `after`; one more than `limit`."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "mission.view")
        return lists.list_after(tx.session, scope_of(actor), MissionFilter(today(tx), view), after, limit + 1)


def view_mission(actor: Actor, mission_id: UUID) -> MissionPage:
    """One mission, for its two sides and the GRADeS. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.view", mission)
        service, _ = missions.service_of(tx.session, tx.tenant_id, mission)
        order = tx.session.get(Order, (tx.tenant_id, mission.order_id)) if mission.order_id else None
        files, half_days = delivered(tx, mission)
        return MissionPage(
            mission=mission,
            side=side_of(actor, mission),
            on=today(tx),
            service=service,
            facility=tx.session.get_one(Organisation, (tx.tenant_id, mission.organisation_id)),
            site=_site(tx, mission),
            provider=tx.session.get(Provider, (tx.tenant_id, mission.provider_id)) if mission.provider_id else None,
            consultant=_consultant(tx, mission),
            order=order,
            quote=tx.session.get(Quote, (tx.tenant_id, order.quote_id)) if order else None,
            deliverables=deliveries.list_deliverables(tx.session, mission_id),
            manifest=files,
            sheet=deliveries.find_time_sheet(tx.session, mission_id) if mission.mode == "time" else None,
            bill=bill_of(tx, mission, half_days) if half_days and mission.state == "delivered" else None,
            digest=digest(files, half_days),
            reserves=deliveries.list_reserves(tx.session, mission_id),
            acceptance=deliveries.find_acceptance(tx.session, tx.tenant_id, mission_id),
            satisfaction=deliveries.find_satisfaction(tx.session, tx.tenant_id, mission_id),
            function=_function(tx, mission),
        )


def scope_of(actor: Actor) -> Scope:
    """Whose missions somebody sees: everybody's for the GRADeS, or their organisations'."""
    everybody = actor.kind in ("system", "operator") or grades(actor, None)
    return None if everybody else list(actor.organisations)


def side_of(actor: Actor, mission: Mission) -> str:
    """From which side somebody looks at a mission."""
    if mission.organisation_id in actor.organisations:
        return FACILITY
    return PROVIDER if mission.provider_id in actor.organisations else GRADES


def _site(tx: Tx, mission: Mission) -> Establishment | None:
    edition = find_current_edition(tx.session) if mission.finess_et else None
    return find_establishment(tx.session, edition.id, mission.finess_et) if edition and mission.finess_et else None


def _consultant(tx: Tx, mission: Mission) -> Consultant | None:
    return tx.session.get(Consultant, (tx.tenant_id, mission.consultant_id)) if mission.consultant_id else None


def _function(tx: Tx, mission: Mission) -> str:
    if tx.actor.user_id is None or mission.organisation_id not in tx.actor.organisations:
        return ""
    place = find_place(tx.session, tx.tenant_id, mission.organisation_id, tx.actor.user_id)
    return place.function if place else ""
