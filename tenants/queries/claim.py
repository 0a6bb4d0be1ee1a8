"""Requests for a legal entity's account, and what an identity provider said to this portal of who asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from tenants.models import ExternalIdentity, IdentityProvider, Organisation, OrganisationClaim, User
from tenants.models import Session as SignedIn


@dataclass(frozen=True, slots=True)
class Request:
    """A request, its author, and the account it is about when there is one."""

    claim: OrganisationClaim
    author: User
    organisation: Organisation | None

    @property
    def organisation_id(self) -> UUID | None:
        """The account's, for permissions: its owners answer."""
        return self.organisation.id if self.organisation else None

    @property
    def user_id(self) -> UUID:
        """The author, for permissions."""
        return self.claim.user_id


def get_request(session: Session, tenant_id: UUID, claim_id: UUID, lock: bool = False) -> Request:
    """A request; `lock` makes those who answer it take turns, the account's row first. Raises NotFound."""
    claim = session.get(OrganisationClaim, (tenant_id, claim_id))
    if claim is None:
        raise NotFound()
    accounts = select(Organisation).where(Organisation.finess_ej == claim.finess_ej)
    organisation = session.scalar(accounts.with_for_update() if lock else accounts)
    if lock:
        session.refresh(claim, with_for_update=True)
    return Request(claim, session.get_one(User, claim.user_id), organisation)


def list_requests(
    session: Session,
    state: str | None = None,
    within: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Request]:
    """Requests, the last first; of one state, about some accounts only, older than `after`."""
    found = _requests().order_by(OrganisationClaim.id.desc()).limit(limit)
    if state is not None:
        found = found.where(OrganisationClaim.state == state)
    if within is not None:
        found = found.where(Organisation.id.in_(within))
    if after is not None:
        found = found.where(OrganisationClaim.id < after)
    return [Request(*row) for row in session.execute(found)]


def list_requests_of(session: Session, user_id: UUID, limit: int = 20) -> Sequence[Request]:
    """The last requests of somebody, waiting ones first."""
    found = _requests().where(OrganisationClaim.user_id == user_id)
    ordered = found.order_by((OrganisationClaim.state != "asked"), OrganisationClaim.id.desc()).limit(limit)
    return [Request(*row) for row in session.execute(ordered)]


def find_asked(session: Session, finess_ej: str, user_id: UUID) -> OrganisationClaim | None:
    """The request of somebody for an entity that nobody has answered yet, locked."""
    return session.scalar(
        select(OrganisationClaim)
        .where(
            OrganisationClaim.finess_ej == finess_ej,
            OrganisationClaim.user_id == user_id,
            OrganisationClaim.state == "asked",
        )
        .with_for_update()
    )


def find_accepted(session: Session, finess_ej: str, user_id: UUID, at: datetime) -> UUID | None:
    """The request that was accepted at this very instant."""
    return session.scalar(
        select(OrganisationClaim.id).where(
            OrganisationClaim.finess_ej == finess_ej,
            OrganisationClaim.user_id == user_id,
            OrganisationClaim.state == "accepted",
            OrganisationClaim.decided_at == at,
        )
    )


def count_asked(session: Session) -> int:
    """How many requests wait for an answer."""
    asked = select(func.count()).select_from(OrganisationClaim).where(OrganisationClaim.state == "asked")
    return session.scalar(asked) or 0


def find_told(session: Session, session_id: UUID, user_id: UUID) -> Row[Any] | None:
    """What a provider that this very portal trusts said of a session's person: (method, siret, activities).

    None when they came in by a link, or through another portal's provider: what one GRADeS believes proves nothing to
    another. A provider is recognised by its issuer, which begins the address of its metadata (OpenID Connect
    Discovery §4).
    """
    trusted = and_(
        IdentityProvider.kind == SignedIn.method,
        IdentityProvider.enabled,
        func.starts_with(IdentityProvider.discovery_url, func.rtrim(ExternalIdentity.issuer, "/").op("||")("/")),
    )
    return session.execute(
        select(SignedIn.method, SignedIn.siret, SignedIn.activities)
        .join(ExternalIdentity, ExternalIdentity.id == SignedIn.identity_id)
        .join(IdentityProvider, trusted)
        .where(SignedIn.id == session_id, SignedIn.user_id == user_id, ExternalIdentity.user_id == user_id)
    ).first()


def _requests() -> Select[OrganisationClaim, User, Organisation]:
    return (
        select(OrganisationClaim, User, Organisation)
        .join(User, User.id == OrganisationClaim.user_id)
        .outerjoin(
            Organisation,
            and_(
                Organisation.tenant_id == OrganisationClaim.tenant_id,
                Organisation.finess_ej == OrganisationClaim.finess_ej,
            ),
        )
    )
