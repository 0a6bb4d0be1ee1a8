"""The départements that a portal serves, among those of its région."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.rules.geography import departments, regions
from kit.errors import CrrcError, Invalid, Stale
from kit.permissions import permit
from kit.web import actor, page, permission
from tenants.permissions import PERMISSIONS
from tenants.service import profile

territory = Blueprint("territory", __name__, url_prefix="/staff/settings/territory")


@territory.get("")
@permission("tenant_profile.view")
def edit() -> Response:
    """Those it serves, and the others of the région."""
    return _page()


@territory.post("")
@permission("tenant_profile.set")
def change() -> Response:
    """Save them."""
    permit(PERMISSIONS, actor(), "tenant_profile.set")
    chosen = request.form.getlist("departments")
    try:
        region = regions().get(profile.view_portal(actor()).tenant.region_code)
        if region is None or not chosen or not set(chosen) <= set(region.departments):
            fault = "Cochez au moins un département de la région."
            raise Invalid(fault, {"departments": fault})
        profile.save_territory(actor(), [code for code in region.departments if code in chosen], _version())
    except (Invalid, Stale) as error:
        return _page(chosen, error)
    flash("Le territoire est enregistré.", "good")
    return redirect(url_for(".edit"), 303)


def _version() -> str:
    return request.form.get("version", "")


def _page(chosen: list[str] | None = None, error: CrrcError | None = None) -> Response:
    found = profile.view_portal(actor())
    region = regions().get(found.tenant.region_code)
    inside = region.departments if region else ()
    saved = ", ".join(departments()[code].name for code in found.profile.departments if code in departments())
    return page(
        "finess/territory.html",
        error.status if error else 200,
        found=found,
        region=region.name if region else found.tenant.region_code,
        options=[{"value": code, "text": f"{departments()[code].name} ({code})"} for code in inside],
        chosen=found.profile.departments if chosen is None else chosen,
        saved=saved,
        version=found.version("territory"),
        errors=dict(error.fields) if error else {},
        is_stale=isinstance(error, Stale),
    )
