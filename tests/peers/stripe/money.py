"""How money moves: a page is paid, a debit settles, something is given back or disputed, the balance is paid out."""

from typing import Any

from tests.peers.stripe.ledger import Ledger, Thing, new_id, now

DISPUTE_FEE = 1500


class Impossible(Exception):
    """What Stripe would refuse: its code and its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def pay(ledger: Ledger, session_id: str, how: str) -> None:
    """Pay a page: `card`, `sepa_debit` (waits for the bank) or `declined`. Raises Impossible when it is closed."""
    with ledger.lock:
        session = ledger.things[session_id]
        if session["status"] != "open" or session["expires_at"] <= now():
            raise Impossible("session_closed", "This Checkout Session is no longer active")
        method = "card" if how == "declined" else how
        if method not in session["payment_method_types"]:
            raise Impossible("payment_method", f"{method} is not accepted on this page")
        intent = _intent(ledger, session)
        charge = _charge(ledger, intent, method)
        if how == "declined":
            _fail(charge, intent, "card_declined")
            ledger.tell("payment_intent.payment_failed", intent)
            return
        session["status"], session["url"] = "complete", None
        if method == "sepa_debit":
            intent["status"] = "processing"
            ledger.tell("payment_intent.processing", intent)
        else:
            _succeed(ledger, charge, intent)
            session["payment_status"] = "paid"
        ledger.tell("checkout.session.completed", session)


def settle(ledger: Ledger, session_id: str, succeeded: bool = True, code: str = "insufficient_funds") -> None:
    """The bank answers for a SEPA debit."""
    with ledger.lock:
        session = ledger.things[session_id]
        intent = ledger.things[session["payment_intent"]]
        if intent["status"] != "processing":
            raise Impossible("payment_intent_unexpected_state", "This debit is settled")
        charge = ledger.things[intent["latest_charge"]]
        if succeeded:
            _succeed(ledger, charge, intent)
            session["payment_status"] = "paid"
            ledger.tell("checkout.session.async_payment_succeeded", session)
        else:
            _fail(charge, intent, code)
            ledger.tell("charge.failed", charge)
            ledger.tell("checkout.session.async_payment_failed", session)


def expire(ledger: Ledger, session: Thing) -> None:
    """Close a page. Raises Impossible when it is closed already."""
    if session["status"] != "open":
        raise Impossible("resource_missing", 'Only Checkout Sessions with a status in ["open"] can be expired.')
    session["status"], session["url"] = "expired", None
    ledger.tell("checkout.session.expired", session)


def refund(ledger: Ledger, intent: Thing, amount: int | None, marks: dict[str, str], reason: str | None) -> Thing:
    """Give money back. Raises Impossible."""
    charge = ledger.things.get(intent["latest_charge"] or "")
    if charge is None or not charge["paid"]:
        raise Impossible("charge_not_refundable", "This PaymentIntent does not have a successful charge to refund.")
    left = charge["amount"] - charge["amount_refunded"]
    wanted = left if amount is None else amount
    if left == 0:
        raise Impossible("charge_already_refunded", f"Charge {charge['id']} has already been refunded.")
    if not 0 < wanted <= left:
        raise Impossible("amount_too_large", "Refund amount is greater than unrefunded amount on charge")
    if any(one["status"] == "lost" for one in _disputes(ledger, charge)):
        raise Impossible("charge_disputed", "This charge has been charged back.")
    given = ledger.put(
        ledger.owners[charge["id"]],
        {
            "id": new_id("re"),
            "object": "refund",
            "amount": wanted,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": now(),
            "currency": "eur",
            "destination_details": None,
            "metadata": marks,
            "payment_intent": intent["id"],
            "reason": reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
        },
    )
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    given["balance_transaction"] = _move(ledger, charge, "refund", -wanted, 0, given["id"])["id"]
    ledger.tell("charge.refunded", charge)
    ledger.tell("refund.created", given)
    return given


def fail_refund(ledger: Ledger, refund_id: str) -> None:
    """A refund comes back: the payer's bank would not have it."""
    with ledger.lock:
        given = ledger.things[refund_id]
        charge = ledger.things[given["charge"]]
        given["status"], given["failure_reason"] = "failed", "expired_or_canceled_card"
        charge["amount_refunded"] -= given["amount"]
        charge["refunded"] = False
        _move(ledger, charge, "refund_failure", given["amount"], 0, given["id"])
        ledger.tell("refund.failed", given)
        ledger.tell("charge.refund.updated", given)


def dispute(ledger: Ledger, session_id: str, amount: int | None = None, reason: str = "fraudulent") -> Thing:
    """The payer disputes: the money leaves at once."""
    with ledger.lock:
        intent = ledger.things[ledger.things[session_id]["payment_intent"]]
        charge = ledger.things[intent["latest_charge"]]
        made = ledger.put(
            ledger.owners[charge["id"]],
            {
                "id": new_id("du"),
                "object": "dispute",
                "amount": amount or charge["amount"] - charge["amount_refunded"],
                "balance_transactions": [],
                "charge": charge["id"],
                "created": now(),
                "currency": "eur",
                "enhanced_eligibility_types": [],
                "evidence": {},
                "evidence_details": {
                    "due_by": now() + 20 * 86400,
                    "has_evidence": False,
                    "past_due": False,
                    "submission_count": 0,
                    "enhanced_eligibility": {},
                },
                "is_charge_refundable": False,
                "livemode": False,
                "metadata": {},
                "payment_intent": intent["id"],
                "reason": reason,
                "status": "needs_response",
            },
        )
        charge["disputed"] = True
        _move(ledger, charge, "adjustment", -made["amount"], DISPUTE_FEE, made["id"])
        ledger.tell("charge.dispute.created", made)
        ledger.tell("charge.dispute.funds_withdrawn", made)
        return made


