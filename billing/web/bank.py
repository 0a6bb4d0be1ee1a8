"""The bank: statements, their import (preview, then confirm), their lines and what each became."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.gateway.bank_file import LARGEST
from billing.queries.bank import LineShown
from billing.rules.bank import Movement, masked
from billing.rules.matching import Proposal
from billing.service import bank_statement as service
from billing.service.bank_statement import PAGE, Imported, Preview
from billing.service.receiving import receive_line
from billing.web.asked import whole, words
from billing.web.payment_words import payment_tag
from bookings.web.order_words import door
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, count, money
from kit.typed import identifier
from kit.web import actor, page, permission

blueprint = Blueprint("bank", __name__)
FILTERS = {"": "Toutes", "in": "Entrées", "open": "À affecter", "out": "Sorties"}
OUTCOMES = {
    "certain": ("Sera rapproché", "good", "check-circle"),
    "likely": ("À confirmer", "wait", "question"),
    "none": ("À reconnaître", "neutral", "user"),
}


@blueprint.get("/staff/billing/bank")
@permission("bank_statement.view")
def list_statements() -> Response:
    """The statements that were imported, and where to send the next one."""
    return _list_page()


@blueprint.post("/staff/billing/bank")
@permission("bank_statement.import")
def preview() -> Response:
    """Read a file and show what its import would do."""
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    name = (file.filename or "") if file else ""
    try:
        found = service.preview_statement(actor(), name, content)
    except (Invalid, Conflict) as error:
        return _list_page(error)
    return page("billing/bank_preview.html", found=found, **_foreseen(found))


@blueprint.post("/staff/billing/bank/import")
@permission("bank_statement.import")
def confirm() -> Response:
    """Import the file that was previewed."""
    name, sha256 = request.form.get("file_name", "")[:200], request.form.get("sha256", "")
    try:
        made = service.confirm_statement(actor(), name, sha256)
    except (Invalid, Conflict) as error:
        return _list_page(error)
    flash(_said(made), "good")
    return redirect(url_for(".view_statement", statement_id=made.statement.id), 303)


@blueprint.get("/staff/billing/bank/<uuid:statement_id>")
@permission("bank_statement.view")
def view_statement(statement_id: UUID) -> Response:
    """The lines of a statement, and what each became."""
    only = request.args.get("only", "")
    only, number = only if only in FILTERS else "", whole("page", 1)
    found = service.view_statement(actor(), statement_id, only, number)
    return page(
        "billing/bank_statement.html",
        found=found,
        statement=found.statement,
        iban=masked(found.statement.iban) or found.statement.iban,
        rows=[_line_row(one) for one in found.lines],
        only=only,
        filters=list(FILTERS.items()),
        page_number=number,
        page_count=max(1, -(-found.total // PAGE)),
        url=lambda one: url_for(".view_statement", statement_id=statement_id, only=only or None, page=one),
    )


@blueprint.post("/staff/billing/bank/lines/<uuid:bank_line_id>/receive")
@permission("payment.record")
def receive(bank_line_id: UUID) -> Response:
    """Make a payment of a line that was left aside."""
    try:
        made = receive_line(actor(), bank_line_id)
    except Conflict as error:
        flash(error.sentence, "bad")
        return redirect(url_for(".list_statements"), 303)
    flash(f"La ligne devient un paiement{NBSP}: dites ce qu’il règle.", "good")
    return redirect(url_for("payments.view_payment", payment_id=made.id), 303)


def _list_page(error: CrrcError | None = None) -> Response:
    rows = service.list_statements(actor(), identifier(words("after")), PAGE + 1)
    faults = dict(error.fields) if error else {}
    lines = [text for path, text in faults.items() if path.startswith("line.")]
    shown = rows[:PAGE]
    return page(
        "billing/bank.html",
        error.status if error else 200,
        rows=shown,
        masked=masked,
        following=url_for(".list_statements", after=shown[-1].statement.id) if len(rows) > PAGE else None,
        largest=LARGEST // 1024**2,
        refusal=error.sentence if error else None,
        lines=lines,
        errors={"file": error.sentence} if error else {},
    )


def _foreseen(found: Preview) -> dict[str, Any]:
    kinds = found.by_kind
    return {
        "iban": masked(found.file.iban) or found.file.iban,
        "outcomes": [(OUTCOMES[kind], kinds[kind]) for kind in OUTCOMES if kinds[kind]],
        "sample": [_sample_row(one, proposal) for one, proposal in found.sample],
        "more": max(0, found.new - len(found.sample)),
    }


def _sample_row(one: Movement, proposal: Proposal | None) -> dict[str, Any]:
    return {
        "on": one.booked_on,
        "said": one.counterpart or one.wording or "Sans libellé",
        "wording": one.wording if one.counterpart else "",
        "amount": money(one.amount_cents),
        "tag": OUTCOMES[proposal.kind] if proposal else None,
        "reason": proposal.reason if proposal else "",
        "is_out": one.amount_cents < 0,
    }


def _line_row(shown: LineShown) -> dict[str, Any]:
    line, payment = shown.line, shown.payment
    return {
        "id": str(line.id),
        "on": line.booked_on,
        "said": line.counterpart or line.wording or "Sans libellé",
        "wording": line.wording if line.counterpart else "",
        "iban": masked(line.counterpart_iban),
        "amount": money(line.amount_cents),
        "is_out": line.amount_cents < 0,
        "customer": shown.customer,
        "numbers": shown.numbers,
        "open_cents": payment.open_cents if payment else 0,
        "href": door("payments.view_payment", payment_id=payment.id) if payment else None,
        "tag": payment_tag(payment) if payment else None,
        "payout": shown.payout_id is not None,
        "aside": line.amount_cents > 0 and payment is None and shown.payout_id is None,
    }


def _said(made: Imported) -> str:
    statement, posted = made.statement, made.posted
    new = statement.lines - statement.known
    text = f"{count(new, 'nouvelle ligne', 'nouvelles lignes')}, {count(posted.payments, 'paiement')}"
    return f"Le relevé est importé{NBSP}: {text}, dont {count(posted.matched, 'rapproché')} d’office."
