"""Providers: the list and who is fit for what, what ends when, one provider's file."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from finess.rules.geography import departments, regions
from kit.errors import Invalid
from kit.web import actor, page, permission
from services_catalog.rules.states import FAMILIES, FAMILY_LABELS, PROVIDER, QUALIFICATION_LABELS, QUALIFICATIONS
from services_catalog.service import provider_file as reading
from services_catalog.service.provider_file import Filters, ProviderFile
from services_catalog.web.picture import Period, picture
from services_catalog.web.typed import after_sent

blueprint = Blueprint("providers", __name__)
FILTERS = ("text", "state", "family", "qualification", "department", "on")
WORDS: dict[str, Any] = {"families": FAMILY_LABELS, "qualifications": QUALIFICATION_LABELS}


@blueprint.get("/staff/providers")
@permission("provider.list")
def list_providers() -> Response:
    """Every provider, what it can do today, or whether it is fit for what is asked."""
    filters = _filters(request.args)
    found = reading.list_providers(actor(), filters, after_sent())
    rows = sorted(found.rows, key=lambda row: bool(row.fault)) if filters.family else found.rows
    asked: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return page(
        "providers/list.html",
        rows=rows,
        found=found,
        filters=filters,
        asked=asked,
        following=url_for(".list_providers", after=found.after, **asked) if found.after else None,
        **WORDS,
    )


@blueprint.get("/staff/providers/validity")
@permission("provider.list")
def view_validity() -> Response:
    """What ends when, of every provider."""
    ends, on = reading.list_ends(actor())
    return page("providers/validity.html", picture=picture([Period(*tuple(row)) for row in ends], on))


@blueprint.get("/providers/<uuid:provider_id>")
@permission("provider.view")
def view_provider(provider_id: UUID) -> Response:
    """One provider's file."""
    file = reading.view_provider(actor(), provider_id)
    region = regions().get(g.tenant.region_code)
    return page(
        "providers/view.html",
        file=file,
        provider=file.provider,
        picture=picture(_periods(file), file.on),
        inside=list(region.departments) if region else [],
        departments=departments(),
        moves=[move for move in PROVIDER.moves if PROVIDER.can(file.provider.state, move)],
        **WORDS,
    )


def _filters(args: Mapping[str, str]) -> Filters:
    """The need that the address asks for. Raises Invalid when one of its words exists nowhere."""
    text, state, family, qualification, department, on = (args.get(name, "") for name in FILTERS)
    known = {
        "family": family in ("", *FAMILIES),
        "qualification": qualification in ("", *QUALIFICATIONS),
        "department": not department or department in departments(),
        "state": state in ("", *PROVIDER.states),
    }
    faults = {name: "Choisissez dans la liste." for name, good in known.items() if not good}
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        faults["on"] = "Indiquez un jour, par exemple 2026-12-08."
    if faults:
        raise Invalid("Cette liste ne peut pas être filtrée ainsi.", faults)
    return Filters(text[:120], state, family, qualification or None, department or None, day)


def _periods(file: ProviderFile) -> list[Period]:
    """A provider's qualifications and insurances, what ends last first."""
    who = (file.provider.id, file.provider.name)
    return [
        *(Period(*who, one.kind, one.scope, one.starts_on, one.ends_on) for one in file.qualifications),
        *(Period(*who, "insurance", one.insurer, one.starts_on, one.ends_on) for one in file.insurances),
    ]
