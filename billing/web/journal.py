"""The journal's pages: entries, one entry, the file of a year (FEC)."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from billing.queries.journal import Wanted
from billing.rules.states import JOURNAL_LABELS, JOURNALS
from billing.service.fec import export_fec, review_fec
from billing.service.journal_page import list_journal
from billing.service.journal_page import view_entry as read_entry
from billing.web.asked import whole, words
from kit.errors import Conflict, Invalid
from kit.typed import identifier, number
from kit.web import actor, page, permission

blueprint = Blueprint("journal", __name__)
# What an entry is of, and the page of it.
SUBJECTS = {
    "invoice": ("Facture ou avoir", "invoices.view_invoice", "invoice_id"),
    "payment": ("Encaissement", "payments.view_payment", "payment_id"),
    "recognition": ("Reconnaissance d’un encaissement", "payments.view_payment", "payment_id"),
    "matching": ("Rapprochement", "", ""),
    "matching_undo": ("Annulation d’un rapprochement", "", ""),
    "payout": ("Versement de l’encaissement en ligne", "", ""),
}


@blueprint.get("/staff/billing/journal")
@permission("journal.view")
def list_entries() -> Response:
    """The entries of a year, the latest first."""
    try:
        found, errors = list_journal(actor(), _wanted()), {}
    except Invalid as error:
        found, errors = list_journal(actor(), Wanted(0)), dict(error.fields)
    typed = {name: words(name) for name in ("year", "journal", "account", "q", "customer")}
    here: dict[str, Any] = {name: value for name, value in typed.items() if value} | {"year": found.year}
    return page(
        "billing/journal.html",
        422 if errors else 200,
        found=found,
        labels=JOURNAL_LABELS,
        years=[(str(year), str(year)) for year in found.years or [found.year]],
        journals=[("", "Tous"), *((code, f"{code} – {JOURNAL_LABELS[code]}") for code in JOURNALS)],
        typed=typed,
        is_filtered=any(typed[name] for name in ("journal", "account", "q", "customer")),
        first=url_for(".list_entries", **here) if request.args.get("after") else None,
        following=url_for(".list_entries", **here, after=found.after) if found.after else None,
        errors=errors,
    )


@blueprint.get("/staff/billing/journal/<uuid:entry_id>")
@permission("journal.view")
def view_entry(entry_id: UUID) -> Response:
    """One entry, and the others about the same thing."""
    found = read_entry(actor(), entry_id)
    label, endpoint, argument = SUBJECTS.get(found.entry.subject, ("Opération", "", ""))
    address: dict[str, Any] = {argument: found.entry.about_id}
    return page(
        "billing/entry.html",
        found=found,
        entry=found.entry,
        journal=JOURNAL_LABELS[found.entry.journal],
        labels=JOURNAL_LABELS,
        subject=label,
        subject_href=url_for(endpoint, **address) if endpoint else None,
    )


@blueprint.get("/staff/billing/journal/fec")
@permission("journal.view")
def view_fec() -> Response:
    """What the file of a year would be, as its checker reads it."""
    return _fec_page(words("year"))


@blueprint.post("/staff/billing/journal/fec")
@permission("journal.export")
def send_fec() -> Response:
    """The file of a year."""
    typed = request.form.get("year", "")
    try:
        made = export_fec(actor(), number(typed, 4) or 0)
    except (Conflict, Invalid) as error:
        return _fec_page(typed, error)
    response = send_file(
        made.content,
        request.environ,
        mimetype="text/plain; charset=iso-8859-15",
        as_attachment=True,
        download_name=made.name,
        etag=made.sha256,
    )
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(made.sha256)).decode()}:"  # RFC 9530
    response.headers["Cache-Control"] = "private, no-store"
    response.content_length = made.size
    return response


def _wanted() -> Wanted:
    customer = words("customer")
    return Wanted(
        year=whole("year", 0) if whole("year", 0) < 10_000 else 0,
        journal=words("journal") or None,
        account=words("account").upper(),
        customer_id=identifier(customer) or UUID(int=0) if customer else None,
        text=words("q"),
        after=whole("after", 0) or None,
    )


def _fec_page(typed: str, error: Conflict | Invalid | None = None) -> Response:
    years = list_journal(actor(), Wanted(0, limit=1)).years
    review: Any = None
    if typed and error is None:
        try:
            review = review_fec(actor(), number(typed, 4) or 0)
        except (Conflict, Invalid) as refused:
            error = refused
    return page(
        "billing/fec.html",
        error.status if error else 200,
        years=[(str(year), str(year)) for year in years],
        review=review,
        typed=typed or (str(years[0]) if years else ""),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
