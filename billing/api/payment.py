"""Payments, matchings and bank statements, for programs."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from billing.gateway.bank_file import LARGEST
from billing.models import Payment
from billing.schemas import payment as schemas
from billing.service import allocation, receiving
from billing.service import bank_statement as statements
from billing.service import payment_reading as reading
from billing.service.receiving import NewPayment
from kit.errors import Invalid
from kit.web import actor, permission

blueprint = Blueprint("payment_api", __name__, description="Paiements, rapprochements, relevés bancaires")


@blueprint.get("/payments")
@permission("payment.list")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.PaymentsView)
def list_payments(query: dict[str, Any]) -> dict[str, Any]:
    """List the payments, in the order they were recorded."""
    items, following = reading.page_of_payments(actor(), query["after"], query["limit"])
    return {"items": items, "next": following}


@blueprint.post("/payments")
@permission("payment.record")
@blueprint.arguments(schemas.RecordPayment)
@blueprint.response(201, schemas.PaymentLine)
def record_payment(body: dict[str, Any]) -> Payment:
    """Record a cheque, or a transfer that no file of the bank tells."""
    return receiving.record_payment(actor(), NewPayment(**body))


@blueprint.get("/payments/<uuid:payment_id>")
@permission("payment.view")
@blueprint.response(200, schemas.PaymentView)
def view_payment(payment_id: UUID) -> Any:
    """Read a payment and what it pays, or paid."""
    return _shown(payment_id)


@blueprint.post("/payments/<uuid:payment_id>/matchings")
@permission("matching.make")
@blueprint.arguments(schemas.MatchPayment)
@blueprint.response(201, schemas.PaymentView)
def match_payment(body: dict[str, Any], payment_id: UUID) -> Any:
    """Let a payment settle invoices, all of them or none."""
    amounts = {one["invoice_id"]: one["amount_cents"] for one in body["allocations"]}
    if len(amounts) < len(body["allocations"]):
        fault = "Une facture est citée deux fois."
        reading.read_payment(actor(), payment_id)
        raise Invalid(fault, {"allocations": fault})
    allocation.match_payment(actor(), payment_id, amounts, body["reason"])
    return _shown(payment_id)


@blueprint.post("/matchings/<uuid:matching_id>/undo")
@permission("matching.undo")
@blueprint.response(204)
def undo_matching(matching_id: UUID) -> None:
    """Undo a matching: what it settled is open again."""
    allocation.undo_matching(actor(), matching_id)


@blueprint.get("/bank-statements")
@permission("bank_statement.view")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.BankStatementsView)
def list_statements(query: dict[str, Any]) -> dict[str, Any]:
    """List the statements, the last imported first."""
    rows = statements.list_statements(actor(), query["after"], query["limit"] + 1)
    shown = [one.statement for one in rows[: query["limit"]]]
    return {"items": shown, "next": shown[-1].id if len(rows) > len(shown) else None}


@blueprint.post("/bank-statements")
@permission("bank_statement.import")
@blueprint.arguments(schemas.StatementFile, location="files")
@blueprint.response(201, schemas.ImportedView)
def import_statement(upload: dict[str, Any]) -> Any:
    """Import a file: its new lines, their payments, the matchings that are certain. All of it, or nothing."""
    file = upload["file"]
    made = statements.import_statement(actor(), file.filename or "", file.stream.read(LARGEST + 1))
    columns = {name: getattr(made.statement, name) for name in schemas.BankStatementView().fields}
    return columns | {"payments": made.posted.payments, "matched": made.posted.matched}


def _shown(payment_id: UUID) -> dict[str, Any]:
    payment, matchings = reading.read_payment(actor(), payment_id)
    columns = {name: getattr(payment, name) for name in schemas.PaymentLine().fields}
    return columns | {"matchings": [one.matching for one in matchings]}
