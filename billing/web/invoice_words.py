"""Invoices and drafts as pages say them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from billing.models import Customer, Invoice, InvoiceLine, Receivable
from billing.rules.readiness import CUSTOMER_PAGE, DRAFT_PAGE, Finding
from billing.rules.states import INVOICE_LABELS
from billing.rules.vat import Regime
from billing.service.draft import DraftLine
from bookings.web.order_words import door
from kit.french import MONTHS

DRAFT_WORDS = {
    "draft": ("Brouillon", "neutral", "pencil"),
    "queued": ("Émission en cours", "info", "hourglass"),
    "discarded": ("Écarté", "neutral", "back"),
}
UNITS = {"DAY": "jour", "MON": "mois"}


def month_words(on: date) -> str:
    """« novembre 2026 »."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def month_code(on: date) -> str:
    """« 2026-11 », as an address holds it."""
    return f"{on.year}-{on.month:02}"


def standing(receivable: Receivable, on: date) -> tuple[str, str, str]:
    """Where an issued invoice is: (word, tone, sign)."""
    if receivable.is_credit:
        return ("Avoir à utiliser", "info", "info") if receivable.open_cents else ("Avoir utilisé", "neutral", "check")
    if not receivable.open_cents:
        return "Soldée", "good", "check-circle"
    if receivable.state == "contested":
        return "Contestée", "aside", "question"
    if receivable.due_on < on:
        return "En retard", "bad", "alert"
    return "À payer", "wait", "clock"


def draft_card(line: DraftLine) -> dict[str, Any]:
    """A draft in a list."""
    draft = line.draft
    first = line.lines[0].designation if line.lines else "Aucune ligne"
    more = len(line.lines) - 1
    return {
        "id": str(draft.id),
        "href": door("drafts.view_draft", invoice_id=draft.id),
        "what": first,
        "more": more,
        "kind": draft.kind,
        "label": INVOICE_LABELS[draft.kind],
        "engagement": draft.engagement_number,
        "service_code": draft.service_code,
        "total_cents": draft.total_cents,
        "net_cents": draft.net_cents,
        "state": draft.state,
        "tag": draft_tag(draft, len(line.lacks)),
        "lacks": [one["sentence"] for one in links(line.lacks, draft)],
    }


def draft_tag(draft: Invoice, lacks: int) -> tuple[str, str, str]:
    """Where a draft is: (word, tone, sign)."""
    if draft.state == "draft" and draft.findings:
        return "Refusé à l’émission", "bad", "alert"
    if draft.state == "draft" and lacks:
        return "À compléter", "wait", "alert"
    if draft.state == "draft":
        return "Prêt à émettre", "good", "check-circle"
    return DRAFT_WORDS[draft.state]


def links(found: Iterable[Finding | Mapping[str, Any]], draft: Invoice) -> list[dict[str, str | None]]:
    """What a draft lacks, each with the address where to put it right."""
    said = [one if isinstance(one, Mapping) else {"sentence": one.sentence, "page": one.page} for one in found]
    return [{"sentence": one["sentence"], "href": _where(str(one["page"]), draft)} for one in said]


def line_card(line: InvoiceLine, orders: Mapping[UUID, str]) -> dict[str, Any]:
    """A line of a draft."""
    regime = Regime(line.vat_category, line.rate, line.exemption_text) if line.vat_category else None
    return {
        "id": str(line.id),
        "designation": line.designation,
        "detail": line.detail,
        "quantity": line.quantity,
        "unit": UNITS.get(line.unit_code, ""),
        "unit_cents": line.unit_cents,
        "net_cents": line.net_cents,
        "vat_cents": line.vat_cents,
        "total_cents": line.total_cents,
        "vat": regime.words if regime else "TVA à définir",
        "exemption": line.exemption_text,
        "order": orders.get(line.order_id) if line.order_id else None,
        "order_url": door("orders.view_order", order_id=line.order_id) if line.order_id else None,
    }


def customer_choice(customer: Customer) -> tuple[str, str]:
    """A customer in a list of choices: (value, text)."""
    return str(customer.id), f"{customer.name} ({customer.number})"


def _where(endpoint: str, draft: Invoice) -> str | None:
    values: dict[str, Any] = {}
    if endpoint == CUSTOMER_PAGE:
        values["customer_id"] = draft.customer_id
    elif endpoint == DRAFT_PAGE:
        values["invoice_id"] = draft.id
    return door(endpoint, **values) if endpoint else None
