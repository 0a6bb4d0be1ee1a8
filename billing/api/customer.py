"""Customers and VAT rules, for programs."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from billing.schemas import customer as schemas
from billing.service import customer as service
from billing.service.vat_rule import view_vat
from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("customer_api", __name__, description="Clients et règles de TVA")
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The revision that was read.")]}


@blueprint.get("/customers")
@permission("customer.list")
@blueprint.arguments(schemas.CustomersQuery, location="query")
@blueprint.response(200, schemas.CustomersView)
def list_customers(query: dict[str, Any]) -> dict[str, Any]:
    """List the customers, in the order they came."""
    items, following = service.page_of_customers(actor(), query["after"], query["limit"])
    return {"items": items, "next": following}


@blueprint.get("/customers/<uuid:customer_id>")
@permission("customer.view")
@blueprint.response(200, schemas.CustomerView)
def view_customer(customer_id: UUID) -> Any:
    """Read a customer."""
    customer = service.view_customer(actor(), customer_id).customer
    return customer, {"ETag": f'"{customer.revision}"'}


@blueprint.patch("/customers/<uuid:customer_id>")
@permission("customer.set")
@blueprint.arguments(schemas.ChangeCustomer)
@blueprint.response(200, schemas.CustomerView)
@blueprint.doc(**IF_MATCH)
def edit_customer(body: dict[str, Any], customer_id: UUID) -> Any:
    """Change some of a customer, as it was read."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing("Dites quelle version vous modifiez : If-Match porte l’ETag que vous avez lu.")
    revision = revision_read(request.if_match.as_set())
    saved = service.save_customer(actor(), customer_id, body, revision)
    return saved, {"ETag": f'"{saved.revision}"'}


@blueprint.get("/vat-rules")
@permission("vat_rule.view")
@blueprint.response(200, schemas.VatRulesView)
def list_vat_rules() -> dict[str, Any]:
    """List the VAT rules: the most precise that has begun decides."""
    return {"items": view_vat(actor()).rules}
