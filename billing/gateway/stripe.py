"""Stripe, through its own library: the only module that imports it. Nothing of a key or of a payer's bank leaves it."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import stripe

from billing.gateway.provider import Access, Away, Bell, Forged, Page, Refused, SeenPayout, Wanted
from billing.rules.online import OPEN_DISPUTE, TAKEN_STATES, TOLERANCE, Seen, Taken
from kit.errors import Conflict
from kit.place import lent

Answer = TypeVar("Answer")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOSTED = "https://checkout.stripe.com"
PATIENCE = (3.0, 10.0)  # seconds to connect, to answer: somebody waits on a page
UNREADABLE = (ValueError, AttributeError, KeyError, TypeError, OSError, OverflowError, RecursionError)
EXPANDED = ["payment_intent.latest_charge.balance_transaction"]
MOST = 100
REFUND_WORDS = {"": "Remboursement fait depuis Stripe", "duplicate": "Paiement en double", "fraudulent": "Fraude"}
DISPUTE_WORDS = {
    "fraudulent": "Paiement déclaré frauduleux par le payeur",
    "duplicate": "Paiement en double",
    "debit_not_authorized": "Prélèvement non autorisé",
    "incorrect_account_details": "Compte bancaire inexact",
    "insufficient_funds": "Provision insuffisante",
    "bank_cannot_process": "La banque ne peut pas exécuter le prélèvement",
}
stripe.enable_telemetry = False


def base_address() -> str:
    """Where Stripe is; CRRC_STRIPE_API_BASE names a server of tests and demonstrations. Raises Conflict."""
    named = os.environ.get("CRRC_STRIPE_API_BASE", "").rstrip("/")
    parts = urlsplit(named)
    if named and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise Conflict("CRRC_STRIPE_API_BASE doit être une adresse https, ou celle de cette machine.")
    return named


def pages_origin() -> str:
    """Where payment pages are: a browser must be let go there from our form."""
    return base_address() or HOSTED


def platform_key() -> str:
    """The key of the platform that accounts are connected to; "" when this installation has none."""
    return os.environ.get("CRRC_STRIPE_SECRET_KEY", "")


def platform_secret() -> str:
    """The secret of the platform's webhook; "" when this installation has none."""
    return os.environ.get("CRRC_STRIPE_WEBHOOK_SECRET", "")


def make_page(access: Access, wanted: Wanted) -> Page:
    """Make the payment page of an invoice; the same key gives the same page. Raises Away, Refused."""
    marks = {"tenant": wanted.tenant, "invoice": wanted.invoice, "checkout": wanted.checkout}
    product: Any = {"name": f"Facture {wanted.number}"}
    params: Any = {
        "mode": "payment",
        "client_reference_id": wanted.invoice,
        "metadata": marks,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": wanted.amount_cents, "product_data": product},
            }
        ],
        "payment_intent_data": {"description": f"Facture {wanted.number}", "metadata": marks},
        "allowed_payment_method_types": list(wanted.methods),  # since 2026-09-30; the page shows those that fit
        "expires_at": int(wanted.expires_at.timestamp()),
        "success_url": wanted.success_url,
        "cancel_url": wanted.cancel_url,
        "locale": "fr",
        "submit_type": "pay",
    }
    made = _ask(lambda: _client(access).v1.checkout.sessions.create(params, _options(access, wanted.key)))
    return Page(made.id, made.url or "")


def close_page(access: Access, session_id: str) -> None:
    """Let nobody pay on this page any more. Nothing when it is closed already. Raises Away."""
    try:
        _ask(lambda: _client(access).v1.checkout.sessions.expire(session_id, {}, _options(access)))
    except Refused:
        return  # it is paid or expired: reading it says which


def read_payment(access: Access, session_id: str) -> Seen:
    """Everything that Stripe knows of a payment page. Raises Away, Refused (no such page on this account)."""
    client, options = _client(access), _options(access)
    session = _ask(lambda: client.v1.checkout.sessions.retrieve(session_id, {"expand": EXPANDED}, options))
    marks = session.metadata.to_dict() if session.metadata else {}
    intent: Any = session.payment_intent
    charge: Any = intent.latest_charge if intent is not None else None
    fault: Any = intent.last_payment_error if intent is not None else None
    taken: list[Taken] = []
    if charge is not None:
        asked: Any = {"payment_intent": intent.id, "limit": MOST}
        taken = [_refund(one) for one in _ask(lambda: client.v1.refunds.list(asked, options)).data]
        disputes = _ask(lambda: client.v1.disputes.list(asked, options)).data if charge.disputed else []
        taken += [_dispute(one) for one in disputes if not one.status.startswith("warning")]
    balance: Any = charge.balance_transaction if charge is not None else None
    method: Any = charge.payment_method_details if charge is not None else None
    return Seen(
        session.id,
        session.status or "open",
        session.payment_status,
        session.amount_total or 0,
        marks.get("tenant", ""),
        marks.get("invoice", ""),
        marks.get("checkout", ""),
        intent.id if intent is not None else "",
        intent.status if intent is not None else "",
        method.type if method is not None else "",
        _instant(charge.created) if charge is not None else None,
        balance.fee if balance is not None else None,
        (fault.code or "payment_failed") if fault is not None else "",
        session.url or "",
        tuple(taken),
    )


