"""One draft: what it says, what it lacks, its words; and an invoice typed by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.rules.manual import MOST_LINES
from billing.rules.states import INVOICE_LABELS, SUBJECT_LABELS
from billing.service import draft as service
from billing.service.draft import DraftPage
from billing.service.manual import choose_customers, create_draft
from billing.web.drafts import blueprint
from billing.web.invoice_words import customer_choice, draft_tag, line_card, links
from campaigns.rules.form.reading import tidy
from kit.db import uuid7
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.typed import identifier, number
from kit.web import actor, page, permission, revision_sent

FIRST_LINES = 3


@blueprint.get("/staff/billing/drafts/<uuid:invoice_id>")
@permission("draft.view")
def view_draft(invoice_id: UUID) -> Response:
    """A draft."""
    return _view_page(invoice_id)


@blueprint.post("/staff/billing/drafts/<uuid:invoice_id>")
@permission("draft.edit")
def edit_draft(invoice_id: UUID) -> Response:
    """Write its words."""
    try:
        service.edit_draft(actor(), invoice_id, revision_sent(), request.form)
    except (Conflict, Invalid, Stale) as error:
        return _view_page(invoice_id, request.form, error)
    flash("Le brouillon est enregistré.", "good")
    return redirect(url_for(".view_draft", invoice_id=invoice_id), 303)


@blueprint.get("/staff/billing/drafts/new")
@permission("draft.create")
def ask_draft() -> Response:
    """The form of an invoice typed by hand."""
    return _form_page(MultiDict(request.args))


@blueprint.post("/staff/billing/drafts/new")
@permission("draft.create")
def create() -> Response:
    """Make its draft."""
    form = request.form
    if form.get("more") == "yes":
        return _form_page(form)
    try:
        made = create_draft(
            actor(), identifier(form.get("customer_id", "")), identifier(form.get("key", "")) or uuid7(), form
        )
    except (Invalid, Conflict) as error:
        return _form_page(form, error)
    flash("Le brouillon est enregistré. Relisez-le avant de l’émettre.", "good")
    return redirect(url_for(".view_draft", invoice_id=made.id), 303)


def _view_page(invoice_id: UUID, typed: Mapping[str, str] | None = None, error: CrrcError | None = None) -> Response:
    found = service.view_draft(actor(), invoice_id)
    draft = found.draft
    companions = [_companion(one) for one in found.companions]
    known = [*links(draft.findings, draft), *links(found.lacks, draft)]
    return page(
        "billing/draft.html",
        error.status if error else 200,
        found=found,
        draft=draft,
        customer=found.customer,
        label=INVOICE_LABELS[draft.kind],
        tag=draft_tag(draft, len(found.lacks)),
        lacks=list({one["sentence"]: one for one in known}.values()),
        lines=[line_card(line, found.orders) for line in found.lines],
        priced={str(one) for one in found.priced},
        value=_values(found, typed),
        editable=draft.state == "draft",
        companions=companions,
        pair=companions[0] if len(companions) == 1 and not found.lacks and not companions[0]["is_queued"] else None,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _companion(draft: Invoice) -> dict[str, Any]:
    return {
        "id": draft.id,
        "href": url_for(".view_draft", invoice_id=draft.id),
        "label": "L’avoir" if draft.kind == "credit_note" else "La facture rectificative",
        "total_cents": draft.total_cents,
        "is_queued": draft.state == "queued",
    }


def _values(found: DraftPage, typed: Mapping[str, str] | None) -> Any:
    """A function from the name of a field to its value: what was typed, else what is kept."""
    if typed is not None:
        return lambda name: typed.get(name, "")[:2_000]
    kept = service.typed_of(found)
    return lambda name: kept.get(name, "")


def _form_page(typed: Mapping[str, str], error: CrrcError | None = None) -> Response:
    lines = min(number(typed.get("lines", ""), 3) or FIRST_LINES, MOST_LINES)
    if typed.get("more") == "yes":
        lines = min(lines + FIRST_LINES, MOST_LINES)
    words = tidy(typed.get("words", ""))[:100]
    return page(
        "billing/draft_new.html",
        error.status if error else 200,
        customers=[("", "Choisissez"), *map(customer_choice, choose_customers(actor(), words))],
        subjects=[(code, text) for code, text in SUBJECT_LABELS.items()],
        lines=lines,
        most=MOST_LINES,
        key=typed.get("key", "")[:40] or str(uuid7()),
        value=lambda name: typed.get(name, "")[:2_000],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
