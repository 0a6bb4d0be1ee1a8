"""The tenant's own account at the payment provider: set, opened, closed; and how it is reached."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.gateway import stripe as gateway
from billing.gateway.provider import Access, Away, Refused
from billing.models import PaymentAccount
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.queries.issuer import find_issuer
from billing.rules.online import AccountForm, check_mandate
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import lock_away, take_out
from services_catalog.service.today import today

NOT_SAVED = "Les réglages ne sont pas enregistrés."
NOT_YOURS = "Ce compte ne peut pas être utilisé ici."
AWAY = f"Stripe ne répond pas{NBSP}: rien n’est enregistré. Réessayez dans quelques minutes."
BUSY = (
    "Des paiements, des remboursements ou des contestations sont en cours sur le compte actuel"
    f"{NBSP}: changez de compte ensuite."
)
NO_ISSUER = "Réglez d’abord l’identité de facturation de votre structure."


@dataclass(frozen=True, slots=True)
class AccountView:
    """The settings as they may be shown: of the secrets, only whether they are there."""

    mode: str
    account_id: str
    has_key: bool
    has_webhook_secret: bool
    methods: tuple[str, ...]
    mandate_reference: str
    mandate_on: date | None
    is_open: bool
    public_accounting: bool
    has_issuer: bool
    has_platform: bool


def view_account(actor: Actor) -> AccountView:
    """The settings of online payment."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment_account.view")
        return view_of(tx)


def set_account(actor: Actor, form: AccountForm) -> None:
    """Keep the settings, once the provider said that the key opens this very account; open stays open, closed closed.

    Raises Invalid (fields), Conflict while money moves on the account that would be left: nobody could follow it.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment_account.set")
        key = form.secret_key or _kept_key(queries.find_account(tx.session, tx.tenant_id), form)
    _check_account(form, key)
    with transaction(actor) as tx:
        found = queries.find_account(tx.session, tx.tenant_id, lock=True)
        if found is not None and found.account_id != form.account_id and queries.is_busy(tx.session, found.account_id):
            raise Conflict(BUSY)
        if not queries.claim_account(tx.session, form.account_id, tx.tenant_id):
            raise Invalid(NOT_SAVED, {"account_id": NOT_YOURS})
        row = found or tx.add(PaymentAccount(changed_at=tx.now))
        kept = row.webhook_secret if row.account_id == form.account_id else ""  # another account signs with its own
        row.mode, row.account_id, row.methods = form.mode, form.account_id, list(form.methods)
        if form.mode == "own_key":
            row.secret_key = lock_away(key)
            row.webhook_secret = lock_away(form.webhook_secret) or kept or ""
        else:
            row.secret_key = row.webhook_secret = ""
        row.mandate_reference, row.mandate_on = form.mandate_reference, form.mandate_on
        row.changed_by, row.changed_at = tx.actor.user_id, tx.now
        _check_may_be_open(tx, row, row.is_open or False)
        tx.audit("payment_account.set", None, mode=row.mode, account_id=row.account_id, methods=row.methods)


def open_account(actor: Actor) -> None:
    """Let customers pay online. Raises Invalid (what is missing, the agreement of public accounting first)."""
    _turn(actor, is_open=True)


def close_account(actor: Actor) -> None:
    """Offer it no more; what is being paid is still received."""
    _turn(actor, is_open=False)


def view_of(tx: Tx) -> AccountView:
    """The settings as they may be shown."""
    row, issuer = queries.find_account(tx.session, tx.tenant_id), find_issuer(tx.session, tx.tenant_id)
    facts = (issuer.public_accounting if issuer else True, issuer is not None, bool(gateway.platform_key()))
    if row is None:
        return AccountView("own_key", "", False, False, ("card", "sepa_debit"), "", None, False, *facts)
    return AccountView(
        row.mode,
        row.account_id,
        bool(row.secret_key),
        bool(row.webhook_secret),
        tuple(row.methods),
        row.mandate_reference,
        row.mandate_on,
        row.is_open,
        *facts,
    )


def find_open(tx: Tx) -> PaymentAccount | None:
    """The account that customers may pay on, None while online payment is not offered."""
    row = queries.find_account(tx.session, tx.tenant_id)
    return row if row is not None and row.is_open else None


def access_to(tx: Tx, account_id: str) -> Access:
    """How to reach an account of the tenant, the present one or a former one. Raises Refused when no key opens it."""
    row = queries.find_account(tx.session, tx.tenant_id)
    if row is not None and row.mode == "own_key" and row.account_id == account_id and opened(row.secret_key):
        return Access(opened(row.secret_key))
    if row is not None and row.mode == "connected" and _is_ours(tx, account_id):
        return Access(gateway.platform_key(), account_id)
    raise Refused("no_key", is_key=True)


def opened(sealed: str) -> str:
    """A secret of the account; "" when no key of ours opens it any more, which is no business of a payer's."""
    try:
        return take_out(sealed)
    except Conflict:
        return ""


