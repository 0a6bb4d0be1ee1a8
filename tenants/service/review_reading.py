"""Reading reviews of accounts: one with its people, those that wait, those that are over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import AccountReview, Organisation
from tenants.permissions import PERMISSIONS
from tenants.queries import review as queries
from tenants.queries.organisation import get_organisation, list_owner_emails
from tenants.queries.person import list_holders
from tenants.queries.review import Reviewed, ReviewLine

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with everybody who has access today."""

    review: AccountReview
    organisation: Organisation | None
    people: Sequence[Reviewed]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Reviews:
    """A page of reviews; `open` and `late` count all of those that wait, `after` asks for the next page."""

    items: Sequence[ReviewLine]
    open: int
    late: int
    after: UUID | None


def view_review(actor: Actor, review_id: UUID) -> ReviewPage:
    """A review. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        review = queries.get_review(tx.session, tx.tenant_id, review_id)
        permit(PERMISSIONS, actor, "account_review.view", review)
        is_late = review.closed_at is None and review.due_at < tx.now
        if review.organisation_id is None:
            return ReviewPage(review, None, queries.list_portal_people(tx.session, tx.tenant_id), is_late)
        organisation = get_organisation(tx.session, tx.tenant_id, review.organisation_id)
        people = queries.list_organisation_people(tx.session, tx.tenant_id, organisation.id)
        return ReviewPage(review, organisation, people, is_late)


def page_of_reviews(actor: Actor, closed: bool, after: UUID | None = None, limit: int = PAGE) -> Reviews:
    """Reviews: all of the portal's for the GRADeS, else those of the accounts that the actor is in charge of."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "account_review.view")
        within = _within(actor)
        found = queries.list_reviews(tx.session, closed, within, after, limit + 1)
        following = found[limit - 1].review.id if len(found) > limit else None
        waiting, late = queries.count_open(tx.session, tx.now) if within is None else (0, 0)
        items = [replace(one, late=not closed and one.review.due_at < tx.now) for one in found[:limit]]
        return Reviews(items, waiting, late, following)


def open_review_of(actor: Actor, organisation_id: UUID) -> AccountReview | None:
    """The review that waits for an organisation's owners; None for anybody else."""
    if "owner" not in actor.organisations.get(organisation_id, frozenset()):
        return None
    with transaction(actor) as tx:
        found = queries.list_reviews(tx.session, False, [organisation_id], limit=1)
        return found[0].review if found else None


def who_reviews(tx: Tx, review: AccountReview) -> list[tuple[UUID, str]]:
    """(user, address) of those who are asked to look: the account's owners, the GRADeS for the portal's own people."""
    if review.organisation_id is not None:
        return list(list_owner_emails(tx.session, review.organisation_id))
    return [(user.id, user.email) for user in list_holders(tx.session, tx.tenant_id, "grades_manager")]


def _within(actor: Actor) -> list[UUID] | None:
    """None for whoever sees every review of the portal."""
    if PERMISSIONS["organisation_claim.list"](actor, None):
        return None
    return [key for key, held in actor.organisations.items() if "owner" in held]
