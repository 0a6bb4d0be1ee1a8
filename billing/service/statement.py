"""A customer's statement of account, for the GRADeS and for the customer itself: its lines of the journal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from billing.models import Customer, Issuer
from billing.permissions import PERMISSIONS, ars
from billing.queries.account import list_customers_of
from billing.queries.customer import get_customer
from billing.queries.journal import balance_of, list_account
from billing.rules import statement as rules
from billing.rules.statement import MOST_LINES, Entry, Statement
from kit.actor import Actor
from kit.errors import Invalid
from kit.permissions import allows, permit
from kit.transaction import transaction
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A customer's account over a period, and where it pays. `is_ours`: whoever reads is the GRADeS."""

    customer: Customer
    issuer: Issuer | None
    statement: Statement
    is_ours: bool


def list_my_customers(actor: Actor) -> Sequence[Customer]:
    """The customers that one's organisations are; for the ARS, what it pays itself."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "account_statement.view")
        mine = actor.organisations.keys() - actor.suppliers
        found = list_customers_of(tx.session, list(mine), ars(actor, None))
        return [one for one in found if allows(PERMISSIONS, actor, "account_statement.view", one)]


def view_statement(
    actor: Actor, customer_id: UUID, since: date | None = None, until: date | None = None
) -> AccountPage:
    """The account over a period (a year until today unless asked). Raises NotFound, Invalid (from, to)."""
    with transaction(actor) as tx:
        customer = get_customer(tx.session, customer_id)
        permit(PERMISSIONS, actor, "account_statement.view", customer)
        first, last = rules.period(since, until, today(tx))
        opening = balance_of(tx.session, customer_id, first - timedelta(days=1))
        rows = list_account(tx.session, customer_id, first, last, MOST_LINES + 1)
        if len(rows) > MOST_LINES:
            raise Invalid("Ce relevé est trop long.", {"from": "Choisissez une période plus courte."})
        return AccountPage(
            customer=customer,
            issuer=tx.session.get(Issuer, tx.tenant_id),
            statement=rules.statement(first, last, opening, [_entry(row, customer.name) for row in rows]),
            is_ours=allows(PERMISSIONS, actor, "receivable.list"),
        )


def _entry(row: Any, name: str) -> Entry:
    """On its own statement a customer's name says nothing."""
    entry = Entry(*row)
    return replace(entry, wording=entry.wording.replace(name, "").strip(" -–:,") or entry.wording)