def _is_ours(tx: Tx, account_id: str) -> bool:
    owner: UUID | None = queries.owner_of(tx.session, account_id)
    return owner == tx.tenant_id and bool(gateway.platform_key())


def _kept_key(row: PaymentAccount | None, form: AccountForm) -> str:
    if form.mode == "connected":
        return ""
    if row is None or not row.secret_key:
        raise Invalid(NOT_SAVED, {"secret_key": "Donnez la clé restreinte de votre compte (rk_live_… ou rk_test_…)."})
    return take_out(row.secret_key)


def _check_account(form: AccountForm, key: str) -> None:
    """The key opens this very account, or the platform reaches it."""
    if form.mode == "connected" and not gateway.platform_key():
        raise Invalid(NOT_SAVED, {"mode": "Cette installation n’a pas de compte de plateforme chez Stripe."})
    connected = form.mode == "connected"
    access = Access(gateway.platform_key(), form.account_id) if connected else Access(key)
    field = "account_id" if connected else "secret_key"
    try:
        seen = gateway.read_account(access, form.account_id)
    except Away:
        raise Conflict(AWAY) from None
    except Refused:
        refusal = (
            NOT_YOURS
            if connected
            else f"Stripe n’accepte pas cette clé{NBSP}: elle doit au moins pouvoir lire le compte."
        )
        raise Invalid(NOT_SAVED, {field: refusal}) from None
    if seen != form.account_id:
        raise Invalid(NOT_SAVED, {field: "Cette clé ouvre un autre compte que celui indiqué."})


def _turn(actor: Actor, is_open: bool) -> None:
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment_account.set")
        row = queries.find_account(tx.session, tx.tenant_id, lock=True)
        if row is None:
            raise Invalid("Le paiement en ligne n’est pas ouvert.", {"account_id": "Indiquez d’abord votre compte."})
        if row.is_open == is_open:
            return
        _check_may_be_open(tx, row, is_open)
        row.is_open, row.changed_by, row.changed_at = is_open, tx.actor.user_id, tx.now
        tx.audit("payment_account.open" if is_open else "payment_account.close", None, account_id=row.account_id)


def _check_may_be_open(tx: Tx, row: PaymentAccount, is_open: bool) -> None:
    issuer = find_issuer(tx.session, tx.tenant_id)
    if not is_open:
        return
    if issuer is None:
        raise Conflict(NO_ISSUER)
    check_mandate(issuer.public_accounting, row.mandate_reference, row.mandate_on, today(tx))
    secret = row.webhook_secret if row.mode == "own_key" else gateway.platform_secret()
    if not secret:
        raise Invalid(
            "Le paiement en ligne n’est pas ouvert.",
            {"webhook_secret": f"Donnez le secret de signature{NBSP}: sans lui, aucun paiement n’est confirmé."},
        )
