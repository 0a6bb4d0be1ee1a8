"""Who is told of an invoice: the owners of its organisation and the customer's billing address; the ARS of its own."""

from collections.abc import Collection, Iterable
from uuid import UUID

from billing.models import Customer, Invoice
from campaigns.queries.candidacy import list_members
from campaigns.queries.review import list_users_with_role
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many

Person = tuple[str, UUID | None]
OWNERS = ("owner",)
WHY = "Vous recevez ce message parce que vous suivez les factures de cet organisme."
WHY_FUNDER = "Vous recevez ce message parce que vous suivez les factures de l’ARS."
WHY_GRADES = "Vous recevez ce message parce que vous suivez la facturation du GRADeS."


def people_of(tx: Tx, customer: Customer) -> list[Person]:
    """(address, user) of whom a customer's invoices concern, each address once. Its billing address has no user."""
    found: list[Person] = []
    if customer.is_funder:
        managers = list_users_with_role(tx.session, tx.tenant_id, "ars_manager")
        found = [(user.email, user.id) for user in managers]
    elif customer.organisation_id is not None:
        rows = list_members(tx.session, {customer.organisation_id}, OWNERS)
        found = [(email, user_id) for _, user_id, email in rows]
    if customer.email:
        found.append((customer.email, None))
    return _each_once(found)


def tell_customer(
    tx: Tx,
    what: str,
    occasion: UUID | str,
    invoice: Invoice,
    customer: Customer,
    but: Collection[str] = (),
    **words: object,
) -> int:
    """One notice for each person of the customer, once for an `occasion`; returns how many people it is for.

    `what` is the mail's name; `but` are addresses that learn it otherwise. The mail sees `invoice`, `customer`,
    `has_page` and `words`.
    """
    refused = {one.lower() for one in but}
    people = [person for person in people_of(tx, customer) if person[0].lower() not in refused]
    why = WHY_FUNDER if customer.is_funder else WHY
    known = {"customer": customer, "why": why, "has_page": has_page(invoice)}
    _write(tx, what, occasion, invoice, people, known | words)
    return len(people)


def tell_grades(tx: Tx, what: str, occasion: UUID | str, invoice: Invoice, **words: object) -> int:
    """The same for the managers of the GRADeS."""
    managers = list_users_with_role(tx.session, tx.tenant_id, "grades_manager")
    people: list[Person] = [(user.email, user.id) for user in managers]
    _write(tx, what, occasion, invoice, people, {"why": WHY_GRADES, "has_page": True} | words)
    return len(people)


def has_page(invoice: Invoice) -> bool:
    """Whether its customer reads an invoice here: one without an account does not, and answers by mail."""
    return invoice.is_funder or invoice.organisation_id is not None


def _write(
    tx: Tx, what: str, occasion: UUID | str, invoice: Invoice, people: Iterable[Person], words: dict[str, object]
) -> None:
    known = {"invoice": invoice, "action_text": "Voir la facture"} | words
    path = f"/invoices/{invoice.id}" if known["has_page"] else ""
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{occasion}:{user_id or email.lower()}",
                template=f"billing/{what}",
                subject_id=invoice.id,
                email=email,
                user_id=user_id,
                path=path,
                context=known,
            )
            for email, user_id in people
        ],
    )


def _each_once(people: Iterable[Person]) -> list[Person]:
    found: dict[str, Person] = {}
    for email, user_id in people:
        found.setdefault(email.lower(), (email, user_id))
    return list(found.values())
