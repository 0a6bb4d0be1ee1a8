"""Portals, and what is known of the legal entities in one of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tenants.models import Adhesion, EntityAttribute, Tenant


def list_tenants(session: Session) -> Sequence[Tenant]:
    """Every portal of the installation, by name: dozens."""
    return session.scalars(select(Tenant).order_by(Tenant.name, Tenant.slug)).all()


def list_slugs(session: Session) -> frozenset[str]:
    """The slugs of every portal."""
    return frozenset(session.scalars(select(Tenant.slug)))


def list_suspended(session: Session) -> frozenset[UUID]:
    """The portals that are closed for a while."""
    return frozenset(session.scalars(select(Tenant.id).where(Tenant.suspended_at.is_not(None))))


def find_tenant(session: Session, slug: str) -> Tenant | None:
    """The portal of a slug."""
    return session.scalar(select(Tenant).where(Tenant.slug == slug))


def list_adhesions(session: Session, finess_ej: str) -> Sequence[Adhesion]:
    """The periods during which a legal entity was, is or will be a member of the GRADeS, oldest first."""
    return session.scalars(select(Adhesion).where(Adhesion.finess_ej == finess_ej).order_by(Adhesion.since_on)).all()


def find_adhesion(session: Session, finess_ej: str, on: date) -> Adhesion | None:
    """The membership of a legal entity on a day (both ends included), if any."""
    return session.scalar(
        select(Adhesion).where(
            Adhesion.finess_ej == finess_ej,
            Adhesion.since_on <= on,
            or_(Adhesion.until_on.is_(None), Adhesion.until_on >= on),
        )
    )


def entity_attributes(session: Session, finess_ej: str) -> dict[str, Any]:
    """What the ARS and the GRADeS have set by hand about a legal entity, by name."""
    rows = session.scalars(
        select(EntityAttribute).where(EntityAttribute.finess_ej == finess_ej).order_by(EntityAttribute.name)
    )
    return {row.name: row.value for row in rows}
