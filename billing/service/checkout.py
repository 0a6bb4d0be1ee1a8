"""A customer pays an invoice online: one attempt at a time, resumed with the same key whatever was interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.gateway import stripe as gateway
from billing.gateway.provider import Access, Away, Refused, Wanted
from billing.models import Checkout, Customer, Invoice, OnlineRefund, Payment, PaymentAccount
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.queries.invoice import get_issued
from billing.queries.receivable import get_receivable, lock_receivables
from billing.rules.online import SESSION_LIFE, SHORTEST_LIFE, check_payable, next_read
from billing.rules.states import CHECKOUT
from billing.service.checkout_reading import reading_actor, refresh
from billing.service.payment_account import access_to, find_open
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.french import NBSP, money
from kit.host import address_of
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

TURNS = 5
NOT_OPEN = f"Le paiement en ligne n’est pas proposé{NBSP}: réglez cette facture par virement."
AWAY = f"Le service de paiement ne répond pas{NBSP}: rien n’a été débité. Réessayez dans quelques minutes."
BROKEN = (
    f"Le paiement en ligne ne fonctionne pas pour le moment{NBSP}: rien n’a été débité. Réglez par virement, ou "
    "prévenez votre GRADeS."
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do next for whoever wants to pay: go to `url`, make a page (`wanted`), or close one that is outdated."""

    tenant_id: UUID
    checkout_id: UUID
    access: Access
    url: str = ""
    wanted: Wanted | None = None
    outdated: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """One attempt, as its customer and the GRADeS see it. `payment` once the money came."""

    checkout: Checkout
    invoice: Invoice
    customer: Customer
    payment: Payment | None
    refunds: Sequence[OnlineRefund]

    @property
    def left_cents(self) -> int:
        """What may still be refunded."""
        taken = sum(one.amount_cents for one in self.refunds if one.state != "failed")
        return max(self.checkout.amount_cents - taken, 0) if self.payment else 0


@dataclass(frozen=True, slots=True)
class PayBlock:
    """What the page of an invoice says of online payment. `is_offered`: the reader may press the button, which leads to
    `origin`."""

    is_offered: bool
    origin: str
    open_cents: int
    methods: Sequence[str]
    under_way: Checkout | None
    attempts: Sequence[Checkout]


def open_checkout(actor: Actor, invoice_id: UUID) -> str:
    """The address of the payment page of an invoice, for whoever pays it.

    An attempt that was interrupted (crash, timeout) goes on under the same key: the provider makes one page of it. A
    page for an amount that is no longer due is closed, and another one made. Raises NotFound, Conflict.
    """
    for _ in range(TURNS):
        turn = _next_turn(actor, invoice_id)
        if turn.url:
            return turn.url
        try:
            _act(actor, turn)
        except Away:
            raise Conflict(AWAY) from None
        except Refused:
            raise Conflict(BROKEN) from None
    raise Conflict(AWAY)


def view_checkout(actor: Actor, checkout_id: UUID, look_again: bool = False) -> CheckoutPage:
    """One attempt. `look_again`: its payer came back from the payment page, it is read again soon. Raises NotFound."""
    with transaction(actor) as tx:
        checkout, invoice, customer = queries.get_with_payer(tx.session, checkout_id)
        permit(PERMISSIONS, actor, "checkout.view", checkout)
        if look_again and checkout.state in ("created", "open"):
            row = queries.get_checkout(tx.session, checkout_id, lock=True)
            row.next_read_at = min(row.next_read_at or tx.now, tx.now)
        payment = queries.find_payment(tx.session, checkout_id)
        return CheckoutPage(checkout, invoice, customer, payment, queries.list_refunds(tx.session, [checkout_id]))


def pay_block(actor: Actor, invoice_id: UUID) -> PayBlock:
    """What may be paid online of an invoice, and what was tried. Raises NotFound."""
    with transaction(actor) as tx:
        invoice = get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "invoice.view", invoice)
        account = find_open(tx)
        owed = get_receivable(tx.session, invoice_id)
        attempts = queries.list_of_invoice(tx.session, invoice_id) if _may_see(actor, invoice) else []
        under_way = next((one for one in attempts if CHECKOUT.can(one.state, "fail")), None)
        may_pay = account is not None and _may_pay(invoice.kind, owed.open_cents, owed.state)
        may_pay = may_pay and allows(PERMISSIONS, actor, "checkout.create", invoice)
        waits = under_way is not None and under_way.state == "pending"
        offered = may_pay and not waits
        return PayBlock(
            offered,
            gateway.pages_origin() if offered else "",
            owed.open_cents,
            account.methods if account else [],
            under_way,
            attempts,
        )


