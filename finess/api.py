"""The register, for programs: its state, a number, a search. The same for every portal."""

from typing import Any

from flask_smorest import Blueprint

from finess import schemas
from finess.service import reading
from kit.errors import NotFound
from kit.web import actor, permission

blueprint = Blueprint("register_api", __name__, description="Registre national FINESS")


@blueprint.get("/register")
@permission("register.view")
@blueprint.response(200, schemas.RegisterView)
def view_register() -> reading.RegisterState:
    """Read which edition of the register is in force, and how old it is."""
    return reading.view_register(actor())


@blueprint.get("/register/search")
@permission("register.view")
@blueprint.arguments(schemas.SearchQuery, location="query")
@blueprint.response(200, schemas.FoundView)
def search_register(query: dict[str, Any]) -> reading.Found:
    """Search structures by the beginnings of the words of their name and town, or by number."""
    return reading.search_register(actor(), query["text"], query["limit"])


@blueprint.get("/register/numbers/<number>")
@permission("register.view")
@blueprint.response(200, schemas.LookUpView)
def look_up(number: str) -> reading.LookUp:
    """Read the legal entity that a FINESS number (its own or an establishment's), a SIREN or a SIRET leads to."""
    found = reading.look_up(actor(), number)
    if found.legal_entity is None and not found.answer.candidates:
        raise NotFound(found.answer.sentence)
    return found
