"""Decisions of a call, and who must be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from campaigns.models import Award, Candidacy, Decision
from campaigns.rules.selection import Pending
from kit.errors import NotFound
from tenants.models import OrganisationMember, User

PAGE = 100


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One file and its decision, as a list or a letter shows them."""

    candidacy_id: UUID
    reference: str
    applicant_name: str
    finess_ej: str
    outcome: str
    motive: str
    rank: int | None


def get_campaign_id(session: Session, candidacy_id: UUID) -> UUID:
    """The call of a file, without loading the file: the call is locked before it. Raises NotFound."""
    found = session.scalar(select(Candidacy.campaign_id).where(Candidacy.id == candidacy_id))
    if found is None:
        raise NotFound()
    return found


def find_decision(session: Session, candidacy_id: UUID, lock: bool = False) -> Decision | None:
    """The file's decision, told or not; locked on request."""
    query = select(Decision).where(Decision.candidacy_id == candidacy_id)
    return session.scalar(query.with_for_update() if lock else query)


def find_released_decision(session: Session, candidacy_id: UUID) -> Decision | None:
    """The file's decision once everybody has been told: before that an applicant has none."""
    return session.scalar(select(Decision).where(Decision.candidacy_id == candidacy_id, Decision.state == "released"))


def count_accepted(session: Session, campaign_id: UUID, besides: UUID) -> int:
    """How many other files of the call are accepted."""
    query = select(func.count()).where(
        Decision.campaign_id == campaign_id, Decision.outcome == "accepted", Decision.candidacy_id != besides
    )
    return session.scalar(query) or 0


def last_rank(session: Session, campaign_id: UUID) -> int:
    """The last rank of the waiting list, 0 when it is empty."""
    return session.scalar(select(func.max(Decision.rank)).where(Decision.campaign_id == campaign_id)) or 0


def count_submitted(session: Session, campaign_id: UUID) -> int:
    """How many files wait for a decision or have one that is not told yet."""
    query = select(func.count()).where(Candidacy.campaign_id == campaign_id, Candidacy.state == "submitted")
    return session.scalar(query) or 0


def list_pending(session: Session, campaign_id: UUID) -> list[Pending]:
    """The decisions that wait to be told, of files that are still submitted (a withdrawn file is told nothing)."""
    rows = session.execute(
        select(Decision.candidacy_id, Decision.outcome, Decision.motive, Decision.rank)
        .join(Candidacy, (Candidacy.tenant_id == Decision.tenant_id) & (Candidacy.id == Decision.candidacy_id))
        .where(Decision.campaign_id == campaign_id, Decision.state == "pending", Candidacy.state == "submitted")
    )
    return [Pending(*row) for row in rows]


def list_for_release(session: Session, campaign_id: UUID) -> Sequence[Row[UUID, UUID, UUID, str]]:
    """The file, its organisation, its decision and the outcome that a release tells, locked in a fixed order.

    candidacy_id, organisation_id, decision_id, outcome: always in that order of files, so that no two deadlock.
    """
    query = (
        select(
            Candidacy.id.label("candidacy_id"),
            Candidacy.organisation_id,
            Decision.id.label("decision_id"),
            Decision.outcome,
        )
        .join(Decision, (Candidacy.tenant_id == Decision.tenant_id) & (Candidacy.id == Decision.candidacy_id))
        .where(Candidacy.campaign_id == campaign_id, Candidacy.state == "submitted", Decision.state == "pending")
        .order_by(Candidacy.id)
        .with_for_update()
    )
    return session.execute(query).all()


def list_decided(session: Session, campaign_id: UUID, offset: int = 0, limit: int = PAGE) -> list[DecidedRow]:
    """A page of the decisions: accepted first, then the waiting list by rank, then refused."""
    order = func.array_position(["accepted", "waitlisted", "refused"], Decision.outcome)
    query = _decided(campaign_id).order_by(order, Decision.rank, Candidacy.applicant_name, Candidacy.id)
    return [DecidedRow(*row) for row in session.execute(query.offset(offset).limit(limit))]


def count_decided(session: Session, campaign_id: UUID) -> Mapping[str, int]:
    """How many files of the call have each decision, told or not."""
    query = select(Decision.outcome, func.count()).where(Decision.campaign_id == campaign_id)
    return {row[0]: row[1] for row in session.execute(query.group_by(Decision.outcome))}


def first_decided(session: Session, campaign_id: UUID) -> list[DecidedRow]:
    """One decision of each outcome: an example of each letter."""
    query = _decided(campaign_id).ext(distinct_on(Decision.outcome)).order_by(Decision.outcome, Candidacy.id)
    return [DecidedRow(*row) for row in session.execute(query)]


def _decided(campaign_id: UUID) -> Select[UUID, str, str, str, str, str, int | None]:
    columns = (Candidacy.id, Candidacy.reference, Candidacy.applicant_name, Candidacy.finess_ej)
    return (
        select(*columns, Decision.outcome, Decision.motive, Decision.rank)
        .join(Decision, (Candidacy.tenant_id == Decision.tenant_id) & (Candidacy.id == Decision.candidacy_id))
        .where(Decision.campaign_id == campaign_id)
    )


def count_told(session: Session, campaign_id: UUID) -> int:
    """How many people a release tells: the members of the organisations that have a decision."""
    query = (
        select(func.count())
        .select_from(Decision)
        .join(Candidacy, (Candidacy.tenant_id == Decision.tenant_id) & (Candidacy.id == Decision.candidacy_id))
        .join(
            OrganisationMember,
            (OrganisationMember.tenant_id == Candidacy.tenant_id)
            & (OrganisationMember.organisation_id == Candidacy.organisation_id),
        )
        .where(Decision.campaign_id == campaign_id)
    )
    return session.scalar(query) or 0


def list_told(session: Session, campaign_id: UUID) -> Sequence[Row[Candidacy, Decision, Award | None, UUID, str]]:
    """Who is told what: one row for each released decision, with its award, and each member of its organisation."""
    query = (
        select(Candidacy, Decision, Award, User.id, User.email)
        .join(Decision, (Candidacy.tenant_id == Decision.tenant_id) & (Candidacy.id == Decision.candidacy_id))
        .outerjoin(Award, (Candidacy.tenant_id == Award.tenant_id) & (Candidacy.id == Award.candidacy_id))
        .join(
            OrganisationMember,
            (OrganisationMember.tenant_id == Candidacy.tenant_id)
            & (OrganisationMember.organisation_id == Candidacy.organisation_id),
        )
        .join(User, User.id == OrganisationMember.user_id)
        .where(Decision.campaign_id == campaign_id, Decision.state == "released")
        .order_by(Candidacy.id, User.id)
    )
    return session.execute(query).all()
