"""What an applicant is told of a decision: one notice for each member of the organisation."""

from uuid import UUID

from campaigns.models import Campaign, Candidacy, Decision
from notifications.service.notices import NewNotice

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
