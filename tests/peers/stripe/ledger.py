"""What this Stripe knows: accounts, objects (each of one account), events, what was asked under each key."""

import copy
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import stripe

Thing = dict[str, Any]
KINDS: dict[str, Any] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "payout": stripe.Payout,
    "balance_transaction": stripe.BalanceTransaction,
    "account": stripe.Account,
    "event": stripe.Event,
}


@dataclass
class Account:
    """An account: the keys that open it, and the names of the fees it pays."""

    id: str
    keys: set[str] = field(default_factory=set)
    is_platform: bool = False
    is_connected: bool = False


class Ledger:
    """Everything, behind one lock: a request sees a state that nobody is changing."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.things: dict[str, Thing] = {}
        self.owners: dict[str, str] = {}
        self.events: list[Thing] = []
        self.answers: dict[tuple[str, str], tuple[str, str, int, Any]] = {}
        self.being_asked: set[tuple[str, str]] = set()
        self.payouts: dict[str, list[str]] = {}  # the movements each is made of
        self.intent_data: dict[str, Thing] = {}  # what a page was told to write on its payment
        self.asked: list[tuple[str, str, str]] = []  # (method, path, account) of each request that was let in

    def account(self, account_id: str, *keys: str, platform: bool = False, connected: bool = False) -> Account:
        """Open an account, or give it more keys."""
        found = self.accounts.setdefault(account_id, Account(account_id))
        found.keys |= set(keys)
        found.is_platform, found.is_connected = found.is_platform or platform, found.is_connected or connected
        return found

    def of_key(self, key: str) -> Account | None:
        """The account a key opens."""
        return next((one for one in self.accounts.values() if key in one.keys), None)

    def put(self, account_id: str, thing: Thing) -> Thing:
        """Keep a new object. It has no field that Stripe's has not."""
        known = set(KINDS[thing["object"]].__annotations__) | {"url"}
        assert thing.keys() <= known, f"{thing['object']} has no {thing.keys() - known}"
        self.things[thing["id"]] = thing
        self.owners[thing["id"]] = account_id
        return thing

    def find(self, account_id: str, thing_id: str, kind: str) -> Thing | None:
        """An object of an account."""
        thing = self.things.get(thing_id)
        if thing is None or self.owners[thing_id] != account_id or thing["object"] != kind:
            return None
        return thing

    def all(self, account_id: str, kind: str, **wanted: Any) -> list[Thing]:
        """The objects of an account, the last made first."""
        found = [
            one
            for one in self.things.values()
            if one["object"] == kind
            and self.owners[one["id"]] == account_id
            and all(one.get(name) == value for name, value in wanted.items())
        ]
        return found[::-1]

    def tell(self, type_: str, thing: Thing) -> Thing:
        """An event, with the object as it is now."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": stripe.api_version,
            "created": now(),
            "type": type_,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "data": {"object": copy.deepcopy(thing)},
        }
        self.put(self.owners[thing["id"]], event)
        self.events.append(event)
        return event


def new_id(prefix: str) -> str:
    """A name that nobody has."""
    return f"{prefix}_{secrets.token_hex(12)}"


def now() -> int:
    """Seconds, as Stripe counts them."""
    return int(time.time())
