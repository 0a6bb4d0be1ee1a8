"""Receipts, for anybody: verified on a page, on paper, and in the pieces that verify without us."""

import base64

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.rules.receipt import public_key_pem, to_the_millisecond
from campaigns.rules.reference import read_code
from campaigns.service import receipt as receipts
from campaigns.service.receipt import UNKNOWN, local_time
from kit.errors import NotFound
from kit.web import actor, page, permission

blueprint = Blueprint("receipts", __name__)
# What a receipt says never changes; whether it holds is looked at each time.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@blueprint.get("/receipts")
@permission("receipt.view")
def find_receipt() -> Response:
    """Type a code; a code that is read leads to its receipt."""
    typed = request.args.get("code", "")[:100]
    written = read_code(typed)
    if written:
        return redirect(url_for(".view_receipt", code=written), 303)
    return page("receipts/find.html", 404 if typed else 200, typed=typed, errors={"code": UNKNOWN} if typed else {})


@blueprint.get("/receipts/<code>")
@permission("receipt.view")
def view_receipt(code: str) -> Response:
    """Whether the receipt holds, what it states, and how to verify it without us."""
    try:
        receipt = receipts.view_receipt(actor(), code)
    except NotFound as error:
        return page("receipts/find.html", 404, typed=code[:100], errors={"code": error.sentence})
    response = page(
        "receipts/view.html",
        receipt=receipt,
        submission=receipt.submission,
        received=local_time(receipt.submission, receipt.campaign.zone),
        received_utc=to_the_millisecond(receipt.submission.received_at),
    )
    response.headers.update(PRIVATE)
    return response


@blueprint.get("/receipts/<code>.pdf")
@permission("receipt.view")
def pdf(code: str) -> Response:
    """The receipt on paper."""
    return _file(receipts.receipt_pdf(actor(), code), "application/pdf", f"accuse-{read_code(code)}.pdf")


@blueprint.get("/receipts/<code>/attestation.json")
@permission("receipt.view")
def statement(code: str) -> Response:
    """The signed text, byte for byte."""
    text = receipts.view_receipt(actor(), code).submission.statement
    return _file(text.encode(), "application/json", "attestation.json")


@blueprint.get("/receipts/<code>/signature.bin")
@permission("receipt.view")
def signature(code: str) -> Response:
    """The 64 bytes of the signature."""
    kept = receipts.view_receipt(actor(), code).submission.signature
    return _file(base64.b64decode(kept), "application/octet-stream", "signature.bin")


@blueprint.get("/receipts/<code>/cle.pem")
@permission("receipt.view")
def key(code: str) -> Response:
    """The public key, as openssl reads it."""
    pem = public_key_pem(receipts.view_receipt(actor(), code).submission.key)
    return _file(pem.encode(), "application/x-pem-file", "cle.pem")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **PRIVATE}
    return Response(content, mimetype=mimetype, headers=headers)
