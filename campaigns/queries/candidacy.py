"""Files of the session's tenant, and the people of the organisations they belong to."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from campaigns.models import AnswerRevision, Campaign, CampaignWindow, Candidacy
from kit.errors import NotFound
from tenants.models import OrganisationMember, User

PAGE = 50
_FILE = select(Candidacy).where(Candidacy.id == bindparam("candidacy_id"))
_LOCKED = _FILE.with_for_update()
NO_FILE = "Ce dossier n’existe pas, ou vous n’y avez pas accès."


def get_candidacy(session: Session, candidacy_id: UUID, lock: bool = False) -> Candidacy:
    """A file; locked on request, so that its saves and submissions take turns. Raises NotFound."""
    found = session.scalar(_LOCKED if lock else _FILE, {"candidacy_id": candidacy_id})
    if found is None:
        raise NotFound(NO_FILE)
    return found


def get_with_call(
    session: Session, candidacy_id: UUID, lock: bool = False
) -> tuple[Candidacy, Campaign, list[CampaignWindow], bool]:
    """A file with its call and the call's windows, in one statement, and whether a value put aside waits there.

    Locks the file alone, on request: `get_candidacy`. Raises NotFound.
    """
    query = _with_call(lock)
    rows = session.execute(query, {"candidacy_id": candidacy_id}).all()
    if not rows:
        raise NotFound(NO_FILE)
    candidacy, campaign, _, is_disputed = rows[0]
    return candidacy, campaign, [row[2] for row in rows if row[2] is not None], is_disputed


@cache
def _with_call(lock: bool) -> Select[Candidacy, Campaign, CampaignWindow, bool]:
    """Built once: every save of every file asks it."""
    aside = exists().where(
        AnswerRevision.tenant_id == Candidacy.tenant_id,
        AnswerRevision.candidacy_id == Candidacy.id,
        AnswerRevision.kept.is_(False),
        AnswerRevision.settled_at.is_(None),
    )
    its_call = and_(Campaign.tenant_id == Candidacy.tenant_id, Campaign.id == Candidacy.campaign_id)
    windows = and_(CampaignWindow.tenant_id == Campaign.tenant_id, CampaignWindow.campaign_id == Campaign.id)
    query = (
        select(Candidacy, Campaign, CampaignWindow, aside)
        .join(Campaign, its_call)
        .outerjoin(CampaignWindow, windows)
        .where(Candidacy.id == bindparam("candidacy_id"))
        .order_by(CampaignWindow.number)
    )
    return query.with_for_update(of=Candidacy) if lock else query


def find_candidacy(session: Session, campaign_id: UUID, finess_ej: str) -> Candidacy | None:
    """The file of a legal entity in a call."""
    query = select(Candidacy).where(Candidacy.campaign_id == campaign_id, Candidacy.finess_ej == finess_ej)
    return session.scalar(query)


def is_reference_taken(session: Session, reference: str) -> bool:
    """Whether a file already has this reference."""
    return session.scalar(select(Candidacy.id).where(Candidacy.reference == reference)) is not None


def list_candidacies(
    session: Session, organisation_ids: Collection[UUID], after: UUID | None = None, limit: int = PAGE
) -> Sequence[Candidacy]:
    """A page of the files of some organisations, the most recently started first; those that follow file `after`."""
    query = select(Candidacy).where(Candidacy.organisation_id.in_(organisation_ids)).order_by(Candidacy.id.desc())
    if after is not None:
        query = query.where(Candidacy.id < after)
    return session.scalars(query.limit(limit)).all()


def list_campaigns(session: Session, campaign_ids: Collection[UUID]) -> Mapping[UUID, Campaign]:
    """Calls by identifier, in one query."""
    found = session.scalars(select(Campaign).where(Campaign.id.in_(campaign_ids)))
    return {campaign.id: campaign for campaign in found}


def list_members(
    session: Session, organisation_ids: Collection[UUID], roles: Collection[str]
) -> Sequence[Row[UUID, UUID, str]]:
    """The people of some organisations who hold one of these roles: (organisation, user, address)."""
    query = (
        select(OrganisationMember.organisation_id, User.id, User.email)
        .join(User, User.id == OrganisationMember.user_id)
        .where(OrganisationMember.organisation_id.in_(organisation_ids), OrganisationMember.role.in_(roles))
        .order_by(OrganisationMember.organisation_id, User.id)
    )
    return session.execute(query).all()


def list_drafts(session: Session, campaign_id: UUID) -> Sequence[Candidacy]:
    """The files of a call that were never submitted and not given up."""
    query = select(Candidacy).where(Candidacy.campaign_id == campaign_id, Candidacy.state == "draft")
    return session.scalars(query.order_by(Candidacy.id)).all()
