"""Customers: the list, one with all that routes its invoices, and how an organisation sees itself invoiced."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Customer
from billing.queries.customer import PAGE, CustomerFilter
from billing.rules.customer import LONGEST_TERMS, REQUIREMENT_LABELS
from billing.rules.states import CHANNEL_LABELS, CHANNELS, CUSTOMER_KINDS, CUSTOMER_LABELS
from billing.service import customer as service
from billing.service.customer import CustomerLine, CustomerPage
from bookings.web.order_words import door
from campaigns.rules.form.reading import tidy
from kit.errors import CrrcError, Invalid, Stale
from kit.french import count, siret
from kit.typed import number
from kit.web import actor, page, permission, revision_sent

blueprint = Blueprint("customers", __name__)
LAST_PAGE = 10_000
FIELDS = {
    "name": "Nom",
    "kind": "Nature",
    "siret": "SIRET",
    "vat_number": "Numéro de TVA",
    "address": "Adresse",
    "postal_code": "Code postal",
    "town": "Commune",
    "email": "Adresse électronique",
    "electronic_address": "Adresse électronique de facturation",
    "service_code": "Code service",
    "requirement": "Exigences",
    "channel": "Transmission",
    "terms_days": "Délai de paiement",
}


@blueprint.get("/staff/billing/customers")
@permission("customer.list")
def list_customers() -> Response:
    """The customers that a filter finds, fifty a page."""
    return _list_page()


@blueprint.post("/staff/billing/customers")
@permission("customer.set")
def open_customer() -> Response:
    """Open the file of an organisation before its first invoice, or the ARS's."""
    try:
        if request.form.get("who") == "funder":
            customer = service.open_funder(actor())
        else:
            customer = service.open_customer(actor(), request.form.get("finess_ej", ""))
    except Invalid as error:
        return _list_page(error)
    return redirect(url_for(".view_customer", customer_id=customer.id), 303)


@blueprint.get("/staff/billing/customers/<uuid:customer_id>")
@permission("customer.view")
def view_customer(customer_id: UUID) -> Response:
    """A customer: what its invoices say and need, what it lacks."""
    found = service.view_customer(actor(), customer_id)
    return _view_page(found, typed_of(found.customer))


