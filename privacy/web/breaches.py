"""The notebook of breaches, for the GRADeS, with the clock of the seventy-two hours."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.french import ZONES, duration, instant
from kit.typed import number
from kit.web import actor, page, permission
from privacy.gateway.paper_pdf import make_pdf
from privacy.rules.breach import DECISION_LABELS, LABELS, NATURE_LABELS, Account
from privacy.rules.breach_paper import account_facts, breach_paper
from privacy.rules.clock import tell_by
from privacy.rules.states import BREACH_STATE_LABELS
from privacy.service import breach as breaches
from privacy.web.words import breach_line, clock_words

blueprint = Blueprint("breaches", __name__)
NATURES = [{"value": key, "text": label} for key, label in NATURE_LABELS.items()]
DECISIONS = [{"value": key, "text": label} for key, label in DECISION_LABELS.items()]


@blueprint.get("/staff/privacy/breaches")
@permission("breach.view")
def list_breaches() -> Response:
    """Every breach, those being handled first."""
    found, now = breaches.list_breaches(actor())
    return page("privacy/breaches.html", lines=[breach_line(one, now) for one in found])


@blueprint.get("/staff/privacy/breaches/new")
@permission("breach.open")
def new() -> Response:
    """Write one down."""
    return _new()


@blueprint.post("/staff/privacy/breaches/new")
@permission("breach.open")
def open_breach() -> Response:
    """The clock runs since it was seen."""
    form = request.form
    try:
        account = Account.read(form, form.getlist("natures"))
        made = breaches.open_breach(actor(), form.get("title", ""), read_instant("detected_at"), account)
    except Invalid as error:
        return _new(error)
    flash(f"La violation {made.number} est dans le cahier.", "good")
    return _to(made.id)


@blueprint.get("/staff/privacy/breaches/<uuid:breach_id>")
@permission("breach.view")
def view(breach_id: UUID) -> Response:
    """One breach: its clock, its account, its versions."""
    return _page(breach_id)


@blueprint.post("/staff/privacy/breaches/<uuid:breach_id>")
@permission("breach.edit")
def edit(breach_id: UUID) -> Response:
    """What one knows now."""
    form = request.form
    try:
        account = Account.read(form, form.getlist("natures"))
        revision = number(form.get("revision", "")) or 0
        breaches.edit_breach(actor(), breach_id, form.get("title", ""), account, revision)
    except (Invalid, Conflict, Stale) as error:
        return _page(breach_id, error)
    flash("Le cahier est à jour.", "good")
    return _to(breach_id)


@blueprint.post("/staff/privacy/breaches/<uuid:breach_id>/notify")
@permission("breach.notify")
def notify(breach_id: UUID) -> Response:
    """The CNIL was told."""
    try:
        breaches.notify_cnil(actor(), breach_id, read_instant("told_at"), request.form)
    except (Invalid, Conflict) as error:
        return _page(breach_id, error, "notify")
    flash("La notification à la CNIL est notée.", "good")
    return _to(breach_id)


@blueprint.post("/staff/privacy/breaches/<uuid:breach_id>/close")
@permission("breach.close")
def close(breach_id: UUID) -> Response:
    """Close the entry, which stays."""
    try:
        breaches.close_breach(actor(), breach_id)
    except Conflict as error:
        return _page(breach_id, error, "close")
    flash("La violation est close. Elle reste dans le cahier.", "good")
    return _to(breach_id)


@blueprint.get("/staff/privacy/breaches/<uuid:breach_id>.pdf")
@permission("breach.view")
def paper(breach_id: UUID) -> Response:
    """The entry on paper."""
    found = breaches.view_breach(actor(), breach_id)
    content = make_pdf(breach_paper(found, clock_words(found.breach, found.now)), found.now)
    name = f"violation-{found.breach.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype="application/pdf", headers=headers)


def read_instant(name: str) -> datetime | None:
    """A local date and time of the form, as the portal's clock shows them; None when it is none."""
    text = f"{request.form.get(f'{name}-date', '')}T{request.form.get(f'{name}-time', '')}"
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(g.tenant.zone))
    except ValueError:
        return None


def _to(breach_id: UUID) -> Response:
    return redirect(url_for(".view", breach_id=breach_id), 303)


def _words(error: CrrcError | None) -> dict[str, Any]:
    return {
        "labels": LABELS,
        "natures": NATURES,
        "decisions": DECISIONS,
        "zone_words": ZONES.get(g.tenant.zone, g.tenant.zone),
        "errors": dict(error.fields) if error else {},
        "refusal": error.sentence if error and not error.fields else None,
    }


def _new(error: CrrcError | None = None) -> Response:
    typed = {name: request.form.get(name, "") for name in (*LABELS, "title", "detected_at-date", "detected_at-time")}
    chosen = request.form.getlist("natures")
    return page("privacy/breach_new.html", error.status if error else 200, typed=typed, chosen=chosen, **_words(error))


def _page(breach_id: UUID, error: CrrcError | None = None, part: str = "edit") -> Response:
    found = breaches.view_breach(actor(), breach_id)
    row, account = found.breach, found.account
    typed = {"title": row.title} | {name: _text(getattr(account, name)) for name in LABELS if name != "natures"}
    chosen = account.natures
    if error and part == "edit":
        typed |= {name: request.form.get(name, "") for name in typed}
        chosen = request.form.getlist("natures")
    rest = tell_by(row.detected_at) - found.now
    return page(
        "privacy/breach.html",
        error.status if error else 200,
        found=found,
        row=row,
        state=BREACH_STATE_LABELS[row.state],
        clock=clock_words(row, found.now),
        ticking=row.notified_at is None and row.closed_at is None and account.cnil != "no",
        late=rest.total_seconds() <= 0,
        rest=duration(abs(rest)),
        tell_by=instant(tell_by(row.detected_at), found.zone),
        said=account_facts(row.content),
        revisions=[(one, who, account_facts(one.content)) for one, who in found.revisions],
        typed=typed,
        chosen=chosen,
        told=request.form if part == "notify" else {},
        **_words(error),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
