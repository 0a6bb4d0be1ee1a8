"""A customer contests an invoice; reminders stop; the GRADeS answers, or makes a credit note."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import Receivable
from billing.permissions import PERMISSIONS
from billing.queries import dunning as reminders
from billing.queries.dunning import Owed
from billing.rules.contest import check_answer, check_motive
from billing.rules.states import RECEIVABLE
from billing.service.reminding import lock_owed, put_off
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class Contest:
    """An invoice as it is contested, or could be. `refusal` says why it cannot be."""

    owed: Owed
    may_contest: bool
    may_answer: bool
    refusal: str

    @property
    def receivable(self) -> Receivable:
        """What is left of it."""
        return self.owed.receivable


def find_contest(actor: Actor, invoice_id: UUID) -> Contest | None:
    """The contest of an invoice, for whoever reads it; None for a draft or a credit note."""
    with transaction(actor) as tx:
        owed = reminders.find_owed(tx.session, invoice_id)
        if owed is None or owed.receivable.is_credit:
            return None
        return _contest(actor, owed) if allows(PERMISSIONS, actor, "receivable.view", owed.receivable) else None


def view_contest(actor: Actor, invoice_id: UUID) -> Contest:
    """The same for its own page. Raises NotFound."""
    with transaction(actor) as tx:
        owed = reminders.find_owed(tx.session, invoice_id)
        if owed is None:
            raise NotFound()
        permit(PERMISSIONS, actor, "receivable.view", owed.receivable)
        return _contest(actor, owed)


def contest_invoice(actor: Actor, invoice_id: UUID, motive: str) -> Receivable:
    """Contest an invoice that is not paid. Raises Invalid (motive), Conflict."""
    with transaction(actor) as tx:
        receivable = _load(tx, actor, invoice_id, "receivable.contest")
        motive = check_motive(motive)
        refusal = _refusal(receivable)
        if refusal:
            raise Conflict(refusal)
        receivable.contested_at, receivable.contest_motive, receivable.contest_answer = tx.now, motive, ""
        tx.advance(receivable, RECEIVABLE, "contest")
        return receivable


def answer_contest(actor: Actor, invoice_id: UUID, answer: str) -> Receivable:
    """Answer, and expect the payment again; the time of the contest is added to the days of the reminders."""
    with transaction(actor) as tx:
        receivable = _load(tx, actor, invoice_id, "receivable.resume")
        answer = check_answer(answer)
        since = receivable.contested_at
        RECEIVABLE.target(receivable.state, "resume")
        receivable.contested_at, receivable.contest_answer = None, answer
        tx.advance(receivable, RECEIVABLE, "resume")
        if since is not None:
            put_off(tx, invoice_id, since)
        return receivable


def _load(tx: Tx, actor: Actor, invoice_id: UUID, action: str) -> Receivable:
    owed = lock_owed(tx, invoice_id)
    if owed is None:
        raise NotFound()
    permit(PERMISSIONS, actor, action, owed.receivable)
    return owed.receivable


def _contest(actor: Actor, owed: Owed) -> Contest:
    receivable = owed.receivable
    return Contest(
        owed,
        allows(PERMISSIONS, actor, "receivable.contest", receivable) and not _refusal(receivable),
        allows(PERMISSIONS, actor, "receivable.resume", receivable) and receivable.state == "contested",
        _refusal(receivable),
    )


def _refusal(receivable: Receivable) -> str:
    if receivable.is_credit:
        return "Un avoir ne se conteste pas ici\N{NO-BREAK SPACE}: écrivez au GRADeS."
    if not receivable.open_cents:
        return "Cette facture est réglée\N{NO-BREAK SPACE}: pour demander un remboursement, écrivez au GRADeS."
    return RECEIVABLE.moves["contest"].refusal if receivable.state == "contested" else ""
