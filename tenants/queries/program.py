"""Programs: their tokens and their clients."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kit.errors import NotFound
from tenants.models import ApiClient, ApiToken, Organisation

NO_TOKEN = "Ce jeton n’existe pas dans ce portail."  # noqa: S105
NO_CLIENT = "Ce client n’existe pas dans ce portail."


def find_token(session: Session, digest: str, now: datetime) -> ApiToken | None:
    """A live token of the session's portal."""
    return session.scalar(
        select(ApiToken).where(ApiToken.digest == digest, ApiToken.expires_at > now, ApiToken.revoked_at.is_(None))
    )


def get_token(session: Session, tenant_id: UUID, token_id: UUID) -> ApiToken:
    """A token that somebody made, locked. Raises NotFound."""
    token = session.get(ApiToken, (tenant_id, token_id), with_for_update=True)
    if token is None:
        raise NotFound(NO_TOKEN)
    return token


def list_tokens(session: Session, tenant_id: UUID) -> Sequence[ApiToken]:
    """The tokens that somebody made and nobody revoked, newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.tenant_id == tenant_id, ApiToken.revoked_at.is_(None), ApiToken.client_id.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    ).all()


def get_client(session: Session, tenant_id: UUID, client_id: UUID) -> ApiClient:
    """A client, locked. Raises NotFound."""
    client = session.get(ApiClient, (tenant_id, client_id), with_for_update=True)
    if client is None:
        raise NotFound(NO_CLIENT)
    return client


def find_client(session: Session, client_id: UUID, now: datetime) -> ApiClient | None:
    """A live client of the session's portal."""
    return session.scalar(
        select(ApiClient).where(ApiClient.id == client_id, ApiClient.expires_at > now, ApiClient.revoked_at.is_(None))
    )


def list_clients(session: Session, tenant_id: UUID) -> Sequence[ApiClient]:
    """The clients that were not revoked, newest first."""
    return session.scalars(
        select(ApiClient)
        .where(ApiClient.tenant_id == tenant_id, ApiClient.revoked_at.is_(None))
        .order_by(ApiClient.created_at.desc(), ApiClient.id)
    ).all()


def names_of(session: Session, organisation_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of some organisations."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids)))
    return {row[0]: row[1] for row in rows}


def list_providers(session: Session) -> Sequence[Organisation]:
    """The providers' accounts, by name."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.kind == "provider")
        .order_by(func.lower(Organisation.name), Organisation.id)
    ).all()


def revoke_tokens_of(session: Session, client_id: UUID, now: datetime) -> None:
    """Stop the short tokens of a client."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.client_id == client_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
