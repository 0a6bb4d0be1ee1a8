"""Webhooks: each event signed and sent to those who listen; and how to send them badly."""

import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field

import requests
import stripe

from tests.peers.stripe.ledger import Ledger, Thing


@dataclass
class Listener:
    """An address that is told the events of an account; of every connected account when `account` is empty."""

    url: str
    secret: str
    account: str = ""


@dataclass
class Manners:
    """How events are sent from now on: held until asked, several times, late, mixed up, not at all, badly signed."""

    held: bool = True
    copies: int = 1
    delay: float = 0.0
    shuffle: bool = False
    drop: bool = False
    bad_signature: bool = False


@dataclass
class Post:
    """The sending of events. `sent` is every answer: (event, url, status)."""

    ledger: Ledger
    listeners: list[Listener] = field(default_factory=list)
    manners: Manners = field(default_factory=Manners)
    sent: list[tuple[str, str, int]] = field(default_factory=list)
    told: int = 0
    _wanted: "queue.Queue[float]" = field(default_factory=queue.Queue)

    def listen(self, url: str, secret: str, account: str = "") -> None:
        """Register an address."""
        self.listeners = [one for one in self.listeners if (one.url, one.account) != (url, account)]
        self.listeners.append(Listener(url, secret, account))

    def start(self) -> None:
        """Send by itself, from a thread, what is not held."""
        threading.Thread(target=self._send_for_ever, daemon=True).start()

    def waiting(self) -> list[Thing]:
        """The events that nobody was told."""
        return self.ledger.events[self.told :]

    def flush(self) -> int:
        """Send what waits, with the manners of the moment; returns how many were sent."""
        with self.ledger.lock:
            events, self.told = self.waiting(), len(self.ledger.events)
        if self.manners.drop:
            return 0
        events = [one for one in events for _ in range(self.manners.copies)]
        if self.manners.shuffle:
            random.shuffle(events)
        return sum(self.send(event) for event in events)

    def send(self, event: Thing, at: float | None = None, secret: str = "") -> int:
        """Send an event to its listeners, signed at `at` (seconds, now by default) with their secret or another one."""
        account = self.ledger.owners[event["id"]]
        sent = 0
        for listener in self.listeners:
            if listener.account not in ("", account):
                continue
            if not listener.account and not self.ledger.accounts[account].is_connected:
                continue
            body = json.dumps(event if listener.account else {**event, "account": account})
            key = secret or ("whsec_forged" if self.manners.bad_signature else listener.secret)
            self.sent.append((event["id"], listener.url, post(listener.url, body, signature(body, key, at))))
            sent += 1
        return sent

    def _send_for_ever(self) -> None:
        while True:
            time.sleep(0.05)
            if not self.manners.held and self.waiting():
                time.sleep(self.manners.delay)
                self.flush()


def signature(body: str, secret: str, at: float | None = None) -> str:
    """The header that Stripe sends with a body."""
    when = int(time.time() if at is None else at)
    header: str = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=when)
    return header


def post(url: str, body: str, header: str) -> int:
    """The status of an address that was told; 0 when it cannot be reached."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0",
    }
    try:
        return requests.post(url, body.encode(), headers=headers, timeout=10, allow_redirects=False).status_code
    except requests.RequestException:
        return 0
