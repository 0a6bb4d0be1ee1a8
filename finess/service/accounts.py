"""The accounts of a portal beside what the register says of each: for those who check who opened them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from finess.models import LegalEntity
from finess.queries.edition import find_current_edition
from finess.queries.structure import claimed_entity, find_legal_entity, list_legal_entities
from finess.service.claiming import Facts, facts_of, resolve_entity
from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import transaction
from tenants.models import Organisation, User
from tenants.permissions import PERMISSIONS
from tenants.queries import account as accounts
from tenants.queries import claim as claims
from tenants.queries.account import Account
from tenants.queries.claim import Request
from tenants.queries.organisation import get_organisation
from tenants.queries.review import Reviewed, ReviewLine, list_organisation_people, list_reviews
from tenants.service.checking import open_account

PAGE = 50
SHOWN = 20


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A declared account, and its entity in the register (None: unknown there)."""

    account: Account
    entity: LegalEntity | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The page of accounts: what waits (the oldest first, with how many), then all of them, a page at a time."""

    to_check: Sequence[ToCheck]
    to_check_count: int
    waiting: Sequence[Request]
    waiting_count: int
    items: Sequence[Account]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account: its people, what the register says, its requests, its reviews."""

    organisation: Organisation
    facts: Facts | None
    people: Sequence[Reviewed]
    requests: Sequence[Request]
    reviews: Sequence[ReviewLine]


def list_portal_accounts(actor: Actor, text: str = "", after: UUID | None = None) -> Accounts:
    """What the staff looks through. Requests are the GRADeS's business alone."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation.list")
        session, answers = tx.session, allows(PERMISSIONS, actor, "organisation_claim.list")
        first = not text and after is None
        edition = find_current_edition(session)
        to_check = accounts.list_to_check(session, SHOWN) if first else []
        numbers = [one.organisation.finess_ej for one in to_check if one.organisation.finess_ej]
        entities = list_legal_entities(session, edition.id, numbers) if edition else {}
        found = accounts.list_accounts(session, text, None, after, PAGE + 1)
        return Accounts(
            to_check=[ToCheck(one, entities.get(one.organisation.finess_ej or "")) for one in to_check],
            to_check_count=accounts.count_to_check(session) if first else 0,
            waiting=claims.list_requests(session, "asked", limit=SHOWN) if first and answers else [],
            waiting_count=claims.count_asked(session) if first and answers else 0,
            items=found[:PAGE],
            after=found[PAGE - 1].organisation.id if len(found) > PAGE else None,
        )


def view_account(actor: Actor, organisation_id: UUID) -> AccountPage:
    """One account, for the staff. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation.list")
        organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, actor, "organisation.view", organisation)
        answers = allows(PERMISSIONS, actor, "organisation_claim.list")
        edition = find_current_edition(tx.session)
        facts = None
        if edition and organisation.finess_ej:
            facts = _facts(tx.session, edition.id, edition.generated_at.date(), organisation.finess_ej)
        return AccountPage(
            organisation,
            facts,
            list_organisation_people(tx.session, tx.tenant_id, organisation.id),
            claims.list_requests(tx.session, None, [organisation.id], limit=SHOWN) if answers else [],
            [
                *list_reviews(tx.session, False, [organisation.id]),
                *list_reviews(tx.session, True, [organisation.id], limit=SHOWN),
            ]
            if answers
            else [],
        )


def look_at_number(actor: Actor, number: str) -> Facts:
    """Who a number leads to, for whom an account would be opened. Raises Invalid (field number)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation.open")
        return resolve_entity(tx, number)[0]


def open_account_of(actor: Actor, number: str, email: str, function: str) -> tuple[Organisation, User]:
    """Open the account of the EJ that a number leads to, for somebody. Raises Invalid (number, email, function)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation.open")
        _, entity, _ = resolve_entity(tx, number)
    return open_account(actor, entity, email, function)


def _facts(session: Session, edition: int, edition_on: date, finess_ej: str) -> Facts | None:
    found = find_legal_entity(session, edition, finess_ej)
    return facts_of(found, claimed_entity(session, edition, found), edition_on) if found else None
