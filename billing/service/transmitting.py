"""Depositing what waits and asking for news: a row is claimed, the portal is called outside any transaction, and what
it said is written at once.

A deposit leaves a trace before it leaves (`begun_at`). When the answer is lost, or the worker dies before writing it,
the portal is asked whether it knows the invoice, for as long as it may not show it yet; only then is it deposited
again, and its history says so.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from billing.gateway.channel import Barred, Channel, ChannelError, Deposit, Parcel, Refused, Status, Unknown, Unsent
from billing.models import ChannelAccount, Transmission
from billing.queries import invoice as invoices
from billing.queries import transmission as queries
from billing.rules.content import read_content
from billing.rules.portal_words import AGAIN, DEPOSITED, FOUND
from billing.rules.routing import file_name, next_attempt
from billing.rules.states import CHANNEL_LABELS, TRANSMISSION
from billing.service import document
from billing.service.channel import reach
from billing.service.hearing import hear, mark_deposited, note
from billing.service.mailing import send_by_mail
from kit.actor import Actor, system
from kit.errors import NotFound
from kit.french import NBSP
from kit.storage import storage
from kit.transaction import Tx, transaction
from notifications.service.patience import insist
from services_catalog.service.today import today

NAME = "transmissions"
# Longer than everything a round asks of a portal; a worker that dies is replaced after this.
LEASE = timedelta(minutes=5)
LONGEST_REST = timedelta(minutes=30)
LATEST = 150.0  # seconds of a round after which no deposit begins: the row may soon be somebody else's
GIVEN_UP = "Abandonnée après {attempts} essais. Dernière réponse\N{NO-BREAK SPACE}: {sentence}"
NOT_SHOWN = (
    f"La réponse à un premier dépôt a été perdue, et le portail ne le montre pas encore{NBSP}: il lui est redemandé."
)
CLOSED = "Cette voie a été fermée dans les réglages."
NO_FILE = "Le fichier de cette facture n’a pas pu être lu (stockage du portail)."


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed transmission: everything a round needs, read in one transaction. `until`: the end of the claim."""

    id: UUID
    channel: str
    state: str
    reference: str
    begun_at: datetime | None
    claimed_at: datetime
    until: datetime
    on: date
    account: ChannelAccount | None
    parcel: Parcel
    started: float


class Hidden(Unknown):
    """The portal answers, and does not show an earlier deposit yet."""


class Stuck(Refused):
    """The portal refuses to say whether it has the invoice: somebody must look."""


def transmit_next(tenant_id: UUID, without: set[str]) -> bool:
    """One round of the transmission that has been due for longest; False when none is.

    `without`: channels to leave alone; a portal that is away or bars us joins them.
    """
    actor = system(tenant_id, NAME)
    with transaction(actor) as tx:
        row = queries.take_due(tx.session, tx.now, without)
        if row is None:
            return False
        if row.channel == "email":
            send_by_mail(tx, row)
            return True
        work = _claim(tx, row)
    try:
        work = replace(work, parcel=_filled(tenant_id, work.parcel))
        channel = _channel(work)
        if work.state == "waiting":
            _deposit(actor, work, channel)
        else:
            statuses = channel.news(work.parcel, work.reference)
            insist(partial(_heard, actor, work, statuses))
    except ChannelError as error:
        if _is_of_channel(error):
            without.add(work.channel)
        insist(partial(_missed, actor, work, error))
    return True


def _claim(tx: Tx, row: Transmission) -> Work:
    """Ours for five minutes. A deposit begins here, in the database, before anything leaves."""
    invoice = invoices.get_issued(tx.session, row.invoice_id)
    made = queries.find_document(tx.session, invoice.id)
    seller = read_content(invoice.content or {}).seller
    number = str(invoice.number)
    work = Work(
        id=row.id,
        channel=row.channel,
        state=row.state,
        reference=row.external_reference,
        begun_at=row.begun_at,
        claimed_at=tx.now,
        until=tx.now + LEASE,
        on=today(tx),
        account=queries.find_account(tx.session, row.channel),
        parcel=Parcel(number, seller.siret, file_name(number), b"", (made and made.sha256) or "", str(row.id)),
        started=time.monotonic(),
    )
    row.next_attempt_at = work.until
    row.attempts += 1
    if row.state == "waiting" and row.begun_at is None:
        row.begun_at = tx.now
    return work


