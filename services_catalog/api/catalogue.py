"""The catalogue, for programs: the same commands as the pages."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import request
from flask_smorest import Blueprint

from kit.document.finding import Finding, Refused, join
from kit.document.source import read_data
from kit.permissions import allows
from kit.web import actor, if_match, permission, revision_read
from services_catalog.permissions import PERMISSIONS
from services_catalog.schemas import service as schemas
from services_catalog.service import publication, reading, writing

blueprint = Blueprint("service_api", __name__, description="Catalogue des prestations")
_ADDRESS = frozenset({"slug", "family"})


@blueprint.get("/services")
@permission("service.view")
@blueprint.arguments(schemas.ServicesQuery, location="query")
@blueprint.response(200, schemas.ServicesView)
def list_services(query: dict[str, Any]) -> reading.Lines:
    """List the services on sale; all of them for whoever keeps the catalogue."""
    return reading.list_services(actor(), query["after"], query["limit"])


@blueprint.get("/services/<service_slug>")
@permission("service.view")
@blueprint.response(200, schemas.ServiceView)
def view_service(service_slug: str) -> Any:
    """Read a service: what is published, and its draft for whoever may write it."""
    page = reading.view_service(actor(), service_slug)
    service, version = page.service, page.version
    shown = {name: getattr(service, name) for name in ("id", "slug", "family", "state", "version", "revision")}
    shown |= {
        "published_at": version.published_at if version else None,
        "document": version.document if version else None,
    }
    if allows(PERMISSIONS, actor(), "service.write", service):
        shown["draft"] = service.draft
    return shown, {"ETag": f'"{service.revision}"'}


@blueprint.put("/services/<service_slug>")
@permission("service.write")
@blueprint.doc(parameters=[if_match("The revision that was read, to change an existing service.")])
@blueprint.arguments(schemas.WriteService)
@blueprint.response(200, schemas.WrittenServiceView)
@blueprint.alt_response(201, schema=schemas.WrittenServiceView)
def write_service(body: dict[str, Any], service_slug: str) -> Any:
    """Create a service, or change its draft. An unchanged document changes nothing; what is published stays."""
    asked = request.if_match
    try:
        saved = writing.save_service(
            actor(),
            service_slug,
            body["family"],
            read_data(body["document"]),
            revision=revision_read(asked.as_set()) if asked else None,
            overwrite=asked.star_tag,
        )
    except Refused as refused:
        raise Refused(_inside(refused.findings)) from refused
    told = replace(saved, findings=_inside(saved.findings))
    return told, 201 if saved.outcome == "created" else 200, {"ETag": f'"{saved.service.revision}"'}


@blueprint.get("/services/<service_slug>/versions/<int:version_number>")
@permission("service.list")
@blueprint.response(200, schemas.ServiceVersionView)
def view_version(service_slug: str, version_number: int) -> Any:
    """Read a version, as it was published."""
    return reading.view_version(actor(), service_slug, version_number).page.version


@blueprint.post("/services/<service_slug>/publish")
@permission("service.publish")
@blueprint.doc(parameters=[if_match("The revision of the draft that was read; without it, the draft as it is.")])
@blueprint.response(200, schemas.MovedServiceView)
def publish_service(service_slug: str) -> Any:
    """Publish the draft as a new version. Orders keep the one they were placed on."""
    asked = request.if_match
    return publication.publish_service(
        actor(), service_slug, revision_read(asked.as_set()) if asked and not asked.star_tag else None
    )


@blueprint.post("/services/<service_slug>/withdraw")
@permission("service.withdraw")
@blueprint.response(200, schemas.MovedServiceView)
def withdraw_service(service_slug: str) -> Any:
    """Take the service off sale. Its orders go on."""
    return publication.withdraw_service(actor(), service_slug)


def _inside(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of the document with the path of the body's member that holds it."""
    return [one if one.path in _ADDRESS else replace(one, path=_under_document(one.path)) for one in findings]


def _under_document(path: str) -> str:
    return join("document", path) if path else "document"
