"""The settings' page of the brand: colour (tried before it is kept), letter head, logo."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Invalid
from kit.permissions import permit
from kit.web import actor, permission
from tenants.gateway.picture import LARGEST_FILE
from tenants.permissions import PERMISSIONS
from tenants.rules.portal import check_colour, contrast_with_white, nearest_readable, read_colour
from tenants.service import logo, profile
from tenants.web.settings_form import save, show

portal_brand = Blueprint("portal_brand", __name__, url_prefix="/staff/settings/brand")
VIEW = "tenant_profile.view"


@portal_brand.get("")
@permission("tenant_profile.view")
def edit() -> Response:
    """The brand as it is; `?colour=` shows another one, and changes nothing."""
    return _page()


@portal_brand.post("")
@permission("tenant.brand")
def change() -> Response:
    """Try a colour (button « Voir »), or save colour and letter head."""
    if request.form.get("act") == "try":
        permit(PERMISSIONS, actor(), "tenant.brand")
        return _page(request.form, _fault(request.form.get("colour", "")))
    return save(
        lambda version: profile.save_brand(actor(), request.form, version),
        lambda error: _page(request.form, error),
        "La marque est enregistrée.",
        ".edit",
    )


@portal_brand.post("/logo")
@permission("tenant.brand")
def change_logo() -> Response:
    """Send a logo, or remove the one there is."""
    version = request.form.get("logo_version", "")
    try:
        if request.form.get("act") == "remove":
            logo.remove_logo(actor(), version)
        else:
            logo.set_logo(actor(), _sent(), version)
    except CrrcError as error:
        return _page(error=profile.own(error))
    flash("Le logo est retiré." if request.form.get("act") == "remove" else "Le logo est enregistré.", "good")
    return redirect(url_for(".edit"), 303)


def _sent() -> bytes:
    """What was sent, or a little more than is taken."""
    file = request.files.get("logo")
    if file is None:
        return b""
    with file.stream as content:
        return content.read(LARGEST_FILE + 1)


def _fault(colour: str) -> Invalid | None:
    try:
        check_colour(colour)
    except Invalid as error:
        return error
    return None


def _page(typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    found = profile.view_portal(actor(), VIEW)
    wanted = read_colour(typed.get("colour", "") if typed else request.args.get("colour", ""))
    shown = wanted or found.tenant.colour
    if typed is None and wanted:
        typed = {"colour": wanted, "letter_head": found.profile.letter_head}
        error = error or _fault(wanted)
    proposed = nearest_readable(shown)
    return show(
        "brand",
        VIEW,
        typed,
        error,
        preview=shown,
        contrast=f"{int(contrast_with_white(shown) * 10) / 10:.1f}".replace(".", ","),
        proposed=proposed if proposed != shown else None,
        logo_version=found.version("logo"),
    )