def _filled(tenant_id: UUID, parcel: Parcel) -> Parcel:
    try:
        with storage().open(document.place(tenant_id, parcel.sha256, "pdf")) as file:
            return replace(parcel, content=file.read())
    except (NotFound, OSError) as error:
        raise Unsent(NO_FILE) from error


def _channel(work: Work) -> Channel:
    if work.account is None or not work.account.is_open:
        raise Barred(CLOSED)
    return reach(work.account, work.on)


def _deposit(actor: Actor, work: Work, channel: Channel) -> None:
    """Deposit, unless a deposit that began earlier is there, or may still appear."""
    if work.begun_at is not None:
        found = _find(channel, work.parcel)
        if found is not None:
            insist(partial(_deposited, actor, work, found, FOUND))
            return
        if work.claimed_at - work.begun_at < channel.patience:
            raise Hidden(NOT_SHOWN)
        insist(partial(_begin_again, actor, work))
    if time.monotonic() - work.started > LATEST:
        raise Unsent(f"{CHANNEL_LABELS[work.channel]} répond trop lentement.")
    deposit = channel.deposit(work.parcel)
    insist(partial(_deposited, actor, work, deposit, DEPOSITED))


def _find(channel: Channel, parcel: Parcel) -> Deposit | None:
    """A portal that does not say leaves the question open."""
    try:
        return channel.find(parcel)
    except (Unsent, Barred) as error:
        raise Unknown(error.sentence) from error
    except Refused as error:
        raise Stuck(error.sentence) from error


def _begin_again(actor: Actor, work: Work) -> None:
    with transaction(actor) as tx:
        row = queries.get_transmission(tx.session, work.id, lock=True)
        if row.state == "waiting":
            row.begun_at = tx.now
            note(tx, row, AGAIN)


def _deposited(actor: Actor, work: Work, deposit: Deposit, status: str) -> None:
    with transaction(actor) as tx:
        row = queries.get_transmission(tx.session, work.id, lock=True)
        if TRANSMISSION.can(row.state, "deposit"):
            mark_deposited(tx, row, deposit.reference, status)
        else:  # somebody noted the deposit meanwhile
            note(tx, row, status, deposit.reference)


def _heard(actor: Actor, work: Work, statuses: Sequence[Status]) -> None:
    with transaction(actor) as tx:
        row = queries.get_transmission(tx.session, work.id, lock=True)
        if row.state in ("deposited", "accepted") and row.external_reference == work.reference:
            row.attempts, row.last_error = 0, ""
            hear(tx, row, statuses)


def _missed(actor: Actor, work: Work, error: ChannelError) -> None:
    """Nothing is settled: later and later; a deposit is given up in the end, news never are."""
    with transaction(actor) as tx:
        row = queries.get_transmission(tx.session, work.id, lock=True)
        if row.next_attempt_at != work.until:
            return  # somebody acted meanwhile
        row.last_error = error.sentence
        again_at = next_attempt(row.attempts, tx.now)
        if _is_of_channel(error):
            _spare(tx, row, min(again_at or tx.now + LONGEST_REST, tx.now + LONGEST_REST))
        if row.state != "waiting":
            row.next_attempt_at = again_at or next_attempt(1, tx.now + timedelta(hours=12))
            return
        row.begun_at = _still_open(row, work, error)
        if isinstance(error, Refused):
            _fail(tx, row, error.sentence)
        elif again_at is None:
            _fail(tx, row, GIVEN_UP.format(attempts=row.attempts, sentence=error.sentence))
        else:
            row.next_attempt_at = again_at


def _is_of_channel(error: ChannelError) -> bool:
    """Whether every other invoice of the channel would meet the same."""
    return not isinstance(error, Refused | Hidden)


def _spare(tx: Tx, row: Transmission, until: datetime) -> None:
    """Leave a portal in trouble alone: what is due waits too, without an attempt of its own being counted."""
    for other in queries.take_others(tx.session, tx.now, row.channel):
        if other.id != row.id:
            other.next_attempt_at, other.last_error = until, row.last_error


def _still_open(row: Transmission, work: Work, error: ChannelError) -> datetime | None:
    """Since when a deposit is without an answer; None when the portal certainly has nothing."""
    if isinstance(error, Unknown | Stuck):
        return row.begun_at
    return None if isinstance(error, Refused) else work.begun_at


def _fail(tx: Tx, row: Transmission, sentence: str) -> None:
    row.last_error, row.next_attempt_at = sentence, None
    tx.advance(row, TRANSMISSION, "fail", channel=row.channel, attempts=row.attempts)
