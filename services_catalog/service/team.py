"""Who works for a provider: its consultants, linked to their accounts, and its declared sub-contractors."""

from uuid import UUID

from kit.actor import Actor
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Subcontractor
from services_catalog.queries.provider_file import find_member_id, get_filed
from services_catalog.rules.papers import ConsultantPaper, SubcontractorPaper
from services_catalog.service import paper as steps
from services_catalog.service.provider import take_provider
from services_catalog.service.today import today

CONSULTANT, SUBCONTRACTOR = "consultant.write", "subcontractor.write"


def add_consultant(actor: Actor, provider_id: UUID, paper: ConsultantPaper) -> Consultant:
    """Add a consultant, linked to the member of the provider who has that address, if any. Raises NotFound."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, CONSULTANT)
        return link(tx, steps.put(tx, Consultant, provider.id, paper))


def change_consultant(
    actor: Actor, provider_id: UUID, consultant_id: UUID, paper: ConsultantPaper, read: str
) -> Consultant:
    """Change the consultant that was `read` (its tag); one who is not active keeps their missions and gets no other.

    Raises NotFound, Stale.
    """
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, CONSULTANT)
        return link(tx, steps.change(tx, Consultant, provider.id, consultant_id, paper, read))


def link(tx: Tx, consultant: Consultant) -> Consultant:
    """Make a consultant the account of the provider's member who has their address; nobody's when there is none."""
    consultant.user_id = find_member_id(tx.session, consultant.provider_id, consultant.email)
    return consultant


def declare_subcontractor(actor: Actor, provider_id: UUID, paper: SubcontractorPaper) -> Subcontractor:
    """Add a declared sub-contractor; it may work once accepted. Raises NotFound."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, SUBCONTRACTOR)
        return steps.put(tx, Subcontractor, provider.id, paper)


def change_subcontractor(
    actor: Actor, provider_id: UUID, subcontractor_id: UUID, paper: SubcontractorPaper, read: str
) -> Subcontractor:
    """Change the sub-contractor that was `read` (its tag). Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, SUBCONTRACTOR)
        return steps.change(tx, Subcontractor, provider.id, subcontractor_id, paper, read)


def accept_subcontractor(actor: Actor, provider_id: UUID, subcontractor_id: UUID) -> Subcontractor:
    """Accept it, today; nothing changes when it was. Raises NotFound."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, SUBCONTRACTOR)
        found = get_filed(tx.session, tx.tenant_id, Subcontractor, provider.id, subcontractor_id, lock=True)
        if found.accepted_on is None:
            found.accepted_on = today(tx)
            tx.audit("subcontractor.accept", found.id, provider=str(provider.id))
        return found


def remove_subcontractor(actor: Actor, provider_id: UUID, subcontractor_id: UUID, read: str) -> None:
    """Remove one declared by mistake, or no longer working. Raises NotFound, Stale."""
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, SUBCONTRACTOR)
        steps.remove(tx, Subcontractor, provider.id, subcontractor_id, read)
