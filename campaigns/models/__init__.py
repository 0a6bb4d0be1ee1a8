"""Tables of campaigns, candidacies, reviews and decisions."""

from campaigns.models.campaign import Campaign, CampaignVersion, CampaignWindow
from campaigns.models.candidacy import AnswerRevision, Candidacy, Submission, Verdict
from campaigns.models.decision import Decision, Review

__all__ = [
    "AnswerRevision",
    "Campaign",
    "CampaignVersion",
    "CampaignWindow",
    "Candidacy",
    "Decision",
    "Review",
    "Submission",
    "Verdict",
]
