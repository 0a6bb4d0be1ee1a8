"""The review of accounts, twice a year: it opens by itself, somebody looks at each person, and it is kept."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, NotFound
from kit.outbox import Deadline
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import AccountReview, Membership, Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as organisations
from tenants.queries import review as queries
from tenants.queries.person import list_holders
from tenants.rules.review import TIME_TO_ANSWER, check_choices, months_later
from tenants.service.colleague import LAST_OWNER
from tenants.service.role import LAST_MANAGER
from tenants.service.standing import lock_portal, standing

DUE, LATE = "account_review.due", "account_review.late"
CLOSED = "Cette revue est déjà terminée. Rien n’a été modifié."


def arm(tx: Tx) -> bool:
    """Make sure that the portal's next review is due, no later than its policy says. Any number of times."""
    tenant = tx.session.get(Tenant, tx.tenant_id)
    if tenant is None:
        raise NotFound()
    last = months_later(tx.now, tenant.review_months)
    waiting = select(Deadline.due_at).where(
        Deadline.topic == DUE, Deadline.subject_id == tenant.id, Deadline.done_at.is_(None)
    )
    due_at = tx.session.scalar(waiting)
    if due_at is not None and due_at <= last:
        return False
    tx.due(DUE, tenant.id, last)
    return True


def open_reviews(tx: Tx, only: UUID | None = None) -> int:
    """Open the portal's review and one for each account that somebody is in (`only` one of them); returns how many.

    One that is still open is not opened twice.
    """
    subjects: list[UUID | None] = list(queries.organisations_with_people(tx.session, only))
    if only is None and queries.list_portal_people(tx.session, tx.tenant_id):
        subjects.insert(0, None)
    due_at = tx.now + TIME_TO_ANSWER
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": uuid7(),
            "organisation_id": one,
            "opened_at": tx.now,
            "due_at": due_at,
        }
        for one in subjects
    ]
    if not rows:
        return 0
    statement = insert(AccountReview).on_conflict_do_nothing().returning(AccountReview.id)
    opened = tx.session.scalars(statement, rows).all()
    for review_id in opened:
        tx.audit("account_review.open", review_id)
        tx.emit("account_review.open", review_id)
        tx.due(LATE, review_id, due_at)
    return len(opened)


def close_review(actor: Actor, review_id: UUID, chosen: Mapping[UUID, str]) -> AccountReview:
    """End a review: each person present is kept or removed, and whoever is removed loses access at once.

    Raises NotFound, Invalid (person-<id>) when somebody is not decided, Conflict when it is over, or would leave nobody
    in charge.
    """
    with transaction(actor) as tx:
        review = _locked(tx, review_id)
        if review.organisation_id is None:
            kept, removed = _review_portal(tx, chosen)
        else:
            kept, removed = _review_organisation(tx, review.organisation_id, chosen)
        review.closed_at, review.closed_by = tx.now, actor.user_id
        review.kept, review.removed = kept, removed
        tx.undue(LATE, review.id)
        tx.audit("account_review.close", review.id, kept=kept, removed=removed)
        tx.emit("account_review.close", review.id)
        return review


def end_reviews(tx: Tx, organisation_id: UUID, removed: int) -> None:
    """An account was closed: there is nobody left to look at."""
    mine = (AccountReview.organisation_id == organisation_id, AccountReview.closed_at.is_(None))
    values = {"closed_at": tx.now, "closed_by": tx.actor.user_id, "kept": 0, "removed": removed}
    ended = update(AccountReview).where(*mine).values(values).returning(AccountReview.id)
    for review_id in tx.session.scalars(ended).all():
        tx.undue(LATE, review_id)
        tx.audit("account_review.close", review_id, kept=0, removed=removed)


def _locked(tx: Tx, review_id: UUID) -> AccountReview:
    """The review, after what its people belong to: whoever gives or takes roles there takes turns with us."""
    review = queries.get_review(tx.session, tx.tenant_id, review_id)
    if review.organisation_id is None:
        lock_portal(tx)
    else:
        organisations.get_organisation(tx.session, tx.tenant_id, review.organisation_id, lock=True)
    review = queries.get_review(tx.session, tx.tenant_id, review_id, lock=True)
    permit(PERMISSIONS, standing(tx, review.organisation_id), "account_review.close", review)
    if review.closed_at is not None:
        raise Conflict(CLOSED)
    return review


def _review_organisation(tx: Tx, organisation_id: UUID, chosen: Mapping[UUID, str]) -> tuple[int, int]:
    places = organisations.list_places(tx.session, organisation_id)
    removed = check_choices(chosen, [place.user_id for place in places], tx.actor.user_id)
    if not any(place.role == "owner" for place in places if place.user_id not in removed):
        raise Conflict(LAST_OWNER)
    for place in places:
        if place.user_id in removed:
            tx.audit("organisation_member.remove", organisation_id, user=str(place.user_id), role=place.role)
            tx.emit("organisation_member.remove", organisation_id, key=str(place.user_id))
            tx.session.delete(place)
        else:
            place.reviewed_at = tx.now
    return len(places) - len(removed), len(removed)


def _review_portal(tx: Tx, chosen: Mapping[UUID, str]) -> tuple[int, int]:
    held = tx.session.scalars(select(Membership).where(Membership.tenant_id == tx.tenant_id)).all()
    people = {one.user_id for one in held}
    removed = check_choices(chosen, sorted(people), tx.actor.user_id)
    managers = {user.id for user in list_holders(tx.session, tx.tenant_id, "grades_manager")}
    if managers and managers <= removed:
        raise Conflict(LAST_MANAGER)
    for one in held:
        if one.user_id in removed:
            tx.audit("membership.revoke", one.user_id, role=one.role)
            tx.session.delete(one)
        else:
            one.reviewed_at = tx.now
    return len(people) - len(removed), len(removed)
