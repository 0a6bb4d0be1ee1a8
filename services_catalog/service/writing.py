"""Writing a service from its document, as a page, a program or a file sends it; its draft alone changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kit.actor import Actor
from kit.db import uuid7
from kit.document.finding import Finding, error, refuse
from kit.document.source import Source, read_data
from kit.errors import Conflict, NotFound, PreconditionMissing, Stale
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import service as services
from services_catalog.queries.turn import take_turn
from services_catalog.rules.search import fold
from services_catalog.rules.service import ServiceDocument, check_service, read_service
from services_catalog.rules.slug import check_slug
from services_catalog.rules.states import FAMILIES, SERVICE


@dataclass(frozen=True)
class Saved:
    """What writing a document did; `findings` are its warnings."""

    service: Service
    outcome: Literal["created", "updated", "unchanged"]
    findings: list[Finding]


def save_service(
    actor: Actor,
    slug: str,
    family: str,
    source: Source,
    revision: int | None = None,
    overwrite: bool = False,
) -> Saved:
    """Create the service named `slug`, or change its draft.

    `revision` is the one that was read by whoever changes an existing service; with `overwrite` nobody asks. What is
    published stays as it is. Raises Refused with the findings (field `slug`, `family`, or a path of the document),
    PreconditionMissing or Stale, NotFound when the service whose revision was read does not exist.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.write")
        document, findings = _checked(slug, family, source)
        take_turn(tx.session, tx.tenant_id, "service")
        found = services.find_service(tx.session, slug, lock=True)
        if found is None:
            if revision is not None:
                raise NotFound()
            return Saved(_create(tx, slug, family, document), "created", findings)
        if not overwrite:
            check_revision(found, revision)
        return Saved(found, "updated" if _update(tx, found, family, document) else "unchanged", findings)


def create_service(actor: Actor, slug: str, family: str, source: Source) -> Saved:
    """The same for a service that does not exist. Raises Refused (field `slug`) when it does."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.write")
        document, findings = _checked(slug, family, source)
        take_turn(tx.session, tx.tenant_id, "service")
        if services.find_service(tx.session, slug) is not None:
            taken = f"Une prestation a déjà l’adresse «{NBSP}{slug}{NBSP}»{NBSP}: choisissez-en une autre."
            refuse([error("slug", taken)])
        return Saved(_create(tx, slug, family, document), "created", findings)


def import_service(actor: Actor, slug: str, family: str, document: Mapping[str, Any]) -> Saved:
    """Create the service, or make the document its draft, whoever wrote the one before. For seeds and scripts."""
    return save_service(actor, slug, family, read_data(dict(document)), overwrite=True)


def check_revision(service: Service, revision: int | None) -> None:
    """Raise PreconditionMissing or Stale unless `revision` is the draft's."""
    if revision is None:
        raise PreconditionMissing("Dites quelle révision de la prestation vous avez lue. Rien n’a été modifié.")
    if revision != service.revision:
        raise Stale(
            "Cette prestation a été modifiée depuis que vous l’avez ouverte : relisez-la, puis recommencez. "
            "Rien n’a été modifié."
        )


def _checked(slug: str, family: str, source: Source) -> tuple[ServiceDocument, list[Finding]]:
    findings = [*check_slug(slug), *_family(family), *source.findings]
    if source.data is not None:
        findings += source.placed(check_service(source.data))
    refuse(findings)
    return read_service(source.data), findings


def _family(family: str) -> list[Finding]:
    if family in FAMILIES:
        return []
    return [error("family", f"Choisissez une famille{NBSP}: {', '.join(FAMILIES)}.")]


def _create(tx: Tx, slug: str, family: str, document: ServiceDocument) -> Service:
    if services.count_services(tx.session) >= services.MOST:
        raise Conflict(f"Un catalogue a {services.MOST}{NBSP}prestations au plus. Rien n’a été modifié.")
    service = tx.add(
        Service(
            id=uuid7(),
            slug=slug,
            family=family,
            state=SERVICE.initial,
            title=document.title,
            title_norm=fold(document.title),
            draft=document.as_json(),
            revision=1,
            version=0,
            created_at=tx.now,
            saved_at=tx.now,
        )
    )
    tx.audit("service.write", service.id, revision=1)
    return service


def _update(tx: Tx, service: Service, family: str, document: ServiceDocument) -> bool:
    """Whether something changed. The family is a shelf, not a promise: it changes at once, published or not."""
    data = document.as_json()
    if (service.draft, service.family) == (data, family):
        return False
    service.draft, service.family = data, family
    if not service.version:
        service.title, service.title_norm = document.title, fold(document.title)
    service.revision += 1
    service.saved_at = tx.now
    tx.audit("service.write", service.id, revision=service.revision)
    return True