def close_dispute(ledger: Ledger, dispute_id: str, won: bool) -> None:
    """The bank decides."""
    with ledger.lock:
        made = ledger.things[dispute_id]
        made["status"] = "won" if won else "lost"
        if won:
            _move(ledger, ledger.things[made["charge"]], "adjustment", made["amount"], 0, made["id"])
            ledger.tell("charge.dispute.funds_reinstated", made)
        ledger.tell("charge.dispute.closed", made)


def pay_out(ledger: Ledger, account_id: str) -> Thing:
    """Pay the whole balance to the bank."""
    with ledger.lock:
        moves = [one for one in ledger.all(account_id, "balance_transaction") if one["id"] not in _paid_out(ledger)]
        amount = sum(one["net"] for one in moves)
        made = ledger.put(
            account_id,
            {
                "id": new_id("po"),
                "object": "payout",
                "amount": amount,
                "arrival_date": now() - now() % 86400,
                "automatic": True,
                "balance_transaction": None,
                "created": now(),
                "currency": "eur",
                "description": "STRIPE PAYOUT",
                "destination": new_id("ba"),
                "failure_balance_transaction": None,
                "failure_code": None,
                "failure_message": None,
                "livemode": False,
                "metadata": {},
                "method": "standard",
                "original_payout": None,
                "reconciliation_status": "completed",
                "reversed_by": None,
                "source_type": "card",
                "statement_descriptor": None,
                "status": "paid",
                "type": "bank_account",
            },
        )
        ledger.payouts[made["id"]] = [one["id"] for one in moves]
        made["balance_transaction"] = _move(ledger, made, "payout", -amount, 0, made["id"])["id"]
        ledger.payouts[made["id"]].append(made["balance_transaction"])
        ledger.tell("payout.paid", made)
        return made


def fail_payout(ledger: Ledger, payout_id: str) -> None:
    """The bank sends a payout back."""
    with ledger.lock:
        made = ledger.things[payout_id]
        made["status"], made["failure_code"] = "failed", "account_closed"
        _move(ledger, made, "payout_failure", made["amount"], 0, made["id"])
        ledger.tell("payout.failed", made)


def moves_of(ledger: Ledger, payout_id: str) -> list[Thing]:
    """The movements a payout is made of, itself too."""
    return [ledger.things[one] for one in ledger.payouts.get(payout_id, [])]


def _paid_out(ledger: Ledger) -> set[str]:
    return {one for moves in ledger.payouts.values() for one in moves}


def _disputes(ledger: Ledger, charge: Thing) -> list[Thing]:
    return ledger.all(ledger.owners[charge["id"]], "dispute", charge=charge["id"])


def _move(ledger: Ledger, of: Thing, kind: str, amount: int, fee: int, source: str) -> Thing:
    return ledger.put(
        ledger.owners[of["id"]],
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now(),
            "balance_type": "payments",
            "created": now(),
            "currency": "eur",
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source,
            "status": "available",
            "type": kind,
        },
    )


def _intent(ledger: Ledger, session: Thing) -> Thing:
    if session["payment_intent"]:
        return ledger.things[session["payment_intent"]]
    data = ledger.intent_data.get(session["id"], {})
    made = ledger.put(
        ledger.owners[session["id"]],
        {
            "id": new_id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_received": 0,
            "currency": "eur",
            "created": now(),
            "description": data.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": data.get("metadata", {}),
            "payment_method_types": session["payment_method_types"],
            "status": "requires_payment_method",
        },
    )
    session["payment_intent"] = made["id"]
    return made


def _charge(ledger: Ledger, intent: Thing, method: str) -> Thing:
    details: dict[str, Any] = {"type": method, method: {"last4": "4242" if method == "card" else "3000"}}
    made = ledger.put(
        ledger.owners[intent["id"]],
        {
            "id": new_id("ch" if method == "card" else "py"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "balance_transaction": None,
            "captured": False,
            "created": now(),
            "currency": "eur",
            "disputed": False,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": False,
            "payment_intent": intent["id"],
            "payment_method_details": details,
            "refunded": False,
            "status": "pending",
        },
    )
    intent["latest_charge"] = made["id"]
    return made


def _succeed(ledger: Ledger, charge: Thing, intent: Thing) -> None:
    by_card = charge["payment_method_details"]["type"] == "card"
    fee = charge["amount"] * 15 // 1000 + 25 if by_card else 35
    move = _move(ledger, charge, "charge" if by_card else "payment", charge["amount"], fee, charge["id"])
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = move["id"]
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
    ledger.tell("payment_intent.succeeded", intent)
    ledger.tell("charge.succeeded", charge)


def _fail(charge: Thing, intent: Thing, code: str) -> None:
    charge |= {"status": "failed", "paid": False, "failure_code": code, "failure_message": "Declined"}
    intent["status"] = "requires_payment_method"
    intent["last_payment_error"] = {"type": "card_error", "code": code, "message": "Declined", "charge": charge["id"]}
