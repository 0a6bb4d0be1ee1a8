"""« Mes factures »: what one's organisations owe, what they have paid, how to pay by transfer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.models import Issuer
from billing.permissions import PERMISSIONS, ars
from billing.queries import my_invoices as queries
from billing.queries.my_invoices import MyInvoice, Sums, Whose
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction


@dataclass(frozen=True, slots=True)
class MyInvoices:
    """A page of one's invoices; `issuer` (None while nothing is set) says where a transfer goes."""

    lines: Sequence[MyInvoice]
    sums: Sums
    issuer: Issuer | None
    page_count: int
    on: date


def view_mine(actor: Actor, page: int = 1) -> MyInvoices:
    """The invoices of the actor's organisations, and for the ARS those that it pays; thirty a page, three queries."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.view")
        mine = actor.organisations.keys() - actor.suppliers
        whose = Whose(mine, ars(actor, None))
        found, on = queries.sums(tx.session, whose, today(tx)), today(tx)
        return MyInvoices(
            queries.list_mine(tx.session, whose, page),
            found,
            tx.session.get(Issuer, tx.tenant_id),
            max(1, -(-found.total // queries.PAGE)),
            on,
        )
