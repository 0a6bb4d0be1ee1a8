"""The portal's colours, as a style sheet of its own: the content security policy allows no inline style; its logo."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from kit.download import SANDBOX
from kit.web import permission
from tenants.service.logo import read_logo

brand = Blueprint("brand", __name__)


@brand.get("/brand.css")
@permission("tenant.view")
def css() -> Response:
    """One variable, checked when it was saved; every shade follows from it. Kept for ever under its own address."""
    response = Response(f":root{{--tenant-colour:{g.tenant.colour}}}\n", mimetype="text/css")
    current = request.args.get("v") == g.tenant.colour.lstrip("#")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    return response


@brand.get("/logo.png")
@permission("tenant.view")
def logo() -> Response:
    """The logo, kept for ever under its own address. Raises NotFound when there is none."""
    response = Response(read_logo(g.tenant), mimetype="image/png")
    current = request.args.get("v") == g.tenant.logo[:12]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
