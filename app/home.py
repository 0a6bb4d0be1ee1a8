"""The installation's front door: which portals there are."""

from flask import Flask
from werkzeug.wrappers import Response

from kit.web import page, permission
from tenants.service.portal import list_portals


def install(app: Flask) -> None:
    """The address without a portal."""
    app.add_url_rule("/", "home", home)


@permission("public.view")
def home() -> Response:
    """The portals, by name."""
    return page("home.html", portals=list_portals())
