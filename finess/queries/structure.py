"""Legal entities and establishments, as they are in one edition."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from finess.models import Establishment, LegalEntity
from finess.queries.edition import true_in
from finess.rules.names import readable
from kit.errors import NotFound
from tenants.rules.claim import Claimed


def find_legal_entity(session: Session, edition: int, finess_ej: str) -> LegalEntity | None:
    """The EJ of this number, None when the edition has none."""
    return session.scalar(select(LegalEntity).where(LegalEntity.finess_ej == finess_ej, true_in(LegalEntity, edition)))


def get_legal_entity(session: Session, edition: int, finess_ej: str) -> LegalEntity:
    """The EJ of this number. Raises NotFound."""
    entity = find_legal_entity(session, edition, finess_ej)
    if entity is None:
        raise NotFound(f"Le numéro {finess_ej} n’est celui d’aucune entité juridique de cette édition du registre.")
    return entity


def find_establishment(session: Session, edition: int, finess_et: str) -> Establishment | None:
    """The ET of this number, None when the edition has none."""
    return session.scalar(
        select(Establishment).where(Establishment.finess_et == finess_et, true_in(Establishment, edition))
    )


def list_establishments(session: Session, edition: int, finess_ej: str) -> Sequence[Establishment]:
    """Every ET of an EJ, open ones first, then by number. The largest EJ have some 700."""
    query = (
        select(Establishment)
        .where(Establishment.finess_ej == finess_ej, true_in(Establishment, edition))
        .order_by(Establishment.is_open.desc(), Establishment.finess_et)
    )
    return session.scalars(query).all()


def list_legal_entities_by_siren(session: Session, edition: int, siren: str) -> Sequence[LegalEntity]:
    """The EJ of a SIREN, open ones first: usually one, sometimes several."""
    query = (
        select(LegalEntity)
        .where(LegalEntity.siren == siren, true_in(LegalEntity, edition))
        .order_by(LegalEntity.is_open.desc(), LegalEntity.finess_ej)
    )
    return session.scalars(query).all()


def list_establishments_by_siret(session: Session, edition: int, siret: str) -> Sequence[Establishment]:
    """The ET of a SIRET, open ones first: several ET may share an address, and its SIRET."""
    query = (
        select(Establishment)
        .where(Establishment.siret == siret, true_in(Establishment, edition))
        .order_by(Establishment.is_open.desc(), Establishment.finess_et)
    )
    return session.scalars(query).all()


def list_legal_entities(session: Session, edition: int, numbers: Collection[str]) -> dict[str, LegalEntity]:
    """The EJ of these numbers, by number; those that the edition has not are missing."""
    query = select(LegalEntity).where(LegalEntity.finess_ej.in_(numbers), true_in(LegalEntity, edition))
    return {entity.finess_ej: entity for entity in session.scalars(query)} if numbers else {}


def claimed_entity(session: Session, edition: int, entity: LegalEntity) -> Claimed:
    """The EJ as accounts know it (tenants): with what an identity provider may name it by."""
    query = select(Establishment.finess_et).where(
        Establishment.finess_ej == entity.finess_ej, Establishment.is_open, true_in(Establishment, edition)
    )
    numbers = frozenset(session.scalars(query))
    return Claimed(entity.finess_ej, readable(entity.name or ""), entity.siren, numbers)
