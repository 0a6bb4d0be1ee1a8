"""The portal's colours, as a style sheet of its own: the content security policy allows no inline style."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from kit.web import permission

brand = Blueprint("brand", __name__)


@brand.get("/brand.css")
@permission("tenant.view")
def css() -> Response:
    """One variable, checked when it was saved; every shade follows from it. Kept for ever under its own address."""
    response = Response(f":root{{--tenant-colour:{g.tenant.colour}}}\n", mimetype="text/css")
    current = request.args.get("v") == g.tenant.colour.lstrip("#")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    return response
