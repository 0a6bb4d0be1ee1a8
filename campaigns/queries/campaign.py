"""Calls of the session's tenant: by slug, by state, with their windows and the versions of their document."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignVersion, CampaignWindow, Candidacy
from kit.errors import NotFound

PUBLIC = ("published", "closed", "released")
PAGE = 50
# Built once: what the pages of every applicant ask.
_NAMED = select(Campaign).where(Campaign.slug == bindparam("slug"))
_CALL = select(Campaign).where(Campaign.id == bindparam("campaign_id"))
_WINDOWS = (
    select(CampaignWindow).where(CampaignWindow.campaign_id == bindparam("campaign_id")).order_by(CampaignWindow.number)
)


def find_campaign(session: Session, slug: str, lock: bool = False) -> Campaign | None:
    """The call named `slug`; locked on request, so that its changes take turns."""
    return session.scalar(_NAMED.with_for_update() if lock else _NAMED, {"slug": slug})


def get_campaign(session: Session, slug: str, lock: bool = False) -> Campaign:
    """The call named `slug`. Raises NotFound."""
    found = find_campaign(session, slug, lock)
    if found is None:
        raise NotFound("Cette campagne n’existe pas, ou vous n’y avez pas accès.")
    return found


def get_campaign_by_id(session: Session, campaign_id: UUID, lock: bool = False) -> Campaign:
    """The call. Raises NotFound."""
    found = session.scalar(_CALL.with_for_update() if lock else _CALL, {"campaign_id": campaign_id})
    if found is None:
        raise NotFound("Cette campagne n’existe pas, ou vous n’y avez pas accès.")
    return found


def list_windows(session: Session, campaign_id: UUID) -> list[CampaignWindow]:
    """The call's windows, in order."""
    return list(session.scalars(_WINDOWS, {"campaign_id": campaign_id}))


def windows_by_campaign(session: Session, campaign_ids: Collection[UUID]) -> Mapping[UUID, list[CampaignWindow]]:
    """The windows of several calls, in one query; an empty list for a call without any."""
    found: dict[UUID, list[CampaignWindow]] = defaultdict(list)
    if campaign_ids:
        query = select(CampaignWindow).where(CampaignWindow.campaign_id.in_(campaign_ids))
        for one in session.scalars(query.order_by(CampaignWindow.campaign_id, CampaignWindow.number)):
            found[one.campaign_id].append(one)
    return found


def get_version(session: Session, campaign: Campaign, number: int | None = None) -> CampaignVersion:
    """A version of the call's document: the current one, or `number`. Raises NotFound."""
    query = select(CampaignVersion).where(
        CampaignVersion.campaign_id == campaign.id, CampaignVersion.number == (number or campaign.version)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("Cette version de la campagne n’existe pas.")
    return found


def get_form_version(session: Session, campaign_id: UUID, form_version: int) -> CampaignVersion:
    """The latest version of the document that has this version of the form. Raises NotFound."""
    query = (
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id, CampaignVersion.form_version == form_version)
        .order_by(CampaignVersion.number.desc())
        .limit(1)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("Cette version du formulaire n’existe pas.")
    return found


def current_versions(session: Session, campaigns: Sequence[Campaign]) -> Mapping[UUID, CampaignVersion]:
    """The current version of each call's document, in one query."""
    if not campaigns:
        return {}
    mine = and_(
        CampaignVersion.tenant_id == Campaign.tenant_id,
        CampaignVersion.campaign_id == Campaign.id,
        CampaignVersion.number == Campaign.version,
    )
    query = select(CampaignVersion).join(Campaign, mine).where(Campaign.id.in_([one.id for one in campaigns]))
    return {version.campaign_id: version for version in session.scalars(query)}


def list_versions(session: Session, campaign_id: UUID) -> list[CampaignVersion]:
    """Every version of the call's document, the latest first."""
    query = (
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id)
        .order_by(CampaignVersion.number.desc())
    )
    return list(session.scalars(query))


def list_campaigns(
    session: Session, states: Collection[str] | None = None, after: UUID | None = None, limit: int = PAGE
) -> list[Campaign]:
    """A page of calls, the most recently made first; in `states` only; after the call `after`."""
    query = select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    if states is not None:
        query = query.where(Campaign.state.in_(states))
    if after is not None:
        query = query.where(Campaign.id < after)
    return list(session.scalars(query))


def list_by_slugs(session: Session, slugs: Collection[str]) -> list[Campaign]:
    """The calls of these names that exist, by title."""
    if not slugs:
        return []
    return list(session.scalars(select(Campaign).where(Campaign.slug.in_(slugs)).order_by(Campaign.title)))


def count_files(session: Session, campaign_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """How many files each call has in each state, in one query."""
    found: dict[UUID, dict[str, int]] = {campaign_id: {} for campaign_id in campaign_ids}
    if campaign_ids:
        query = (
            select(Candidacy.campaign_id, Candidacy.state, func.count())
            .where(Candidacy.campaign_id.in_(campaign_ids))
            .group_by(Candidacy.campaign_id, Candidacy.state)
        )
        for campaign_id, state, number in session.execute(query):
            found[campaign_id][state] = number
    return found


def take_turn(session: Session, tenant_id: UUID, slug: str) -> None:
    """Those who write the call named `slug` take turns, before it exists too; until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"campaign:{tenant_id}:{slug}", 0))))


def drop_windows(session: Session, campaign_id: UUID) -> None:
    """Remove the call's windows at once: new ones may overlap them."""
    session.execute(delete(CampaignWindow).where(CampaignWindow.campaign_id == campaign_id))
