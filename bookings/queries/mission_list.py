"""Missions in lists: mine, or everybody's for the GRADeS; what waits for me first, then the nearest day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, false, func, not_, or_, select
from sqlalchemy.orm import Session

from bookings.models import Mission
from bookings.rules.next_step import FACILITY, GRADES, OVER, PROVIDER, waiting_for
from services_catalog.models import Provider
from tenants.models import Organisation

PAGE = 25
VIEWS = ("current", "ours", "late", "unassigned", "unplanned", "delivered", "done", "all")
Scope = Collection[UUID] | None  # organisations whose missions are seen; None: all of them


@dataclass(frozen=True, slots=True)
class MissionFilter:
    """What a list keeps: a view, words of its title, number or people. `on` is today, for what is late."""

    on: date
    view: str = "current"
    words: str = ""


@dataclass(frozen=True, slots=True)
class MissionRow:
    """A mission with the names of its two sides."""

    mission: Mission
    facility: str
    provider: str | None


def list_missions(
    session: Session, scope: Scope, wanted: MissionFilter, page: int = 1, limit: int = PAGE
) -> Sequence[MissionRow]:
    """A page: first what waits for those of the scope, then by the nearest day (to answer, of the date, of the end)."""
    day = func.coalesce(Mission.accept_by, cast(Mission.starts_at, Date), Mission.due_on)
    query = _rows(scope, wanted).order_by(
        case((_ours(scope, wanted.on), 0), else_=1),
        case((Mission.state.in_(OVER), 1), else_=0),
        day.nulls_last(),
        Mission.id.desc(),
    )
    return _read(session, query.limit(limit).offset((page - 1) * limit))


def list_after(
    session: Session, scope: Scope, wanted: MissionFilter, after: UUID | None, limit: int
) -> Sequence[MissionRow]:
    """For programs: the missions opened before mission `after`, the last opened first."""
    query = _rows(scope, wanted).order_by(Mission.id.desc()).limit(limit)
    return _read(session, query if after is None else query.where(Mission.id < after))


def count_missions(session: Session, scope: Scope, wanted: MissionFilter) -> int:
    """How many the filter keeps."""
    return session.scalar(select(func.count()).select_from(_rows(scope, wanted).subquery())) or 0


def _read(session: Session, query: Select[*tuple[Mission, str, str | None]]) -> Sequence[MissionRow]:
    return [MissionRow(mission, facility, provider) for mission, facility, provider in session.execute(query)]


def _rows(scope: Scope, wanted: MissionFilter) -> Select[*tuple[Mission, str, str | None]]:
    query = (
        select(Mission, Organisation.name.label("facility"), Provider.name.label("provider"))
        .join(
            Organisation, and_(Organisation.tenant_id == Mission.tenant_id, Organisation.id == Mission.organisation_id)
        )
        .outerjoin(Provider, and_(Provider.tenant_id == Mission.tenant_id, Provider.id == Mission.provider_id))
        .where(_view(scope, wanted))
    )
    if scope is not None:
        query = query.where(or_(Mission.organisation_id.in_(scope), Mission.provider_id.in_(scope)))
    if wanted.words:
        columns = (Mission.title, Mission.number, Organisation.name, Provider.name)
        query = query.where(or_(*(column.icontains(wanted.words, autoescape=True) for column in columns)))
    return query


def _view(scope: Scope, wanted: MissionFilter) -> ColumnElement[bool]:
    late = or_(
        and_(Mission.state == "delivered", Mission.accept_by < wanted.on),
        and_(Mission.state.not_in(("delivered", *OVER)), Mission.due_on < wanted.on),
    )
    views: dict[str, ColumnElement[bool]] = {
        "current": Mission.state.not_in(OVER),
        "ours": _ours(scope, wanted.on),
        "late": late,
        "unassigned": Mission.state == "created",
        "unplanned": Mission.state == "assigned",
        "delivered": Mission.state == "delivered",
        "done": Mission.state.in_(OVER),
        "all": Mission.id.is_not(None),
    }
    return views.get(wanted.view, false())


def _ours(scope: Scope, on: date) -> ColumnElement[bool]:
    """What waits for those of the scope; a planned mission from its day on (rules.next_step.turn_of)."""
    to_come = and_(Mission.state == "planned", cast(Mission.starts_at, Date) > on)
    if scope is None:
        return Mission.state.in_(waiting_for(GRADES))
    return or_(
        and_(Mission.organisation_id.in_(scope), Mission.state.in_(waiting_for(FACILITY))),
        and_(Mission.provider_id.in_(scope), Mission.state.in_(waiting_for(PROVIDER)), not_(to_come)),
    )
