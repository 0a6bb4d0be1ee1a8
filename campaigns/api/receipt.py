"""Receipts, for programs: verified now, without a token."""

from typing import Any

from flask_smorest import Blueprint

from campaigns.schemas import candidacy as schemas
from campaigns.service import receipt as receipts
from kit.web import actor, permission

blueprint = Blueprint("receipt_api", __name__, description="Accusés de réception")


@blueprint.get("/receipts/<code>")
@permission("receipt.view")
@blueprint.response(200, schemas.ReceiptView)
def verify_receipt(code: str) -> Any:
    """Verify a receipt: digest of the content kept, statement, signature."""
    return receipts.view_receipt(actor(), code)
