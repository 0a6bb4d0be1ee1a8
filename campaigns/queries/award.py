"""Awards, their milestones and what proves them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Row, Select, and_, cast, func, select, tuple_
from sqlalchemy.orm import Session

from campaigns.models import Award, Campaign, Candidacy, Evidence, Milestone
from kit.errors import NotFound
from services_catalog.models import Service

PAGE = 50
NO_AWARD = "Cette attribution n’existe pas, ou vous n’y avez pas accès."
_FILE = and_(Candidacy.tenant_id == Award.tenant_id, Candidacy.id == Award.candidacy_id)


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One line of a call's awards: `proved` of its `milestones`."""

    award: Award
    applicant_name: str
    reference: str
    milestones: int
    proved: int


def get_award(session: Session, award_id: UUID, lock: bool = False) -> Award:
    """An award, locked on request so that answers take turns. Raises NotFound."""
    query = select(Award).where(Award.id == award_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_AWARD)
    return found


def find_awards(session: Session, candidacy_ids: Collection[UUID]) -> Mapping[UUID, Award]:
    """The awards of some files, by file."""
    found = session.scalars(select(Award).where(Award.candidacy_id.in_(candidacy_ids)))
    return {award.candidacy_id: award for award in found}


def list_mine(
    session: Session, organisation_ids: Collection[UUID], after: UUID | None = None, limit: int = PAGE
) -> Sequence[Award]:
    """A page of the awards of some organisations, the last offered first; those that follow award `after`."""
    query = select(Award).where(Award.organisation_id.in_(organisation_ids)).order_by(Award.id.desc())
    if after is not None:
        query = query.where(Award.id < after)
    return session.scalars(query.limit(limit)).all()


def files_of(session: Session, awards: Sequence[Award]) -> Mapping[UUID, tuple[Candidacy, Campaign]]:
    """The file and the call of each award, by award, in one query."""
    query = (
        select(Award.id, Candidacy, Campaign)
        .join(Candidacy, _FILE)
        .join(Campaign, and_(Campaign.tenant_id == Award.tenant_id, Campaign.id == Award.campaign_id))
        .where(Award.id.in_([one.id for one in awards]))
    )
    return {award_id: (file, campaign) for award_id, file, campaign in session.execute(query)}


def list_awards(
    session: Session, campaign_id: UUID, state: str = "", after: UUID | None = None, limit: int = PAGE
) -> Sequence[AwardRow]:
    """A page of a call's awards in the order of their files' names; those that follow award `after`."""
    tally = (
        select(Milestone.award_id, func.count().label("number"), func.count(Milestone.proved_at).label("proved"))
        .group_by(Milestone.award_id)
        .subquery()
    )
    place = (Candidacy.applicant_name, Award.id)
    query = (
        select(Award, Candidacy.applicant_name, Candidacy.reference, tally.c.number, tally.c.proved)
        .join(Candidacy, _FILE)
        .join(tally, tally.c.award_id == Award.id)
        .where(Award.campaign_id == campaign_id)
        .order_by(*place)
    )
    if state:
        query = query.where(Award.state == state)
    if after is not None:
        last = select(*place).join(Candidacy, _FILE).where(Award.id == after).scalar_subquery()
        query = query.where(tuple_(*place) > last)
    return [AwardRow(*row) for row in session.execute(query.limit(limit))]


def count_states(session: Session, campaign_id: UUID) -> Mapping[str, int]:
    """How many awards of a call are in each state."""
    query = select(Award.state, func.count()).where(Award.campaign_id == campaign_id).group_by(Award.state)
    return {row[0]: row[1] for row in session.execute(query)}


def count_finished(session: Session, campaign_id: UUID, zone: str) -> Sequence[Row[date, int]]:
    """How many confirmed paths of a call were finished on each day (of `zone`): when the last milestone was proved."""
    finished = (
        select(cast(func.timezone(zone, func.max(Milestone.proved_at)), Date).label("finished_on"))
        .join(Award, and_(Award.tenant_id == Milestone.tenant_id, Award.id == Milestone.award_id))
        .where(Award.campaign_id == campaign_id, Award.state == "confirmed")
        .group_by(Milestone.award_id)
        .having(func.count() == func.count(Milestone.proved_at))
        .subquery()
    )
    query = select(finished.c.finished_on, func.count()).group_by(finished.c.finished_on)
    return session.execute(query.order_by(finished.c.finished_on)).all()


def list_unconfirmed(session: Session, campaign_id: UUID, confirm_by: date) -> Sequence[Row[Award, Candidacy]]:
    """The awards of a call without an answer, among those to confirm by that day, with their files."""
    query: Select[Award, Candidacy] = (
        select(Award, Candidacy)
        .join(Candidacy, _FILE)
        .where(Award.campaign_id == campaign_id, Award.state == "offered", Award.confirm_by == confirm_by)
        .order_by(Candidacy.applicant_name, Award.id)
    )
    return session.execute(query).all()


def list_milestones(session: Session, award_ids: Collection[UUID]) -> Mapping[UUID, list[Milestone]]:
    """The milestones of each award, in the order of its call's document."""
    found: dict[UUID, list[Milestone]] = defaultdict(list)
    for one in session.scalars(select(Milestone).where(Milestone.award_id.in_(award_ids)).order_by(Milestone.id)):
        found[one.award_id].append(one)
    return found


def get_milestone(session: Session, award_id: UUID, key: str) -> Milestone:
    """A milestone of an award by its key, locked. Raises NotFound."""
    query = select(Milestone).where(Milestone.award_id == award_id, Milestone.key == key)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound(f"Cette attribution n’a pas de jalon « {key} ».")
    return found


def list_evidence(session: Session, award_id: UUID) -> Mapping[UUID, list[Evidence]]:
    """What proves each milestone of an award, the first proof first."""
    found: dict[UUID, list[Evidence]] = defaultdict(list)
    query = (
        select(Evidence)
        .join(Milestone, and_(Milestone.tenant_id == Evidence.tenant_id, Milestone.id == Evidence.milestone_id))
        .where(Milestone.award_id == award_id)
        .order_by(Evidence.id)
    )
    for one in session.scalars(query):
        found[one.milestone_id].append(one)
    return found


def service_titles(session: Session, slugs: Collection[str | None]) -> Mapping[str, str]:
    """What the catalogue calls these services; one that it does not show is left out."""
    asked = {slug for slug in slugs if slug is not None}
    if not asked:
        return {}
    query = select(Service.slug, Service.title).where(Service.slug.in_(asked), Service.state != "draft")
    return {row.slug: row.title for row in session.execute(query)}
