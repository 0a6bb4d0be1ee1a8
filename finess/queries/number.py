"""What a typed number is in an edition: an EJ, an ET, a SIREN, a SIRET, or nothing."""

from datetime import date

from sqlalchemy.orm import Session

from finess.models import Establishment, LegalEntity
from finess.queries import structure
from finess.queries.edition import get_edition
from finess.rules import answer, numbers
from finess.rules.answer import Known, NumberAnswer


def resolve_number(session: Session, edition: int, typed: str) -> NumberAnswer:
    """Say what `typed` is, whatever was typed: never raises on it. An EJ wins over an ET of the same number."""
    number = numbers.normalise(typed)
    if number.isascii() and number.isdecimal() and len(number) == 14:
        return _siret(session, edition, typed, number)
    if not numbers.has_shape(number):
        return answer.unreadable(typed)
    entity = structure.find_legal_entity(session, edition, number)
    if entity is not None:
        return answer.entity(typed, _entity(entity))
    establishment = structure.find_establishment(session, edition, number)
    if establishment is not None:
        return _establishment(session, edition, typed, establishment)
    by_siren = structure.list_legal_entities_by_siren(session, edition, number)
    if by_siren:
        return _one_of(typed, list(by_siren), "SIREN")
    # Nine digits are written like both; the key tells which was meant, else the register's own kind is named.
    kind = "SIREN" if numbers.is_siren(number) and not numbers.key_holds(number) else "numéro FINESS"
    return answer.unknown(typed, number, kind, numbers.key_holds(number), _date(session, edition))


def _siret(session: Session, edition: int, typed: str, number: str) -> NumberAnswer:
    establishments = structure.list_establishments_by_siret(session, edition, number)
    if len({establishment.finess_ej for establishment in establishments}) == 1:
        return _establishment(session, edition, typed, establishments[0], "SIRET")
    runners = [structure.find_legal_entity(session, edition, found.finess_ej) for found in establishments]
    entities = {entity.finess_ej: entity for entity in runners if entity is not None}
    if not entities:
        entities = {
            entity.finess_ej: entity for entity in structure.list_legal_entities_by_siren(session, edition, number[:9])
        }
    if entities:
        return _one_of(typed, list(entities.values()), "SIRET")
    return answer.unknown(typed, number, "SIRET", numbers.is_siret(number), _date(session, edition))


def _one_of(typed: str, entities: list[LegalEntity], by: str) -> NumberAnswer:
    """The only open one, or the only one; else the choice is the person's."""
    candidates = [entity for entity in entities if entity.is_open] or entities
    known = [_entity(entity) for entity in candidates]
    return answer.entity(typed, known[0], by) if len(known) == 1 else answer.several(typed, known)


def _establishment(
    session: Session, edition: int, typed: str, found: Establishment, by: str | None = None
) -> NumberAnswer:
    entity = structure.find_legal_entity(session, edition, found.finess_ej)
    place = found.town, found.department, found.is_open, found.closed_on
    known = Known(found.finess_et, found.name, *place, category_code=found.category_code)
    return answer.establishment(typed, known, _entity(entity) if entity else None, found.finess_ej, by)


def _entity(found: LegalEntity) -> Known:
    return Known(found.finess_ej, found.name, found.town, found.department, found.is_open, found.closed_on)


def _date(session: Session, edition: int) -> date:
    return get_edition(session, edition).generated_at.date()
