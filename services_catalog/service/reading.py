"""Reading the catalogue: everybody's lists and pages, and those of whoever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import transaction
from services_catalog.models import Service, ServiceVersion
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import service as services
from services_catalog.queries.service import Line
from services_catalog.rules.search import search
from services_catalog.rules.service import ServiceDocument, read_service
from services_catalog.rules.service_words import Change, changes


@dataclass(frozen=True)
class ServicePage:
    """A service with one document: what is published, a version, or the draft (`version` is then None)."""

    service: Service
    version: ServiceVersion | None
    document: ServiceDocument


@dataclass(frozen=True)
class VersionPage:
    """A version with what it changed of the one before."""

    page: ServicePage
    changes: Sequence[Change]


@dataclass(frozen=True)
class Lines:
    """A page of services by address; `after` is where the next one begins, None on the last."""

    items: Sequence[Line]
    after: str | None


def list_offer(actor: Actor, typed: str = "") -> list[Line]:
    """What is on sale, by title; with `typed`, what it finds. The whole of it: a catalogue is bounded."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.view")
        return search(_by_title(services.list_lines(tx.session, ("published",))), typed)


def list_catalogue(actor: Actor, typed: str = "") -> list[Line]:
    """Every service, drafts and withdrawn ones too, by title, for whoever keeps the catalogue."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.list")
        return search(_by_title(services.list_lines(tx.session)), typed)


def list_services(actor: Actor, after: str | None = None, limit: int = 50) -> Lines:
    """A page of services by address: what is on sale; everything for whoever keeps the catalogue."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.view")
        states = None if allows(PERMISSIONS, actor, "service.list") else ("published",)
        found = services.list_lines(tx.session, states, after, limit + 1)
        return Lines(found[:limit], found[limit - 1].slug if len(found) > limit else None)


def view_service(actor: Actor, slug: str) -> ServicePage:
    """What is published, or was last; the draft of a service that never was, for whoever may write it."""
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug)
        permit(PERMISSIONS, actor, "service.view", service)
        version = services.find_version(tx.session, service)
        return ServicePage(service, version, read_service(version.document if version else service.draft))


def view_draft(actor: Actor, slug: str) -> tuple[ServicePage, Sequence[ServiceVersion]]:
    """The draft, and the versions that were published, the latest first."""
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug)
        permit(PERMISSIONS, actor, "service.write", service)
        page = ServicePage(service, None, read_service(service.draft))
        return page, services.list_versions(tx.session, service.id)


def view_version(actor: Actor, slug: str, number: int) -> VersionPage:
    """Version `number`, and what it changed. For whoever keeps the catalogue. Raises NotFound."""
    with transaction(actor) as tx:
        service = services.get_service(tx.session, slug)
        permit(PERMISSIONS, actor, "service.list", service)
        version = services.get_version(tx.session, service, number)
        document = read_service(version.document)
        before = services.get_version(tx.session, service, number - 1) if number > 1 else None
        changed = changes(read_service(before.document), document) if before else []
        return VersionPage(ServicePage(service, version, document), changed)


def _by_title(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.title_norm, line.slug))
