"""Online payment as the GRADeS follows it: the account, what is disputed, what was paid, what was paid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.models import Payout
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.service.payment_account import AccountView, view_of
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of online payment. `stuck` is how many events wait, `why` what the last of them met."""

    account: AccountView
    disputes: Sequence[queries.Dispute]
    recent: Sequence[queries.Payer]
    payouts: Sequence[Payout]
    payout_count: int
    stuck: int
    why: str


def view_online(actor: Actor, page: int = 1) -> Overview:
    """Everything on one page; `page` is that of the payouts, from 1."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payout.list")
        stuck, why = queries.stuck_events(tx.session, tx.now)
        return Overview(
            view_of(tx),
            queries.list_disputes(tx.session),
            queries.list_recent(tx.session),
            queries.list_payouts(tx.session, page),
            queries.count_payouts(tx.session),
            stuck,
            why,
        )