def _may_see(actor: Actor, invoice: Invoice) -> bool:
    return allows(PERMISSIONS, actor, "checkout.view", invoice)


def _may_pay(kind: str, open_cents: int, state: str) -> bool:
    try:
        check_payable(kind, open_cents, state, "")
    except Conflict:
        return False
    return True


def _next_turn(actor: Actor, invoice_id: UUID) -> Turn:
    with transaction(actor) as tx:
        invoice = get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "checkout.create", invoice)
        account = find_open(tx)
        if account is None:
            raise Conflict(NOT_OPEN)
        owed = lock_receivables(tx.session, [invoice_id])[invoice_id]
        check_payable(invoice.kind, owed.open_cents, owed.state, invoice.number or "")
        found = queries.find_under_way(tx.session, invoice_id)
        if found is not None and found.state == "pending":
            raise Conflict(
                f"Un prélèvement de {money(found.amount_cents)} est déjà en cours pour cette facture{NBSP}: "
                "la banque répond sous quelques jours ouvrés."
            )
        row = found or _begin(tx, invoice, account, owed.open_cents)
        return _turn_of(tx, row, invoice, account, owed.open_cents)


def _turn_of(tx: Tx, row: Checkout, invoice: Invoice, account: PaymentAccount, open_cents: int) -> Turn:
    try:
        access = access_to(tx, row.account_id)
    except Refused:
        raise Conflict(BROKEN) from None
    in_time = row.expires_at is not None and tx.now < row.expires_at - SHORTEST_LIFE
    fits = row.amount_cents == open_cents and row.account_id == account.account_id
    if row.state == "created" and in_time:
        return Turn(tx.tenant_id, row.id, access, wanted=_wanted(tx, row, invoice, account))
    if row.state == "open" and in_time and fits:
        return Turn(tx.tenant_id, row.id, access, url=row.session_url)
    return Turn(tx.tenant_id, row.id, access, outdated=row.session_id or "never made")


def _begin(tx: Tx, invoice: Invoice, account: PaymentAccount, amount_cents: int) -> Checkout:
    expires_at = tx.now.replace(microsecond=0) + SESSION_LIFE
    row: Checkout = tx.add(
        Checkout(
            id=uuid7(),
            invoice_id=invoice.id,
            organisation_id=invoice.organisation_id,
            attempt=queries.count_attempts(tx.session, invoice.id) + 1,
            state=CHECKOUT.initial,
            account_id=account.account_id,
            amount_cents=amount_cents,
            created_by=tx.actor.user_id,
            created_at=tx.now,
            expires_at=expires_at,
            next_read_at=next_read("created", tx.now, expires_at),
        )
    )
    tx.session.flush()
    tx.audit("checkout.create", row.id, amount_cents=amount_cents, attempt=row.attempt)
    return row


def _wanted(tx: Tx, row: Checkout, invoice: Invoice, account: PaymentAccount) -> Wanted:
    home = address_of(tx.session.get_one(Tenant, tx.tenant_id))
    return Wanted(
        key=f"invoice:{invoice.id}:attempt:{row.attempt}",
        tenant=str(tx.tenant_id),
        invoice=str(invoice.id),
        checkout=str(row.id),
        number=invoice.number or "",
        amount_cents=row.amount_cents,
        methods=tuple(account.methods),
        expires_at=row.expires_at or tx.now,
        success_url=f"{home}/checkouts/{row.id}?back=1",
        cancel_url=f"{home}/invoices/{invoice.id}",
    )


def _act(actor: Actor, turn: Turn) -> None:
    """Ask the provider what a turn wants, outside any transaction, and keep its answer."""
    if turn.wanted is None:
        if turn.outdated.startswith("cs_"):
            gateway.close_page(turn.access, turn.outdated)
        refresh(reading_actor(turn.tenant_id), turn.checkout_id, give_up=True)
        return
    try:
        made = gateway.make_page(turn.access, turn.wanted)
    except Refused as refusal:
        _fail(actor, turn.checkout_id, refusal)
        raise Conflict(BROKEN) from None
    with transaction(actor) as tx:
        row = queries.get_checkout(tx.session, turn.checkout_id, lock=True)
        if row.state == "created":
            row.session_id, row.session_url = made.session_id, made.url
            tx.advance(row, CHECKOUT, "open", attempt=row.attempt)


def _fail(actor: Actor, checkout_id: UUID, refusal: Refused) -> None:
    with transaction(actor) as tx:
        row = queries.get_checkout(tx.session, checkout_id, lock=True)
        row.last_error = refusal.code
        if row.state == "created" and not refusal.is_key:
            row.next_read_at = None
            tx.advance(row, CHECKOUT, "fail", error=refusal.code)
