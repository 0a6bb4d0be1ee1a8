"""What is known of an applicant: the register at an edition, and the tenant's own facts about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from eligibility.queries.compiling import NOT_CONSULTED, Facts, Sources
from eligibility.rules import Applicant, Establishment, History, LegalEntity
from finess import models as register
from finess.queries.edition import true_in
from tenants.models import Adhesion, EntityAttribute


def _facts(
    kind: type[LegalEntity | Establishment], table: type[register.LegalEntity | register.Establishment]
) -> Facts:
    """The facts that rules may read of an entity: the register's columns bear their names. Built once: each page of a
    file asks."""
    columns = (getattr(table, name) for name in kind.__slots__)
    return select(*columns).where(table.finess_ej == bindparam("finess_ej"), true_in(table, bindparam("edition")))


# Built once: most pages of a file ask.
_ENTITY = _facts(LegalEntity, register.LegalEntity)
_ESTABLISHMENTS = _facts(Establishment, register.Establishment).order_by(register.Establishment.finess_et)


def entity_sources(at: datetime, zone: str) -> Sources:
    """What the session's tenant has recorded of every entity; adherents are those of the day it is at `at` in the zone.

    What became of its files is known above: a package that has files adds `applied_to` and `awarded_in`.
    """
    on = at.astimezone(ZoneInfo(zone)).date()
    adherents = select(Adhesion.finess_ej).where(
        Adhesion.since_on <= on, or_(Adhesion.until_on.is_(None), Adhesion.until_on >= on)
    )
    attributes = select(EntityAttribute.finess_ej, EntityAttribute.name, EntityAttribute.value)
    return Sources(adherents, attributes)


def find_applicant(
    session: Session,
    edition: int,
    finess_ej: str,
    sources: Sources = NOT_CONSULTED,
    answers: Mapping[str, object] | None = None,
) -> Applicant | None:
    """The entity numbered `finess_ej` at `edition` with its establishments; None when the register does not know it.

    Without `sources` (a check without an account) nothing of the tenant's is read.
    """
    known = {"finess_ej": finess_ej, "edition": edition}
    entity = session.execute(_ENTITY, known).first()
    if entity is None:
        return None
    return Applicant(
        legal_entity=LegalEntity(*entity),
        establishments=tuple(Establishment(*row) for row in session.execute(_ESTABLISHMENTS, known)),
        attributes=_attributes(session, sources, finess_ej),
        adherent=None if sources.adherents is None else bool(_rows(session, sources.adherents, finess_ej)),
        history=_history(session, sources, finess_ej),
        answers=answers,
    )


def _attributes(session: Session, sources: Sources, finess_ej: str) -> Mapping[str, object] | None:
    if sources.attributes is None:
        return None
    return {row.name: row.value for row in _rows(session, sources.attributes, finess_ej)}


def _history(session: Session, sources: Sources, finess_ej: str) -> History | None:
    if sources.applied_to is None or sources.awarded_in is None:
        return None
    applied, awarded = (_rows(session, files, finess_ej) for files in (sources.applied_to, sources.awarded_in))
    return History(frozenset(row.slug for row in applied), frozenset(row.slug for row in awarded))


def _rows(session: Session, source: Facts, finess_ej: str) -> list[Any]:
    facts = source.subquery()
    return list(session.execute(select(facts).where(facts.c.finess_ej == finess_ej)))
