"""VAT rules: the table, the form of one, and who pays what."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import VatRule
from billing.rules.states import CUSTOMER_STATUSES, STATUS_LABELS, SUBJECT_LABELS, SUBJECTS
from billing.rules.vat import Regime, percent
from billing.rules.vat_rule import CATEGORY_LABELS, SAMPLE_CENTS, Cell, reasons
from billing.service import vat_rule as service
from billing.service.vat_rule import VatPage
from billing.web.settings import blueprint
from bookings.web.asked import day as read_day
from kit.errors import CrrcError
from kit.french import NBSP, day, money
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.models import Service
from services_catalog.web.typed import boxes, boxes_of, day_of

FIELDS = ("service_id", "subject", "status", "category", "rate", "exemption_code", "exemption_text")
EVERY = {"service_id": "Toutes les prestations", "subject": "Tout ce qui est facturé", "status": "Tous les clients"}


@blueprint.get("/staff/billing/vat")
@permission("vat_rule.view")
def list_vat() -> Response:
    """The rules, and what a service costs each kind of customer on a day."""
    return _page()


@blueprint.post("/staff/billing/vat")
@permission("vat_rule.set")
def set_rule() -> Response:
    """Set a rule; the same service, subject, customers and day again write it again."""
    form = request.form
    typed: dict[str, Any] = {name: form.get(name, "") for name in FIELDS}
    typed["starts_on"] = day_of(form, "starts_on")
    if typed["service_id"]:
        typed["service_id"] = identifier(typed["service_id"]) or UUID(int=0)
    else:
        typed["service_id"] = None
    try:
        service.set_rule(actor(), typed)
    except CrrcError as error:
        if error.status not in (409, 422):
            raise
        return _page(error)
    flash("La règle est enregistrée. Les brouillons sont recalculés.", "good")
    return redirect(url_for(".list_vat"), 303)


@blueprint.post("/staff/billing/vat/<uuid:rule_id>/remove")
@permission("vat_rule.set")
def remove_rule(rule_id: UUID) -> Response:
    """Remove a rule; what was issued keeps it."""
    service.remove_rule(actor(), rule_id)
    flash("La règle est retirée. Les brouillons sont recalculés.", "good")
    return redirect(url_for(".list_vat"), 303)


def _page(error: CrrcError | None = None) -> Response:
    args = request.args
    on = read_day(args.get("on", ""))
    found = service.view_vat(actor(), identifier(args.get("service", "")), on)
    edited = next((one for one in found.rules if str(one.id) == args.get("rule")), None)
    titles = {one.id: one.title for one in found.services}
    return page(
        "billing/vat.html",
        error.status if error else 200,
        rules=[_rule(one, titles, found.on) for one in found.rules],
        edited=edited,
        value=_value(edited, is_typed=error is not None),
        starts_on=boxes(request.form, "starts_on") if error else _first_day(edited, found),
        errors=(dict(error.fields) or {"form": error.sentence}) if error else {},
        choices=_choices(found.services),
        service_id=str(found.service_id or ""),
        on=found.on.isoformat(),
        on_words=day(found.on),
        sample=money(SAMPLE_CENTS),
        statuses=[STATUS_LABELS[one] for one in CUSTOMER_STATUSES],
        preview=[(SUBJECT_LABELS[subject], [_cell(one) for one in found.preview[subject]]) for subject in SUBJECTS],
    )


def _value(edited: VatRule | None, is_typed: bool) -> Any:
    """What a field of the form shows: what was typed, the rule being edited, or nothing."""

    def value(name: str) -> str:
        if is_typed:
            return request.form.get(name, "")
        if edited is None:
            return ""
        if name == "rate":
            return percent(edited.rate).removesuffix(f"{NBSP}%") if edited.rate else ""
        return str(getattr(edited, name) or "")

    return value


def _first_day(edited: VatRule | None, found: VatPage) -> tuple[str, str, str]:
    """A first rule begins with the year, so that it covers the work already done; the others, today."""
    if edited is not None:
        return boxes_of(edited.starts_on)
    return boxes_of(found.on if found.rules else date(found.on.year, 1, 1))


def _rule(rule: VatRule, titles: dict[UUID, str], on: date) -> dict[str, Any]:
    regime = Regime(rule.category, rule.rate, rule.exemption_text, rule.exemption_code)
    service_title = titles.get(rule.service_id, "Prestation retirée") if rule.service_id else EVERY["service_id"]
    return {
        "id": rule.id,
        "service": service_title,
        "subject": SUBJECT_LABELS[rule.subject] if rule.subject else EVERY["subject"],
        "status": STATUS_LABELS[rule.status] if rule.status else EVERY["status"],
        "since": day(rule.starts_on),
        "is_ahead": rule.starts_on > on,
        "regime": regime.words,
        "text": rule.exemption_text,
        "code": rule.exemption_code,
        "edit": url_for(".list_vat", rule=rule.id, _anchor="rule"),
        "remove": url_for(".remove_rule", rule_id=rule.id),
    }


def _cell(cell: Cell) -> dict[str, str]:
    if cell.regime is None:
        return {"regime": "Aucune règle", "amounts": "Le brouillon attendra.", "tone": "bad"}
    if not cell.vat_cents:
        return {"regime": cell.regime.words, "amounts": f"{money(cell.net_cents)} sans TVA", "tone": ""}
    amounts = f"{money(cell.net_cents)} HT + {money(cell.vat_cents)} de TVA"
    return {"regime": cell.regime.words, "amounts": amounts, "tone": ""}


def _choices(services: Sequence[Service]) -> dict[str, Any]:
    return {
        "services": [("", EVERY["service_id"]), *((str(one.id), one.title) for one in services)],
        "subjects": [("", EVERY["subject"]), *SUBJECT_LABELS.items()],
        "statuses": [("", EVERY["status"]), *STATUS_LABELS.items()],
        "categories": list(CATEGORY_LABELS.items()),
        "reasons": [("", "Aucun code"), *((one.code, f"{one.label} ({one.code})") for one in reasons().values())],
    }
