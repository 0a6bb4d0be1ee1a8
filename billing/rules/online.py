"""Online payment: what the provider says, read as states; what may be paid, taken back and opened. Pure."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.rules.states import CHECKOUT, PAYOUT
from kit.errors import Conflict, Invalid
from kit.french import NBSP, money
from kit.machine import Machine

# What a payment page accepts: the provider's own bounds, in cents.
SMALLEST_CENTS, LARGEST_CENTS = 50, 99_999_999
# How long a payment page stays open (the provider: between 30 minutes and 24 hours), and when it is too late to hand
# out an attempt that was interrupted.
SESSION_LIFE = timedelta(hours=4)
SHORTEST_LIFE = timedelta(minutes=35)
# An event sent longer ago than this is refused.
TOLERANCE = timedelta(minutes=5)
METHODS = {"card": "Carte bancaire", "sepa_debit": "Prélèvement SEPA"}
METHOD_WORDS = {"card": "carte bancaire", "sepa_debit": "prélèvement SEPA"}
MODES = {"own_key": "Votre propre clé", "connected": "Compte relié à la plateforme"}
# Payment rates of an attempt at something that was away: 10 s, 20 s, 40 s… an hour.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
# What a dispute says of itself, as the provider writes it; inquiries (« warning_… ») take no money.
OPEN_DISPUTE = frozenset({"needs_response", "under_review"})
TAKEN_STATES = {"succeeded": "applied", "failed": "failed", "canceled": "failed"}
# The events that are stored; others are answered and forgotten.
HEARD = frozenset(
    {f"checkout.session.{one}" for one in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")}
    | {"charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed"}
    | {f"charge.dispute.{one}" for one in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")}
    | {f"payout.{one}" for one in ("created", "updated", "paid", "failed", "canceled", "reconciliation_completed")}
)
UNDER_WAY = ("created", "open", "pending")
RECEIVED = frozenset({"paid", "disputed", "lost", "refunded"})
NOT_RESTRICTED = (
    "Donnez une clé restreinte (rk_live_… ou rk_test_…)\N{NO-BREAK SPACE}: une clé secrète complète ouvrirait tout "
    "votre compte."
)
NOT_SIGNING = "Le secret de signature commence par whsec_ (Stripe, Développeurs, Webhooks)."
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{6,60}")
_KEY = re.compile(r"rk_(test|live)_[A-Za-z0-9]{6,240}")
_WEBHOOK = re.compile(r"whsec_[A-Za-z0-9+/=_-]{6,240}")


@dataclass(frozen=True, slots=True)
class Taken:
    """A refund or a dispute as the provider tells it. `state`: sent, applied (the money went back) or failed.

    `ours` is the row that asked for it, when it is one of ours.
    """

    kind: str
    external_id: str
    amount_cents: int
    state: str
    reason: str = ""
    ours: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A payment page as it was read at the provider's, with all that happened to its money.

    `tenant`, `invoice` and `checkout` are what we wrote on it when we made it. `paid_at` is aware.
    """

    session_id: str
    status: str
    payment_status: str
    amount_cents: int
    tenant: str
    invoice: str
    checkout: str
    intent_id: str = ""
    intent_status: str = ""
    method: str = ""
    paid_at: datetime | None = None
    fee_cents: int | None = None
    fault: str = ""
    url: str = ""
    taken: tuple[Taken, ...] = field(default=())

    @property
    def is_paid(self) -> bool:
        """Whether the money arrived, even when some of it went back since."""
        return self.status == "complete" and self.payment_status == "paid"

    @property
    def back_cents(self) -> int:
        """What went back."""
        return sum(one.amount_cents for one in self.taken if one.state == "applied")


def standing(seen: Seen) -> str:
    """The state of a checkout, from what was read of it."""
    if seen.status != "complete":
        return "expired" if seen.status == "expired" else "open"
    if not seen.is_paid:
        return "failed" if seen.intent_status in ("requires_payment_method", "canceled") else "pending"
    disputes = {one.state for one in seen.taken if one.kind == "dispute"}
    if "sent" in disputes:
        return "disputed"
    if "applied" in disputes:
        return "lost"
    return "refunded" if seen.back_cents >= seen.amount_cents else "paid"


def path(machine: Machine, source: str, target: str) -> tuple[str, ...]:
    """The fewest moves from a state to another; none when they are the same, or when no road leads there.

    No road: what was read is older than what is known, or contradicts it; what is known stays.
    """
    roads: deque[tuple[str, tuple[str, ...]]] = deque([(source, ())])
    known = {source}
    while roads:
        here, moves = roads.popleft()
        if here == target:
            return moves
        for word, move in machine.moves.items():
            if here in move.sources and move.target not in known:
                known.add(move.target)
                roads.append((move.target, (*moves, word)))
    return ()


def checkout_path(source: str, target: str) -> tuple[str, ...]:
    """The moves of a checkout from a state to another."""
    return path(CHECKOUT, source, target)


