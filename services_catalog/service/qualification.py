"""What a provider may do until a day: its qualifications and its insurances, whose ends are announced."""

from uuid import UUID

from kit.actor import Actor
from kit.transaction import transaction
from services_catalog.models import Insurance, Qualification
from services_catalog.rules.papers import InsurancePaper, QualificationPaper
from services_catalog.service import paper as steps
from services_catalog.service.provider import take_provider

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
        changed = steps.change(tx, Qualification, provider.id, qualification_id, paper, read)
        steps.announce_end(tx, changed)
        return changed


def remove_qualification(actor: Actor, provider_id: UUID, qualification_id: UUID, read: str) -> None:
    """Remove one entered by mistake. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, QUALIFICATION)
        steps.remove(tx, Qualification, provider.id, qualification_id, read)
        tx.undue("qualification.ends_soon", qualification_id)


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
        changed = steps.change(tx, Insurance, provider.id, insurance_id, paper, read)
        steps.announce_end(tx, changed)
        return changed


def remove_insurance(actor: Actor, provider_id: UUID, insurance_id: UUID, read: str) -> None:
    """Remove one entered by mistake. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, INSURANCE)
        steps.remove(tx, Insurance, provider.id, insurance_id, read)
        tx.undue("insurance.ends_soon", insurance_id)
