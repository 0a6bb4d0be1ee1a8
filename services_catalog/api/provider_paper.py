"""What a provider's file holds, for programs: qualifications, insurances, sub-contractors, consultants."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission
from services_catalog.models import Consultant, Insurance, Qualification, Subcontractor
from services_catalog.rules import papers
from services_catalog.schemas import provider as schemas
from services_catalog.service import qualification, team
from services_catalog.service.paper import paper_of, tag_of
from services_catalog.service.provider_file import view_provider

PLACE = "/providers/<uuid:provider_id>"
blueprint = Blueprint("provider_paper_api", __name__, url_prefix=PLACE, description="Dossiers des prestataires")
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The `etag` that was read.")]}


@blueprint.get("/qualifications")
@permission("provider.view")
@blueprint.response(200, schemas.QualificationView(many=True))
def list_qualifications(provider_id: UUID) -> Any:
    """List its qualifications, what ends last first."""
    return [_shown(one) for one in view_provider(actor(), provider_id).qualifications]


@blueprint.post("/qualifications")
@permission("qualification.write")
@blueprint.arguments(schemas.WriteQualification)
@blueprint.response(201, schemas.QualificationView)
def add_qualification(body: dict[str, Any], provider_id: UUID) -> Any:
    """Add a qualification; its end is announced 90 and 30 days before, and on the day after."""
    return _tagged(qualification.add_qualification(actor(), provider_id, papers.read_qualification(body)))


@blueprint.put("/qualifications/<uuid:qualification_id>")
@permission("qualification.write")
@blueprint.arguments(schemas.WriteQualification)
@blueprint.response(200, schemas.QualificationView)
@blueprint.doc(**IF_MATCH)
def change_qualification(body: dict[str, Any], provider_id: UUID, qualification_id: UUID) -> Any:
    """Change a qualification, as it was read."""
    paper = papers.read_qualification(body)
    return _tagged(qualification.change_qualification(actor(), provider_id, qualification_id, paper, _read()))


@blueprint.delete("/qualifications/<uuid:qualification_id>")
@permission("qualification.write")
@blueprint.response(204)
@blueprint.doc(**IF_MATCH)
def remove_qualification(provider_id: UUID, qualification_id: UUID) -> None:
    """Remove a qualification entered by mistake."""
    qualification.remove_qualification(actor(), provider_id, qualification_id, _read())


@blueprint.get("/insurances")
@permission("provider.view")
@blueprint.response(200, schemas.InsuranceView(many=True))
def list_insurances(provider_id: UUID) -> Any:
    """List its insurances, what ends last first."""
    return [_shown(one) for one in view_provider(actor(), provider_id).insurances]


@blueprint.post("/insurances")
@permission("insurance.write")
@blueprint.arguments(schemas.WriteInsurance)
@blueprint.response(201, schemas.InsuranceView)
def add_insurance(body: dict[str, Any], provider_id: UUID) -> Any:
    """Add an insurance; its end is announced as a qualification's."""
    return _tagged(qualification.add_insurance(actor(), provider_id, papers.read_insurance(body)))


@blueprint.put("/insurances/<uuid:insurance_id>")
@permission("insurance.write")
@blueprint.arguments(schemas.WriteInsurance)
@blueprint.response(200, schemas.InsuranceView)
@blueprint.doc(**IF_MATCH)
def change_insurance(body: dict[str, Any], provider_id: UUID, insurance_id: UUID) -> Any:
    """Change an insurance, as it was read."""
    paper = papers.read_insurance(body)
    return _tagged(qualification.change_insurance(actor(), provider_id, insurance_id, paper, _read()))


@blueprint.delete("/insurances/<uuid:insurance_id>")
@permission("insurance.write")
@blueprint.response(204)
@blueprint.doc(**IF_MATCH)
def remove_insurance(provider_id: UUID, insurance_id: UUID) -> None:
    """Remove an insurance entered by mistake."""
    qualification.remove_insurance(actor(), provider_id, insurance_id, _read())


@blueprint.get("/subcontractors")
@permission("provider.view")
@blueprint.response(200, schemas.SubcontractorView(many=True))
def list_subcontractors(provider_id: UUID) -> Any:
    """List its declared sub-contractors, by name."""
    return [_shown(one) for one in view_provider(actor(), provider_id).subcontractors]


@blueprint.post("/subcontractors")
@permission("subcontractor.write")
@blueprint.arguments(schemas.WriteSubcontractor)
@blueprint.response(201, schemas.SubcontractorView)
def declare_subcontractor(body: dict[str, Any], provider_id: UUID) -> Any:
    """Declare a sub-contractor."""
    return _tagged(team.declare_subcontractor(actor(), provider_id, papers.read_subcontractor(body)))


@blueprint.put("/subcontractors/<uuid:subcontractor_id>")
@permission("subcontractor.write")
@blueprint.arguments(schemas.WriteSubcontractor)
@blueprint.response(200, schemas.SubcontractorView)
@blueprint.doc(**IF_MATCH)
def change_subcontractor(body: dict[str, Any], provider_id: UUID, subcontractor_id: UUID) -> Any:
    """Change a sub-contractor, as it was read; accepting it is giving it a day."""
    paper = papers.read_subcontractor(body)
    return _tagged(team.change_subcontractor(actor(), provider_id, subcontractor_id, paper, _read()))


@blueprint.delete("/subcontractors/<uuid:subcontractor_id>")
@permission("subcontractor.write")
@blueprint.response(204)
@blueprint.doc(**IF_MATCH)
def remove_subcontractor(provider_id: UUID, subcontractor_id: UUID) -> None:
    """Remove a sub-contractor."""
    team.remove_subcontractor(actor(), provider_id, subcontractor_id, _read())


@blueprint.get("/consultants")
@permission("provider.view")
@blueprint.response(200, schemas.ConsultantView(many=True))
def list_consultants(provider_id: UUID) -> Any:
    """List its consultants, active ones first."""
    return [_shown(one) for one in view_provider(actor(), provider_id).consultants]


@blueprint.post("/consultants")
@permission("consultant.write")
@blueprint.arguments(schemas.WriteConsultant)
@blueprint.response(201, schemas.ConsultantView)
def add_consultant(body: dict[str, Any], provider_id: UUID) -> Any:
    """Add a consultant, linked to the member who has that address, if any."""
    return _tagged(team.add_consultant(actor(), provider_id, papers.read_consultant(body)))


@blueprint.put("/consultants/<uuid:consultant_id>")
@permission("consultant.write")
@blueprint.arguments(schemas.WriteConsultant)
@blueprint.response(200, schemas.ConsultantView)
@blueprint.doc(**IF_MATCH)
def change_consultant(body: dict[str, Any], provider_id: UUID, consultant_id: UUID) -> Any:
    """Change a consultant, as it was read; one who is not active gets no other mission."""
    paper = papers.read_consultant(body)
    return _tagged(team.change_consultant(actor(), provider_id, consultant_id, paper, _read()))


def _read() -> str:
    """The tag that If-Match names. Raises PreconditionMissing without one."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing("Dites quelle version vous modifiez : If-Match porte l’ETag que vous avez lu.")
    return next(iter(request.if_match.as_set()), "")


def _shown(filed: Qualification | Insurance | Subcontractor | Consultant) -> dict[str, Any]:
    account = {"user_id": filed.user_id} if isinstance(filed, Consultant) else {}
    return {"id": filed.id, "etag": tag_of(filed), **asdict(paper_of(filed)), **account}


def _tagged(filed: Qualification | Insurance | Subcontractor | Consultant) -> Any:
    return _shown(filed), {"ETag": f'"{tag_of(filed)}"'}
