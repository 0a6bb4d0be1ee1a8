"""Putting a service on sale, and taking it back: what is published never changes, and running orders keep theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.actor import Actor
from kit.db import uuid7
from kit.document import plain
from kit.document.finding import Finding, refuse
from kit.errors import Conflict, NotFound
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service, ServiceVersion
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import service as services
from services_catalog.rules.search import fold
from services_catalog.rules.service import ServiceDocument, check_service, read_service
from services_catalog.rules.service_words import Change, changes
from services_catalog.rules.states import SERVICE
from services_catalog.service.writing import check_revision


@dataclass(frozen=True)
class Outlook:
    """What publishing the draft would do: `version` is the number it would have, `changes` what people would read.

    `same` when the draft says what is published already; `findings` is what to look at first.
    """

    service: Service
    draft: ServiceDocument
    published: ServiceVersion | None
    version: int
    same: bool
    changes: Sequence[Change]
    findings: Sequence[Finding]


def foresee_publication(actor: Actor, slug: str, action: str = "service.publish") -> Outlook:
    """What publishing would do, for whoever may do `action`. Changes nothing."""
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug)
        permit(PERMISSIONS, actor, action, service)
        published = services.find_version(tx.session, service)
        draft = read_service(service.draft)
        same = published is not None and published.document == service.draft
        differences = changes(read_service(published.document), draft) if published else []
        number = service.version + (0 if same else 1)
        return Outlook(service, draft, published, number, same, differences, check_service(service.draft))


def publish_service(actor: Actor, slug: str, revision: int | None = None) -> Service:
    """Publish the draft as a new version; a withdrawn service whose draft did not change comes back as it was.

    With `revision`, only that draft. Raises Stale, Refused with the findings (the nomenclature may have moved since the
    draft was written), Conflict when the draft says what is published already.
    """
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "service.publish", service)
        if revision is not None:
            check_revision(service, revision)
        refuse(check_service(service.draft))
        published = services.find_version(tx.session, service)
        if published is None or published.document != service.draft:
            _add_version(tx, service)
        elif service.state == "published":
            raise Conflict(f"Rien n’a changé depuis la version {service.version}{NBSP}: il n’y a rien à publier.")
        tx.advance(service, SERVICE, "publish", version=service.version)
        return service


def withdraw_service(actor: Actor, slug: str) -> Service:
    """Nobody may order it any more. Its page stays readable, its orders go on. Raises Conflict unless it is on sale."""
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "service.withdraw", service)
        tx.advance(service, SERVICE, "withdraw", version=service.version)
        return service


def get_on_sale(tx: Tx, slug: str) -> tuple[Service, ServiceVersion]:
    """The service and the version that an order placed now is for. A step.

    Raises NotFound when it was never published, Conflict once it is withdrawn.
    """
    service = services.get_service(tx.session, slug)
    if service.state == "draft":
        raise NotFound()
    if service.state != "published":
        raise Conflict("Cette prestation n’est pas au catalogue : elle ne peut pas être commandée.")
    return service, services.get_version(tx.session, service, service.version)


def _add_version(tx: Tx, service: Service) -> None:
    document = read_service(service.draft)
    service.version += 1
    service.title, service.title_norm = document.title, fold(document.title)
    tx.add(
        ServiceVersion(
            id=uuid7(),
            service_id=service.id,
            number=service.version,
            title=document.title,
            mode=document.mode,
            half_days=document.half_days,
            qualification=document.qualification,
            document=service.draft,
            sha256=plain.digest(service.draft),
            author_id=tx.actor.user_id,
            published_at=tx.now,
        )
    )
