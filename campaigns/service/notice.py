"""What people are told of a call: applicants of their decision, the ARS's managers of what needs them."""

from uuid import UUID

from campaigns.models import Campaign, Candidacy, Decision
from campaigns.queries import review as reviews
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many

TEMPLATES = {
    "accepted": "campaigns/accepted",
    "refused": "campaigns/refused",
    "waitlisted": "campaigns/waitlisted",
}


def notice_of(campaign: Campaign, candidacy: Candidacy, decision: Decision, user_id: UUID, email: str) -> NewNotice:
    """The notice of one decision for one person; its key makes it unique whatever is run again."""
    return NewNotice(
        key=f"decision:{decision.id}:{user_id}",
        template=TEMPLATES[decision.outcome],
        subject_id=candidacy.id,
        email=email,
        user_id=user_id,
        path=f"/candidacies/{candidacy.id}",
        context={"campaign": campaign, "candidacy": candidacy, "decision": decision},
    )


def tell_managers(tx: Tx, campaign: Campaign, template: str, occasion: UUID, page: str = "", **context: object) -> None:
    """Tell every manager of the ARS, once for an `occasion`; `page` follows the call's address in the staff's pages."""
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{template}:{occasion}:{user.id}",
                template=template,
                subject_id=campaign.id,
                email=user.email,
                user_id=user.id,
                path=f"/staff/campaigns/{campaign.slug}{page}",
                context={"campaign": campaign, **context},
            )
            for user in reviews.list_users_with_role(tx.session, tx.tenant_id, "ars_manager")
        ],
    )
