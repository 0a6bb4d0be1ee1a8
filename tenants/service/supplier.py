"""The account of an organisation that works for the others: opened by whoever manages the market, not by its people."""

from kit.db import uuid7
from kit.transaction import Tx
from tenants.models import Organisation, OrganisationMember, User
from tenants.rules.people import check_email, check_line
from tenants.service.account import take_account


def open_supplier(tx: Tx, name: str, email: str, function: str) -> tuple[Organisation, User]:
    """Open the account of a provider (no FINESS number: it never applies) with its first owner; the caller permits it.

    Whoever has no account gets one. Raises Invalid (fields name, email, function).
    """
    called = check_line(name, "name", "Indiquez le nom du prestataire.")
    address = check_email(email)
    declared = check_line(function, "function", "Indiquez la fonction de cette personne.")
    organisation = tx.add(
        Organisation(id=uuid7(), kind="provider", name=called, proof="grades", confirmed_at=tx.now, created_at=tx.now)
    )
    owner = take_account(tx, address)
    tx.session.flush()
    tx.add(
        OrganisationMember(
            organisation_id=organisation.id, user_id=owner.id, role="owner", function=declared, joined_at=tx.now
        )
    )
    tx.audit("organisation.open", organisation.id, kind="provider", user=str(owner.id), role="owner")
    return organisation, owner
