"""Editions, and the rows that are true in one."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from finess.models import Dated, ImportRemark, RegistryEdition
from kit.errors import NotFound
from kit.french import NBSP


def true_in(table: type[Dated], edition: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that a row of `table` is true in `edition` (its number, or the parameter that will say it)."""
    return and_(table.first_edition <= edition, or_(table.last_edition.is_(None), table.last_edition >= edition))


def find_current_edition(session: Session) -> RegistryEdition | None:
    """The edition in force: the last one imported."""
    return session.scalar(select(RegistryEdition).order_by(RegistryEdition.id.desc()).limit(1))


def get_current_edition(session: Session) -> RegistryEdition:
    """The edition in force. Raises NotFound when nothing was imported yet."""
    edition = find_current_edition(session)
    if edition is None:
        raise NotFound(f"Aucune édition du registre FINESS n’a été importée{NBSP}: crrc finess import FICHIER.")
    return edition


def get_edition(session: Session, edition: int) -> RegistryEdition:
    """An edition by its number. Raises NotFound."""
    found = session.get(RegistryEdition, edition)
    if found is None:
        raise NotFound(f"L’édition {edition} du registre n’existe pas.")
    return found


def list_editions(session: Session, limit: int = 50) -> Sequence[RegistryEdition]:
    """Editions, the last imported first."""
    return session.scalars(select(RegistryEdition).order_by(RegistryEdition.id.desc()).limit(limit)).all()


def list_remarks(session: Session, edition: int, severity: str, limit: int = 100) -> Sequence[ImportRemark]:
    """What the import of an edition said of its records, in the file's order."""
    query = (
        select(ImportRemark)
        .where(ImportRemark.edition_id == edition, ImportRemark.severity == severity)
        .order_by(ImportRemark.rank)
        .limit(limit)
    )
    return session.scalars(query).all()
