"""The API: `/v1`, as stripe-python asks it. Every request is checked before anything is done."""

import copy
import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import stripe
from flask import Blueprint, Response, current_app, jsonify, request
from stripe import params

from tests.peers.stripe import money
from tests.peers.stripe.checking import Wrong, decode, read
from tests.peers.stripe.ledger import Account, Ledger, Thing, new_id, now

blueprint = Blueprint("stripe_api", __name__, url_prefix="/v1")
Handler = Callable[..., Any]
KINDS = {"cs": "checkout.session", "pi": "payment_intent", "ch": "charge", "py": "charge", "re": "refund"}
KINDS |= {"du": "dispute", "po": "payout", "txn": "balance_transaction", "evt": "event"}


class Refusal(Exception):
    """An answer that is no: status, type, code, words."""

    def __init__(
        self, status: int, type_: str, message: str, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": type_, "message": message, "code": code, "param": param}}


def ledger() -> Ledger:
    """What this server knows."""
    found: Ledger = current_app.config["LEDGER"]
    return found


@blueprint.post("/checkout/sessions")
def create_session() -> Response:
    return _answer(params.checkout.SessionCreateParams, _create_session)


@blueprint.get("/checkout/sessions")
def list_sessions() -> Response:
    return _answer(params.checkout.SessionListParams, lambda who, said: _list(who, said, "checkout.session"))


@blueprint.get("/checkout/sessions/<thing_id>")
def retrieve_session(thing_id: str) -> Response:
    return _answer(params.checkout.SessionRetrieveParams, lambda who, said: _get(who, thing_id, "checkout.session"))


@blueprint.post("/checkout/sessions/<thing_id>/expire")
def expire_session(thing_id: str) -> Response:
    def expire(who: Account, said: Thing) -> Thing:
        session = _get(who, thing_id, "checkout.session")
        money.expire(ledger(), session)
        return session

    return _answer(params.checkout.SessionExpireParams, expire)


@blueprint.post("/refunds")
def create_refund() -> Response:
    def refund(who: Account, said: Thing) -> Thing:
        intent = _get(who, said.get("payment_intent", ""), "payment_intent")
        return money.refund(ledger(), intent, said.get("amount"), said.get("metadata", {}), said.get("reason"))

    return _answer(params.RefundCreateParams, refund)


READ: dict[str, tuple[str, Any, Any]] = {
    "payment_intents": ("payment_intent", params.PaymentIntentRetrieveParams, params.PaymentIntentListParams),
    "charges": ("charge", params.ChargeRetrieveParams, params.ChargeListParams),
    "refunds": ("refund", params.RefundRetrieveParams, params.RefundListParams),
    "disputes": ("dispute", params.DisputeRetrieveParams, params.DisputeListParams),
    "payouts": ("payout", params.PayoutRetrieveParams, params.PayoutListParams),
    "balance_transactions": (
        "balance_transaction",
        params.BalanceTransactionRetrieveParams,
        params.BalanceTransactionListParams,
    ),
    "events": ("event", params.EventRetrieveParams, params.EventListParams),
}


@blueprint.get("/<any(payment_intents,charges,refunds,disputes,payouts,balance_transactions,events):name>/<thing_id>")
def retrieve(name: str, thing_id: str) -> Response:
    kind, one, _ = READ[name]
    return _answer(one, lambda who, said: _get(who, thing_id, kind))


@blueprint.get("/<any(payment_intents,charges,refunds,disputes,payouts,balance_transactions,events):name>")
def list_things(name: str) -> Response:
    kind, _, several = READ[name]
    return _answer(several, lambda who, said: _list(who, said, kind))


@blueprint.get("/account")
def current_account() -> Response:
    return _answer(params.AccountRetrieveCurrentParams, lambda who, said: _account(who))


@blueprint.get("/accounts/<account_id>")
def account(account_id: str) -> Response:
    def find(who: Account, said: Thing) -> Thing:
        wanted = ledger().accounts.get(account_id)
        if wanted is None or not (wanted is who or (who.is_platform and wanted.is_connected)):
            message = f"The provided key does not have access to account '{account_id}'"
            raise Refusal(403, "invalid_request_error", message, "account_invalid")
        return _account(wanted)

    return _answer(params.AccountRetrieveParams, find)


def _answer(kind: Any, act: Handler) -> Response:
    """Let in, check, do it once for a key, expand, answer."""
    try:
        who = _let_in()
        query = parse_qsl(request.query_string.decode(), keep_blank_values=True)
        said = read(decode([*query, *request.form.items(multi=True)]), kind)
        status, body, replayed = _once(who, lambda: act(who, said))
        if status == 200:
            body = _expanded(body, said.get("expand", []))
    except Wrong as wrong:
        status, replayed = 400, False
        body = Refusal(400, "invalid_request_error", wrong.message, wrong.code, wrong.param).body
    except Refusal as refusal:
        status, body, replayed = refusal.status, refusal.body, False
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Request-Id"] = new_id("req")
    if replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _let_in() -> Account:
    """The account that is acted for: the key's own, or a connected one for the platform. Raises Refusal."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    who = ledger().of_key(key) if scheme == "Bearer" else None
    if who is None:
        raise Refusal(
            401, "invalid_request_error", f"Invalid API Key provided: {key[:8]}****{key[-4:]}", "api_key_invalid"
        )
    if request.headers.get("Stripe-Version") != stripe.api_version:
        raise Refusal(
            400, "invalid_request_error", f"Invalid Stripe API version: {request.headers.get('Stripe-Version')}"
        )
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        raise Refusal(400, "invalid_request_error", "Invalid request: the body is a form")
    named = request.headers.get("Stripe-Account")
    if named:
        wanted = ledger().accounts.get(named)
        if wanted is None or not (who.is_platform and wanted.is_connected):
            message = f"The provided key does not have access to account '{named}' (or that account does not exist)."
            raise Refusal(403, "invalid_request_error", message, "account_invalid")
        who = wanted
    ledger().asked.append((request.method, request.path, who.id))
    return who


def _once(who: Account, act: Callable[[], Any]) -> tuple[int, Any, bool]:
    """The answer of a key is given again; the same key for something else is refused."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        with ledger().lock:
            return (*_do(act), False)
    if len(key) > 255:
        raise Refusal(400, "invalid_request_error", "Idempotency keys have 255 characters at most")
    asked = hashlib.sha256(repr(sorted(request.form.items(multi=True))).encode()).hexdigest()
    known, mine = ledger().answers, (who.id, key)
    with ledger().lock:
        if mine in known:
            path, before, status, body = known[mine]
            if (path, before) != (request.path, asked):
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                raise Refusal(400, "idempotency_error", message)
            return status, copy.deepcopy(body), True
        status, body = _do(act)
        known[mine] = (request.path, asked, status, copy.deepcopy(body))
        return status, body, False


def _do(act: Callable[[], Any]) -> tuple[int, Any]:
    try:
        return 200, copy.deepcopy(act())
    except money.Impossible as fault:
        return 400, Refusal(400, "invalid_request_error", fault.message, fault.code).body


def _get(who: Account, thing_id: str, kind: str) -> Thing:
    found = ledger().find(who.id, thing_id, kind)
    if found is None:
        raise Refusal(404, "invalid_request_error", f"No such {kind}: '{thing_id}'", "resource_missing", "id")
    if kind == "checkout.session" and found["status"] == "open" and found["expires_at"] <= now():
        money.expire(ledger(), found)
    return found


def _list(who: Account, said: Thing, kind: str) -> Thing:
    filters = {name: said[name] for name in ("payment_intent", "charge", "status", "source", "type") if name in said}
    if "payout" in said:
        _get(who, said["payout"], "payout")
        found = [one for one in money.moves_of(ledger(), said["payout"]) if ledger().owners[one["id"]] == who.id]
    else:
        found = ledger().all(who.id, kind, **filters)
    limit = said.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Wrong("limit", "Invalid limit: between 1 and 100", "parameter_invalid_integer")
    ids = [one["id"] for one in found]
    start = ids.index(said["starting_after"]) + 1 if said.get("starting_after") in ids else 0
    shown = found[start : start + limit]
    return {"object": "list", "url": request.path, "has_more": start + limit < len(found), "data": shown}


def _account(who: Account) -> Thing:
    return {
        "id": who.id,
        "object": "account",
        "charges_enabled": True,
        "payouts_enabled": True,
        "country": "FR",
        "default_currency": "eur",
        "details_submitted": True,
        "type": "standard",
    }


def _create_session(who: Account, said: Thing) -> Thing:
    amount = _amount(said)
    if said.get("mode") != "payment":
        raise Wrong("mode", "You must specify the mode `payment` with these line items", "parameter_missing")
    if not said.get("success_url"):
        raise Wrong("success_url", "Missing required param: success_url.", "parameter_missing")
    for name in ("success_url", "cancel_url"):
        if not re.match(r"https?://", said.get(name, "http://")):
            raise Wrong(name, "Not a valid URL", "url_invalid")
    expires_at = said.get("expires_at", now() + 86400)
    if not now() + 1800 <= expires_at <= now() + 86400:
        raise Wrong("expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
    if len(said.get("client_reference_id", "")) > 200:
        raise Wrong("client_reference_id", "Invalid string: 200 characters at most")
    return _session(who, said, amount, expires_at)


def _session(who: Account, said: Thing, amount: int, expires_at: int) -> Thing:
    session_id = new_id("cs_test")
    ledger().intent_data[session_id] = said.get("payment_intent_data", {})
    return ledger().put(
        who.id,
        {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": said.get("cancel_url"),
            "client_reference_id": said.get("client_reference_id"),
            "created": now(),
            "currency": "eur",
            "customer": None,
            "expires_at": expires_at,
            "livemode": False,
            "locale": said.get("locale"),
            "metadata": said.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "allowed_payment_method_types": said.get("allowed_payment_method_types"),
            "payment_method_types": said.get("allowed_payment_method_types", ["card"]),
            "payment_status": "unpaid",
            "status": "open",
            "submit_type": said.get("submit_type"),
            "success_url": said["success_url"],
            "url": f"{current_app.config['ADDRESS']}/c/pay/{session_id}",
        },
    )


def _amount(said: Thing) -> int:
    if not said.get("line_items"):
        raise Wrong("line_items", "Missing required param: line_items.", "parameter_missing")
    total = 0
    for place, line in enumerate(said["line_items"]):
        at, price = f"line_items[{place}]", line.get("price_data")
        if price is None or "quantity" not in line:
            raise Wrong(f"{at}[price_data]", "You must specify either `price` or `price_data`, and `quantity`")
        if "unit_amount" not in price or not price.get("product_data", {}).get("name"):
            raise Wrong(f"{at}[price_data]", "You must specify `unit_amount` and `product_data[name]`")
        if price["currency"] != "eur":
            raise Wrong(f"{at}[price_data][currency]", "Invalid currency for sepa_debit", "invalid_currency")
        total += price["unit_amount"] * line["quantity"]
    if not 50 <= total <= 99_999_999:
        raise Wrong("line_items", "The total amount must be between 0.50 and 999,999.99", "amount_too_small")
    return total


def _expanded(body: Any, wanted: list[str]) -> Any:
    """The objects that were asked for in place of their names; four levels at most."""
    for place, path in enumerate(wanted):
        parts, here = path.split("."), body
        if len(parts) > 4:
            raise Wrong(f"expand[{place}]", "You cannot expand more than 4 levels of a property")
        for part in parts:
            if here is None:
                break
            if part not in here:
                raise Wrong(f"expand[{place}]", f"This property cannot be expanded ({path}).")
            if isinstance(here[part], str):
                if here[part].split("_")[0] not in KINDS:
                    raise Wrong(f"expand[{place}]", f"This property cannot be expanded ({path}).")
                here[part] = copy.deepcopy(ledger().things[here[part]])
            here = here[part]
    return body