def payout_path(source: str, target: str) -> tuple[str, ...]:
    """The moves of a payout from a state to another."""
    return path(PAYOUT, source, target)


def next_read(state: str, now: datetime, expires_at: datetime | None) -> datetime | None:
    """When to read a checkout again if nothing is heard of it."""
    if state in ("created", "open"):
        soon = now + timedelta(minutes=1)
        return max(expires_at + timedelta(minutes=1), soon) if expires_at else soon
    return now + timedelta(days=1) if state in ("pending", "disputed") else None


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain."""
    return min(FIRST_PAUSE * (1 << min(attempts, 12)), LONGEST_PAUSE)


def check_payable(kind: str, open_cents: int, state: str, number: str) -> None:
    """Raise Conflict when an issued invoice cannot be paid online now."""
    if kind == "credit_note":
        raise Conflict("Un avoir ne se paie pas.")
    if state == "contested":
        raise Conflict(f"La facture {number} est contestée{NBSP}: son paiement attend la réponse. Rien n’a été débité.")
    if open_cents == 0:
        raise Conflict(f"La facture {number} est déjà réglée. Rien n’a été débité.")
    if not SMALLEST_CENTS <= open_cents <= LARGEST_CENTS:
        raise Conflict(
            f"Le paiement en ligne va de {money(SMALLEST_CENTS)} à {money(LARGEST_CENTS)}{NBSP}: "
            f"réglez les {money(open_cents)} par virement."
        )


def check_refund(amount_cents: int, left_cents: int, reason: str) -> str:
    """The reason of a refund. Raises Invalid (amount, reason)."""
    faults = {}
    if amount_cents <= 0:
        faults["amount"] = "Le montant à rembourser doit dépasser zéro."
    elif amount_cents > left_cents:
        faults["amount"] = f"Il ne reste que {money(left_cents)} à rembourser sur ce paiement."
    if not reason.strip():
        faults["reason"] = "Indiquez le motif du remboursement."
    elif len(reason.strip()) > 500:
        faults["reason"] = "Le motif tient en 500 caractères."
    if faults:
        raise Invalid("Le remboursement n’est pas demandé.", faults)
    return reason.strip()


@dataclass(frozen=True, slots=True)
class AccountForm:
    """The settings of online payment as typed. An empty secret keeps the one that is there."""

    mode: str
    account_id: str
    secret_key: str
    webhook_secret: str
    methods: tuple[str, ...]
    mandate_reference: str
    mandate_on: date | None


def read_account(typed: Mapping[str, str], methods: Iterable[str], mandate_on: date | None) -> AccountForm:
    """What was typed, checked one by one; `mandate_on` is the day that was read in it.

    Raises Invalid with the fields. No secret is ever repeated in a sentence.
    """
    words = {name: typed.get(name, "").strip() for name in ("mode", "account_id", "secret_key", "webhook_secret")}
    chosen = tuple(name for name in METHODS if name in set(methods))
    faults = {}
    if words["mode"] not in MODES:
        faults["mode"] = "Choisissez comment le portail accède à votre compte Stripe."
    if not _ACCOUNT.fullmatch(words["account_id"]):
        faults["account_id"] = "L’identifiant du compte commence par acct_ (Stripe, Paramètres, Compte)."
    if words["mode"] == "own_key":
        faults |= _secret_faults(words)
    if not chosen:
        faults["methods"] = "Choisissez au moins un moyen de paiement."
    reference = typed.get("mandate_reference", "").strip()
    if typed.get("mandate_on", "").strip() and mandate_on is None:
        faults["mandate_on"] = "Écrivez une date, par exemple 15/01/2026."
    if len(reference) > 200:
        faults["mandate_reference"] = "La référence tient en 200 caractères."
    if faults:
        raise Invalid("Les réglages ne sont pas enregistrés.", faults)
    return AccountForm(**words, methods=chosen, mandate_reference=reference, mandate_on=mandate_on)


def _secret_faults(words: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    if words["secret_key"] and not _KEY.fullmatch(words["secret_key"]):
        faults["secret_key"] = NOT_RESTRICTED
    if words["webhook_secret"] and not _WEBHOOK.fullmatch(words["webhook_secret"]):
        faults["webhook_secret"] = NOT_SIGNING
    return faults


def check_mandate(public_accounting: bool, reference: str, on: date | None, today: date) -> None:
    """Raise Invalid when the agreement that public accounting wants is not recorded."""
    faults = {}
    if on is not None and on > today:
        faults["mandate_on"] = "La convention ne peut pas être signée après aujourd’hui."
    if public_accounting and not reference:
        faults["mandate_reference"] = (
            f"Votre structure relève de la comptabilité publique{NBSP}: indiquez la référence de la convention de "
            "mandat (décret n° 2016-544, article 40 de la loi n° 2014-1545) signée après avis de l’agent comptable."
        )
    if public_accounting and on is None:
        faults["mandate_on"] = "Indiquez le jour de signature de la convention de mandat."
    if faults:
        raise Invalid("Le paiement en ligne n’est pas ouvert.", faults)
