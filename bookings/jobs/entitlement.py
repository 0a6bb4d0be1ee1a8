"""A confirmed award opens its right; one that waits for its service is told to the GRADeS, and opened with it."""

from bookings.queries import entitlement as entitlements
from bookings.service.entitlement import open_entitlement, open_waiting
from campaigns.queries.award import get_award
from campaigns.queries.candidacy import list_members
from campaigns.queries.review import list_users_with_role
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.queries.organisation import get_organisation

BUYERS = ("owner", "editor")


def open_from_award(tx: Tx, message: OutboxMessage) -> None:
    """Open the right of a confirmed award, or tell the GRADeS's managers which service it waits for."""
    award = get_award(tx.session, message.subject_id)
    if open_entitlement(tx, award.id) is not None or award.service is None:
        return
    service = entitlements.find_service(tx.session, award.service)
    if award.state != "confirmed" or (service is not None and service.state == "published"):
        return
    words = {
        "organisation": get_organisation(tx.session, tx.tenant_id, award.organisation_id),
        "slug": award.service,
        "is_known": service is not None,
        "action_text": "Voir le catalogue",
    }
    notify_many(
        tx,
        [
            NewNotice(
                key=f"entitlement_waiting:{award.id}:{user.id}",
                template="bookings/entitlement_waiting",
                subject_id=award.id,
                email=user.email,
                user_id=user.id,
                path="/staff/services",
                context=words,
            )
            for user in list_users_with_role(tx.session, tx.tenant_id, "grades_manager")
        ],
    )


def open_with_service(tx: Tx, message: OutboxMessage) -> None:
    """A service is published: open the rights that waited for it, and tell their organisations."""
    rows = entitlements.list_rows(tx.session, [one.id for one in open_waiting(tx, message.subject_id)])
    people = list_members(tx.session, {row.organisation.id for row in rows}, BUYERS)
    notify_many(
        tx,
        [
            NewNotice(
                key=f"entitlement_open:{row.entitlement.id}:{user_id}",
                template="bookings/entitlement_open",
                subject_id=row.entitlement.id,
                email=email,
                user_id=user_id,
                path=f"/entitlements/{row.entitlement.id}/order",
                context={"row": row, "action_text": "Réserver en un clic"},
            )
            for row in rows
            for organisation_id, user_id, email in people
            if organisation_id == row.organisation.id
        ],
    )