def find_page(access: Access, type_: str, object_id: str) -> str:
    """The payment page that an event is about; "" when its money came by another way. Raises Away, Refused."""
    if type_.startswith("checkout.session."):
        return object_id
    v1, options = _client(access).v1, _options(access)
    if type_.startswith("charge.dispute."):
        intent: Any = _ask(lambda: v1.disputes.retrieve(object_id, {}, options)).payment_intent
    elif object_id.startswith(("re_", "pyr_")):
        intent = _ask(lambda: v1.refunds.retrieve(object_id, {}, options)).payment_intent
    else:
        intent = _ask(lambda: v1.charges.retrieve(object_id, {}, options)).payment_intent
    if not intent:
        return ""
    found = _ask(lambda: v1.checkout.sessions.list({"payment_intent": str(intent), "limit": 1}, options)).data
    return found[0].id if found else ""


def give_back(access: Access, intent_id: str, amount_cents: int, key: str, marks: Mapping[str, str]) -> None:
    """Refund so many cents of a payment, once for a key. Raises Away, Refused."""
    params: Any = {
        "payment_intent": intent_id,
        "amount": amount_cents,
        "reason": "requested_by_customer",
        "metadata": dict(marks),
    }
    _ask(lambda: _client(access).v1.refunds.create(params, _options(access, key)))


def read_payout(access: Access, payout_id: str) -> SeenPayout:
    """A payment to the bank, with the movements it is made of. Raises Away, also while they are not told; Refused."""
    v1, options = _client(access).v1, _options(access)
    payout = _ask(lambda: v1.payouts.retrieve(payout_id, {}, options))
    if payout.reconciliation_status == "in_progress":
        raise Away("reconciliation")  # its fees would enter the accounts as nothing, for ever
    asked: Any = {"payout": payout_id, "limit": MOST}
    moves = _ask(lambda: list(v1.balance_transactions.list(asked, options).auto_paging_iter()))
    gross, fee = _gross_and_fee(moves)
    if gross - fee != payout.amount:  # made by hand: Stripe does not say what of
        gross, fee = payout.amount, 0
    arrives = datetime.fromtimestamp(payout.arrival_date, UTC).date()
    return SeenPayout(payout.id, payout.status, arrives, gross, fee, payout.amount)


def read_account(access: Access, account_id: str) -> str:
    """The account that a key opens, or the connected account when it may be reached. Raises Away, Refused."""
    accounts, options = _client(access).v1.accounts, _options(access)
    if access.account_id:
        return _ask(lambda: accounts.retrieve(account_id)).id
    return _ask(lambda: accounts.retrieve_current({}, options)).id


def read_event(body: bytes, signature: str | None, secret: str) -> Bell:
    """The event in the body of a request, signed on its bytes with `secret`. Raises Forged."""
    client = _client(Access("none"))
    try:
        event = client.construct_event(body, signature, secret, int(TOLERANCE.total_seconds()))
        thing: Any = event.data.object
        found = (event.id, event.type, thing["id"], getattr(event, "account", None) or "")
        said_at = _instant(event.created)
    except (stripe.SignatureVerificationError, *UNREADABLE) as error:
        raise Forged(type(error).__name__) from None
    if not all(isinstance(one, str) and len(one) <= 255 for one in found) or not all(found[:3]):
        raise Forged("fields")
    return Bell(*found, said_at)


def _gross_and_fee(moves: Iterable[Any]) -> tuple[int, int]:
    """What the payments and what was taken back come to, and the fees, in cents; not the payout itself."""
    gross = fee = 0
    for one in moves:
        if one.type.startswith("payout"):
            continue
        fee += one.fee
        if one.type == "stripe_fee":
            fee -= one.amount
        else:
            gross += one.amount
    return gross, fee


def _refund(one: Any) -> Taken:
    marks = one.metadata.to_dict() if one.metadata else {}
    words = REFUND_WORDS.get(one.reason or "", REFUND_WORDS[""])
    return Taken("refund", one.id, one.amount, TAKEN_STATES.get(one.status, "sent"), words, marks.get("refund", ""))


def _dispute(one: Any) -> Taken:
    state = "sent" if one.status in OPEN_DISPUTE else "applied" if one.status == "lost" else "failed"
    due = one.evidence_details.due_by if one.evidence_details else None
    words = DISPUTE_WORDS.get(one.reason, "Paiement contesté par le payeur")
    return Taken("dispute", one.id, one.amount, state, words, "", _instant(due) if due else None)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@lent()
def _ask(question: Callable[[], Answer]) -> Answer:
    """Ask, and say what went wrong in our words: the library's own may repeat what we sent."""
    try:
        return question()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Away(type(error).__name__) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Refused(error.code or type(error).__name__, is_key=True) from None
    except stripe.StripeError as error:
        told_before = (error.headers or {}).get("idempotent-replayed") == "true"
        if error.http_status == 409 or ((error.http_status or 500) >= 500 and not told_before):
            raise Away(type(error).__name__) from None
        raise Refused(error.code or getattr(error, "type", None) or type(error).__name__) from None


def _options(access: Access, key: str = "") -> Any:
    options = {"stripe_account": access.account_id} if access.account_id else {}
    return options | ({"idempotency_key": key} if key else {})


def _client(access: Access) -> stripe.StripeClient:
    base = base_address()
    return stripe.StripeClient(
        access.key,
        base_addresses={"api": base} if base else None,
        max_network_retries=1,
        http_client=_transport(),
    )


@cache
def _transport() -> stripe.HTTPClient:
    return stripe.RequestsClient(timeout=PATIENCE)
