"""Sending drafts to be issued, and how far that went."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.models import Customer, Invoice, IssueRun
from billing.permissions import PERMISSIONS
from billing.queries import draft as drafts
from billing.queries import issue_run as runs
from billing.queries.draft import DraftFilter
from billing.rules.draft_words import MOST_AT_ONCE
from billing.rules.states import INVOICE
from billing.service.draft import chosen
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import today

MOST_IN_A_RUN = 2_000


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run: how many are issued, wait, were refused; the others were sent again, or set aside, since.

    `refused` and `issued` are some of them with their customers; `is_behind`: the clock is, and nothing is issued.
    """

    run: IssueRun
    issued_count: int
    waiting_count: int
    refused_count: int
    issued: Sequence[tuple[Invoice, Customer]]
    refused: Sequence[tuple[Invoice, Customer]]
    is_behind: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing waits any more."""
        return self.waiting_count == 0

    @property
    def others_count(self) -> int:
        """Those that left the run since."""
        return self.run.total - self.issued_count - self.waiting_count - self.refused_count


def queue_drafts(actor: Actor, invoice_ids: Sequence[UUID]) -> IssueRun:
    """Send drafts to be issued: workers do it, each takes its number then. Raises Conflict when one is no draft."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.queue")
        return _queue(tx, drafts.lock_drafts(tx.session, chosen(invoice_ids)))


def queue_found(actor: Actor, wanted: DraftFilter) -> IssueRun:
    """Send every draft that a filter finds, so many at a time at most."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.queue")
        found = drafts.find_ids(tx.session, wanted, MOST_IN_A_RUN)
        if not found:
            raise Conflict("Aucun brouillon n’attend d’être émis.")
        return _queue(tx, [one for one in drafts.lock_drafts(tx.session, found) if one.state == "draft"])


def found_ids(actor: Actor, wanted: DraftFilter) -> Sequence[UUID]:
    """The drafts that a filter finds, so many at most."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.view")
        return drafts.find_ids(tx.session, wanted, MOST_AT_ONCE)


def view_run(actor: Actor, run_id: UUID) -> RunPage:
    """How far a run went."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.view")
        run = runs.get_run(tx.session, run_id)
        counts = runs.count_by_state(tx.session, run.id)
        waiting = counts.get("queued", 0)
        last = runs.last_issued_on(tx.session) if waiting else None
        return RunPage(
            run,
            counts.get("issued", 0),
            waiting,
            counts.get("draft", 0),
            runs.list_of_run(tx.session, run.id, "issued"),
            runs.list_of_run(tx.session, run.id, "draft"),
            last is not None and last > today(tx),
        )


def _queue(tx: Tx, found: Sequence[Invoice]) -> IssueRun:
    if not found:
        raise Conflict("Aucun brouillon n’attend d’être émis.")
    run: IssueRun = tx.add(IssueRun(id=uuid7(), total=len(found), asked_by=tx.actor.user_id, asked_at=tx.now))
    tx.session.flush()
    for draft in found:
        draft.run_id, draft.findings = run.id, []
        tx.advance(draft, INVOICE, "queue")
    return run
