"""What the register knows of an applicant at an edition, as a file keeps it."""

from typing import Any

from sqlalchemy.orm import Session

from finess.models import Establishment, LegalEntity, RegistryEdition
from finess.queries.structure import list_establishments
from finess.rules.nomenclature import legal_statuses

_ENTITY = ("finess_ej", "name", "siren", "legal_status_code", "department", "postal_code", "town")
_ESTABLISHMENT = ("finess_et", "name", "category_code", "siret", "department", "postal_code", "town", "address")


def snapshot(session: Session, edition: RegistryEdition, entity: LegalEntity) -> dict[str, Any]:
    """The entity, its open establishments by number, and the edition, as JSON."""
    establishments = list_establishments(session, edition.id, entity.finess_ej)
    status = legal_statuses().get(entity.legal_status_code or "")
    return {
        "edition": {
            "id": edition.id,
            "source": edition.source,
            "generated_on": edition.generated_at.date().isoformat(),
            "sha256": edition.sha256,
        },
        "legal_entity": {
            **{name: getattr(entity, name) for name in _ENTITY},
            "legal_status": status.label if status else None,
        },
        "establishments": [_facts(one) for one in establishments if one.is_open],
    }


def _facts(establishment: Establishment) -> dict[str, Any]:
    return {name: getattr(establishment, name) for name in _ESTABLISHMENT}