@blueprint.post("/staff/billing/customers/<uuid:customer_id>")
@permission("customer.set")
def save_customer(customer_id: UUID) -> Response:
    """Save it, unless somebody else did meanwhile: what differs is then shown, and nothing typed is lost."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        service.save_customer(actor(), customer_id, typed, revision_sent())
    except (Invalid, Stale) as error:
        return _view_page(service.view_customer(actor(), customer_id), typed, error)
    flash("La fiche est enregistrée.", "good")
    return redirect(url_for(".view_customer", customer_id=customer_id), 303)


@blueprint.get("/organisations/<uuid:organisation_id>/billing")
@permission("customer.view")
def view_own(organisation_id: UUID) -> Response:
    """How an organisation is invoiced, for its people."""
    found = service.view_own(actor(), organisation_id)
    return page(
        "billing/identity.html",
        found=found,
        customer=found.customer,
        rows=rows_of(found.customer, found.delay),
        contact=found.contact,
    )


def typed_of(customer: Customer) -> dict[str, str]:
    """A customer as the form's fields hold it."""
    values = {name: getattr(customer, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def rows_of(customer: Customer, delay: int | None = None) -> list[tuple[str, str | None]]:
    """What its invoices say of a customer, to be read."""
    place = " ".join(filter(None, [customer.postal_code, customer.town]))
    days = customer.terms_days if delay is None else delay
    terms = f"{count(days, 'jour')} après l’émission" if days is not None else "Celui de sa nature"
    return [
        ("Nom", customer.name),
        ("Nature", CUSTOMER_LABELS[customer.kind]),
        ("SIRET", siret(customer.siret) if customer.siret else None),
        ("SIREN", siret(customer.siret[:9]).strip() if customer.siret else None),
        ("Adresse", "\n".join(filter(None, [customer.address, place])) or None),
        ("Numéro de TVA", customer.vat_number or None),
        ("Adresse électronique de facturation", customer.electronic_address or None),
        ("Code service", customer.service_code or None),
        ("Ce que vos factures doivent porter", REQUIREMENT_LABELS[customer.requirement]),
        ("Transmission", CHANNEL_LABELS[customer.channel]),
        ("Courriel", customer.email or None),
        ("Délai de paiement", terms),
    ]


def _list_page(error: CrrcError | None = None) -> Response:
    args = request.args
    kind, channel = args.get("kind", ""), args.get("channel", "")
    wanted = CustomerFilter(
        tidy(args.get("words", ""))[:100],
        kind if kind in CUSTOMER_KINDS else "",
        channel if channel in CHANNELS else "",
        args.get("incomplete") == "yes",
    )
    number_asked = min(number(args.get("page", ""), 5) or 1, LAST_PAGE)
    found = service.list_customers(actor(), wanted, number_asked)
    kept: dict[str, Any] = {"words": wanted.words, "kind": wanted.kind, "channel": wanted.channel}
    kept["incomplete"] = "yes" if wanted.incomplete else ""
    return page(
        "billing/customers.html",
        error.status if error else 200,
        customers=[_card(one) for one in found.lines],
        total=found.total,
        wanted=kept,
        kinds=[("", "Toutes"), *CUSTOMER_LABELS.items()],
        channels=[("", "Toutes"), *CHANNEL_LABELS.items()],
        page_number=number_asked,
        page_count=max(1, -(-found.total // PAGE)),
        url=lambda to: url_for(".list_customers", page=to, **{key: value for key, value in kept.items() if value}),
        typed=request.form.get("finess_ej", "")[:40],
        errors=dict(error.fields) if error else {},
    )


def _card(line: CustomerLine) -> dict[str, Any]:
    customer = line.customer
    return {
        "name": customer.name,
        "number": customer.number,
        "href": url_for(".view_customer", customer_id=customer.id),
        "kind": "Agence régionale de santé" if customer.is_funder else CUSTOMER_LABELS[customer.kind],
        "place": " ".join(filter(None, [customer.postal_code, customer.town])),
        "siret": siret(customer.siret) if customer.siret else "",
        "channel": CHANNEL_LABELS[customer.channel],
        "lacks": len(line.lacks),
    }


def _view_page(found: CustomerPage, typed: Mapping[str, str], error: CrrcError | None = None) -> Response:
    customer, is_stale = found.customer, isinstance(error, Stale)
    theirs = typed_of(customer)
    return page(
        "billing/customer.html",
        error.status if error else 200,
        customer=customer,
        lacks=found.lacks,
        sites=[_site(one) for one in found.sites],
        rows=rows_of(customer),
        value=lambda name: typed.get(name, ""),
        errors=dict(error.fields) if error else {},
        is_stale=is_stale,
        differences=_differences(theirs, typed) if is_stale else [],
        longest=LONGEST_TERMS.get(customer.kind, 60),
        choices={
            "kinds": list(CUSTOMER_LABELS.items()),
            "requirements": list(REQUIREMENT_LABELS.items()),
            "channels": list(CHANNEL_LABELS.items()),
        },
        invoices_url=door("staff_invoices.list_invoices", customer=customer.id),
        statement_url=door("statements.view_statement", customer_id=customer.id),
    )


def _site(site: Any) -> dict[str, str]:
    place = ", ".join(filter(None, [site.address, " ".join(filter(None, [site.postal_code, site.town]))]))
    return {"siret": siret(site.siret), "name": site.name or site.finess_et, "place": place}


def _differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[tuple[str, str]]:
    """What somebody else has saved and that is not what was typed, by label."""
    words: dict[str, Mapping[str, str]] = {
        "kind": CUSTOMER_LABELS,
        "requirement": REQUIREMENT_LABELS,
        "channel": CHANNEL_LABELS,
    }
    return [
        (label, words.get(name, {}).get(theirs[name], theirs[name]))
        for name, label in FIELDS.items()
        if theirs[name].strip() != ours.get(name, "").strip()
    ]
