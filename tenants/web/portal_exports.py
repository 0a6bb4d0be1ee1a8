"""The settings' page of exports: ask for everything, take it away."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from flask import Blueprint, flash, g, redirect, url_for
from werkzeug.wrappers import Response

from kit import clock
from kit.download import SANDBOX
from kit.errors import Conflict
from kit.web import actor, page, permission
from tenants.gateway.archive import pieces_of
from tenants.service import export as exports

portal_exports = Blueprint("portal_exports", __name__, url_prefix="/staff/settings/exports")


@portal_exports.get("")
@permission("tenant_export.view")
def list_exports() -> Response:
    """The last exports, and how to ask for one."""
    return _page()


@portal_exports.post("")
@permission("tenant_export.ask")
def ask() -> Response:
    """Ask for everything."""
    try:
        exports.ask_export(actor())
    except Conflict as error:
        return _page(error)
    flash("L’export est demandé. Vous pouvez quitter cette page.", "good")
    return redirect(url_for(".list_exports"), 303)


@portal_exports.get("/<uuid:export_id>/archive")
@permission("tenant_export.download")
def download(export_id: UUID) -> Response:
    """The archive, a megabyte at a time."""
    stack = ExitStack()
    export, file = stack.enter_context(exports.fetch_export(actor(), export_id))

    def pieces() -> Iterator[bytes]:
        with stack:
            yield from pieces_of(file)

    response = Response(pieces(), mimetype="application/zip")
    response.call_on_close(stack.close)
    response.headers["Content-Length"] = str(export.size_bytes)
    name = f"export-{g.tenant.slug}-{export.ready_at:%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(error: Conflict | None = None) -> Response:
    found = exports.list_exports(actor())
    return page(
        "tenants/settings/exports.html",
        error.status if error else 200,
        found=found,
        busy=any(one.state in ("asked", "running") for one in found),
        now=clock.now(),
        fault=error.sentence if error else None,
    )
