"""Mails about who has access: requests for an account and their answers, accounts given or closed, roles, reviews."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Organisation, User
from tenants.queries.claim import Request, get_request
from tenants.queries.organisation import find_place, get_organisation
from tenants.queries.person import list_roles
from tenants.queries.review import get_review
from tenants.rules.roles import ROLE_LABELS
from tenants.service.claim_reading import who_answers
from tenants.service.review_reading import who_reviews


def tell_claim(tx: Tx, message: OutboxMessage) -> None:
    """Somebody asks for an account: its owners are told, or the GRADeS when it has none."""
    _tell_those_who_answer(tx, message, "tenants/claim_asked", late=False)


def tell_waiting_claim(tx: Tx, message: OutboxMessage) -> None:
    """Nobody has answered for a week: the GRADeS is told too."""
    _tell_those_who_answer(tx, message, "tenants/claim_waiting", late=True)


def tell_acceptance(tx: Tx, message: OutboxMessage) -> None:
    """The author of a request was let in."""
    request = get_request(tx.session, tx.tenant_id, message.subject_id)
    role = ROLE_LABELS[request.claim.role]
    _tell_author(tx, message, request, "tenants/claim_accepted", "/account", {"role": role})


def tell_refusal(tx: Tx, message: OutboxMessage) -> None:
    """The author of a request reads why not."""
    request = get_request(tx.session, tx.tenant_id, message.subject_id)
    path = f"/claims/{request.claim.id}"
    _tell_author(tx, message, request, "tenants/claim_refused", path, {"reason": request.claim.decision})


def tell_opening(tx: Tx, message: OutboxMessage) -> None:
    """The GRADeS gave somebody (the key) an account."""
    user_id = UUID(message.key)
    if find_place(tx.session, tx.tenant_id, message.subject_id, user_id) is not None:
        path = f"/organisations/{message.subject_id}/members"
        _tell_about_account(tx, message, user_id, "tenants/account_opened", path)


def tell_transfer(tx: Tx, message: OutboxMessage) -> None:
    """The GRADeS took an account from somebody (the key) and gave it to somebody else."""
    _tell_about_account(tx, message, UUID(message.key), "tenants/account_transferred", "/account")


def tell_closing(tx: Tx, message: OutboxMessage) -> None:
    """The GRADeS closed an account that somebody (the key) was in."""
    _tell_about_account(tx, message, UUID(message.key), "tenants/account_closed", "/account")


def tell_role(tx: Tx, message: OutboxMessage) -> None:
    """Somebody was given a role (the key) in the portal; not when it was taken back since."""
    user = tx.session.get(User, message.subject_id)
    if user is None or message.key not in list_roles(tx.session, tx.tenant_id, user.id):
        return
    context = {"role": ROLE_LABELS[message.key]}
    _tell(tx, message, "tenants/role_granted", [(user.id, user.email)], "/", context)


def tell_review(tx: Tx, message: OutboxMessage) -> None:
    """Those in charge are asked to look at who has access."""
    _tell_review(tx, message, "tenants/review_opened")


def tell_late_review(tx: Tx, message: OutboxMessage) -> None:
    """They have not done it in time."""
    _tell_review(tx, message, "tenants/review_late")


def _tell_those_who_answer(tx: Tx, message: OutboxMessage, template: str, late: bool) -> None:
    request = get_request(tx.session, tx.tenant_id, message.subject_id)
    if request.claim.state != "asked":
        return
    context = {"claim": request.claim, "author": request.author, "opens": request.organisation is None}
    people = [one for one in who_answers(tx, request, late) if one[0] != request.user_id]
    _tell(tx, message, template, people, f"/claims/{request.claim.id}", context)


def _tell_author(
    tx: Tx, message: OutboxMessage, request: Request, template: str, path: str, context: Mapping[str, Any]
) -> None:
    _tell(
        tx,
        message,
        template,
        [(request.author.id, request.author.email)],
        path,
        {"claim": request.claim, **context},
    )


def _tell_about_account(tx: Tx, message: OutboxMessage, user_id: UUID, template: str, path: str) -> None:
    user = tx.session.get(User, user_id)
    if user is not None:
        organisation = get_organisation(tx.session, tx.tenant_id, message.subject_id)
        _tell(tx, message, template, [(user.id, user.email)], path, {"organisation": organisation})


def _tell_review(tx: Tx, message: OutboxMessage, template: str) -> None:
    review = get_review(tx.session, tx.tenant_id, message.subject_id)
    if review.closed_at is not None:
        return
    organisation: Organisation | None = None
    if review.organisation_id is not None:
        organisation = get_organisation(tx.session, tx.tenant_id, review.organisation_id)
    context = {"review": review, "organisation": organisation}
    _tell(tx, message, template, who_reviews(tx, review), f"/reviews/{review.id}", context)


def _tell(
    tx: Tx,
    message: OutboxMessage,
    template: str,
    people: Iterable[tuple[UUID, str]],
    path: str,
    context: Mapping[str, Any],
) -> None:
    """One notice for each, of this very piece of news: told twice, it is written once."""
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{message.topic}:{message.id}:{user_id}",
                template=template,
                subject_id=message.subject_id,
                email=email,
                user_id=user_id,
                path=path,
                context=context,
            )
            for user_id, email in people
        ],
    )
