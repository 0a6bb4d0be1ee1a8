"""The audit log's pages: read it, look for something in it, check it, take it away."""

from base64 import b64encode
from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from kit.download import SANDBOX
from kit.errors import Conflict, Invalid
from kit.web import actor, page, permission
from tenants.rules.audit import KINDS, Wanted, read_wanted
from tenants.service import audit as log
from tenants.service import audit_proof as proof

audit = Blueprint("audit", __name__, url_prefix="/staff/audit")
FILTERS = ("who", "kind", "action", "subject", "since", "until", "request")
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
# What is checked while somebody waits; `crrc audit verify` has no such bound.
MOST_CHECKED = 500_000


@audit.get("")
@permission("audit.view")
def list_lines() -> Response:
    """A page of the log, the latest line first."""
    return _page()


@audit.post("/verify")
@permission("audit.verify")
def verify() -> Response:
    """Check every line, and say what was found."""
    try:
        report = proof.verify(actor(), most=MOST_CHECKED)
    except Conflict as error:
        return _page(refusal=error)
    return page("tenants/audit/verify.html", 200, report=report, most=proof.MOST_FAULTS)


@audit.post("/export")
@permission("audit.export")
def export() -> Response:
    """The lines that the list shows, all pages together."""
    form = request.form.get("form", "")
    try:
        wanted = read_wanted({name: request.form.get(name, "") for name in FILTERS})
        if form not in TYPES:
            raise Invalid("Ce format n’existe pas.", {"form": "Choisissez un des deux formats."})
        made = log.export_lines(actor(), wanted, form, current_app.jinja_env.filters["act"])
    except (Conflict, Invalid) as error:
        return _page(refusal=error)
    response = send_file(
        made.content,
        request.environ,
        mimetype=TYPES[form],
        as_attachment=True,
        download_name=f"journal-{g.tenant.slug}.{form}",
        etag=made.sha256,
    )
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(made.sha256)).decode()}:"  # RFC 9530
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    response.content_length = made.size
    return response


def _page(refusal: Conflict | Invalid | None = None) -> Response:
    typed = {name: request.values.get(name, "") for name in FILTERS}
    errors: dict[str, str] = {}
    try:
        wanted = read_wanted({**typed, "after": request.args.get("after", "")})
    except Invalid as error:
        wanted, errors = Wanted(), dict(error.fields)
    found = log.list_lines(actor(), wanted)
    act = current_app.jinja_env.filters["act"]
    here: dict[str, Any] = {name: value for name, value in typed.items() if value}
    actions = sorted(((code, act(code)) for code in found.actions), key=lambda one: one[1].casefold())
    return page(
        "tenants/audit/list.html",
        refusal.status if refusal else 422 if errors else 200,
        found=found,
        kinds=[("", "Tous"), *KINDS.items()],
        actions=[("", "Toutes"), *actions],
        typed=typed,
        here=here,
        is_filtered=bool(here),
        first=url_for(".list_lines", **here) if wanted.after else None,
        following=url_for(".list_lines", **here, after=found.after) if found.after else None,
        errors=errors,
        refusal=refusal.sentence if refusal else None,
        only=lambda **more: url_for(".list_lines", **more),
    )
