"""The installation's front door: which portals there are; and the style guide, where nobody but us looks."""

from flask import Flask
from werkzeug.wrappers import Response

from app import styleguide
from kit.errors import NotFound
from kit.settings import settings
from kit.web import page, permission
from tenants.service.portal import list_portals


def install(app: Flask) -> None:
    """The addresses without a portal. The style guide exists with the embedded servers only."""
    app.add_url_rule("/", "home", home)
    if settings().database_url is None:
        app.add_url_rule("/styleguide", "styleguide", show_style)
        app.add_url_rule("/styleguide/<name>", "styleguide", show_style)


@permission("public.view")
def home() -> Response:
    """The portals, by name."""
    return page("home.html", portals=list_portals())


@permission("public.view")
def show_style(name: str = "index") -> Response:
    """One page of the style guide. Raises NotFound."""
    if name not in styleguide.PAGES:
        raise NotFound()
    return page(styleguide.template(name), **styleguide.context(name))
