"""Where half-days are kept: a whole organisation, or one establishment of its legal entity in the register."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from finess.models import Establishment
from finess.queries.edition import find_current_edition
from finess.queries.structure import (
    find_establishment,
    find_legal_entity,
    list_establishments,
    list_legal_entities_by_siren,
)
from kit.errors import Invalid, NotFound
from kit.transaction import Tx
from tenants.models import Organisation
from tenants.queries.organisation import find_organisation, get_organisation


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation (`finess_et` None) or one of its establishments. `department` is where it is, when known."""

    organisation: Organisation
    finess_et: str | None
    name: str
    department: str | None


def facility_of(tx: Tx, organisation_id: UUID) -> Organisation:
    """The organisation that owns half-days. Raises NotFound, for a provider's too: it owns none."""
    organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
    if organisation.kind != "legal_entity":
        raise NotFound()
    return organisation


def place_of(
    tx: Tx, organisation: Organisation, finess_et: str | None, field: str = "finess_et", closed: bool = False
) -> Place:
    """The place that somebody named. Raises Invalid (`field`) when the register gives no such establishment to it.

    One that is closed gives its half-days away (`closed`), and receives none.
    """
    edition = find_current_edition(tx.session)
    if not finess_et:
        entity = find_legal_entity(tx.session, edition.id, organisation.finess_ej or "") if edition else None
        return Place(organisation, None, organisation.name, entity.department if entity else None)
    found = find_establishment(tx.session, edition.id, finess_et) if edition else None
    if found is None or found.finess_ej != organisation.finess_ej or not (found.is_open or closed):
        raise Invalid(
            "Cet établissement n’est pas un établissement ouvert de l’organisme.",
            {field: "Choisissez un établissement ouvert de l’organisme, ou l’organisme entier."},
        )
    return _of(organisation, found)


def list_places(tx: Tx, organisation: Organisation, closed: Collection[str | None] = ()) -> Sequence[Place]:
    """The organisation itself, then its open establishments in the register, and those of the numbers of `closed`."""
    whole = Place(organisation, None, organisation.name, None)
    edition = find_current_edition(tx.session)
    if edition is None:
        return [whole]
    found = list_establishments(tx.session, edition.id, organisation.finess_ej or "")
    return [whole, *(_of(organisation, one) for one in found if one.is_open or one.finess_et in closed)]


def establishment_names(tx: Tx, organisation: Organisation) -> dict[str, str]:
    """The names of all its establishments, closed ones too: half-days may have been kept for them."""
    edition = find_current_edition(tx.session)
    found = list_establishments(tx.session, edition.id, organisation.finess_ej or "") if edition else []
    return {one.finess_et: one.name or one.finess_et for one in found}


def place_name(tx: Tx, organisation: Organisation, finess_et: str | None) -> str:
    """What a place is called."""
    return establishment_names(tx, organisation).get(finess_et, finess_et) if finess_et else organisation.name


def sisters(tx: Tx, organisation: Organisation) -> Sequence[Organisation]:
    """The other accounts of the same gestionnaire: those of the legal entities of its SIREN in the register."""
    edition = find_current_edition(tx.session)
    entity = find_legal_entity(tx.session, edition.id, organisation.finess_ej or "") if edition else None
    if edition is None or entity is None or not entity.siren:
        return []
    numbers = [one.finess_ej for one in list_legal_entities_by_siren(tx.session, edition.id, entity.siren)]
    found = [find_organisation(tx.session, number) for number in numbers if number != organisation.finess_ej]
    return [one for one in found if one is not None]


def _of(organisation: Organisation, found: Establishment) -> Place:
    return Place(organisation, found.finess_et, found.name or found.finess_et, found.department)
