"""What a provider may do until a day: its qualifications and its insurances, whose ends are announced."""

from collections.abc import Sequence
from uuid import UUID

from kit.actor import Actor
from kit.transaction import Tx, transaction
from services_catalog.models import Insurance, Qualification
from services_catalog.queries import provider_file as queries
from services_catalog.queries.provider_file import Dated
from services_catalog.rules.papers import InsurancePaper, QualificationPaper
from services_catalog.rules.validity import Period, current_notice, is_renewed
from services_catalog.service import paper as steps
from services_catalog.service.provider import take_provider
from services_catalog.service.today import today

QUALIFICATION, INSURANCE = "qualification.write", "insurance.write"


def add_qualification(actor: Actor, provider_id: UUID, paper: QualificationPaper) -> Qualification:
    """Add a qualification. Raises NotFound."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, QUALIFICATION)
        added = steps.put(tx, Qualification, provider.id, paper)
        steps.announce_end(tx, added)
        return added


def change_qualification(
    actor: Actor, provider_id: UUID, qualification_id: UUID, paper: QualificationPaper, read: str
) -> Qualification:
    """Change the qualification that was `read` (its tag); its alerts move with its end. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, QUALIFICATION)
        return _change(tx, Qualification, provider.id, qualification_id, paper, read)


def remove_qualification(actor: Actor, provider_id: UUID, qualification_id: UUID, read: str) -> None:
    """Remove one entered by mistake. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, QUALIFICATION)
        _remove(tx, Qualification, provider.id, qualification_id, read)


def add_insurance(actor: Actor, provider_id: UUID, paper: InsurancePaper) -> Insurance:
    """Add an insurance. Raises NotFound."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, INSURANCE)
        added = steps.put(tx, Insurance, provider.id, paper)
        steps.announce_end(tx, added)
        return added


def change_insurance(
    actor: Actor, provider_id: UUID, insurance_id: UUID, paper: InsurancePaper, read: str
) -> Insurance:
    """Change the insurance that was `read` (its tag); its alerts move with its end. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, INSURANCE)
        return _change(tx, Insurance, provider.id, insurance_id, paper, read)


def remove_insurance(actor: Actor, provider_id: UUID, insurance_id: UUID, read: str) -> None:
    """Remove one entered by mistake. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, INSURANCE)
        _remove(tx, Insurance, provider.id, insurance_id, read)


def _change(
    tx: Tx,
    kind: type[Dated],
    provider_id: UUID,
    filed_id: UUID,
    paper: QualificationPaper | InsurancePaper,
    read: str,
) -> Dated:
    filed = steps.take(tx, kind, provider_id, filed_id, read)
    was, others = (filed.starts_on, filed.ends_on), queries.list_same(tx.session, filed)
    changed = steps.change(tx, kind, provider_id, filed_id, paper, read)
    steps.announce_end(tx, changed)
    is_same_kind = queries.list_same(tx.session, changed) == others
    _announce_uncovered(tx, others, was, [(changed.starts_on, changed.ends_on)] if is_same_kind else [])
    return changed


def _remove(tx: Tx, kind: type[Dated], provider_id: UUID, filed_id: UUID, read: str) -> None:
    filed = steps.take(tx, kind, provider_id, filed_id, read)
    was, others = (filed.starts_on, filed.ends_on), queries.list_same(tx.session, filed)
    steps.remove(tx, kind, provider_id, filed_id, read)
    tx.undue(steps.ends_soon(filed), filed_id)
    _announce_uncovered(tx, others, was, [])


def _announce_uncovered(tx: Tx, others: Sequence[Dated], was: Period, now: Sequence[Period]) -> None:
    """What a period renewed, and does not any more: the announcement that it had silenced is due at once."""
    periods: list[Period] = [(one.starts_on, one.ends_on) for one in others]
    for one, period in zip(others, periods, strict=True):
        key = current_notice(one.ends_on, today(tx))
        if key and is_renewed(*period, [*periods, was]) and not is_renewed(*period, [*periods, *now]):
            tx.due(steps.ends_soon(one), one.id, tx.now, key)
