"""Adhesion fees, for the GRADeS: the tariff of a year, the preview, then the drafts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.rules.adhesion import Fee
from billing.rules.proration import PRORATION_LABELS
from billing.rules.tariff import read_year
from billing.service import adhesion as fees
from bookings.web.order_words import door
from kit import clock
from kit.errors import Conflict, CrrcError, Invalid, NotFound
from kit.french import count
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("adhesions", __name__)
PAGE = 50
LAST_PAGE = 10_000


@blueprint.get("/staff/billing/adhesions")
@permission("adhesion_fee.view")
def list_fees() -> Response:
    """The fees of a year; the coming one when autumn has begun."""
    return _page(read_year(request.args.get("year", "")) or _usual_year())


@blueprint.post("/staff/billing/adhesions/tariff")
@permission("adhesion_fee.set")
def set_tariff() -> Response:
    """Write a line of the tariff."""
    year = _sent_year()
    try:
        fees.set_tariff(actor(), year, request.form)
    except Invalid as error:
        return _page(year, error)
    flash("Le tarif est enregistré.", "good")
    return redirect(url_for(".list_fees", year=year), 303)


@blueprint.post("/staff/billing/adhesions/tariffs/<uuid:fee_id>/remove")
@permission("adhesion_fee.set")
def remove_tariff(fee_id: UUID) -> Response:
    """Take a line of the tariff away."""
    year = fees.remove_tariff(actor(), fee_id)
    flash("La ligne du tarif est retirée.", "good")
    return redirect(url_for(".list_fees", year=year), 303)


@blueprint.post("/staff/billing/adhesions/charge")
@permission("adhesion_fee.charge")
def prepare() -> Response:
    """Make the drafts that were read."""
    year = _sent_year()
    form = request.form
    try:
        asked = fees.prepare_fees(
            actor(), year, number(form.get("count", ""), 6) or 0, number(form.get("total_cents", ""), 15) or 0
        )
    except Conflict as error:
        return _page(year, error)
    flash(f"{count(asked, 'brouillon se prépare', 'brouillons se préparent')}.", "good")
    return redirect(url_for(".list_fees", year=year), 303)


@blueprint.post("/staff/billing/adhesions/customers")
@permission("customer.set")
def open_customer() -> Response:
    """Make a customer of an adherent that has no account here."""
    year = _sent_year()
    try:
        fees.open_stranger(actor(), request.form.get("finess_ej", "")[:9])
    except NotFound as error:
        return _page(year, error)
    flash("La fiche du client est ouverte d’après le registre\N{NO-BREAK SPACE}: complétez-la avant d’émettre.", "good")
    return redirect(url_for(".list_fees", year=year), 303)


def _page(year: int, error: CrrcError | None = None) -> Response:
    found = fees.view_year(actor(), year)
    asked = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    apart = [fee for fee in found.left_out if fee.left_out == "no_customer"]
    others = [fee for fee in found.left_out if fee.left_out != "no_customer"]
    return page(
        "billing/adhesions.html",
        error.status if error else 200,
        found=found,
        year=year,
        years=sorted({year - 1, year, year + 1, *found.years}, reverse=True),
        ready=[_line(fee) for fee in found.ready[(asked - 1) * PAGE : asked * PAGE]],
        apart=[_line(fee) for fee in apart[:PAGE]],
        apart_count=len(apart),
        others=[_line(fee) for fee in others[:PAGE]],
        others_count=len(others),
        prorations=list(PRORATION_LABELS.items()),
        proration_labels=PRORATION_LABELS,
        drafts_url=door("drafts.list_drafts"),
        page_number=asked,
        page_count=max(1, -(-len(found.ready) // PAGE)),
        url=lambda to: url_for(".list_fees", year=year, page=to),
        typed=request.form if error and error.fields else {},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _line(fee: Fee) -> dict[str, Any]:
    return {
        "name": fee.member.name,
        "finess_ej": fee.member.finess_ej,
        "because": fee.because,
        "net_cents": fee.net_cents,
        "reason": fee.reason,
    }


def _usual_year() -> int:
    now = clock.now()
    return now.year + 1 if now.month >= 9 else now.year


def _sent_year() -> int:
    year = read_year(request.form.get("year", ""))
    if year is None:
        raise NotFound()
    return year
